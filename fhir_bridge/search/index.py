"""Writes and removes the index rows of resources. Called by the store, inside its transaction."""

# ruff: noqa: S608 -- the text of every statement is ours; values travel as parameters

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from fhir_bridge import models
from fhir_bridge.search import extract as extraction
from fhir_bridge.search import words
from fhir_bridge.search.emitters import Row
from fhir_bridge.search.values import UCUM

RANK = 4  # place = rank * RANK + LOWEST_VALUE + HIGHEST_VALUE
LOWEST_VALUE, HIGHEST_VALUE = 1, 2
_MAX_UNITS_KNOWN = 20_000
_units_known: set[tuple[int, str]] = set()  # (organization, UCUM code), committed


class Table:
    """An index table: `columns` are those after `param`, in the order of the values, `types`
    PostgreSQL's of those, `key` what tells the rows of one resource apart."""

    def __init__(
        self, model: type[models.IndexRow], columns: tuple[str, ...], types: tuple[str, ...]
    ) -> None:
        self.name = model._meta.db_table
        self.columns = columns
        self.primary_key = tuple(str(field.column) for field in model._meta.pk_fields)
        self.key = tuple(
            column for column in ("param", *columns, "place") if column in self.primary_key
        )
        self.types = {
            "resource_id": "bigint",
            "param": "smallint",
            **dict(zip(columns, types, strict=True)),
            "place": "int",
        }
        names = ("param", *columns, "place")
        self._names = names
        self._key_of = itemgetter(*(names.index(column) for column in self.key))

    def record(self, columns: Sequence[str]) -> str:
        """These columns with their types, as PostgreSQL declares a record."""
        return ", ".join(f"{column} {self.types[column]}" for column in columns)

    def named(self, resource_id: int, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Rows (param, value..., place) of a resource by the names of their columns."""
        names = self._names
        return [{"resource_id": resource_id, **dict(zip(names, row, strict=True))} for row in rows]

    def difference(self, old: Sequence[Row], new: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        """The rows to delete, and those to insert or, where their key is there, to change."""
        before = {self._key_of(row): row for row in old}
        after = {self._key_of(row): row for row in new}
        gone = [row for key, row in before.items() if key not in after]
        come = [row for key, row in after.items() if before.get(key) != row]
        return gone, come


TABLES: Mapping[str, Table] = {
    "token": Table(models.TokenIndex, ("code", "system", "text"), ("text", "text", "text")),
    "string": Table(models.StringIndex, ("folded", "exact"), ("text", "text")),
    "reference": Table(models.ReferenceIndex, ("target_id", "target_type"), ("text", "text")),
    "date": Table(models.DateIndex, ("low", "high"), ("bigint", "bigint")),
    "quantity": Table(
        models.QuantityIndex,
        ("low", "high", "system", "code", "unit"),
        ("float8", "float8", "text", "text", "text"),
    ),
    "uri": Table(models.UriIndex, ("value",), ("text",)),
}


def extract(type_: str, resource: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The index rows of a resource by table: (param, value..., place).

    Raises:
        KeyError: `type_` is not an R4 resource type.
    """
    assert resource["resourceType"] == type_
    found = extraction.values(resource)
    rows = {}
    for table in TABLES:
        plain = getattr(found, table)
        grouped = found.grouped.get(table)
        if plain or grouped:
            rows[table] = _placed(plain) + list(dict.fromkeys(grouped or ()))
    return rows


def patients(type_: str, resource: Mapping[str, Any]) -> set[str]:
    """The ids of the patients whose compartment the resource is in (R4 CompartmentDefinition)."""
    ids = {
        target
        for _, target, kind in extraction.patient_references(resource).reference
        if kind == "Patient" and "/" not in target
    }
    if type_ == "Patient" and resource.get("id"):
        ids.add(resource["id"])
    return ids


def replace(row: "models.Resource", resource: Mapping[str, Any] | None, *, fresh: bool) -> None:
    """Make the rows of one resource those of `resource`; None (deleted): none.

    `fresh` promises that the resource has no rows yet.
    """
    bulk([(row, resource, fresh)])


def bulk(
    items: Iterable[tuple["models.Resource", Mapping[str, Any] | None, bool]],
) -> None:
    """The same for many resources at once: (row, resource or None, fresh).

    One statement removes what was there, one for each table (one in all on PostgreSQL) inserts.
    """
    stale: list[int] = []
    rows: dict[str, list[Row]] = {}
    texts: list[tuple[int, str, str]] = []
    for row, resource, fresh in items:
        if not fresh:
            stale.append(row.pk)
        if resource is None:
            continue
        texts.append((row.pk, *words.words_of(resource)))
        for table, values in extract(row.type, resource).items():
            rows.setdefault(table, []).extend(
                (row.organization_id, row.pk, *value) for value in values
            )
    if stale:
        _remove(stale)
    if texts:
        _insert(rows, texts)
        _units_note({(row[0], row[6]) for row in rows.get("quantity", ()) if row[5] == UCUM})


def units_note(organization_id: int, quantities: Iterable[Mapping[str, Any]]) -> None:
    """Remember the UCUM units of these rows of the quantity index."""
    _units_note({(organization_id, row["code"]) for row in quantities if row["system"] == UCUM})


def _units_note(used: set[tuple[int, str]]) -> None:
    fresh = sorted((organization, code) for organization, code in used - _units_known if code)
    if not fresh:
        return
    if len(_units_known) > _MAX_UNITS_KNOWN:
        _units_known.clear()
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {models.UnitInUse._meta.db_table} (organization_id, code) "
            "VALUES (%s, %s) ON CONFLICT DO NOTHING",
            fresh,
        )
    transaction.on_commit(lambda: _units_known.update(fresh))


