"""Whether a code is in a code system or in a value set, and its display is right.
https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
https://hl7.org/fhir/R4/valueset-operation-validate-code.html

The answer is `result` with a `message` when it is false. Of a CodeableConcept one valid coding is
enough.
"""

from typing import Any

from django.http import HttpResponse

from fhir_bridge.concepts import Concept
from fhir_bridge.operations import CORE, operation
from fhir_bridge.operations.given import Code, Given, given, output, stored, value_set_of
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.terminology import Evaluator, Unknown
from fhir_bridge.terminology.wording import display_in, is_word

_OF_BOTH = ("code", "display", "coding", "codeableConcept", "abstract", "displayLanguage")
_VERSIONS = ("system-version", "check-system-version", "force-system-version")


@operation("validate-code", f"{CORE}/CodeSystem-validate-code", "CodeSystem")
def of_code_system(request: Request) -> HttpResponse:
    """Of the code system in the address, sent along, by `url`, or by the coding's own system."""
    asked = given(request, *_OF_BOTH, *_VERSIONS, "url", "codeSystem", "version")
    evaluator = asked.evaluator(request, "CodeSystem", "validate-code")
    url = asked.text("url")
    own = stored(request) if request.id else asked.complex("codeSystem")
    if own is not None:
        if own.get("resourceType") != "CodeSystem":
            raise Invalid([Issue("invalid", "codeSystem is a CodeSystem resource", "Parameters")])
        evaluator.sources.add(own)
        url = own.get("url", "")
    answers = []
    for coding in asked.codings():
        system_url = url or coding.system
        if not system_url:
            raise Invalid([Issue("required", "Name the code system: url", "Parameters")])
        if url and coding.system not in ("", url):
            answers.append(_false("The coding is of another code system"))
            continue
        system = evaluator.system(system_url, "" if own is not None else coding.version)
        if system is None:
            raise NotFound("This server does not hold the code system")
        concept = system.find(coding.code)
        if concept is None and not system.complete:
            answers.append(_false("The code system is not held whole: the code may exist"))
        elif concept is None:
            answers.append(_false("The code system has no such code"))
        else:
            answers.append(_found(concept, coding, system_url, system.version, asked, evaluator))
    return _answer(answers)


@operation("validate-code", f"{CORE}/ValueSet-validate-code", "ValueSet")
def of_value_set(request: Request) -> HttpResponse:
    """Of the value set in the address, sent along, by `url` or by `context`."""
    asked = given(
        request, *_OF_BOTH, *_VERSIONS, "url", "context", "valueSet", "valueSetVersion", "system",
        "systemVersion", "inferSystem",
    )  # fmt: skip
    evaluator = asked.evaluator(request, "ValueSet", "validate-code")
    value_set = value_set_of(request, asked, evaluator)
    answers = []
    for coding in asked.codings():
        member = evaluator.member(value_set, coding.system, coding.code)
        if isinstance(member, Unknown):
            answers.append(_false(f"Cannot be known: this server does not hold {member.system}"))
        elif member is None:
            answers.append(_false("The code is not in the value set"))
        elif coding.version and member.version and coding.version != member.version:
            answers.append(_false("The value set has the code of another version"))
        else:
            answers.append(
                _found(member.concept, coding, member.system, member.version, asked, evaluator)
            )
    return _answer(answers)


_Answer = tuple[bool, list[tuple[str, Any]]]


def _false(message: str) -> _Answer:
    return False, [("message", {"valueString": message})]


def _found(
    concept: Concept, coding: Code, system: str, version: str, asked: Given, evaluator: Evaluator
) -> _Answer:
    """What is said of a code that exists: right display, and abstract only where that is fine."""
    display = display_in(concept, asked.text("displayLanguage"), evaluator.language(system))
    problem = ""
    if coding.display and display and not is_word(concept, coding.display):
        problem = "The display is not one of this code"
    elif concept.abstract and asked.flag("abstract") is False:
        problem = "The code is abstract: it groups others and is not for use"
    message = problem or ("The code is inactive" if concept.inactive else "")
    return not problem, [
        ("message", {"valueString": message} if message else None),
        ("display", {"valueString": display} if display else None),
        ("code", {"valueCode": concept.code}),
        ("system", {"valueUri": system} if system else None),
        ("version", {"valueString": version} if version else None),
    ]


def _answer(answers: list[_Answer]) -> HttpResponse:
    if not answers:
        answers = [_false("There is no coding to check")]
    result, parts = next((each for each in answers if each[0]), answers[0])
    return resource_response(output([("result", {"valueBoolean": result}), *parts]))
