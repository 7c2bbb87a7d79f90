"""On PostgreSQL: everything that a list of changes writes, in one statement.

Contents, compartments, index rows, words and audit entries travel as one JSON array each, so the
statement's text never varies: it is planned once a connection, and a create is one round trip that
needs no transaction around it. Of a resource that is replaced only the index rows that differ are
touched. All parts see the tables as they were before the statement, so no part may delete a key
that another inserts: such a row is changed in place.
"""

# ruff: noqa: S608 -- names come from the models; values travel as parameters

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.db import connection

from fhir_bridge.access import Actor
from fhir_bridge.models import AuditEntry, PatientCompartment, Resource, ResourceVersion
from fhir_bridge.search import index, words

RESOURCE = Resource._meta.db_table
VERSION = ResourceVersion._meta.db_table
COMPARTMENT = PatientCompartment._meta.db_table
AUDIT = AuditEntry._meta.db_table
# Rows of a part, as columns of a PostgreSQL record.
_NEW = "id bigint, type text, fhir_id text, content text, protected boolean"
_PUT = "id bigint, version int, deleted boolean, content text, protected boolean"
_INSIDE = "resource_id bigint, patient_id text, since int"
_OUTSIDE = "resource_id bigint, patient_id text"
_AUDIT = "action text, type text, id text, version int"
_WORDS = "id bigint, words tsvector"
# Which keys are replaced. For one, a subquery: for a parameter that it can see the database makes a
# plan at each execution, which takes longer than to execute it.
_ONE, _SEVERAL = "= (SELECT %(id)s::bigint)", "= ANY(%(ids)s::bigint[])"
_KEYS_AT_ONCE = 50
# From so many resources on a statement may take as long as it takes; it needs a transaction then.
LARGE = 200


@dataclass
class Writes:
    """The rows of each part, by the names of their columns."""

    new: list[dict[str, Any]] = field(default_factory=list)
    put: list[dict[str, Any]] = field(default_factory=list)
    inside: list[dict[str, Any]] = field(default_factory=list)
    outside: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    words_gone: list[int] = field(default_factory=list)
    index_new: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    index_gone: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add_index(
        self,
        type_: str,
        key: int,
        old: Mapping[str, Any] | None,
        new: Mapping[str, Any] | None,
    ) -> None:
        """The index rows and words by which two versions of a resource differ; None: no version."""
        rows_old = index.extract(type_, old) if old else {}
        rows_new = index.extract(type_, new) if new else {}
        for name in rows_old | rows_new:
            table = index.TABLES[name]
            gone, come = table.difference(rows_old.get(name, ()), rows_new.get(name, ()))
            if gone:
                self.index_gone.setdefault(name, []).extend(table.named(key, gone))
            if come:
                self.index_new.setdefault(name, []).extend(table.named(key, come))
        words_old = words.words_of(old) if old else None
        words_new = words.words_of(new) if new else None
        if words_new is None:
            self.words_gone.append(key)
        elif words_new != words_old:
            self.words.append({"id": key, "words": words.vector(*words_new)})

    def add_compartments(self, key: int, old: set[str], new: set[str], *, since: int) -> None:
        """The patients whose compartment a resource enters with a version, or leaves."""
        for patient in sorted(new - old):
            self.inside.append({"resource_id": key, "patient_id": patient, "since": since})
        for patient in sorted(old - new):
            self.outside.append({"resource_id": key, "patient_id": patient})


def write(actor: Actor, writes: Writes, now: datetime) -> None:
    """Run the statement. Raises IntegrityError for an identity that exists already."""
    values: dict[str, Any] = {
        "organization": actor.organization_id,
        "actor": actor.name,
        "now": now,
        "new": _json(writes.new),
        "inside": _json(writes.inside),
        "audit": _json(writes.audit),
        "words": _json(writes.words),
        **{f"{name}_new": _json(writes.index_new.get(name, ())) for name in index.TABLES},
    }
    if writes.put:
        values |= {
            "id": writes.put[0]["id"],
            "ids": _array([row["id"] for row in writes.put]),
            "put": _json(writes.put),
            "outside": _json(writes.outside),
            "words_gone": _json([{"id": key} for key in writes.words_gone]),
            **{f"{name}_gone": _json(writes.index_gone.get(name, ())) for name in index.TABLES},
        }
    with connection.cursor() as cursor:
        if len(writes.new) + len(writes.put) >= LARGE:
            # The connection's own limit is for searches (search/bounds.py).
            cursor.execute("SET LOCAL statement_timeout = 0")
        these = _SEVERAL if len(writes.put) > 1 else _ONE if writes.put else ""
        cursor.execute(_statement(these), values)


def _json(rows: Any) -> str:
    return orjson.dumps(rows).decode() if rows else "[]"


def _array(keys: list[int]) -> str:
    return f"{{{','.join(map(str, keys))}}}"