def _placed(rows: Sequence[Row]) -> list[Row]:
    """Rows with their place: rank and whether lowest or highest among their parameter's values."""
    if len(rows) == 1:
        return [(*rows[0], LOWEST_VALUE | HIGHEST_VALUE)]
    placed = []
    for _, same in groupby(sorted(dict.fromkeys(rows)), key=itemgetter(0)):
        values = list(same)
        last = len(values) - 1
        for rank, row in enumerate(values):
            flags = (LOWEST_VALUE if rank == 0 else 0) | (HIGHEST_VALUE if rank == last else 0)
            placed.append((*row, rank * RANK + flags))
    return placed


def _insert(rows: Mapping[str, list[Row]], texts: Sequence[tuple[int, str, str]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            parts: list[str] = []
            arrays: list[list[Any]] = []
            for table, values in rows.items():
                sql, columns = _unnest(TABLES[table], values)
                parts.append(sql)
                arrays += columns
            common = ", ".join(f"i{n} AS ({sql})" for n, sql in enumerate(parts))
            last = words.INSERT_POSTGRESQL
            vectors = [(key, words.vector(narrative, rest)) for key, narrative, rest in texts]
            arrays += [list(column) for column in zip(*vectors, strict=True)]
            cursor.execute(f"WITH {common} {last}" if parts else last, arrays)
        else:
            cursor.executemany(words.INSERT_SQLITE, texts)
            for table, values in rows.items():
                cursor.executemany(_values_sql(TABLES[table]), values)


def _columns(table: Table) -> str:
    return ", ".join(("organization_id", "resource_id", "param", *table.columns, "place"))


def _values_sql(table: Table) -> str:
    marks = ", ".join(["%s"] * (len(table.columns) + 4))
    # Table and column names come from the models, never from a request.
    return f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({marks}) ON CONFLICT DO NOTHING"


def _unnest(table: Table, rows: list[Row]) -> tuple[str, list[list[Any]]]:
    types = ("int", *table.types.values())
    arrays = ", ".join(f"%s::{type_}[]" for type_ in types)
    sql = (
        f"INSERT INTO {table.name} ({_columns(table)}) SELECT * FROM unnest({arrays}) "
        "ON CONFLICT DO NOTHING"
    )
    return sql, [list(column) for column in zip(*rows, strict=True)]


def _remove(ids: list[int]) -> None:
    keys = {table.name: "resource_id" for table in TABLES.values()} | {words.TABLE: "rowid"}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            *first, last = (
                f"DELETE FROM {name} WHERE {key} = ANY(%s)" for name, key in keys.items()
            )
            common = ", ".join(f"d{n} AS ({sql})" for n, sql in enumerate(first))
            cursor.execute(f"WITH {common} {last}", [ids] * len(keys))
        else:
            for name, key in keys.items():
                cursor.executemany(
                    f"DELETE FROM {name} WHERE {key} = %s",
                    [(one,) for one in ids],
                )
