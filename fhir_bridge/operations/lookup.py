"""What a code system says about a code. https://hl7.org/fhir/R4/codesystem-operation-lookup.html"""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from fhir_bridge.concepts import CodeSystem, Concept
from fhir_bridge.operations import CORE, operation
from fhir_bridge.operations.given import Code, Given, given, output
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.terminology.wording import display_in

# The order in which properties are listed, before those that the code system declares.
_STANDARD = ("definition", "inactive", "abstract", "parent", "child")
_ALWAYS = frozenset(["system", "name", "version", "display"])


@operation("lookup", f"{CORE}/CodeSystem-lookup", "CodeSystem")
def lookup(request: Request) -> HttpResponse:
    """Display, designations and properties; `property` asks for some of them only."""
    asked = given(
        request, "code", "system", "version", "coding", "displayLanguage", "property",
        "system-version",
    )  # fmt: skip
    evaluator = asked.evaluator(request, "CodeSystem", "lookup")
    code = _code(asked)
    system = evaluator.system(code.system, code.version)
    if system is None:
        raise NotFound("This server does not hold the code system")
    concept = system.find(code.code)
    if concept is None:
        raise NotFound("The code system has no such code")
    wanted = set(asked.texts("property")) - _ALWAYS
    head = system.head if isinstance(system, CodeSystem) else {}
    name = str(head.get("title") or head.get("name") or code.system)
    display = display_in(concept, asked.text("displayLanguage"), evaluator.language(code.system))
    said: list[tuple[str, Any]] = [
        ("name", {"valueString": name}),
        ("version", {"valueString": system.version} if system.version else None),
        ("display", {"valueString": display or concept.code}),
    ]
    if not wanted or "designation" in wanted or any(w.startswith("lang.") for w in wanted):
        said += [("designation", {"part": part}) for part in _designations(concept, wanted)]
    if isinstance(system, CodeSystem):
        for key, value, text in _properties(system, concept):
            if not wanted or key in wanted or "*" in wanted:
                parts = [{"name": "code", "valueCode": key}, {"name": "value", **value}]
                if text:
                    parts.append({"name": "description", "valueString": text})
                said.append(("property", {"part": parts}))
    return resource_response(output(said))


def _code(asked: Given) -> Code:
    coding = asked.coding("coding")
    if coding is None:
        coding = Code(asked.text("system"), asked.text("version"), asked.text("code"), "")
    elif asked.text("code"):
        raise Invalid([Issue("invalid", "Give either code and system or coding", "Parameters")])
    if not coding.code or not coding.system:
        raise Invalid([Issue("required", "Give code and system, or coding", "Parameters")])
    return coding


def _designations(concept: Concept, wanted: set[str]) -> Iterable[list[dict[str, Any]]]:
    languages = [each.removeprefix("lang.") for each in wanted if each.startswith("lang.")]
    for each in concept.more.get("designation", []):
        language = str(each.get("language", ""))
        if languages and "designation" not in wanted and language not in languages:
            continue
        parts: list[dict[str, Any]] = []
        if language:
            parts.append({"name": "language", "valueCode": language})
        if "use" in each:
            parts.append({"name": "use", "valueCoding": each["use"]})
        yield [*parts, {"name": "value", "valueString": each.get("value", "")}]


def _properties(system: CodeSystem, concept: Concept) -> Iterable[tuple[str, dict[str, Any], str]]:
    """(code, value, description) of what the code system says of a concept."""
    if "definition" in concept.more:
        yield "definition", {"valueString": concept.more["definition"]}, ""
    own = {each.get("code") for each in concept.more.get("property", [])}
    if "inactive" not in own:
        yield "inactive", {"valueBoolean": concept.inactive}, ""
    if concept.abstract and "abstract" not in own:
        yield "abstract", {"valueBoolean": True}, ""
    for name, others in (("parent", system.parents(concept)), ("child", system.children(concept))):
        for other in others:
            yield name, {"valueCode": other.code}, other.display
    for each in concept.more.get("property", []):
        value = {key: item for key, item in each.items() if key.startswith("value")}
        if value and each.get("code") not in ("parent", "child"):
            yield each["code"], value, ""
