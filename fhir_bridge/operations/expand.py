"""Every code of a value set. https://hl7.org/fhir/R4/valueset-operation-expand.html"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.http import HttpResponse

from fhir_bridge.concepts import CodeSystem
from fhir_bridge.operations import CORE, operation
from fhir_bridge.operations.given import Given, given, value_set_of
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.terminology import Evaluator, Member, refused
from fhir_bridge.terminology.wording import designations, display_in

# An answer holds no more codes than this; a longer expansion is asked for page by page.
MOST = 10_000
_KNOWN = (
    *("url", "valueSet", "valueSetVersion", "context", "contextDirection", "filter", "offset"),
    *("count", "includeDesignations", "designation", "includeDefinition", "activeOnly"),
    *("excludeNested", "excludeNotForUI", "excludePostCoordinated", "displayLanguage"),
    *("exclude-system", "system-version", "check-system-version", "force-system-version"),
)
_ECHOED = {
    "filter": "valueString", "offset": "valueInteger", "count": "valueInteger",
    "displayLanguage": "valueCode", "includeDesignations": "valueBoolean",
    "activeOnly": "valueBoolean", "excludeNested": "valueBoolean",
}  # fmt: skip


@operation("expand", f"{CORE}/ValueSet-expand", "ValueSet")
def expand(request: Request) -> HttpResponse:
    """The value set with its expansion: flat, unless `excludeNested` is false and all is asked."""
    asked = given(request, *_KNOWN, body="ValueSet")
    evaluator = asked.evaluator(request, "ValueSet", "expand")
    value_set = value_set_of(request, asked, evaluator)
    members, total = _page(evaluator, value_set, asked)
    shown = [(each, _contains(each, asked, evaluator)) for each in members]
    expansion: dict[str, Any] = {
        "identifier": uuid.uuid4().urn,
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "total": total,
    }
    if asked.number("offset") is not None or asked.number("count") is not None:
        expansion["offset"] = asked.number("offset") or 0
    elif asked.flag("excludeNested") is False:
        shown = _nested(shown, evaluator)
    parameters = _echo(asked)
    parameters += [{"name": name, "valueUri": uri} for name, uri in evaluator.used]
    if parameters:
        expansion["parameter"] = parameters
    if shown:
        expansion["contains"] = [entry for _, entry in shown]
    left_out = {"text", "expansion", "contained"}
    if not asked.flag("includeDefinition"):
        left_out.add("compose")
    head = {name: value for name, value in value_set.items() if name not in left_out}
    return resource_response({"status": "active", **head, "expansion": expansion})


def _page(
    evaluator: Evaluator, value_set: Mapping[str, Any], asked: Given
) -> tuple[list[Member], int]:
    """The members asked for, and how many there are in all. Raises Invalid: too-costly."""
    found = evaluator.members(value_set, asked.text("filter"))
    if asked.flag("activeOnly"):
        found = (each for each in found if not each.concept.inactive)
    if asked.flag("excludeNotForUI"):
        found = (each for each in found if not each.concept.abstract)
    narrowed = bool(asked.text("filter") or asked.flag("activeOnly"))
    narrowed = narrowed or bool(asked.flag("excludeNotForUI"))
    offset, count = asked.number("offset") or 0, asked.number("count")
    passed = sum(1 for _ in islice(found, offset))
    page = list(islice(found, MOST if count is None else min(count, MOST)))
    if count is None or count > MOST:
        if next(found, None) is not None:
            raise refused(
                "too-costly",
                f"More than {MOST} codes: page with count and offset",
            )
        return page, passed + len(page)
    whole = None if narrowed else evaluator.count(value_set)
    return page, whole if whole is not None else passed + len(page) + sum(1 for _ in found)


def _contains(member: Member, asked: Given, evaluator: Evaluator) -> dict[str, Any]:
    concept = member.concept
    entry: dict[str, Any] = {}
    if member.system:
        entry["system"] = member.system
    if concept.abstract:
        entry["abstract"] = True
    if concept.inactive:
        entry["inactive"] = True
    if member.version:
        entry["version"] = member.version
    entry["code"] = concept.code
    display = display_in(concept, asked.text("displayLanguage"), evaluator.language(member.system))
    if display:
        entry["display"] = display
    if asked.flag("includeDesignations") or asked.texts("designation"):
        found = designations(concept, asked.texts("designation"))
        if found:
            entry["designation"] = found
    return entry


def _nested(
    shown: list[tuple[Member, dict[str, Any]]], evaluator: Evaluator
) -> list[tuple[Member, dict[str, Any]]]:
    """The same with each code inside the first of its parents that is a member too."""
    entries = {each.key: entry for each, entry in shown}
    top = []
    parents: dict[str, dict[int, list[int]]] = {}
    codes: dict[tuple[str, int], str] = {(m.system, m.concept.position): m.concept.code
                                         for m, _ in shown}  # fmt: skip
    for member, entry in shown:
        system = evaluator.system(member.system, member.version)
        above = None
        if isinstance(system, CodeSystem):
            if member.system not in parents:
                by_child = parents[member.system] = {}
                for child, parent in system.edges():
                    by_child.setdefault(child, []).append(parent)
            place = member.concept.position
            # Only upwards in the order of definition, so that a circle nests nothing in itself.
            for parent in parents[member.system].get(place, []):
                code = codes.get((member.system, parent))
                if parent < place and code is not None:
                    above = entries[member.system, code]
                    break
        if above is None:
            top.append((member, entry))
        else:
            above.setdefault("contains", []).append(entry)
    return top


def _echo(asked: Given) -> list[dict[str, Any]]:
    """The parameters that shaped the expansion, as it has to say them."""
    said = []
    for name, key in _ECHOED.items():
        if name in asked.values:
            value: Any = asked.text(name)
            if key == "valueBoolean":
                value = value == "true"
            elif key == "valueInteger":
                value = int(value)
            said.append({"name": name, key: value})
    return said
