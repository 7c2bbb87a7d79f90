"""A payer's answers brought in from a file: all of them are noted, or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from billing.exceptions import ImportRefused, RowFault
from billing.formats.payer_reports import Answer, GroupAnswer, answers_read
from billing.models import BillingItem, ExportBatch
from ehr.permissions import BILLER, actor_of
from fhir_bridge import audit
from fhir_bridge.access import Actor

State = BillingItem.State
_CLAIM_ID = re.compile(r"P(\d{8,12})")


@dataclass(frozen=True, slots=True)
class Imported:
    """``rejected`` claims were marked, ``known`` ones were marked so before, ``accepted`` ones
    the payer took."""

    rejected: int
    known: int
    accepted: int


def rejections_import(*, user: Any, content: bytes) -> Imported:
    """Mark the claims that a payer's file names: a CSV list, a 999 or a 277CA.

    The same file again changes nothing. Raises ImportRefused, with a reason for each row, when the
    file cannot be read, or names a claim that is unknown or was never sent.
    """
    actor = actor_of(user, BILLER)
    answers = answers_read(content)
    with transaction.atomic():
        marks, faults = _marks(actor, answers)
        if faults:
            raise ImportRefused(faults)
        return _apply(actor, marks)


@dataclass(frozen=True, slots=True)
class _Mark:
    item: BillingItem
    reason: str
    reference: str


def _marks(
    actor: Actor, answers: Sequence[Answer] | Sequence[GroupAnswer]
) -> tuple[list[_Mark], list[RowFault]]:
    marks: list[_Mark] = []
    faults: list[RowFault] = []
    seen: dict[int, str] = {}
    for answer in answers:
        if isinstance(answer, GroupAnswer):
            items = _of_file(actor, answer.control_number)
            if not items:
                faults.append(RowFault(0, _("No file with this control number left from here.")))
            marks += [_Mark(item, answer.reason, "") for item in items]
            continue
        item = _of_claim(actor, answer)
        if item is None:
            faults.append(RowFault(answer.row, _("No claim with this number was sent from here.")))
        elif seen.setdefault(item.pk, answer.reason) != answer.reason:
            faults.append(
                RowFault(answer.row, _("The file says two different things of this claim."))
            )
        elif item.state not in (State.EXPORTED, State.REJECTED):
            faults.append(
                RowFault(answer.row, _("This claim is being prepared again, or is void."))
            )
        else:
            marks.append(_Mark(item, answer.reason, answer.reference))
    return marks, faults


def _of_file(actor: Actor, control_number: int) -> list[BillingItem]:
    batch = ExportBatch.objects.filter(
        organization_id=actor.organization_id, control_number=control_number
    ).first()
    if batch is None:
        return []
    return list(
        BillingItem.objects.select_for_update()
        .filter(pk__in=batch.lines.values("item_id"))
        .order_by("pk")
    )


def _of_claim(actor: Actor, answer: Answer) -> BillingItem | None:
    number = _CLAIM_ID.fullmatch(answer.claim_id)
    if number is None:
        return None
    items = BillingItem.objects.select_for_update(of=("self",)).filter(
        organization_id=actor.organization_id,
        signed_note__note_id=int(number[1]),
        pk__in=BillingItem.objects.filter(export_lines__isnull=False).values("pk"),
    )
    if answer.version:
        items = items.filter(signed_note__number=answer.version)
    return items.order_by("-signed_note__number").first()


def _apply(actor: Actor, marks: Sequence[_Mark]) -> Imported:
    rejected = known = accepted = 0
    for mark in marks:
        item, fields = mark.item, []
        if mark.reference and item.payer_reference != mark.reference[:50]:
            item.payer_reference = mark.reference[:50]
            fields.append("payer_reference")
        if not mark.reason:
            accepted += 1
        elif item.state == State.REJECTED:
            known += 1
        elif item.state == State.EXPORTED:
            item.state, item.rejection_reason = State.REJECTED, mark.reason[:300]
            fields += ["state", "rejection_reason"]
            rejected += 1
        if fields:
            item.save(update_fields=fields)
    audit.record_now(
        actor,
        "update",
        "ClaimResponse",
        detail={"rejected": rejected, "known": known, "accepted": accepted},
    )
    return Imported(rejected, known, accepted)
