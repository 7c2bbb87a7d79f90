"""Which of some resources meet a search's criteria: for exports and subscriptions."""

from collections.abc import Iterable, Sequence

from fhir_bridge.access import Actor
from fhir_bridge.search import plan
from fhir_bridge.search.bounds import bounded
from fhir_bridge.search.finding import allowed_guards, guards_of
from fhir_bridge.search.parse import Parser
from fhir_bridge.search.problems import problem
from fhir_bridge.search.query import Query

Pairs = Sequence[tuple[str, str]]
# Ids that are asked for at a time: below the values that one parameter may have.
_IDS_AT_ONCE = 200
# What shapes a page says nothing of which resources match.
_OF_THE_PAGE = frozenset(
    ["_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_cursor",
     "_contained", "_containedType", "_score"]
)  # fmt: skip


def criteria_check(actor: Actor, type: str, criteria: Pairs) -> None:
    """Raises Invalid for criteria that cannot be understood or that shape a page, AccessDenied
    when the actor may not search this type."""
    for name, _ in criteria:
        if name.partition(":")[0] in _OF_THE_PAGE:
            raise problem(f"{name.partition(':')[0]} selects nothing", "not-supported")
    _query(actor, type, criteria)


def matching(actor: Actor, type: str, criteria: Pairs, ids: Iterable[str]) -> set[str]:
    """Those of the ids whose current version the actor would find with these criteria.

    Raises as `criteria_check`. Nothing is recorded: the caller records what it does with them.
    """
    wanted = list(dict.fromkeys(ids))
    found: set[str] = set()
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        part = wanted[start : start + _IDS_AT_ONCE]
        query = _query(actor, type, [*criteria, ("_id", ",".join(part))])
        with bounded(query):
            hits = plan.hits(query, actor.organization_id, None, len(part))
        found.update(hit.stored.id for hit in hits)
    return found


def _query(actor: Actor, type: str, criteria: Pairs) -> Query:
    guards = guards_of(actor, type)
    query = Parser(
        actor.organization_id, lambda other: allowed_guards(actor, other), strict=True
    ).query(type, criteria)
    query.tests += guards
    return query
