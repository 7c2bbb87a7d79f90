"""`_include` and `_revinclude`: the resources that a page's resources refer to, or are referred by.

Each level is one statement for each direction; `:iterate` goes on from what a level brought until
nothing new comes, so that circles end by themselves. What the actor may not see is left out.
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

from collections.abc import Iterable, Sequence

from fhir_bridge.search import parameters
from fhir_bridge.search.fragments import RESOURCE, Guard, Scope, Sql, joined, rows_among, rows_of
from fhir_bridge.search.index import TABLES
from fhir_bridge.search.plan import COLUMNS, Hit, fetch, hit_of
from fhir_bridge.search.query import MAX_CHAIN, MAX_INCLUDED, Include


def included(
    includes: Sequence[Include], matches: Sequence[Hit], organization_id: int, guard: Guard
) -> tuple[list[Hit], bool]:
    """The resources to add to a page, and whether some had to be left out (MAX_INCLUDED)."""
    seen = {hit.pk for hit in matches}
    found: list[Hit] = []
    frontier, asked = list(matches), list(includes)
    for _ in range(MAX_CHAIN):
        if not frontier or not asked:
            break
        fresh: list[Hit] = []
        for include in asked:
            follow = _referring if include.reverse else _referred
            room = MAX_INCLUDED - len(found) - len(fresh)
            for hit in follow(include, frontier, organization_id, guard, room + 1):
                if hit.pk not in seen:
                    seen.add(hit.pk)
                    fresh.append(hit)
        found += fresh
        if len(found) > MAX_INCLUDED:
            return found[:MAX_INCLUDED], True
        frontier = fresh
        asked = [include for include in includes if include.iterate]
    return found, False


def _referred(
    include: Include, frontier: Sequence[Hit], organization_id: int, guard: Guard, limit: int
) -> list[Hit]:
    scope = Scope(organization_id)
    sources = [hit for hit in frontier if include.source in ("*", hit.stored.type)]
    if not sources:
        return []
    types = {include.source} if include.source != "*" else {hit.stored.type for hit in sources}
    numbers, limits = _numbers(include, types)
    if not numbers:
        return []
    among = Sql(f"a.resource_id IN ({_marks(sources)})", tuple(hit.pk for hit in sources))
    conditions = [
        rows_among(scope, "a", numbers, among),
        Sql("NOT r.deleted"),
        _reachable(scope, (include.target,) if include.target else limits, guard),
    ]
    where = joined(conditions, " AND ")
    return _hits(
        f"JOIN {RESOURCE} r ON r.organization_id = a.organization_id AND r.type = a.target_type "
        f"AND r.fhir_id = a.target_id",
        where,
        limit,
    )


def _referring(
    include: Include, frontier: Sequence[Hit], organization_id: int, guard: Guard, limit: int
) -> list[Hit]:
    scope = Scope(organization_id)
    types = {include.source} if include.source != "*" else set(parameters.types())
    allowed = {type_: guards for type_ in types if (guards := guard(type_)) is not None}
    by_type: dict[str, list[str]] = {}
    for hit in frontier:
        if include.target in ("", hit.stored.type):
            by_type.setdefault(hit.stored.type, []).append(hit.stored.id)
    found: list[Hit] = []
    for target, ids in by_type.items():
        numbers, limits = _numbers(include, set(allowed), target)
        if not numbers or (limits and target not in limits):
            continue
        conditions = [
            rows_of(scope, "a", numbers),
            Sql("a.target_type = %s", (target,)),
            Sql(f"a.target_id IN ({_marks(ids)})", tuple(ids)),
            Sql("NOT r.deleted"),
            _reachable(scope, tuple(allowed), guard),
        ]
        where = joined(conditions, " AND ")
        found += _hits(f"JOIN {RESOURCE} r ON r.id = a.resource_id", where, limit)
    return found


def _numbers(
    include: Include, types: Iterable[str], target: str = ""
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The index row numbers to follow, and the target types that they are limited to."""
    if include.parameter is not None:
        if include.source not in types:
            return (), ()
        return include.parameter.rows, include.parameter.limit
    numbers = {
        number
        for type_ in types
        for parameter in parameters.for_type(type_)
        if parameter.type == "reference"
        and (not target or not parameter.targets or target in parameter.targets)
        for number in parameter.rows
    }
    return tuple(sorted(numbers)), ()


def _reachable(scope: Scope, types: tuple[str, ...], guard: Guard) -> Sql:
    """The types (none given: all) that the actor may search, each with its own limits."""
    plain: list[str] = []
    guarded: list[Sql] = []
    for type_ in types or parameters.types():
        guards = guard(type_)
        if guards is None:
            continue
        if not guards:
            plain.append(type_)
            continue
        probes = [test.probe(scope, "r.id") for test in guards]
        guarded.append(joined([Sql("r.type = %s", (type_,)), *probes], " AND "))
    if len(plain) == len(parameters.types()):
        return Sql("1 = 1")
    parts = [Sql(f"r.type IN ({_marks(plain)})", tuple(plain))] if plain else []
    parts += [Sql(f"({part.text})", part.params) for part in guarded]
    either = joined(parts or [Sql("1 = 0")], " OR ")
    return Sql(f"({either.text})", either.params)


def _hits(join: str, where: Sql, limit: int) -> list[Hit]:
    rows = fetch(
        Sql(
            f"SELECT {COLUMNS} FROM {RESOURCE} r WHERE r.id IN (SELECT r.id "
            f"FROM {TABLES['reference'].name} a {join} WHERE {where.text}) "
            f"ORDER BY r.id LIMIT {int(limit)}",
            where.params,
        )
    )
    return [hit_of(row) for row in rows]


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
