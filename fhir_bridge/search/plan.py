"""How a query runs: which test leads, which are probed, and one page in a stable order.

The order of an unsorted search is that of the resources' first storing, so that equality searches
read one run of an index and stop at the page's end. Where several tests meet, or one is a range,
each is counted up to SPARSE first: a test that few resources meet leads, the others are probed for
each of its resources; where all are common, the order leads and the page fills quickly. What a
database's statistics would have to guess about (parameter, value) pairs is thus measured.
"""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from fhir_bridge.documents import Stored, parse
from fhir_bridge.models import ResourceVersion
from fhir_bridge.search import index
from fhir_bridge.search.cursors import Cursor
from fhir_bridge.search.fragments import (
    RESOURCE,
    Compartment,
    Own,
    Scope,
    Sql,
    Test,
    everything,
    joined,
    probed,
    resources_at,
    resources_of,
    rows_at,
    rows_of,
)
from fhir_bridge.search.index import HIGHEST_VALUE, LOWEST_VALUE, TABLES
from fhir_bridge.search.problems import problem
from fhir_bridge.search.query import MAX_SQL_PARAMETERS, Query, SortKey
from fhir_bridge.search.sizes import remembered

SPARSE = 400  # a test that fewer resources meet leads the plan

COLUMNS = "r.id, r.type, r.fhir_id, r.version, r.last_updated, r.content"
_SORT_COLUMN = {
    "token": ("token", "code"),
    "string": ("string", "folded"),
    "reference": ("reference", "target_id"),
    "date": ("date", "low"),
    "number": ("quantity", "low"),
    "quantity": ("quantity", "low"),
    "uri": ("uri", "value"),
}
_OWN_COLUMN = {"_id": "fhir_id", "_lastUpdated": "last_updated"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A resource on a page, with the key of its row."""

    pk: int
    stored: Stored


@dataclass
class Lead:
    """The source that leads, the tests that are probed, and whether few resources come of it."""

    source: Sql
    rest: list[Test]
    sparse: bool


def hits(query: Query, organization_id: int, cursor: Cursor | None, limit: int) -> list[Hit]:
    """At most `limit` resources after (or, going back, before) the cursor, in the query's order."""
    scope = Scope(organization_id)
    backwards = cursor is not None and cursor.backwards
    lead = _lead(scope, query)
    if not query.sort:
        after = cursor.pk if cursor else None
        found = _in_order(scope, query, lead, after, limit, descending=backwards)
    elif not backwards and not lead.sparse and len(query.sort) == 1:
        walk = _walk_own if query.sort[0].parameter is None else _walk
        found = walk(scope, query, lead, cursor, limit)
    else:
        found = _sorted(scope, query, lead, cursor, limit)
    return found[::-1] if backwards else found


def count(query: Query, organization_id: int) -> int:
    """How many resources match."""
    scope = Scope(organization_id)
    lead = _lead(scope, query)
    matching = probed(scope, lead.source, lead.rest)
    return int(
        fetch(Sql(f"SELECT COUNT(DISTINCT m.id) FROM ({matching.text}) m", matching.params))[0][0]
    )


def _lead(scope: Scope, query: Query) -> Lead:
    tests = query.tests
    by_id = [test for test in tests if isinstance(test, Own) and test.ordered]
    candidates = by_id[:1] or tests
    sources = [(test, test.source(scope)) for test in candidates]
    usable = [(test, source) for test, source in sources if source is not None]
    if by_id:
        test, source = usable[0]
        return Lead(source, [other for other in tests if other is not test], True)
    if len(tests) == 1 and usable and tests[0].ordered and not query.sort:
        return Lead(usable[0][1], [], False)
    if usable:
        sizes = remembered.of([source for _, source in usable], _sizes)
        smallest = min(range(len(sizes)), key=sizes.__getitem__)
        test, source = usable[smallest]
        if sizes[smallest] < SPARSE:
            return Lead(source, [other for other in tests if other is not test], True)
        for test, source in usable:
            if test.ordered:
                return Lead(source, [other for other in tests if other is not test], False)
    return Lead(everything(scope, query.resource_type), list(tests), False)


def _sizes(sources: Sequence[Sql]) -> list[int]:
    """How many rows each source has, counted up to SPARSE, in one round trip."""
    counts = [
        Sql(f"(SELECT COUNT(*) FROM (SELECT 1 FROM ({s.text}) s LIMIT {SPARSE}) c)", s.params)
        for s in sources
    ]
    listed = joined(counts, ", ")
    return list(fetch(Sql(f"SELECT {listed.text}", listed.params))[0])


def _in_order(
    scope: Scope, query: Query, lead: Lead, after: int | None, limit: int, *, descending: bool
) -> list[Hit]:
    """The page of an unsorted search."""
    if limit <= 0:
        return []
    probes = [test.probe(scope, "d.id") for test in lead.rest]
    if after is not None:
        probes.append(Sql(f"d.id {'<' if descending else '>'} %s", (after,)))
    where = joined(probes, " AND ")
    order = "DESC" if descending else "ASC"
    page = Sql(
        f"SELECT DISTINCT d.id FROM ({lead.source.text}) d "
        f"{'WHERE ' + where.text if probes else ''} ORDER BY d.id {order} LIMIT {int(limit)}",
        lead.source.params + where.params,
    )
    own = resources_at(scope, "r", query.resource_type)
    return _hits(
        Sql(
            f"SELECT {COLUMNS} FROM ({page.text}) p JOIN {RESOURCE} r ON r.id = p.id "
            f"WHERE {own.text} ORDER BY r.id {order}",
            page.params + own.params,
        )
    )


# -- sorted --------------------------------------------------------------------------------------


def _walk_own(
    scope: Scope, query: Query, lead: Lead, cursor: Cursor | None, limit: int
) -> list[Hit]:
    """Walk the resources by their id or by when they were last updated."""
    key = query.sort[0]
    column = _OWN_COLUMN[key.code]
    order, than = ("DESC", "<") if key.descending else ("ASC", ">")
    conditions = [resources_of(scope, "r", query.resource_type)]
    conditions += [test.probe(scope, "r.id") for test in query.tests]
    if cursor is not None:
        (value,) = _keys_of(scope, query, cursor)
        conditions.append(Sql(f"(r.{column}, r.id) {than} (%s, %s)", (value, cursor.pk)))
    where = joined(conditions, " AND ")
    return _hits(
        Sql(
            f"SELECT {COLUMNS} FROM {RESOURCE} r WHERE {where.text} "
            f"ORDER BY r.{column} {order}, r.id {order} LIMIT {int(limit)}",
            where.params,
        )
    )


def _walk(scope: Scope, query: Query, lead: Lead, cursor: Cursor | None, limit: int) -> list[Hit]:
    """Walk the sort key's own index, then the resources without a value."""
    key = query.sort[0]
    assert key.parameter is not None
    if len(key.parameter.rows) > 1 or key.parameter.limit:  # the marks are not its own
        return _sorted(scope, query, lead, cursor, limit)
    table, column = _SORT_COLUMN[key.parameter.type]
    values = _keys_of(scope, query, cursor) if cursor else None
    found: list[Hit] = []
    tests = query.tests
    order, than = ("DESC", "<") if key.descending else ("ASC", ">")
    rows = rows_of(scope, "k", key.parameter.rows)
    mark = HIGHEST_VALUE if key.descending else LOWEST_VALUE
    if values is None or values[0] is not None:
        conditions = [rows, Sql(f"k.place & {mark} <> 0")]
        conditions += [test.probe(scope, "k.resource_id") for test in tests]
        if values is not None and cursor is not None:
            conditions.append(
                Sql(f"(k.{column}, k.resource_id) {than} (%s, %s)", (values[0], cursor.pk))
            )
        where = joined(conditions, " AND ")
        own = resources_at(scope, "r", query.resource_type)
        found = _hits(
            Sql(
                f"SELECT {COLUMNS} FROM (SELECT k.resource_id AS id, k.{column} AS key "
                f"FROM {TABLES[table].name} k WHERE {where.text} "
                f"ORDER BY k.{column} {order}, k.resource_id {order} LIMIT {int(limit)}) p "
                f"JOIN {RESOURCE} r ON r.id = p.id WHERE {own.text} "
                f"ORDER BY p.key {order}, r.id {order}",
                where.params + own.params,
            )
        )
    if len(found) < limit:
        none = rows_at(scope, "k", key.parameter.rows, "{t}.id")
        without = Sql(
            f"NOT EXISTS (SELECT 1 FROM {TABLES[table].name} k WHERE {none.text})", none.params
        )
        after = cursor.pk if cursor and values is not None and values[0] is None else None
        missing = Lead(lead.source, [*lead.rest, Own(query.resource_type, without)], False)
        found += _in_order(
            scope, query, missing, after, limit - len(found), descending=key.descending
        )
    return found


def _sorted(scope: Scope, query: Query, lead: Lead, cursor: Cursor | None, limit: int) -> list[Hit]:
    """Sort what matches: any keys, either direction."""
    matching = probed(scope, lead.source, lead.rest)
    keys = [_key_sql(scope, key, "m.id") for key in query.sort]
    named = joined((Sql(f"{key.text} AS k{n}", key.params) for n, key in enumerate(keys)), ", ")
    rows = Sql(
        f"SELECT m.id AS id, {named.text} FROM (SELECT DISTINCT s.id FROM ({matching.text}) s) m",
        named.params + matching.params,
    )
    backwards = cursor is not None and cursor.backwards
    after = _keyset(query.sort, _keys_of(scope, query, cursor), cursor) if cursor else Sql("1 = 1")
    orders = []
    for n, key in enumerate(query.sort):
        orders.append(f"(x.k{n} IS NULL) {'DESC' if backwards else 'ASC'}")
        orders.append(f"x.k{n} {'DESC' if key.descending != backwards else 'ASC'}")
    last = "DESC" if query.sort[0].descending != backwards else "ASC"
    order = ", ".join([*orders, f"x.id {last}"])
    own = resources_at(scope, "r", query.resource_type)
    return _hits(
        Sql(
            f"SELECT {COLUMNS} FROM (SELECT * FROM ({rows.text}) x WHERE {after.text} "
            f"ORDER BY {order} LIMIT {int(limit)}) x JOIN {RESOURCE} r ON r.id = x.id "
            f"WHERE {own.text} ORDER BY {order}",
            rows.params + after.params + own.params,
        )
    )


def _key_sql(scope: Scope, key: SortKey, resource: str) -> Sql:
    """The sort value of one resource: its lowest, or when descending its highest."""
    if key.parameter is None:
        column = _OWN_COLUMN[key.code]
        return Sql(f"(SELECT o.{column} FROM {RESOURCE} o WHERE o.id = {resource})")
    table, column = _SORT_COLUMN[key.parameter.type]
    rows = rows_at(scope, "o", key.parameter.rows, resource)
    limit = key.parameter.limit
    types = f" AND o.target_type IN ({', '.join(['%s'] * len(limit))})" if limit else ""
    return Sql(
        f"(SELECT {'MAX' if key.descending else 'MIN'}(o.{column}) FROM {TABLES[table].name} o "
        f"WHERE {rows.text}{types})",
        rows.params + limit,
    )


def _keyset(sort: Sequence[SortKey], values: Sequence[Any], cursor: Cursor) -> Sql:
    """After (or before) the cursor's resource, in the order of the keys and then of the id."""
    either: list[Sql] = []
    equal: list[Sql] = []
    for n, (key, value) in enumerate(zip(sort, values, strict=True)):
        than = "<" if key.descending != cursor.backwards else ">"
        if value is None:
            beyond = Sql(f"x.k{n} IS NOT NULL") if cursor.backwards else None
            same = Sql(f"x.k{n} IS NULL")
        else:
            # What has no value comes last, so it is after every value and before none.
            text = f"x.k{n} {than} %s"
            beyond = Sql(text if cursor.backwards else f"({text} OR x.k{n} IS NULL)", (value,))
            same = Sql(f"x.k{n} = %s", (value,))
        if beyond is not None:
            either.append(joined([*equal, beyond], " AND "))
        equal.append(same)
    than = "<" if sort[0].descending != cursor.backwards else ">"
    either.append(joined([*equal, Sql(f"x.id {than} %s", (cursor.pk,))], " AND "))
    whole = joined((Sql(f"({part.text})", part.params) for part in either), " OR ")
    return Sql(f"({whole.text})", whole.params)


def _keys_of(scope: Scope, query: Query, cursor: Cursor) -> list[Any]:
    """The sort values that the cursor's resource had when its page was made.

    The cursor names a version, so they are the same after an update or a deletion. A version that
    was out of the search's compartment is no place: where it lies would tell its values.

    Raises:
        LookupError: there is no such resource, or not in this search's reach.
    """
    keys = joined((_key_sql(scope, key, "r.id") for key in query.sort), ", ")
    probes = [test.probe(scope, "r.id") for test in _compartments(query)]
    inside = joined([Sql("1 = 1"), *probes], " AND ")
    rows = fetch(
        Sql(
            f"SELECT r.version, r.deleted, {inside.text}, {keys.text} FROM {RESOURCE} r "
            "WHERE r.id = %s AND r.organization_id = %s AND r.type = %s",
            (
                *inside.params,
                *keys.params,
                cursor.pk,
                scope.organization_id,
                query.resource_type,
            ),
        )
    )
    if not rows:
        raise LookupError
    version, deleted, is_inside, *values = rows[0]
    if version != cursor.version or deleted:
        return _keys_then(query, cursor)
    if not is_inside:
        raise LookupError
    return values


def _compartments(query: Query) -> list[Compartment]:
    return [test for test in query.tests if isinstance(test, Compartment)]


def _keys_then(query: Query, cursor: Cursor) -> list[Any]:
    then = ResourceVersion.objects.filter(resource_id=cursor.pk, version=cursor.version).first()
    if then is None or then.deleted:
        raise LookupError
    resource = parse(bytes(then.content)).value
    patients = index.patients(query.resource_type, resource)
    if not {test.patient_id for test in _compartments(query)} <= patients:
        raise LookupError
    rows = index.extract(query.resource_type, resource)
    values: list[Any] = []
    for key in query.sort:
        if key.parameter is None:
            moment = connection.ops.adapt_datetimefield_value(then.last_updated)
            values.append(resource["id"] if key.code == "_id" else moment)
            continue
        table, _ = _SORT_COLUMN[key.parameter.type]
        # The sort column is the first value column of each table.
        own = [row[1] for row in rows.get(table, ()) if row[0] in key.parameter.rows]
        values.append((max(own) if key.descending else min(own)) if own else None)
    return values


# -- the database --------------------------------------------------------------------------------


def fetch(sql: Sql) -> list[tuple[Any, ...]]:
    """The rows of one statement.

    Raises:
        Invalid: it has more parameters than a statement may have.
    """
    if len(sql.params) > MAX_SQL_PARAMETERS:
        raise problem("The search asks for too many values at once", "too-costly")
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.params)
        return list(cursor.fetchall())


def _hits(sql: Sql) -> list[Hit]:
    return [hit_of(row) for row in fetch(sql)]


def hit_of(row: Sequence[Any]) -> Hit:
    """A row of COLUMNS."""
    pk, type_, fhir_id, version, last_updated, content = row
    if isinstance(last_updated, str):  # SQLite keeps text ...
        last_updated = datetime.fromisoformat(last_updated)
    if last_updated.tzinfo is None:  # ... in UTC
        last_updated = last_updated.replace(tzinfo=UTC)
    return Hit(pk, Stored(type_, fhir_id, version, last_updated, bytes(content)))
