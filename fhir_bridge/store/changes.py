"""The one place where rows of resources change: a list of changes, applied together.

For each: lock what is there, check access, version and compartment, give the new version its meta,
keep the old version, write content, index and audit. A handful of statements however many changes.
"""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from fhir_bridge import access, audit, rows, search, validation
from fhir_bridge.access import Actor
from fhir_bridge.documents import ANY_VERSION, NO_VERSION, Document, Stored, dumps, parse
from fhir_bridge.models import PatientCompartment, Resource
from fhir_bridge.outcomes import (
    AccessDenied,
    Conflict,
    FhirError,
    Invalid,
    Issue,
    NotFound,
    PreconditionFailed,
    Protected,
)
from fhir_bridge.search import index
from fhir_bridge.store import references, statement
from fhir_bridge.store.reading import stored_of
from fhir_bridge.subscriptions import outbox

_AT_ONCE = 500
# Parameters that shape an answer and say nothing of which resources are meant.
_SELECTS_NOTHING = frozenset(
    ["_format", "_pretty", "_summary", "_elements", "_count", "_total", "_sort", "_include",
     "_revinclude", "_contained", "_containedType", "_score"]
)  # fmt: skip


@dataclass
class Change:
    """One resource to write (`document`) or to delete (None); the lower half is filled in."""

    type: str
    id: str
    document: Document | None
    fresh: bool = False  # the id was assigned here: nothing to look for
    if_match: int | None = None
    at: str = ""  # where it lies in the request, "Bundle.entry[3].resource"
    protect: bool = False  # a signature's: may replace what is protected, and protects it

    row: Resource | None = None
    replaced: int = 0  # the version that this one replaces, 0 when there was none
    created: bool = False
    unchanged: bool = False  # a deletion of what is not there
    stored: Stored | None = None

    @property
    def result(self) -> Stored:
        assert self.stored is not None
        return self.stored


def id_new() -> str:
    return str(uuid.uuid4())


def check(changes: Sequence[Change]) -> None:
    """Validate every resource to be written; needs no database. Raises Invalid with all faults."""
    issues: list[Issue] = []
    for change in changes:
        if change.document is None:
            continue
        try:
            validation.validate(change.document, at=change.at)
        except Invalid as error:
            issues += error.issues
        else:
            issues += validation.local_reference_faults(change.document, change.at)
        if len(issues) >= validation.MAX_ISSUES:
            break
    if issues:
        raise Invalid(issues[: validation.MAX_ISSUES])


def faults(actor: Actor, parsed: Document, *, fresh: bool) -> list[Issue]:
    """What `check` and `apply` would refuse in a resource that is not written; `fresh`: POSTed."""
    try:
        check([Change("", "", parsed)])
    except Invalid as error:
        return list(error.issues)
    if not fresh:
        return []
    return references.faults(actor, [(parsed, "")], ())


def resolve(actor: Actor, changes: Sequence[Change], known: Iterable[references.Key]) -> None:
    """Check that the local references of what is POSTed resolve. Raises Invalid (422)."""
    issues = references.faults(
        actor,
        ((c.document, c.at) for c in changes if c.document is not None and c.fresh),
        known,
    )
    if issues:
        raise Invalid(issues[: validation.MAX_ISSUES], status=422)


def apply(actor: Actor, changes: Sequence[Change]) -> None:
    """Write the changes: all, or none and an error. Call `check` before."""
    try:
        with _together(actor, changes):
            resolve(actor, changes, {(c.type, c.id) for c in changes if c.document is not None})
            present = _locked(actor, changes)
            now = datetime.now(UTC)
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            for change in changes:
                try:
                    _prepare(actor, change, present.get((change.type, change.id)), now)
                except FhirError as error:
                    raise error.within(change.at) if change.at else error from None
            written = [change for change in changes if not change.unchanged]
            noted = outbox.before(actor, written)
            if connection.vendor == "postgresql":
                _write_at_once(actor, written, now)
            else:
                _write_in_turn(actor, written, now)
            outbox.after(actor, written, noted)
    except IntegrityError as error:
        # The constraint on identity: somebody else created the same id in the meantime.
        raise Conflict("The resource was written by somebody else at the same time") from error


