"""The queue follows the signatures; a person asks, answers, notes a rejection, sends again."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from billing.exceptions import NotReady, WrongState
from billing.models import BillingItem
from billing.selectors import claims, edits_of, items_for_claims, missing_items, replaced_items
from billing.selectors.queue import answered_items, open_of
from ehr.exceptions import BadInput, NotFound, Refused
from ehr.models import CodingQuery
from ehr.permissions import BILLER, actor_of
from ehr.services import queries
from fhir_bridge import audit
from fhir_bridge.access import Actor

State = BillingItem.State
BEFORE_EXPORT = (State.SIGNED, State.READY)


def billing_items_ensure(*, user: Any) -> int:
    """Give every signature with codes its item, void those that an amendment replaced, and let
    those go on whose question the physician answered.

    Idempotent and safe to run from several requests; returns how many items are new.
    """
    actor = actor_of(user, BILLER)
    missing = missing_items(actor.organization_id)
    replaced = replaced_items(actor.organization_id)
    answered = answered_items(actor.organization_id)
    if not (missing.exists() or replaced.exists() or answered.exists()):
        return 0
    with transaction.atomic():
        asked = set(
            CodingQuery.objects.filter(
                note_id__in=missing.values("note_id"), answered_at=None
            ).values_list("note_id", flat=True)
        )
        items = [
            BillingItem(
                organization_id=actor.organization_id,
                signed_note=signed,
                state=State.NEEDS_QUERY if signed.note_id in asked else State.SIGNED,
            )
            for signed in missing
        ]
        BillingItem.objects.bulk_create(items, ignore_conflicts=True)
        replaced.update(state=State.VOID)
        _answered_go_on(actor)
    return len(items)


def items_rescrub(actor: Actor, item_ids: Iterable[int]) -> None:
    """Let the state of what was not exported follow its edits: ready without, signed with."""
    wanted = BillingItem.objects.filter(pk__in=list(item_ids), state__in=BEFORE_EXPORT)
    found = claims(actor, items_for_claims(actor, wanted.values_list("pk", flat=True)))
    edits = edits_of(actor, found)
    clean = [claim.item_id for claim in found if not open_of(claim, edits[claim.item_id])]
    held = [claim.item_id for claim in found if claim.item_id not in set(clean)]
    for state, ids in ((State.READY, clean), (State.SIGNED, held)):
        BillingItem.objects.filter(pk__in=ids, state__in=BEFORE_EXPORT).update(state=state)


def open_items_rescrub(actor: Actor) -> None:
    """The same after the practice's own data changed, for every item that services were entered
    for: without any an item cannot be ready."""
    with_lines = BillingItem.objects.filter(
        organization_id=actor.organization_id,
        state__in=BEFORE_EXPORT,
        service_lines__isnull=False,
    )
    items_rescrub(actor, with_lines.distinct().values_list("pk", flat=True))


def query_raise(*, user: Any, item_id: int, question: str = "", code: str = "") -> CodingQuery:
    """Ask the physician about an item, in words or what one of its codes leaves open; it waits
    until the question is answered or withdrawn.

    Raises NotFound; BadInput as `queries.query_ask`; NotReady unless the item is still to be
    exported and no question is open.
    """
    with transaction.atomic():
        item = item_locked(user, item_id)
        if item.state not in BEFORE_EXPORT:
            raise NotReady(item_ids=[item_id])
        try:
            query = queries.query_ask(
                user=user, signed_note_id=item.signed_note_id, code=code, question=question
            )
        except Refused as error:
            raise NotReady(item_ids=[item_id]) from error
        item.state = State.NEEDS_QUERY
        item.save(update_fields=["state"])
        return query


def query_withdraw(*, user: Any, item_id: int, reason: str) -> CodingQuery:
    """Take back the open question; the item goes on.

    Raises NotFound; BadInput without a reason; NotReady when no question is open.
    """
    with transaction.atomic():
        item = item_locked(user, item_id)
        query = CodingQuery.objects.filter(
            note_id=item.signed_note.note_id, answered_at=None
        ).first()
        if query is None:
            raise NotReady(item_ids=[item_id])
        query = queries.query_withdraw(user=user, query_id=query.pk, reason=reason)
        _answered_go_on(actor_of(user, BILLER))
        return query


def _answered_go_on(actor: Actor) -> None:
    """Let the items whose question was answered or withdrawn follow their edits again."""
    ids = list(answered_items(actor.organization_id).values_list("pk", flat=True))
    BillingItem.objects.filter(pk__in=ids, state=State.NEEDS_QUERY).update(state=State.SIGNED)
    items_rescrub(actor, ids)


def rejection_record(
    *, user: Any, item_id: int, reason: str, payer_reference: str = ""
) -> BillingItem:
    """Note that the payer refused an exported claim.

    Raises NotFound; BadInput without a reason; NotReady unless the item was exported.
    """
    text = reason.strip()
    if not text:
        raise BadInput(code="no-reason")
    with transaction.atomic():
        item = item_locked(user, item_id)
        if item.state != State.EXPORTED:
            raise NotReady(item_ids=[item_id])
        item.state = State.REJECTED
        item.rejection_reason = text[:300]
        item.payer_reference = payer_reference.strip()[:50] or item.payer_reference
        item.save(update_fields=["state", "rejection_reason", "payer_reference"])
        audit.record_now(actor_of(user, BILLER), "update", "Claim", detail={"rejected": item.pk})
        return item


def item_requeue(*, user: Any, item_id: int) -> BillingItem:
    """Put a rejected claim back into the queue, to be mended and sent once more.

    Raises NotFound; WrongState unless the item is rejected.
    """
    return _resubmit(user, item_id, State.REJECTED, voiding=False)


def item_void(*, user: Any, item_id: int) -> BillingItem:
    """Ask for a void of an exported claim: its next export tells the payer so (CLM05-3 is 8).

    Raises NotFound; WrongState unless the item was exported.
    """
    return _resubmit(user, item_id, State.EXPORTED, voiding=True)


def item_void_undo(*, user: Any, item_id: int) -> BillingItem:
    """Take back a void that was not exported yet. Raises NotFound, WrongState."""
    with transaction.atomic():
        item = item_locked(user, item_id)
        if not item.voiding or item.state not in BEFORE_EXPORT:
            raise WrongState(item_ids=[item_id])
        item.state, item.voiding = State.EXPORTED, False
        item.submission -= 1
        item.save(update_fields=["state", "voiding", "submission"])
        return item


def payer_reference_save(*, user: Any, item_id: int, reference: str) -> BillingItem:
    """Note the payer's own number of a claim, which a replacement or a void must name.

    Raises NotFound; WrongState for an item that was never exported.
    """
    with transaction.atomic():
        item = item_locked(user, item_id)
        if not item.export_lines.exists():
            raise WrongState(item_ids=[item_id])
        item.payer_reference = reference.strip()[:50]
        item.save(update_fields=["payer_reference"])
        actor = actor_of(user, BILLER)
        audit.record_now(actor, "update", "Claim", detail={"payer_reference": item.pk})
        same_note = BillingItem.objects.filter(signed_note__note_id=item.signed_note.note_id)
        items_rescrub(actor, same_note.values_list("pk", flat=True))
        return item


def item_locked(user: Any, item_id: int) -> BillingItem:
    """The item, locked until the transaction ends. Raises NotFound, also for another's."""
    actor = actor_of(user, BILLER)
    item = (
        BillingItem.objects.select_for_update(of=("self",))
        .select_related("signed_note")
        .filter(organization_id=actor.organization_id, pk=item_id)
        .first()
    )
    if item is None:
        raise NotFound
    return item


def _resubmit(user: Any, item_id: int, state: str, *, voiding: bool) -> BillingItem:
    with transaction.atomic():
        item = item_locked(user, item_id)
        if item.state != state:
            raise WrongState(item_ids=[item_id])
        item.state, item.voiding = State.SIGNED, voiding
        item.submission += 1
        item.save(update_fields=["state", "voiding", "submission"])
        items_rescrub(actor_of(user, BILLER), [item.pk])
        item.refresh_from_db()
        return item
