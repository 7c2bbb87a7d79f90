"""A search over several types: of the record with `_type`, or of a compartment with `*`.

Types come one after another, each with its own order and cursor, so that a page costs no more than
its resources and pages stay stable under writes. Parameters must be ones that all the types share
(https://hl7.org/fhir/R4/search.html#type); an order across types is not offered.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from fhir_bridge import audit
from fhir_bridge.access import Actor
from fhir_bridge.search import bounds, parameters
from fhir_bridge.search.finding import Found, allowed_guards, page_found
from fhir_bridge.search.problems import problem
from fhir_bridge.search.query import DEFAULT_COUNT, Query

Pairs = Sequence[tuple[str, str]]
_OF_THE_PAGE = frozenset(["_count", "_cursor", "_total"])
_NOT_IN_LINKS = frozenset(["_cursor"])


def several(
    actor: Actor,
    types: Sequence[str],
    params: Pairs,
    *,
    base: str = "",
    compartment: tuple[str, str] | None = None,
) -> Found:
    """One page over those of the types that the actor may search, in alphabetical order.

    Raises:
        Invalid: a wrong parameter, one that not all types have, an order.
    """
    own = dict(params)
    if "_sort" in own:
        raise problem("_sort: one type at a time can be sorted", "not-supported")
    query = Query("", used=[pair for pair in params if pair[0] not in _NOT_IN_LINKS])
    query.cursor = own.get("_cursor", "")
    found = Found(query)
    searched = sorted(each for each in set(types) if allowed_guards(actor, each) is not None)
    asking = _Asking(actor, base, compartment, time.monotonic() + bounds.SECONDS)
    rest = [pair for pair in params if pair[0] not in _OF_THE_PAGE]
    counting = own.get("_summary") == "count" or own.get("_count") == "0"
    if counting or own.get("_total") in ("accurate", "estimate"):
        bare = [*(pair for pair in rest if pair[0] != "_summary"), ("_summary", "count")]
        found.total = sum(asking.page(each, bare).total or 0 for each in searched)
    if not counting:
        _fill(found, asking, searched, rest, own.get("_count") or str(DEFAULT_COUNT))
    names = sorted({name for name, _ in query.used})
    audit.record(actor, "search", detail={"parameters": names, "matches": len(found.matches)})
    return found


def types_of_compartment(code: str) -> tuple[str, ...]:
    """The types that can be in a compartment; none when R4 has no such compartment."""
    return tuple(
        type_
        for type_, names in parameters.compartment(code).items()
        if type_ == code
        or any(
            parameter is not None and parameter.type == "reference"
            for parameter in (parameters.get(type_, name) for name in names)
        )
    )


@dataclass(frozen=True)
class _Asking:
    """Asks for the pages of single types, all of them within the time of one search."""

    actor: Actor
    base: str
    compartment: tuple[str, str] | None
    end: float

    def page(self, type: str, params: Pairs) -> Found:
        if time.monotonic() > self.end:
            raise problem("The search takes too long: name fewer types", "too-costly")
        # Strict: a parameter that one type does not have would let all of its resources through.
        return page_found(
            self.actor, type, params, base=self.base, strict=True, compartment=self.compartment
        )


def _fill(found: Found, asking: _Asking, types: Sequence[str], rest: Pairs, count: str) -> None:
    start, _, cursor = found.query.cursor.partition("~")
    if start and start not in types:
        raise problem("_cursor: follow the links of a page as they are")
    room = -1
    for each in types:
        if each < start:
            continue
        if room == 0:
            found.next = f"{each}~"
            break
        asked = [*rest, ("_count", count if room < 0 else str(room)), ("_total", "none")]
        if cursor and each == start:
            asked.append(("_cursor", cursor))
        page = asking.page(each, asked)
        if room < 0:
            room = page.query.count
            found.query.summary, found.query.elements = page.query.summary, page.query.elements
        room -= len(page.matches)
        found.matches += page.matches
        found.included += page.included
        found.query.warnings += page.query.warnings
        if page.next is not None:
            found.next = f"{each}~{page.next}"
            break
    matched = {each.reference for each in found.matches}
    once = {each.reference: each for each in found.included if each.reference not in matched}
    found.included = list(once.values())
    if found.total is None and not found.query.cursor and not found.next:
        found.total = len(found.matches)