def _together(actor: Actor, changes: Sequence[Change]) -> AbstractContextManager[object]:
    """A transaction, unless all is one statement: what is new and nobody is told of."""
    if (
        connection.vendor == "postgresql"
        and len(changes) < statement.LARGE
        and all(change.fresh for change in changes)
        and not outbox.concerned(actor, changes)
    ):
        return nullcontext()
    return transaction.atomic()


def _write_in_turn(actor: Actor, changes: Sequence[Change], now: datetime) -> None:
    _rows_write(actor, changes, now)
    _compartments_write(actor, changes)
    index.bulk(
        [(_row(c), c.document.value if c.document else None, not c.replaced) for c in changes]
    )
    audit.record_writes(actor, [(_action(c), c.type, c.id, c.result.version) for c in changes])


def _write_at_once(actor: Actor, changes: Sequence[Change], now: datetime) -> None:
    """The same on PostgreSQL."""
    new = [change for change in changes if change.row is None]
    for change, key in zip(new, statement.keys_new(len(new)), strict=True):
        change.row = Resource(
            id=key,
            organization_id=actor.organization_id,
            type=change.type,
            fhir_id=change.id,
            last_updated=now,
        )
    writes = statement.Writes()
    revived = [_row(change).pk for change in changes if change.replaced and _row(change).deleted]
    kept: dict[int, set[str]] = {}
    if revived:  # a deleted resource keeps the compartments that it had
        rows_kept = PatientCompartment.objects.filter(resource_id__in=revived)
        for pk, patient_id in rows_kept.values_list("resource_id", "patient_id"):
            kept.setdefault(pk, set()).add(patient_id)
    for change in changes:
        row, stored = _row(change), change.result
        value = change.document.value if change.document else None
        content = {
            "id": row.pk,
            "content": stored.content.decode(),
            "protected": change.protect,
        }
        if change.replaced:
            old = None if row.deleted else parse(bytes(row.content)).value
            writes.put.append({**content, "version": stored.version, "deleted": stored.deleted})
        else:
            old = None
            writes.new.append({**content, "type": change.type, "fhir_id": change.id})
        writes.add_index(change.type, row.pk, old, value)
        if value is not None:
            known = kept.get(row.pk, set())
            if old is not None:
                known = index.patients(change.type, old)
            writes.add_compartments(
                row.pk, known, index.patients(change.type, value), since=stored.version
            )
        writes.audit.append(
            {
                "action": _action(change),
                "type": change.type,
                "id": change.id,
                "version": stored.version,
            }
        )
    statement.write(actor, writes, now)
    index.units_note(actor.organization_id, writes.index_new.get("quantity", ()))


