"""SQL with its parameters, and the tests that a search is made of.

A test can be asked in two ways: `probe`, true or false for one resource, and `source`, the
resources that meet it. plan.py takes the source of one test and probes the others. Values only ever
travel as parameters; the text is ours.
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from django.db import connection

from fhir_bridge.models import PatientCompartment, Resource
from fhir_bridge.search.index import TABLES

RESOURCE = Resource._meta.db_table
COMPARTMENT = PatientCompartment._meta.db_table


class Sql(NamedTuple):
    """A piece of SQL. `{t}` in it stands for the alias of the row it speaks of."""

    text: str
    params: tuple[Any, ...] = ()

    def on(self, alias: str) -> "Sql":
        return Sql(self.text.replace("{t}", alias), self.params)


def joined(parts: Iterable[Sql], by: str) -> Sql:
    """Several pieces in a row; the parameters keep the order of the text."""
    found = list(parts)
    params = tuple(param for part in found for param in part.params)
    return Sql(by.join(part.text for part in found), params)


def any_of(parts: Sequence[Sql]) -> Sql:
    """True when one of them is."""
    if len(parts) == 1:
        return parts[0]
    return joined((Sql(f"({part.text})", part.params) for part in parts), " OR ")


@dataclass
class Scope:
    """For whom one search runs, and the aliases that it has given out."""

    organization_id: int
    numbers: Any = field(default_factory=count)

    def alias(self) -> str:
        return f"t{next(self.numbers)}"


def fence() -> str:
    """What keeps PostgreSQL from turning a probe into a join: its estimate of how many rows one
    parameter value has is a guess, and the plan is already made (see plan.py)."""
    return " OFFSET 0" if connection.vendor == "postgresql" else ""


class Test:
    """One condition on the resources of a type.

    `ordered`: the source comes from one equality of the index, so in the order of the resources.
    """

    ordered = False

    def probe(self, scope: Scope, resource: str) -> Sql:
        """Whether the resource whose primary key is the SQL `resource` meets this."""
        raise NotImplementedError

    def source(self, scope: Scope) -> Sql | None:
        """SELECT ... AS id of the resources that meet this; None when only a probe makes sense."""
        raise NotImplementedError


# May the actor search this type? The tests that keep the answer to what the actor may see
# (empty: all of it), or None when the type may not be searched at all.
Guard = Callable[[str], Sequence[Test] | None]


@dataclass
class Rows(Test):
    """Some (or, negated, no) index row of these parameters meets a condition."""

    table: str
    params: tuple[int, ...]
    condition: Sql | None
    negated: bool = False
    ordered: bool = False

    def probe(self, scope: Scope, resource: str) -> Sql:
        alias = scope.alias()
        where = self._where(alias, rows_at(scope, alias, self.params, resource))
        return Sql(
            f"{'NOT ' if self.negated else ''}EXISTS (SELECT 1 FROM {TABLES[self.table].name} "
            f"{alias} WHERE {where.text}{fence()})",
            where.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        if self.negated:
            return None
        alias = scope.alias()
        where = self._where(alias, rows_of(scope, alias, self.params))
        return Sql(
            f"SELECT {alias}.resource_id AS id FROM {TABLES[self.table].name} {alias} "
            f"WHERE {where.text}",
            where.params,
        )

    def _where(self, alias: str, own: Sql) -> Sql:
        if self.condition is None:
            return own
        condition = self.condition.on(alias)
        return Sql(f"{own.text} AND ({condition.text})", own.params + condition.params)


def rows_of(scope: Scope, alias: str, params: tuple[int, ...]) -> Sql:
    """The index rows of these parameters, in the searcher's organisation. The numbers are ours."""
    if len(params) == 1:
        own = f"{alias}.param = {int(params[0])}"
    else:
        own = f"{alias}.param IN ({', '.join(str(int(n)) for n in params)})"
    return Sql(f"{alias}.organization_id = %s AND {own}", (scope.organization_id,))


def rows_among(scope: Scope, alias: str, params: tuple[int, ...], resources: Sql) -> Sql:
    """The same, of some resources: `resources` says which, by the alias's `resource_id`.

    Written so that only the index by resource serves it: a database that has not counted its rows
    yet takes any index that begins with the organisation for as good, and reads a type's all.
    """
    own = rows_of(scope, alias, params)
    text = own.text.replace(f"{alias}.organization_id =", f"{alias}.organization_id + 0 =")
    return Sql(f"{resources.text} AND {text}", resources.params + own.params)


def rows_at(scope: Scope, alias: str, params: tuple[int, ...], resource: str) -> Sql:
    """The same, of the resource whose primary key is the SQL `resource`."""
    return rows_among(scope, alias, params, Sql(f"{alias}.resource_id = {resource}"))