@cache
def _statement(these: str) -> str:
    *first, last = [*(_going(these) if these else []), *_coming(replacing=bool(these))]
    return f"WITH {', '.join(f's{n} AS ({sql})' for n, sql in enumerate(first))} {last}"


def _going(these: str) -> list[str]:
    """Old versions, and what a replaced resource is found by no longer."""
    return [
        f"INSERT INTO {VERSION} (resource_id, version, last_updated, deleted, content) "
        f"SELECT id, version, last_updated, deleted, content FROM {RESOURCE} "
        f"WHERE id {these}",
        f"UPDATE {RESOURCE} r SET version = x.version, last_updated = %(now)s, "
        "deleted = x.deleted, content = convert_to(x.content, 'UTF8'), "
        f"protected = r.protected OR x.protected FROM {_rows('put', _PUT)} "
        f"WHERE r.id {these} AND r.id = x.id",
        f"DELETE FROM {COMPARTMENT} c USING {_rows('outside', _OUTSIDE)} "
        f"WHERE c.resource_id {these} AND c.resource_id = x.resource_id "
        "AND c.patient_id = x.patient_id",
        f"DELETE FROM {words.TABLE} t USING {_rows('words_gone', 'id bigint')} "
        f"WHERE t.rowid {these} AND t.rowid = x.id",
        *(_index_delete(name, table, these) for name, table in index.TABLES.items()),
    ]


def _coming(*, replacing: bool) -> list[str]:
    # A row of the same key is changed in place. Among a new resource's rows some may share a key.
    return [
        f"INSERT INTO {RESOURCE} (id, organization_id, type, fhir_id, version, last_updated, "
        "deleted, content, protected) SELECT x.id, %(organization)s, x.type, x.fhir_id, 1, "
        f"%(now)s, false, convert_to(x.content, 'UTF8'), x.protected FROM {_rows('new', _NEW)}",
        f"INSERT INTO {COMPARTMENT} (resource_id, patient_id, since) "
        f"SELECT x.resource_id, x.patient_id, x.since FROM {_rows('inside', _INSIDE)}",
        *(_index_insert(name, table, replacing) for name, table in index.TABLES.items()),
        f"INSERT INTO {words.TABLE} (rowid, words) SELECT x.id, x.words "
        f"FROM {_rows('words', _WORDS)} "
        "ON CONFLICT (rowid) DO UPDATE SET words = EXCLUDED.words",
        f"INSERT INTO {AUDIT} (organization_id, at, actor, action, outcome, resource_type, "
        "resource_id, version, detail, previous_hash, hash) SELECT %(organization)s, "
        "clock_timestamp(), %(actor)s, x.action, 'success', x.type, x.id, x.version, '{}'::jsonb, "
        "'', '' "
        f"FROM {_rows('audit', _AUDIT)}",
    ]


def _rows(part: str, columns: str) -> str:
    return f"json_to_recordset(%({part})s::json) AS x({columns})"


def _index_insert(name: str, table: index.Table, replacing: bool) -> str:
    columns = ("resource_id", "param", *table.columns, "place")
    own = [column for column in table.columns if column not in table.key]
    settled = "DO NOTHING"
    if replacing and own:
        changed = ", ".join(f"{column} = EXCLUDED.{column}" for column in own)
        settled = f"({', '.join(table.primary_key)}) DO UPDATE SET {changed}"
    return (
        f"INSERT INTO {table.name} (organization_id, {', '.join(columns)}) "
        f"SELECT %(organization)s, {', '.join(f'x.{column}' for column in columns)} "
        f"FROM {_rows(f'{name}_new', table.record(columns))} ON CONFLICT {settled}"
    )


def _index_delete(name: str, table: index.Table, these: str) -> str:
    columns = ("resource_id", *table.key)
    same = " AND ".join(f"t.{column} = x.{column}" for column in columns)
    return (
        f"DELETE FROM {table.name} t USING {_rows(f'{name}_gone', table.record(columns))} "
        f"WHERE t.resource_id {these} AND {same}"
    )


# -- keys ------------------------------------------------------------------------------------------

# Taken from the sequence and not used yet. What a process leaves over at its end is a gap.
_keys: list[int] = []
_keys_lock = threading.Lock()


def keys_new(number: int) -> list[int]:
    """Primary keys for new resources, in ascending order. A process takes them in blocks."""
    with _keys_lock:
        if len(_keys) < number:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [RESOURCE, number + _KEYS_AT_ONCE],
                )
                _keys[:] = sorted(row[0] for row in cursor.fetchall())
        found = _keys[:number]
        del _keys[:number]
    return found


def _after_fork() -> None:
    # The parent's keys stay the parent's: both would give them out.
    global _keys_lock
    _keys_lock = threading.Lock()
    _keys.clear()


os.register_at_fork(after_in_child=_after_fork)