def conditional_match(actor: Actor, type: str, query: Sequence[tuple[str, str]]) -> Stored | None:
    """The one resource that a conditional interaction's criteria match, or None.

    Call it inside the transaction that acts on the answer: others with the same criteria wait, so
    that two conditional creates at once make one resource. Raises PreconditionFailed (412) for
    more than one match and Invalid for criteria that select nothing in particular.
    """
    if not any(value and name not in _SELECTS_NOTHING for name, value in query):
        raise Invalid([Issue("invalid", "Conditional criteria need a search parameter", type)])
    if connection.vendor == "postgresql":
        words = repr((actor.organization_id, type, sorted(query))).encode()
        key = int.from_bytes(hashlib.sha256(words).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    found: list[Stored] = search.find(actor, type, list(query), limit=2)
    if len(found) > 1:
        raise PreconditionFailed("The criteria match more than one resource", "multiple-matches")
    return found[0] if found else None


def current_locked(actor: Actor, type: str, id: str) -> Stored | None:
    """The version to be changed, a deletion too; nobody else writes it until the transaction
    ends. None for what does not exist or is out of the actor's reach. Raises as access.require."""
    row = access.visible(actor, "update", type).filter(fhir_id=id).select_for_update().first()
    return None if row is None else stored_of(row)


def _locked(actor: Actor, changes: Sequence[Change]) -> dict[tuple[str, str], Resource]:
    """The rows that the changes are about, locked until the transaction ends."""
    by_type: dict[str, list[str]] = {}
    for change in changes:
        if not change.fresh:
            by_type.setdefault(change.type, []).append(change.id)
    found: dict[tuple[str, str], Resource] = {}
    for type_, ids in sorted(by_type.items()):
        for start in range(0, len(ids), _AT_ONCE):
            for row in _type_locked(actor, type_, ids[start : start + _AT_ONCE]):
                found[type_, row.fhir_id] = row
    return found


def _type_locked(actor: Actor, type: str, ids: list[str]) -> Iterable[Resource]:
    """Rows in one order for everybody, so that two bundles cannot wait for each other."""
    wanted = Resource.objects.filter(
        organization_id=actor.organization_id, type=type, fhir_id__in=ids
    )
    if connection.vendor != "postgresql":
        return wanted.defer("content").select_for_update().order_by("pk")
    # Written out, since it is part of every update; the old content says what index rows it has.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(_LOCKED)} FROM fhir_bridge_resource "  # noqa: S608
            "WHERE organization_id = %s AND type = %s AND fhir_id = ANY(%s::text[]) "
            "ORDER BY id FOR UPDATE",
            [actor.organization_id, type, ids],
        )
        return [Resource(**dict(zip(_LOCKED, row, strict=True))) for row in cursor.fetchall()]


_LOCKED = (
    "id", "organization_id", "type", "fhir_id", "version", "last_updated", "deleted", "protected",
    "content",
)  # fmt: skip


def _prepare(actor: Actor, change: Change, row: Resource | None, now: datetime) -> None:
    """Decide what a change does to the row that is there, and make the stored version."""
    if change.document is not None:
        # From here on access control and index read it: an id that a POST brought is not its id.
        change.document.value["id"] = change.id
    action = "delete" if change.document is None else "create" if change.fresh else "update"
    limit = access.require(actor, action, change.type)
    if limit and row is not None and not _inside(row, limit):
        # What is out of reach is treated like what never was, or its id would be given away.
        row = None
    exists = row is not None and not row.deleted
    version_check(change.if_match, row.version if row is not None and exists else NO_VERSION)
    if row is not None and row.protected and not change.protect:
        raise Protected(deletion=change.document is None)
    if change.document is None:
        change.unchanged = not exists
        if not exists:
            change.stored = Stored(
                change.type, change.id, row.version if row else 0, now, b"", True
            )
            return
    else:
        if row is None and limit and not change.fresh:
            raise NotFound
        if not exists and not change.fresh:
            limit = access.require(actor, "create", change.type) or limit
        change.created = not exists
    change.row, change.replaced = row, row.version if row else 0
    if limit and change.document is not None:
        _limit_check(change, change.document, limit)
    version = change.replaced + 1
    content = b""
    if change.document is not None:
        content = dumps(_with_meta(change.document.value, change.id, version, now))
    change.stored = Stored(change.type, change.id, version, now, content, change.document is None)


def version_check(if_match: int | None, held: int) -> None:
    """Raise PreconditionFailed unless the version held (NO_VERSION: none) is the one to match."""
    if if_match in (None, held) or (if_match == ANY_VERSION and held != NO_VERSION):
        return
    if if_match == NO_VERSION:
        raise PreconditionFailed("The resource exists already")
    raise PreconditionFailed("The resource has another version now: read it again")


def _inside(row: Resource, patient_id: str) -> bool:
    return Resource.objects.filter(access.within(patient_id), pk=row.pk).exists()


