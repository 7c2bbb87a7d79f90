"""Who did what to which resource: append-only, hash-chained, without any patient data.

Writes are recorded in the transaction that makes them: there is no write without its entry and no
entry without its write. Reads and searches go to a buffer of this process that a thread inserts
every AUDIT_BUFFER_SECONDS (1 s), and at exit: an insert a read would make every reader wait for
the writers (SQLite has one) and cost PostgreSQL a commit. What can be lost is therefore at most
the last second of reads of a process that is killed by SIGKILL or a power cut; never a write. When
the database refuses the buffer for long, it fills up and reads stop being served. With 0 every
read inserts its entry at once.

Entries name actors, types, ids, versions and parameter names; never a value. `audit_seal` chains
them per organisation: each sealed entry gets the next position and the SHA-256 of its content and
of the hash before it, so that a change or a gap anywhere shows in `verify`. The database itself
refuses to change or delete an entry (a trigger, see migrations). Cutting off the chain's end shows
only against a hash noted elsewhere: `manage.py audit_verify` prints it for that purpose.
"""

import atexit
import hashlib
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, transaction

from fhir_bridge import rows
from fhir_bridge.access import Actor
from fhir_bridge.models import AuditEntry

logger = logging.getLogger(__name__)
# Entries that may wait. Beyond them reads wait for the database, and fail if it does.
BUFFER_LIMIT = 20_000
_INSERT_AT_ONCE = 500


