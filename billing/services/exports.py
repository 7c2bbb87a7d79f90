"""Exports: every submission leaves once, in files that are kept as they left.

A claim file is built and read by the gate before the transaction that keeps it, so that no other
writer waits for that; inside it the claims are put together again and must be the same.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from billing.exceptions import (
    AlreadyExported,
    ClaimsChanged,
    GateRefused,
    NothingChosen,
    NotReady,
    OpenEdits,
    RequestReused,
    SignatureBroken,
    TooManyClaims,
    WrongFile,
)
from billing.formats import cms1500, fhir
from billing.formats.csv import claims_csv
from billing.formats.x12_837i import claims_837i
from billing.formats.x12_837p import claims_837p
from billing.formats.x12_envelope import LARGEST_CONTROL_NUMBER
from billing.formats.x12_gate import x12_check
from billing.models import BillingItem, ExportBatch, ExportFile, ExportLine, Submitter
from billing.selectors import claims, edits_of, items_for_claims, sender
from billing.selectors.queue import open_of
from billing.services.items import BEFORE_EXPORT, billing_items_ensure
from billing.shapes import Claim
from ehr.exceptions import NotFound, RecordRefused
from ehr.models import Note
from ehr.permissions import BILLER, actor_of
from ehr.services.signing import content_sha256
from fhir_bridge import audit, outcomes, store
from fhir_bridge.access import Actor, claims_actor
from fhir_bridge.store import Put

Kind = ExportFile.Kind
# What may be asked for; CSV is always there.
CLAIM_FILE, INSTITUTIONAL_FILE, FORMS = "837p", "837i", "cms1500"
_WRITERS = {CLAIM_FILE: claims_837p, INSTITUTIONAL_FILE: claims_837i}
# pyx12 reads about thirty claims a second, and a person waits.
MOST_CLAIMS = 200


@dataclass(frozen=True)
class _ClaimFile:
    """An 837P or 837I and its 999, built from exactly these claims."""

    kind: str
    claims: tuple[Claim, ...]
    control_number: int
    content: bytes
    acknowledgement: bytes


def export_build(
    *, user: Any, item_ids: Iterable[int], request_key: UUID, formats: Collection[str] = ()
) -> ExportBatch:
    """Export these items, all or none: CSV, and with ``formats`` also "837p", "837i" (beta) or
    "cms1500".

    Claim and ChargeItem are written to the record in the same transaction. The same
    ``request_key`` again, or exactly the items of one earlier export again (a double click), gives
    that export and writes nothing.

    Raises:
        NothingChosen: no item.
        NotFound: an item does not exist, or belongs to another organisation.
        AlreadyExported: an item is in another export.
        RequestReused: the key was used for other items.
        NotReady: an item waits for an answer, was replaced, or its note is being amended.
        SignatureBroken: the signed content does not match its hash.
        OpenEdits, WrongFile, TooManyClaims, GateRefused, ClaimsChanged: no claim file can be
            written.
        RecordRefused: the record did not take a Claim.
    """
    actor = actor_of(user, BILLER)
    wanted = sorted(set(item_ids))
    if not wanted:
        raise NothingChosen
    billing_items_ensure(user=user)
    asked = frozenset(formats)
    kind = next((each for each in _WRITERS if each in asked), None)
    file = _claim_file(actor, wanted, request_key, kind, asked) if kind else None
    try:
        return _export(actor, user, wanted, request_key, asked, file)
    except IntegrityError:
        # Another export of this key or of these items committed first: answer as if after it.
        return _export(actor, user, wanted, request_key, asked, file)


def _export(
    actor: Actor,
    user: Any,
    wanted: Sequence[int],
    request_key: UUID,
    asked: frozenset[str],
    file: _ClaimFile | None,
) -> ExportBatch:
    with transaction.atomic():
        items = _locked(actor, wanted)
        earlier = _earlier(actor, items, request_key)
        if earlier is not None:
            return earlier
        _check(items)
        ordered = claims(actor, items_for_claims(actor, wanted))
        if asked:
            _check_kinds(ordered, asked)
            _check_edits(actor, ordered)
        if file is not None and file.claims != ordered:
            raise ClaimsChanged
        return _write(actor, user, ordered, request_key, asked, file)


def _claim_file(
    actor: Actor, wanted: Sequence[int], request_key: UUID, kind: str, asked: frozenset[str]
) -> _ClaimFile | None:
    """The 837 of these items, read by the gate; None when they were exported already."""
    items = list(
        BillingItem.objects.filter(organization_id=actor.organization_id, pk__in=wanted)
        .select_related("signed_note__note")
        .order_by("pk")
    )
    if len(items) != len(wanted):
        raise NotFound
    if _earlier(actor, items, request_key) is not None:
        return None
    if len(items) > MOST_CLAIMS:
        raise TooManyClaims(most=MOST_CLAIMS)
    _check(items)
    ordered = claims(actor, items_for_claims(actor, wanted))
    _check_kinds(ordered, asked)
    _check_edits(actor, ordered)
    number = control_number_next(actor)
    who = sender(actor)
    assert who is not None  # without one there is an open edit
    made_at = timezone.localtime(timezone=timezone.get_default_timezone())
    content = _WRITERS[kind](ordered, who, control_number=number, made_at=made_at)
    report = x12_check(content)
    if not report.accepted:
        faults = ", ".join(report.faults[:10])
        raise GateRefused(str(GateRefused.message).format(faults=faults), faults=report.faults[:50])
    return _ClaimFile(kind, ordered, number, content, report.acknowledgement)


def control_number_next(actor: Actor) -> int:
    """An interchange number that was never given out before, also when its file is not kept.

    Raises ValueError when the nine digits are used up.
    """
    with transaction.atomic():
        row = Submitter.objects.select_for_update().get(organization_id=actor.organization_id)
        if row.last_control_number >= LARGEST_CONTROL_NUMBER:
            raise ValueError("the interchange control numbers are used up")
        row.last_control_number += 1
        row.save(update_fields=["last_control_number"])
        return row.last_control_number


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
    """The export that this request made before; None when nothing of it was exported."""
    wanted = {item.pk for item in items}
    same = ExportBatch.objects.filter(
        organization_id=actor.organization_id, request_key=request_key
    ).first()
    if same is not None:
        if set(same.lines.values_list("item_id", flat=True)) != wanted:
            raise RequestReused
        return same
    lines = list(
        ExportLine.objects.filter(item__in=items, submission=F("item__submission"))
        .values_list("item_id", "batch_id")
        .order_by()
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
        if item.state not in BEFORE_EXPORT or item.signed_note.note.state == Note.State.AMENDING
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


def _check_kinds(ordered: Sequence[Claim], asked: frozenset[str]) -> None:
    """No file for claims that it is not made for."""
    professional, institutional = asked & {CLAIM_FILE, FORMS}, asked & {INSTITUTIONAL_FILE}
    wrong = [
        claim.item_id
        for claim in ordered
        if (professional if claim.institutional is not None else institutional)
    ]
    if wrong:
        raise WrongFile(item_ids=wrong)


def _check_edits(actor: Actor, ordered: Sequence[Claim]) -> None:
    edits = edits_of(actor, ordered)
    held = [claim.item_id for claim in ordered if open_of(claim, edits[claim.item_id])]
    if held:
        raise OpenEdits(item_ids=held)


def _write(
    actor: Actor,
    user: Any,
    ordered: Sequence[Claim],
    request_key: UUID,
    asked: frozenset[str],
    file: _ClaimFile | None,
) -> ExportBatch:
    batch = ExportBatch.objects.create(
        organization_id=actor.organization_id,
        request_key=request_key,
        item_count=len(ordered),
        control_number=file.control_number if file else None,
        created_by=user,
    )
    _keep(batch, Kind.CSV, *claims_csv(ordered))
    if file is not None:
        _keep(batch, file.kind, file.content, len(ordered))
        _keep(batch, Kind.X12_999, file.acknowledgement, 1)
    if FORMS in asked:
        _keep(batch, Kind.CMS1500_JSON, *cms1500.claims_json(ordered))
        _keep(batch, Kind.CMS1500_CSV, *cms1500.claims_csv_boxes(ordered))
    ExportLine.objects.bulk_create(
        ExportLine(
            batch=batch,
            item_id=claim.item_id,
            submission=claim.submission,
            frequency=claim.frequency,
            original_reference=claim.original_reference,
            institutional=claim.institutional is not None,
            position=position,
        )
        for position, claim in enumerate(ordered, start=1)
    )
    voided = [claim.item_id for claim in ordered if claim.frequency == "8"]
    sent = BillingItem.objects.filter(pk__in=[claim.item_id for claim in ordered])
    sent.update(state=BillingItem.State.EXPORTED, rejection_reason="")
    sent.filter(pk__in=voided).update(state=BillingItem.State.VOID)
    _record(actor, ordered, batch.created_at)
    audit.record_now(
        actor,
        "export",
        "Claim",
        detail={"batch": batch.pk, "items": len(ordered), "formats": sorted(asked | {"csv"})},
    )
    return batch


def _keep(batch: ExportBatch, kind: str, content: bytes, rows: int) -> None:
    ExportFile.objects.create(
        batch=batch,
        kind=kind,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows,
    )


def _record(actor: Actor, ordered: Sequence[Claim], created: datetime) -> None:
    """Claim and ChargeItem of what leaves; only another export of the claim replaces them."""
    writer = claims_actor(actor)
    organization = BillingItem.objects.filter(pk=ordered[0].item_id).values_list(
        "organization__fhir_id", flat=True
    )[0]
    known = store.read_many(writer, [("Organization", organization)])
    resources = [
        resource
        for claim in ordered
        for resource in fhir.resources_of(
            claim, organization=organization if known else "", created=created
        )
    ]
    try:
        store.write(writer, [Put(each, each["id"], protect=True) for each in resources])
    except outcomes.FhirError as error:
        raise RecordRefused(status=error.status, expression=error.expression) from error