@dataclass
class Group(Test):
    """A composite: one row of each component, all of the same group of the same resource."""

    parts: tuple[Rows, ...]

    def probe(self, scope: Scope, resource: str) -> Sql:
        first, body = self._joined(scope)
        return Sql(
            f"EXISTS (SELECT 1 FROM {body.text} AND {first}.resource_id = {resource}{fence()})",
            body.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        first, body = self._joined(scope)
        return Sql(f"SELECT {first}.resource_id AS id FROM {body.text}", body.params)

    def _joined(self, scope: Scope) -> tuple[str, Sql]:
        aliases = [scope.alias() for _ in self.parts]
        first = aliases[0]
        tables = [
            f"{TABLES[part.table].name} {alias}"
            for part, alias in zip(self.parts, aliases, strict=True)
        ]
        conditions = [
            part._where(alias, rows_of(scope, alias, part.params))
            for part, alias in zip(self.parts, aliases, strict=True)
        ]
        ties = [
            Sql(f"{alias}.resource_id = {first}.resource_id AND {alias}.place = {first}.place")
            for alias in aliases[1:]
        ]
        where = joined([*conditions, *ties], " AND ")
        return first, Sql(f"{', '.join(tables)} WHERE {where.text}", where.params)


@dataclass
class Own(Test):
    """A condition on the resource's own row: its id, when it was last updated."""

    resource_type: str
    condition: Sql
    ordered: bool = False

    def probe(self, scope: Scope, resource: str) -> Sql:
        alias = scope.alias()
        condition = self.condition.on(alias)
        return Sql(
            f"EXISTS (SELECT 1 FROM {RESOURCE} {alias} WHERE {alias}.id = {resource} "
            f"AND ({condition.text}){fence()})",
            condition.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        alias = scope.alias()
        own = resources_of(scope, alias, self.resource_type)
        condition = self.condition.on(alias)
        return Sql(
            f"SELECT {alias}.id AS id FROM {RESOURCE} {alias} "
            f"WHERE {own.text} AND ({condition.text})",
            own.params + condition.params,
        )


def resources_of(scope: Scope, alias: str, resource_type: str) -> Sql:
    """The living resources of a type, in the searcher's organisation."""
    return Sql(
        f"{alias}.organization_id = %s AND {alias}.type = %s AND NOT {alias}.deleted",
        (scope.organization_id, resource_type),
    )


def resources_at(scope: Scope, alias: str, resource_type: str) -> Sql:
    """The same, of rows that are reached by their key; for the reason of `rows_at`."""
    return Sql(
        f"{alias}.organization_id + 0 = %s AND {alias}.type || '' = %s AND NOT {alias}.deleted",
        (scope.organization_id, resource_type),
    )


@dataclass
class Compartment(Test):
    """The resource is in a patient's compartment (access control, and Patient/1/Observation)."""

    resource_type: str
    patient_id: str

    def probe(self, scope: Scope, resource: str) -> Sql:
        alias = scope.alias()
        return Sql(
            f"EXISTS (SELECT 1 FROM {COMPARTMENT} {alias} WHERE {alias}.patient_id = %s "
            f"AND {alias}.resource_id = {resource}{fence()})",
            (self.patient_id,),
        )

    def source(self, scope: Scope) -> Sql | None:
        alias, row = scope.alias(), scope.alias()
        own = resources_at(scope, row, self.resource_type)
        return Sql(
            f"SELECT {alias}.resource_id AS id FROM {COMPARTMENT} {alias} "
            f"JOIN {RESOURCE} {row} ON {row}.id = {alias}.resource_id "
            f"WHERE {alias}.patient_id = %s AND {own.text}",
            (self.patient_id, *own.params),
        )


@dataclass
class Chain(Test):
    """A reference of these parameters leads to a resource of `target` that meets all of `inner`."""

    params: tuple[int, ...]
    target: str
    inner: tuple[Test, ...]

    def probe(self, scope: Scope, resource: str) -> Sql:
        a, b = scope.alias(), scope.alias()
        own = rows_at(scope, a, self.params, resource)
        inner = [test.probe(scope, f"{b}.id") for test in self.inner]
        where = joined([own, resources_of(scope, b, self.target), *inner], " AND ")
        return Sql(
            f"EXISTS (SELECT 1 FROM {TABLES['reference'].name} {a} JOIN {RESOURCE} {b} "
            f"ON {b}.fhir_id = {a}.target_id AND {b}.type = {a}.target_type "
            f"WHERE {where.text}{fence()})",
            where.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        inner = best_source(scope, self.inner, self.target)
        i, a, b = scope.alias(), scope.alias(), scope.alias()
        own = joined([rows_of(scope, a, self.params), resources_of(scope, b, self.target)], " AND ")
        return Sql(
            f"SELECT {a}.resource_id AS id FROM ({inner.text}) {i} "
            f"JOIN {RESOURCE} {b} ON {b}.id = {i}.id "
            f"JOIN {TABLES['reference'].name} {a} ON {a}.target_id = {b}.fhir_id "
            f"AND {a}.target_type = {b}.type WHERE {own.text}",
            inner.params + own.params,
        )


@dataclass
class Has(Test):
    """A resource of another type that meets all of `inner` refers to this one (`_has`)."""

    resource_type: str  # of the resource that is referred to
    source_type: str
    params: tuple[int, ...]
    inner: tuple[Test, ...]

    def probe(self, scope: Scope, resource: str) -> Sql:
        a, b = scope.alias(), scope.alias()
        inner = [test.probe(scope, f"{a}.resource_id") for test in self.inner]
        where = joined([rows_of(scope, a, self.params), *inner], " AND ")
        return Sql(
            f"EXISTS (SELECT 1 FROM {RESOURCE} {b} JOIN {TABLES['reference'].name} {a} "
            f"ON {a}.target_id = {b}.fhir_id AND {a}.target_type = {b}.type "
            f"WHERE {b}.id = {resource} AND {where.text}{fence()})",
            where.params,
        )

    def source(self, scope: Scope) -> Sql | None:
        inner = best_source(scope, self.inner, self.source_type)
        i, a, b = scope.alias(), scope.alias(), scope.alias()
        own = joined(
            [rows_of(scope, a, self.params), resources_of(scope, b, self.resource_type)], " AND "
        )
        return Sql(
            f"SELECT {b}.id AS id FROM ({inner.text}) {i} "
            f"JOIN {TABLES['reference'].name} {a} ON {a}.resource_id = {i}.id "
            f"JOIN {RESOURCE} {b} ON {b}.fhir_id = {a}.target_id AND {b}.type = {a}.target_type "
            f"WHERE {own.text}",
            inner.params + own.params,
        )


@dataclass
class Either(Test):
    """One of the tests is met."""

    tests: tuple[Test, ...]

    def probe(self, scope: Scope, resource: str) -> Sql:
        probes = [test.probe(scope, resource) for test in self.tests]
        either = joined(probes, " OR ")
        return Sql(f"({either.text})", either.params)

    def source(self, scope: Scope) -> Sql | None:
        sources = [test.source(scope) for test in self.tests]
        known = [source for source in sources if source is not None]
        return joined(known, " UNION ALL ") if len(known) == len(sources) else None


def either_of(tests: Sequence[Test]) -> Test:
    """The test that one of these is met."""
    return tests[0] if len(tests) == 1 else Either(tuple(tests))


@dataclass
class Not(Test):
    """The test is not met."""

    test: Test

    def probe(self, scope: Scope, resource: str) -> Sql:
        inner = self.test.probe(scope, resource)
        return Sql(f"NOT ({inner.text})", inner.params)

    def source(self, scope: Scope) -> Sql | None:
        return None


@dataclass
class Every(Test):
    """All of the tests are met (the parts of a composite that is the whole resource)."""

    resource_type: str
    tests: tuple[Test, ...]

    def probe(self, scope: Scope, resource: str) -> Sql:
        every = joined((test.probe(scope, resource) for test in self.tests), " AND ")
        return Sql(f"({every.text})", every.params)

    def source(self, scope: Scope) -> Sql | None:
        return best_source(scope, self.tests, self.resource_type)


@dataclass
class Never(Test):
    """Nothing meets this: a patient that the caller may not know, an id that cannot be."""

    resource_type: str

    def probe(self, scope: Scope, resource: str) -> Sql:
        return Sql("1 = 0")

    def source(self, scope: Scope) -> Sql | None:
        return Sql(f"SELECT id FROM {RESOURCE} WHERE 1 = 0")


def everything(scope: Scope, resource_type: str) -> Sql:
    """SELECT every living resource of the type, as a source."""
    alias = scope.alias()
    own = resources_of(scope, alias, resource_type)
    return Sql(f"SELECT {alias}.id AS id FROM {RESOURCE} {alias} WHERE {own.text}", own.params)


def best_source(scope: Scope, tests: Sequence[Test], resource_type: str) -> Sql:
    """The resources that meet all tests: the first source, an ordered one before others, probed
    by the rest."""
    ranked = sorted(tests, key=lambda test: not test.ordered)
    for test in ranked:
        source = test.source(scope)
        if source is not None:
            rest = [other for other in tests if other is not test]
            return probed(scope, source, rest)
    return probed(scope, everything(scope, resource_type), tests)


def probed(scope: Scope, source: Sql, tests: Sequence[Test]) -> Sql:
    """The resources of a source that meet the tests."""
    if not tests:
        return source
    alias = scope.alias()
    where = joined((test.probe(scope, f"{alias}.id") for test in tests), " AND ")
    return Sql(
        f"SELECT {alias}.id AS id FROM ({source.text}) {alias} WHERE {where.text}",
        source.params + where.params,
    )