def _limit_check(change: Change, document: Document, patient_id: str) -> None:
    """An actor of one patient writes nothing that leaves that patient's compartment."""
    if index.patients(change.type, document.value) != {patient_id}:
        raise AccessDenied("This token reaches the resources of one patient only")


def _with_meta(value: dict[str, Any], id_: str, version: int, now: datetime) -> dict[str, Any]:
    """The resource as served: the server sets id, meta.versionId and meta.lastUpdated only."""
    meta = value.get("meta") or {}
    stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "resourceType": value["resourceType"],
        "id": id_,
        "meta": {**meta, "versionId": str(version), "lastUpdated": stamp},
        **{k: v for k, v in value.items() if k not in ("resourceType", "id", "meta")},
    }


def _rows_write(actor: Actor, changes: Sequence[Change], now: datetime) -> None:
    new = {(change.type, change.id): change for change in changes if change.row is None}
    replaced = [change for change in changes if change.row is not None]
    organization = actor.organization_id
    inserted = rows.insert_returning(
        Resource,
        ("organization", "type", "fhir_id", "version", "last_updated", "deleted", "content"),
        [
            (organization, change.type, change.id, 1, now, False, change.result.content)
            for change in new.values()
        ],
        ("id", "type", "fhir_id"),
    )
    for pk, type_, fhir_id in inserted:
        new[type_, fhir_id].row = Resource(
            id=pk, organization_id=organization, type=type_, fhir_id=fhir_id, last_updated=now
        )
    for start in range(0, len(replaced), _AT_ONCE):
        _replace(replaced[start : start + _AT_ONCE], now)
    protected = [_row(change).pk for change in changes if change.protect]
    if protected:
        Resource.objects.filter(pk__in=protected).update(protected=True)


def _replace(changes: Sequence[Change], now: datetime) -> None:
    """Keep the old versions, then put the new ones in their place if nobody else has."""
    ids = [_row(change).pk for change in changes]
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fhir_bridge_resourceversion "  # noqa: S608
            "(resource_id, version, last_updated, deleted, content) "
            "SELECT id, version, last_updated, deleted, content FROM fhir_bridge_resource "
            f"WHERE id IN ({marks})",
            ids,
        )
    for change in changes:
        stored = change.result
        updated = Resource.objects.filter(pk=_row(change).pk, version=change.replaced).update(
            version=stored.version,
            last_updated=now,
            deleted=stored.deleted,
            content=stored.content,
        )
        if updated != 1:
            raise Conflict("The resource was written by somebody else at the same time")


def _compartments_write(actor: Actor, changes: Sequence[Change]) -> None:
    """Keep PatientCompartment in step; a deleted resource keeps the rows that it had."""
    wanted: set[tuple[int, str]] = set()
    versions: dict[int, int] = {}
    replaced = []
    for change in changes:
        if change.document is None:
            continue
        row = _row(change)
        versions[row.pk] = change.result.version
        if change.replaced:
            replaced.append(row.pk)
        value = change.document.value
        wanted.update((row.pk, patient) for patient in index.patients(change.type, value))
    present: set[tuple[int, str]] = set()
    if replaced:
        kept = PatientCompartment.objects.filter(resource_id__in=replaced)
        present = set(kept.values_list("resource_id", "patient_id"))
        stale = present - wanted
        if stale:
            condition = Q()
            for resource_id, patient_id in stale:
                condition |= Q(resource_id=resource_id, patient_id=patient_id)
            PatientCompartment.objects.filter(condition).delete()
    rows.insert(
        PatientCompartment,
        ("resource", "patient_id", "since"),
        [(pk, patient, versions[pk]) for pk, patient in sorted(wanted - present)],
    )


def _row(change: Change) -> Resource:
    assert change.row is not None
    return change.row


def _action(change: Change) -> str:
    if change.document is None:
        return "delete"
    return "create" if change.created else "update"