def record(
    actor: Actor,
    action: str,
    resource_type: str = "",
    resource_id: str = "",
    version: int | None = None,
    *,
    outcome: str = "success",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record a read or search. `detail` holds parameter names and counts, no values."""
    _later(
        [_entry(actor, action, resource_type, resource_id, version, outcome=outcome, detail=detail)]
    )


def record_now(
    actor: Actor,
    action: str,
    resource_type: str = "",
    resource_id: str = "",
    *,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record what the transaction under way does outside the record: an export, a setting."""
    _entry(actor, action, resource_type, resource_id, None, detail=detail).save(force_insert=True)


def record_many(actor: Actor, action: str, keys: Iterable[tuple[str, str, int]]) -> None:
    """Record the reading of several resources (type, id, version)."""
    _later([_entry(actor, action, *key) for key in keys])


def record_writes(actor: Actor, writes: Iterable[tuple[str, str, str, int]]) -> None:
    """Insert the entries (action, type, id, version) of writes, in the transaction under way."""
    now = datetime.now(UTC)
    rows.insert(
        AuditEntry,
        ("organization", "at", "actor", "action", "outcome", "resource_type", "resource_id",
         "version", "detail", "previous_hash", "hash"),
        [
            (actor.organization_id, now, actor.name, action, "success", type_, id_, version,
             "{}", "", "")
            for action, type_, id_, version in writes
        ],
    )  # fmt: skip


def _entry(
    actor: Actor,
    action: str,
    resource_type: str,
    resource_id: str,
    version: int | None,
    *,
    outcome: str = "success",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    return AuditEntry(
        organization_id=actor.organization_id,
        at=datetime.now(UTC),
        actor=actor.name,
        action=action,
        outcome=outcome,
        resource_type=resource_type,
        # What was asked for may be no id at all; the column is as wide as an id.
        resource_id=resource_id[:64],
        version=version,
        detail=dict(detail or {}),
    )


# -- the buffer ----------------------------------------------------------------------------------


class _Buffer:
    """Entries of this process that wait for their insert, and the thread that does it."""

    def __init__(self) -> None:
        self.waiting: list[AuditEntry] = []
        self.lock = threading.Lock()
        self.flushing = threading.Lock()
        self.wake = threading.Event()
        self.thread: threading.Thread | None = None

    def add(self, entries: list[AuditEntry]) -> None:
        with self.lock:
            self.waiting += entries
            full = len(self.waiting) > BUFFER_LIMIT
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="audit", daemon=True)
                self.thread.start()
        if full:
            self.flush()

    def flush(self) -> None:
        """Insert what waits; on a DatabaseError it waits on, and the error is raised."""
        with self.flushing:
            with self.lock:
                entries, self.waiting = self.waiting, []
            try:
                AuditEntry.objects.bulk_create(entries, batch_size=_INSERT_AT_ONCE)
            except DatabaseError:
                with self.lock:
                    self.waiting = entries + self.waiting
                raise

    def _run(self) -> None:
        while True:
            self.wake.wait(settings.AUDIT_BUFFER_SECONDS)
            if not self.waiting:
                continue
            try:
                close_old_connections()
                self.flush()
            except DatabaseError:
                logger.exception("audit entries wait: %d", len(self.waiting))


_buffer = _Buffer()


def _later(entries: list[AuditEntry]) -> None:
    if settings.AUDIT_BUFFER_SECONDS > 0:
        _buffer.add(entries)
    else:
        AuditEntry.objects.bulk_create(entries)


def flush() -> None:
    """Insert what this process has buffered. Raises DatabaseError, and keeps it then."""
    if _buffer.waiting:
        _buffer.flush()


def _at_exit() -> None:
    try:
        flush()
    except DatabaseError:
        logger.exception("audit entries lost at exit: %d", len(_buffer.waiting))


def _after_fork() -> None:
    # The child inherits neither the thread nor the right to insert the parent's entries.
    global _buffer
    _buffer = _Buffer()


atexit.register(_at_exit)
os.register_at_fork(after_in_child=_after_fork)


# -- the chain -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChainReport:
    """What `verify` found. `broken_at` is the first position that does not hold, 0 when all do."""

    organization_id: int
    sealed: int
    unsealed: int
    broken_at: int
    last_hash: str


def audit_seal(*, limit: int = 5_000) -> int:
    """Chain the entries that are not yet; returns how many. Called by the runner's loop.

    Safe to call from several processes: of two that seal the same organisation one stands back.
    """
    flush()
    sealed = 0
    waiting = AuditEntry.objects.filter(position=None).values_list("organization_id", flat=True)
    for organization_id in waiting.distinct().order_by():
        try:
            with transaction.atomic():
                sealed += _seal(organization_id, limit)
        except IntegrityError:
            logger.info("organisation %d is being sealed elsewhere", organization_id)
    return sealed


def _seal(organization_id: int, limit: int) -> int:
    own = AuditEntry.objects.filter(organization_id=organization_id)
    last = own.exclude(position=None).order_by("-position").values_list("position", "hash").first()
    position, previous = (last[0] or 0, last[1]) if last else (0, "")
    sealed: list[tuple[int, str, str, int]] = []
    for entry in own.filter(position=None).order_by("pk")[:limit]:
        digest = _digest(previous, entry)
        position += 1
        sealed.append((position, previous, digest, entry.pk))
        previous = digest
    if not sealed:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*sealed, strict=True)]
            cursor.execute(
                "UPDATE fhir_bridge_auditentry AS entry "
                "SET position = seal.position, previous_hash = seal.previous, hash = seal.digest "
                "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) "
                "AS seal(position, previous, digest, id) "
                "WHERE entry.id = seal.id AND entry.position IS NULL",
                columns,
            )
        else:
            cursor.executemany(
                "UPDATE fhir_bridge_auditentry SET position = %s, previous_hash = %s, hash = %s "
                "WHERE id = %s AND position IS NULL",
                sealed,
            )
    return len(sealed)


def verify(organization_id: int) -> ChainReport:
    """Recompute an organisation's chain from its start."""
    own = AuditEntry.objects.filter(organization_id=organization_id)
    previous, broken = "", 0
    chain = own.exclude(position=None).order_by("position").iterator()
    for position, entry in enumerate(chain, start=1):
        sound = entry.position == position and entry.previous_hash == previous
        if not sound or entry.hash != _digest(previous, entry):
            broken = position
            break
        previous = entry.hash
    return ChainReport(
        organization_id=organization_id,
        sealed=own.exclude(position=None).count(),
        unsealed=own.filter(position=None).count(),
        broken_at=broken,
        last_hash=previous,
    )


def verify_all() -> list[ChainReport]:
    """The chain of every organisation that has entries."""
    found = AuditEntry.objects.values_list("organization_id", flat=True).distinct().order_by()
    return [verify(organization_id) for organization_id in sorted(found)]


def _digest(previous: str, entry: AuditEntry) -> str:
    content = [
        previous,
        entry.pk,
        entry.organization_id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.outcome,
        entry.resource_type,
        entry.resource_id,
        entry.version,
        entry.detail,
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
