"""Running a search for an actor: access, parsing, the page, what it includes, its audit entry."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fhir_bridge import access, audit, redaction
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored
from fhir_bridge.search import cursors, includes, parameters, plan
from fhir_bridge.search.bounds import bounded
from fhir_bridge.search.conditions import reference
from fhir_bridge.search.cursors import Cursor
from fhir_bridge.search.fragments import Compartment, Either, Guard, Own, Rows, Sql, Test
from fhir_bridge.search.parse import Parser
from fhir_bridge.search.problems import problem
from fhir_bridge.search.query import Query

_AT_ONCE = 1000


@dataclass
class Found:
    """One page of a search."""

    query: Query
    matches: list[Stored] = field(default_factory=list)
    included: list[Stored] = field(default_factory=list)
    total: int | None = None
    next: Cursor | str | None = None
    previous: Cursor | None = None


def find(
    actor: Actor, type: str, params: Sequence[tuple[str, str]], *, limit: int | None = None
) -> list[Stored]:
    """The resources of a type that match, in the search's order; at most `limit`, else all.

    For other rooms of the server; the parameters are those of the REST search, and one that is
    unknown is an error here.

    Raises:
        Invalid: a parameter that cannot be understood.
        AccessDenied: the actor may not search this type.
    """
    guards = guards_of(actor, type)
    parser = Parser(actor.organization_id, lambda other: allowed_guards(actor, other), strict=True)
    query = parser.query(type, params)
    query.tests += guards
    found: list[Stored] = []
    cursor: Cursor | None = None
    with bounded(query):
        while limit is None or len(found) < limit:
            wanted = _AT_ONCE if limit is None else min(limit - len(found), _AT_ONCE)
            page = plan.hits(query, actor.organization_id, cursor, wanted)
            found += [redaction.shown(actor, hit.stored) for hit in page]
            if len(page) < wanted:
                break
            cursor = Cursor(page[-1].pk, page[-1].stored.version)
    _record(actor, query, len(found))
    return found


def page(
    actor: Actor,
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    base: str = "",
    strict: bool = False,
    compartment: tuple[str, str] | None = None,
) -> Found:
    """One page as the REST search answers it.

    `base` is the address that absolute references to this server begin with, `compartment` a
    (type, id) that the resources must belong to.

    Raises:
        Invalid: a wrong value or modifier; in strict handling also an unknown parameter.
        AccessDenied: the actor may not search this type.
    """
    found = page_found(actor, type, params, base=base, strict=strict, compartment=compartment)
    _record(actor, found.query, len(found.matches))
    return found


def page_found(
    actor: Actor,
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    base: str,
    strict: bool,
    compartment: tuple[str, str] | None,
) -> Found:
    """As `page`, for a caller that records the search itself."""
    guards = guards_of(actor, type)

    def guard(other: str) -> Sequence[Test] | None:
        return allowed_guards(actor, other)

    query = Parser(actor.organization_id, guard, base=base, strict=strict).query(type, params)
    if compartment is not None:
        query.tests.append(_inside(actor, type, *compartment))
    query.tests += guards
    found = Found(query)
    with bounded(query):
        if query.count == 0 or query.summary == "count":
            found.total = plan.count(query, actor.organization_id)
        else:
            _fill(found, actor, guard)
    return found


def _inside(actor: Actor, type: str, compartment: str, id: str) -> Test:
    """The test that a resource is in a compartment.

    Raises:
        Invalid: R4 has no such compartment, or the type is never in it.
    """
    access.require(actor, "search", compartment)
    codes = parameters.compartment(compartment).get(type, ())
    if compartment == "Patient" and (codes or type == "Patient"):
        return Compartment(type, id)
    tests: list[Test] = []
    if type == compartment:
        # The resource that the compartment is of is in it.
        tests.append(Own(type, Sql("{t}.fhir_id = %s", (id,))))
    for code in codes:
        parameter = parameters.get(type, code)
        if parameter is not None and parameter.type == "reference":
            condition = reference(f"{compartment}/{id}", only=parameter.limit, base="")
            tests.append(Rows("reference", parameter.rows, condition))
    if not tests:
        raise problem("This type is not in that compartment", "not-supported", 404)
    return Either(tuple(tests))


def _fill(found: Found, actor: Actor, guard: Guard) -> None:
    query = found.query
    cursor = None
    if query.cursor:
        try:
            cursor = cursors.parse(query.cursor)
        except ValueError:
            raise problem("_cursor: follow the links of a page as they are") from None
    try:
        hits = plan.hits(query, actor.organization_id, cursor, query.count + 1)
    except LookupError:
        raise problem("_cursor: follow the links of a page as they are") from None
    more = len(hits) > query.count
    backwards = cursor is not None and cursor.backwards
    if more:
        hits = hits[1:] if backwards else hits[:-1]
    if hits:
        first, last = hits[0], hits[-1]
        if more or backwards:
            found.next = Cursor(last.pk, last.stored.version)
        if cursor is not None and (more or not backwards):
            found.previous = Cursor(first.pk, first.stored.version, backwards=True)
    if query.includes:
        extra, cut = includes.included(query.includes, hits, actor.organization_id, guard)
        found.included = [redaction.shown(actor, hit.stored) for hit in extra]
        if cut:
            query.warnings.append("Too many resources to include; some were left out")
    found.matches = [redaction.shown(actor, hit.stored) for hit in hits]
    if query.total in ("accurate", "estimate"):
        found.total = plan.count(query, actor.organization_id)
    elif cursor is None and not more and query.total != "none":
        found.total = len(hits)  # all matches are on this page, so the total costs nothing


def guards_of(actor: Actor, type: str) -> list[Test]:
    """What keeps a search of this type to what the actor may see.

    Raises:
        AccessDenied, NotSupported: as access.require.
    """
    return _limited(type, access.require(actor, "search", type))


def allowed_guards(actor: Actor, type: str) -> list[Test] | None:
    """As `guards_of`; None when the type may not be searched."""
    limit = access.allowed(actor, "search", type)
    return None if limit is None else _limited(type, limit)


def _limited(type: str, patient_id: str) -> list[Test]:
    return [Compartment(type, patient_id)] if patient_id else []


def _record(actor: Actor, query: Query, matches: int) -> None:
    # Names are the definitions' own, or a client's slip for one: values never get here.
    names = sorted({name for name, _ in query.used})
    audit.record(
        actor,
        "search",
        query.resource_type,
        detail={"parameters": names, "matches": matches},
    )
