"""Reading what is stored: bytes as they are served, nothing parsed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fhir_bridge import access, audit, redaction
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored
from fhir_bridge.models import Resource, ResourceVersion
from fhir_bridge.outcomes import Gone, NotFound

_COLUMNS = ("type", "fhir_id", "version", "last_updated", "content", "deleted")
_VERSION_COLUMNS = (
    "resource__type", "resource__fhir_id", "version", "last_updated", "content", "deleted",
)  # fmt: skip


@dataclass(frozen=True)
class HistoryPage:
    """Versions, newest first. `total` counts all that match, not only those on the page."""

    versions: tuple[Stored, ...]
    total: int


def read(actor: Actor, type: str, id: str) -> Stored:
    """The current version. Raises NotFound (also for another organisation's), Gone, AccessDenied.

    https://hl7.org/fhir/R4/http.html#read
    """
    row = _current(actor, type, id)
    if row is None:
        audit.record(actor, "read", type, id, outcome="not-found")
        raise NotFound
    stored = redaction.shown(actor, _stored(row))
    audit.record(actor, "read", type, id, stored.version)
    if stored.deleted:
        raise Gone
    return stored


def vread(actor: Actor, type: str, id: str, version: int) -> Stored:
    """One version, current or not. Raises NotFound, Gone when that version is a deletion.

    https://hl7.org/fhir/R4/http.html#vread
    """
    limit = access.require(actor, "read", type)
    resource = (
        access.visible(actor, "read", type).filter(fhir_id=id).values_list("pk", *_COLUMNS).first()
    )
    row: Any = None
    if resource is not None and 0 < version <= resource[3]:
        row = resource[1:]
        if version < resource[3]:
            versions = ResourceVersion.objects.filter(resource_id=resource[0], version=version)
            if limit:
                versions = versions.filter(access.old_within(limit))
            row = versions.values_list(*_VERSION_COLUMNS).first()
    if row is None:
        audit.record(actor, "vread", type, id, outcome="not-found")
        raise NotFound
    stored = redaction.shown(actor, _stored(row))
    audit.record(actor, "vread", type, id, stored.version)
    if stored.deleted:
        raise Gone
    return stored


def read_many(actor: Actor, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Stored]:
    """The current versions of several resources by (type, id), in one query.

    What does not exist, is deleted or is not for this actor is left out silently.
    """
    wanted = Q()
    for type_, group in groupby(sorted(set(keys)), key=lambda key: key[0]):
        limit = access.allowed(actor, "read", type_)
        if limit is None:
            continue
        these = Q(type=type_, fhir_id__in=[id_ for _, id_ in group])
        wanted |= these & access.within(limit) if limit else these
    if not wanted:
        return {}
    rows = Resource.objects.filter(
        wanted, organization_id=actor.organization_id, deleted=False
    ).values_list(*_COLUMNS)
    found = [redaction.shown(actor, _stored(row)) for row in rows]
    audit.record_many(actor, "read", [(each.type, each.id, each.version) for each in found])
    return {(each.type, each.id): each for each in found}


def history(actor: Actor, type: str, id: str) -> list[Stored]:
    """Every version of one resource, newest first, deletions included. Raises NotFound."""
    page = history_page(actor, type, id)
    return list(page.versions)


def history_page(
    actor: Actor,
    type: str = "",
    id: str = "",
    *,
    since: datetime | None = None,
    at: tuple[datetime, datetime] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> HistoryPage:
    """Versions of one resource, of a type, or (neither given) of all that the actor may read;
    made `since` a moment, or current at some time of [at[0], at[1]).

    https://hl7.org/fhir/R4/http.html#history
    """
    if type:
        rows = access.visible(actor, "read", type)
    else:
        rows = all_visible(actor, "read")
    if id:
        rows = rows.filter(fhir_id=id)
    current = rows.filter(last_updated__gte=since) if since else rows
    older = ResourceVersion.objects.filter(resource__in=rows.values("pk"))
    older = _old_limited(actor, older, [type] if type else access.allowed_types(actor, "read"))
    if since:
        older = older.filter(last_updated__gte=since)
    if at:
        current = current.filter(last_updated__lt=at[1])
        # A version is current until the next one, which the resource itself may be.
        following = ResourceVersion.objects.filter(
            resource=OuterRef("resource"), version=OuterRef("version") + 1
        )
        until = Coalesce(Subquery(following.values("last_updated")), F("resource__last_updated"))
        older = older.annotate(until=until).filter(last_updated__lt=at[1], until__gt=at[0])
    end = None if limit is None else offset + limit
    order = ("-last_updated", "-version", "-pk")
    found = [_stored(row) for row in current.order_by(*order).values_list(*_COLUMNS)[:end]]
    found += [
        _stored(row)
        for row in older.order_by("-last_updated", "-version", "-resource_id").values_list(
            *_VERSION_COLUMNS
        )[:end]
    ]
    if id and not found and not rows.exists():
        audit.record(actor, "history", type, id, outcome="not-found")
        raise NotFound
    found.sort(key=lambda each: (each.last_updated, each.version), reverse=True)
    if limit is None:
        total = len(found)
    else:
        total = current.count() + older.count()
    audit.record(actor, "history", type, id)
    return HistoryPage(tuple(redaction.shown(actor, each) for each in found[offset:end]), total)


def _current(actor: Actor, type: str, id: str) -> Sequence[Any] | None:
    """The columns of a resource that the actor may see; one statement, written out, because the
    ORM takes longer to write it than the database to answer it."""
    if access.require(actor, "read", type):
        rows = access.visible(actor, "read", type).filter(fhir_id=id)
        return rows.values_list(*_COLUMNS).first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, fhir_id, version, last_updated, content, deleted "
            "FROM fhir_bridge_resource WHERE organization_id = %s AND type = %s AND fhir_id = %s",
            [actor.organization_id, type, id],
        )
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def all_visible(actor: Actor, action: str) -> QuerySet[Resource]:
    """The resources of every type on which the actor may do this, each within its limits."""
    by_limit: dict[str, list[str]] = {}
    for type_ in access.allowed_types(actor, action):
        by_limit.setdefault(access.require(actor, action, type_), []).append(type_)
    visible = Q(pk__in=[])
    for limit, types in by_limit.items():
        these = Q(type__in=types)
        visible |= these & access.within(limit) if limit else these
    return Resource.objects.filter(visible, organization_id=actor.organization_id)


def _old_limited(
    actor: Actor, older: QuerySet[ResourceVersion], types: Iterable[str]
) -> QuerySet[ResourceVersion]:
    """Old versions of resources that the actor may read, without those that were about others."""
    limited: dict[str, list[str]] = {}
    for type_ in types:
        if limit := access.require(actor, "read", type_):
            limited.setdefault(limit, []).append(type_)
    for limit, names in limited.items():
        older = older.filter(~Q(resource__type__in=names) | access.old_within(limit))
    return older


def stored_of(row: Resource) -> Stored:
    """The current version of a row."""
    return Stored(
        row.type, row.fhir_id, row.version, row.last_updated, bytes(row.content), row.deleted
    )


def _stored(row: Sequence[Any]) -> Stored:
    type_, id_, version, last_updated, content, deleted = row
    if last_updated.tzinfo is None:
        # SQLite keeps UTC without saying so; the ORM would have added it.
        last_updated = last_updated.replace(tzinfo=UTC)
    return Stored(type_, id_, version, last_updated, bytes(content), bool(deleted))
