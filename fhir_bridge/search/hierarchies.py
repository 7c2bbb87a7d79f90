"""`:above` and `:below` of a reference: the parts of a whole, and the wholes of a part.

`Procedure?location:below=42` finds what happened at location 42 or at any part of it; the parts are
found by walking Location.partOf. Circles end by themselves.

Source: https://hl7.org/fhir/R4/search.html#recursive
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from fhir_bridge.search import parameters
from fhir_bridge.search.conditions import unescape
from fhir_bridge.search.fragments import (
    RESOURCE,
    Guard,
    Scope,
    Sql,
    Test,
    either_of,
    fence,
    joined,
    resources_at,
    resources_of,
    rows_at,
    rows_of,
)
from fhir_bridge.search.index import TABLES
from fhir_bridge.search.parameters import Parameter
from fhir_bridge.search.problems import BadValue, problem, unknown_modifier
from fhir_bridge.search.values import reference_target

_PART_OF = ("part-of", "partof")


@dataclass
class Hierarchy(Test):
    """A reference of `params` leads to this resource of `target`, or to one below or above it."""

    params: tuple[int, ...]
    target: str
    id: str
    links: tuple[int, ...]  # the rows of the target's own partOf
    below: bool
    guards: Sequence[Test]

    def probe(self, scope: Scope, resource: str) -> Sql:
        alias = scope.alias()
        where = self._where(scope, alias, rows_at(scope, alias, self.params, resource))
        return Sql(
            f"EXISTS (SELECT 1 FROM {TABLES['reference'].name} {alias} "
            f"WHERE {where.text}{fence()})",
            where.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        alias = scope.alias()
        where = self._where(scope, alias, rows_of(scope, alias, self.params))
        return Sql(
            f"SELECT {alias}.resource_id AS id FROM {TABLES['reference'].name} {alias} "
            f"WHERE {where.text}",
            where.params,
        )

    def _where(self, scope: Scope, alias: str, own: Sql) -> Sql:
        family = self._family(scope)
        return joined(
            [
                own,
                Sql(f"{alias}.target_type = %s", (self.target,)),
                Sql(f"{alias}.target_id IN ({family.text})", family.params),
            ],
            " AND ",
        )

    def _family(self, scope: Scope) -> Sql:
        """SELECT the id itself and all ids below or above it."""
        n, a, r = scope.alias(), scope.alias(), scope.alias()
        link = Sql(f"{a}.target_type = %s", (self.target,))
        known = [guard.probe(scope, f"{r}.id") for guard in self.guards]
        if self.below:
            found = f"{r}.fhir_id"
            rows = joined([rows_of(scope, a, self.links), link], " AND ")
            row = joined([resources_at(scope, r, self.target), *known], " AND ")
            step = Sql(
                f"JOIN {TABLES['reference'].name} {a} ON {a}.target_id = {n}.id AND {rows.text} "
                f"JOIN {RESOURCE} {r} ON {r}.id = {a}.resource_id AND {row.text}",
                (*rows.params, *row.params),
            )
        else:
            found = f"{a}.target_id"
            row = joined([resources_of(scope, r, self.target), *known], " AND ")
            rows = joined([rows_at(scope, a, self.links, f"{r}.id"), link], " AND ")
            step = Sql(
                f"JOIN {RESOURCE} {r} ON {r}.fhir_id = {n}.id AND {row.text} "
                f"JOIN {TABLES['reference'].name} {a} ON {rows.text}",
                (*row.params, *rows.params),
            )
        return Sql(
            f"WITH RECURSIVE {n}(id) AS (SELECT {_bytewise('%s')} UNION "
            f"SELECT {_bytewise(found)} FROM {n} {step.text}) SELECT id FROM {n}",
            (self.id, *step.params),
        )


def _bytewise(expression: str) -> str:
    # Both halves of a recursion must agree on type and collation.
    if connection.vendor == "postgresql":
        return f'({expression})::text COLLATE "C"'
    return expression


def test(parameter: Parameter, value: str, modifier: str, guard: Guard, base: str) -> Test:
    """The test of `parameter:above` or `parameter:below` with one id or Type/id.

    Raises:
        Invalid: no type that the reference may lead to has parts.
        BadValue: no id.
    """
    targets = parameter.limit or parameter.targets or parameters.types()
    links = {target: part.rows for target in targets if (part := _part_of(target)) is not None}
    if not links:
        raise unknown_modifier(parameter, modifier)
    text = unescape(value)
    found = reference_target(
        text[len(base) + 1 :] if base and text.startswith(base + "/") else text
    )
    if found is None or not found[1]:
        raise BadValue("an id or Type/id")
    kind, id_ = found
    wanted = [target for target in links if kind in ("", target)]
    if not wanted:
        raise BadValue(f"an id, or Type/id of {', '.join(sorted(links))}")
    tests: list[Test] = []
    for target in wanted:
        guards = guard(target)
        if guards is not None:
            below = modifier == "below"
            tests.append(Hierarchy(parameter.rows, target, id_, links[target], below, guards))
    if not tests:
        raise problem(f"{wanted[0]} may not be searched", "forbidden", 403)
    return either_of(tests)


def _part_of(type_: str) -> Parameter | None:
    """The parameter that leads from a resource to the one of the same type that it is part of."""
    for code in _PART_OF:
        found = parameters.get(type_, code)
        if found is not None and type_ in (found.limit or found.targets):
            return found
    return None
