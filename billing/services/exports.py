"""Exports: every signed version leaves once, in a file that is kept as it left."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.exceptions import AlreadyExported, NothingChosen, NotReady, SignatureBroken
from billing.formats.csv import claims_csv
from billing.models import BillingItem, ExportBatch, ExportLine
from billing.selectors import claims, items_for_claims
from billing.services.items import billing_items_ensure
from ehr.exceptions import NotFound
from ehr.models import Note
from ehr.permissions import BILLER, actor_of
from ehr.services.signing import content_sha256
from fhir_bridge import audit
from fhir_bridge.access import Actor


def export_build(*, user: Any, item_ids: Iterable[int], request_key: UUID) -> ExportBatch:
    """Export these items as one CSV file, all or none.

    The same ``request_key`` again, or exactly the items of one earlier export again (a double
    click), gives that export and writes nothing.

    Raises:
        NothingChosen: no item.
        NotFound: an item does not exist, or belongs to another organisation.
        AlreadyExported: an item is in another export.
        NotReady: an item waits for an answer, was replaced, or its note is being amended.
        SignatureBroken: the signed content does not match its hash.
    """
    actor = actor_of(user, BILLER)
    wanted = sorted(set(item_ids))
    if not wanted:
        raise NothingChosen
    billing_items_ensure(user=user)
    with transaction.atomic():
        items = _locked(actor, wanted)
        earlier = _earlier(actor, items, request_key)
        if earlier is not None:
            return earlier
        _check(items)
        return _write(actor, user, items, request_key)


def _locked(actor: Actor, wanted: Sequence[int]) -> list[BillingItem]:
    """The items, locked in one order so that two exports wait instead of meeting halfway."""
    items = list(
        BillingItem.objects.select_for_update(of=("self",))
        .filter(organization_id=actor.organization_id, pk__in=wanted)
        .select_related("signed_note__note__visit", "signed_note__signed_by")
        .order_by("pk")
    )
    if len(items) != len(wanted):
        raise NotFound
    return items


def _earlier(actor: Actor, items: Sequence[BillingItem], request_key: UUID) -> ExportBatch | None:
    same = ExportBatch.objects.filter(
        organization_id=actor.organization_id, request_key=request_key
    ).first()
    if same is not None:
        return same
    lines = list(
        ExportLine.objects.filter(item__in=items).values_list("item_id", "batch_id").order_by()
    )
    if not lines:
        return None
    batch_ids = {batch_id for _, batch_id in lines}
    if len(lines) == len(items) and len(batch_ids) == 1:
        batch = ExportBatch.objects.get(pk=batch_ids.pop())
        if batch.item_count == len(items):
            return batch
    raise AlreadyExported(item_ids=[item_id for item_id, _ in lines])


def _check(items: Sequence[BillingItem]) -> None:
    waiting = [
        item.pk
        for item in items
        if item.state != BillingItem.State.READY
        or item.signed_note.note.state == Note.State.AMENDING
    ]
    if waiting:
        raise NotReady(item_ids=waiting)
    broken = [
        item.pk
        for item in items
        if content_sha256(item.signed_note.content, item.signed_note.codes)
        != item.signed_note.sha256
    ]
    if broken:
        raise SignatureBroken(item_ids=broken)


def _write(actor: Actor, user: Any, items: Sequence[BillingItem], request_key: UUID) -> ExportBatch:
    ordered = claims(actor, items_for_claims(actor, [item.pk for item in items]))
    content, rows = claims_csv(ordered)
    batch = ExportBatch.objects.create(
        organization_id=actor.organization_id,
        format="csv",
        request_key=request_key,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        item_count=len(ordered),
        row_count=rows,
        created_by=user,
    )
    ExportLine.objects.bulk_create(
        ExportLine(batch=batch, item_id=claim.item_id, position=position)
        for position, claim in enumerate(ordered, start=1)
    )
    BillingItem.objects.filter(pk__in=[item.pk for item in items]).update(
        state=BillingItem.State.EXPORTED
    )
    audit.record(actor, "export", "Claim", detail={"batch": batch.pk, "items": len(ordered)})
    return batch
