"""All of a patient's record: the compartment, and who and what it refers to, in pages.
https://hl7.org/fhir/R4/patient-operation-everything.html"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse

from fhir_bridge import search, store
from fhir_bridge.access import Actor
from fhir_bridge.asked import instant, only, parameters_of, period, whole
from fhir_bridge.definitions import resource_types
from fhir_bridge.documents import Stored
from fhir_bridge.operations import CORE, bundles, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.search import parameters
from fhir_bridge.search.matching import matching

LARGEST_PAGE = 1_000
# The search parameters that say when care was, the first that a type has.
_CARE_DATES = ("date", "onset-date", "effective-time", "effective", "whenhandedover", "authoredon",
               "authored-on", "authored", "started", "start-date", "period", "created", "sent",
               "recorded-date")  # fmt: skip
# A role names its practitioner and organisation, an organisation the one it is part of.
_STEPS_AROUND = 3


@operation("everything", f"{CORE}/Patient-everything", "Patient")
def everything(request: Request) -> HttpResponse:
    """`_after` in our own links is where a page starts."""
    given = parameters_of(request)
    types = frozenset(t for name, v in given if name == "_type" for t in v.split(","))
    if not types <= resource_types():
        raise Invalid([Issue("value", "_type lists R4 resource types")])
    asked = only(given, "_since", "_type", "_count", "_after", "start", "end")
    since = instant(asked.get("_since", ""), "_since")
    count = min(whole(asked.get("_count", ""), "_count", LARGEST_PAGE), LARGEST_PAGE) or 1
    after = whole(asked.get("_after", ""), "_after", 0)
    care = _care(asked)
    store.read(request.who, "Patient", request.id)
    page = store.compartment_page(
        request.who, request.id, types=types, since=since, after=after, limit=count
    )
    held = _in_range(request.who, page.resources, care) if care else page.resources
    around = _around(request.who, held, types, since)
    address = f"{request.base}/Patient/{request.id}/$everything"
    kept = [(name, value) for name, value in given if name != "_after"]
    links = [_link("self", address, given)]
    if page.next:
        links.append(_link("next", address, [*kept, ("_after", str(page.next))]))
    total = None if page.next or after else len(held)
    return resource_response(
        bundles.searchset(request.base, held, around, links=links, total=total)
    )


@operation("everything", f"{CORE}/Encounter-everything", "Encounter")
def of_encounter(request: Request) -> HttpResponse:
    """What belongs to an encounter, the encounter included, and who and what that refers to.
    https://hl7.org/fhir/R4/encounter-operation-everything.html"""
    given = parameters_of(request)
    asked = only(given, "_since", "_type", "_count", "_cursor")
    since = instant(asked.get("_since", ""), "_since")
    named = frozenset(t for name, v in given if name == "_type" for t in v.split(","))
    if not named <= resource_types():
        raise Invalid([Issue("value", "_type lists R4 resource types")])
    count = min(whole(asked.get("_count", ""), "_count", LARGEST_PAGE), LARGEST_PAGE) or 1
    encounter = store.read(request.who, "Encounter", request.id)
    types = [
        each for each in search.types_of_compartment("Encounter") if each in named or not named
    ]
    criteria = [("_count", str(count)), ("_cursor", asked.get("_cursor", ""))]
    if since is not None:
        criteria.append(("_lastUpdated", f"ge{since.isoformat()}"))
    found = search.several(
        request.who, types, criteria, base=request.base, compartment=("Encounter", encounter.id)
    )
    around = _around(request.who, found.matches, named, since)
    subject = {key for key in bundles.local_targets(encounter) if key[0] == "Patient"}
    if subject and (not named or "Patient" in named):
        around += store.read_many(request.who, subject).values()
    address = f"{request.base}/Encounter/{request.id}/$everything"
    kept = [(name, value) for name, value in given if name != "_cursor"]
    links = [_link("self", address, given)]
    if found.next:
        links.append(_link("next", address, [*kept, ("_cursor", str(found.next))]))
    return resource_response(
        bundles.searchset(request.base, found.matches, around, links=links, total=found.total)
    )


def _care(asked: dict[str, str]) -> list[str]:
    """The range of care as search values: from the start of `start` to the end of `end`."""
    for name in ("start", "end"):
        period(asked.get(name, ""), name)
    prefixes = (("start", "ge"), ("end", "le"))
    return [prefix + asked[name].replace(" ", "+") for name, prefix in prefixes if asked.get(name)]


def _in_range(actor: Actor, page: Iterable[Stored], care: Sequence[str]) -> list[Stored]:
    """Those whose care was, if only in part, in the range; and those that say no date of care."""
    by_type: dict[str, list[str]] = {}
    listed = list(page)
    for each in listed:
        by_type.setdefault(each.type, []).append(each.id)
    kept: set[tuple[str, str]] = set()
    for type_, ids in by_type.items():
        code = next((code for code in _CARE_DATES if _is_date(type_, code)), "")
        inside = set(ids)
        if code:
            inside = matching(actor, type_, [(code, value) for value in care], ids)
            inside |= matching(actor, type_, [(f"{code}:missing", "true")], ids)
        kept |= {(type_, id_) for id_ in inside}
    return [each for each in listed if (each.type, each.id) in kept]


def _is_date(type_: str, code: str) -> bool:
    parameter = parameters.get(type_, code)
    return parameter is not None and parameter.type == "date"


def _link(relation: str, address: str, parameters: list[tuple[str, str]]) -> dict[str, str]:
    query = urlencode(parameters, safe=":/|,")
    return {"relation": relation, "url": f"{address}?{query}" if query else address}


def _around(
    actor: Actor, page: Iterable[Stored], types: Collection[str], since: datetime | None
) -> list[Stored]:
    """What the page's resources refer to outside of the compartment, as far as it may be read."""
    fresh = list(page)
    seen = {(each.type, each.id) for each in fresh}
    found: list[Stored] = []
    for _ in range(_STEPS_AROUND):
        wanted = {key for each in fresh for key in bundles.local_targets(each)} - seen
        wanted = {key for key in wanted if key[0] in bundles.AROUND}
        seen |= wanted
        fresh = list(store.read_many(actor, wanted).values()) if wanted else []
        found += fresh
    return [
        each
        for each in found
        if (not types or each.type in types) and (since is None or each.last_updated >= since)
    ]
