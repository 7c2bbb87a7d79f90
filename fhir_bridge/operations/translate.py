"""A code in another code system's words.
https://hl7.org/fhir/R4/conceptmap-operation-translate.html

With `reverse` the answer names what maps to the code, and the equivalence is said from the code's
side: what is narrower one way is wider the other.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from fhir_bridge.operations import CORE, operation
from fhir_bridge.operations.given import Given, given, output, stored
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.terminology import Sources
from fhir_bridge.terminology.mapping import Match, Question, fits, translations

_KNOWN = (
    *("url", "conceptMap", "conceptMapVersion", "code", "system", "version", "source", "coding"),
    *("codeableConcept", "target", "targetsystem", "dependency", "reverse"),
)


@operation("translate", f"{CORE}/ConceptMap-translate", "ConceptMap")
def translate(request: Request) -> HttpResponse:
    """By the concept map of the address, sent along or named; else by every one that fits."""
    asked = given(request, *_KNOWN)
    sources = asked.evaluator(request, "ConceptMap", "translate").sources
    maps = _maps(request, asked, sources)
    matches: list[Match] = []
    for code in asked.codings():
        question = Question(
            code.system, code.code, asked.text("targetsystem"), bool(asked.flag("reverse")),
            frozenset(_dependencies(asked)),
        )  # fmt: skip
        for each in maps:
            matches += [m for m in translations(question, each, sources) if m not in matches]
    result = any(each.usable for each in matches)
    said: list[tuple[str, Any]] = [("result", {"valueBoolean": result})]
    if not result:
        said.append(("message", {"valueString": "No map that is held here translates this code"}))
    said += [("match", {"part": _parts(each)}) for each in matches]
    return resource_response(output(said))


def _maps(request: Request, asked: Given, sources: Sources) -> list[Mapping[str, Any]]:
    if request.id:
        return [stored(request)]
    sent_along = asked.complex("conceptMap")
    if sent_along is not None:
        if sent_along.get("resourceType") != "ConceptMap":
            raise Invalid([Issue("invalid", "conceptMap is a ConceptMap resource", "Parameters")])
        return [sent_along]
    url, version = asked.text("url"), asked.text("conceptMapVersion")
    if url:
        found = sources.concept_map(f"{url}|{version}" if version and "|" not in url else url)
        if found is None:
            raise NotFound("This server holds no such concept map")
        return [found]
    source, target = asked.text("source"), asked.text("target")
    if asked.flag("reverse"):
        source, target = target, source
    if not (source or target or asked.text("targetsystem") or asked.text("system")
            or asked.complex("coding") or asked.complex("codeableConcept")):  # fmt: skip
        raise Invalid([Issue("required", "Name the concept map, or the system", "Parameters")])
    return [each for each in sources.concept_maps() if fits(each, source, target)]


def _dependencies(asked: Given) -> list[tuple[str, str, str]]:
    """(element, system, code) of what else is known about the concept."""
    found = []
    for dependency in asked.values.get("dependency", []):
        parts = dependency.get("part", []) if isinstance(dependency, dict) else []
        element = next((p.get("valueUri", "") for p in parts if p.get("name") == "element"), "")
        for part in parts:
            if part.get("name") == "concept":
                concept = part.get("valueCodeableConcept", {})
                codings = concept.get("coding", []) or [part.get("valueCoding", {})]
                found += [(element, each.get("system", ""), each.get("code", ""))
                          for each in codings]  # fmt: skip
    return found


def _parts(match: Match) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"name": "equivalence", "valueCode": match.equivalence}]
    if match.concept:
        parts.append({"name": "concept", "valueCoding": match.concept})
    parts += [
        {
            "name": "product",
            "part": [
                {"name": "element", "valueUri": each["element"]},
                {"name": "concept", "valueCoding": each["concept"]},
            ],
        }
        for each in match.products
    ]
    if match.source:
        parts.append({"name": "source", "valueUri": match.source})
    return parts
