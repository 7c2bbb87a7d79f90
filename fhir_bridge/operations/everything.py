"""All of a patient's record: the compartment, and who and what it refers to, in pages.
https://hl7.org/fhir/R4/patient-operation-everything.html"""

from collections.abc import Collection, Iterable
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.access import Actor
from fhir_bridge.asked import instant, only, parameters_of, whole
from fhir_bridge.definitions import resource_types
from fhir_bridge.documents import Stored
from fhir_bridge.operations import CORE, bundles, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response

LARGEST_PAGE = 1_000
# A role names its practitioner and organisation, an organisation the one it is part of.
_STEPS_AROUND = 3


@operation("everything", f"{CORE}/Patient-everything", "Patient")
def everything(request: Request) -> HttpResponse:
    """`_after` in our own links is where a page starts."""
    given = parameters_of(request)
    types = frozenset(t for name, v in given if name == "_type" for t in v.split(","))
    if not types <= resource_types():
        raise Invalid([Issue("value", "_type lists R4 resource types")])
    asked = only(given, "_since", "_type", "_count", "_after")
    since = instant(asked.get("_since", ""), "_since")
    count = min(whole(asked.get("_count", ""), "_count", LARGEST_PAGE), LARGEST_PAGE) or 1
    after = whole(asked.get("_after", ""), "_after", 0)
    store.read(request.who, "Patient", request.id)
    page = store.compartment_page(
        request.who, request.id, types=types, since=since, after=after, limit=count
    )
    around = _around(request.who, page.resources, types, since)
    address = f"{request.base}/Patient/{request.id}/$everything"
    kept = [(name, value) for name, value in given if name != "_after"]
    links = [_link("self", address, given)]
    if page.next:
        links.append(_link("next", address, [*kept, ("_after", str(page.next))]))
    total = None if page.next or after else len(page.resources)
    return resource_response(
        bundles.searchset(request.base, page.resources, around, links=links, total=total)
    )


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
