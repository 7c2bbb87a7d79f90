"""The queue follows the signatures; a person asks, answers, and notes a rejection."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.exceptions import NotReady
from billing.models import BillingItem, BillingQuery
from billing.selectors import missing_items, replaced_items
from ehr.exceptions import BadInput, NotFound
from ehr.permissions import BILLER, actor_of


def billing_items_ensure(*, user: Any) -> int:
    """Give every signature with codes its item, and void those that an amendment replaced.

    Idempotent and safe to run from several requests; returns how many items are new.
    """
    actor = actor_of(user, BILLER)
    missing = missing_items(actor.organization_id)
    replaced = replaced_items(actor.organization_id)
    if not missing.exists() and not replaced.exists():
        return 0
    with transaction.atomic():
        items = [
            BillingItem(organization_id=actor.organization_id, signed_note=signed)
            for signed in missing
        ]
        BillingItem.objects.bulk_create(items, ignore_conflicts=True)
        replaced.update(state=BillingItem.State.VOID)
    return len(items)


def query_raise(*, user: Any, item_id: int, question: str) -> BillingQuery:
    """Ask about an item; it waits until the question is answered.

    Raises NotFound; BadInput without a question; NotReady unless the item is ready.
    """
    text = question.strip()
    if not text:
        raise BadInput(code="no-question")
    with transaction.atomic():
        item = _locked(user, item_id)
        if item.state != BillingItem.State.READY:
            raise NotReady(item_ids=[item_id])
        item.state = BillingItem.State.NEEDS_QUERY
        item.save(update_fields=["state"])
        return BillingQuery.objects.create(item=item, question=text[:1000], asked_by=user)


def query_resolve(*, user: Any, item_id: int, answer: str) -> BillingQuery:
    """Note the answer to the open question; the item is ready again.

    Raises NotFound; BadInput without an answer; NotReady when no question is open.
    """
    text = answer.strip()
    if not text:
        raise BadInput(code="no-answer")
    with transaction.atomic():
        item = _locked(user, item_id)
        query = item.queries.filter(resolved_at=None).first()
        if query is None or item.state != BillingItem.State.NEEDS_QUERY:
            raise NotReady(item_ids=[item_id])
        query.answer = text[:1000]
        query.resolved_by = user
        query.resolved_at = timezone.now()
        query.save(update_fields=["answer", "resolved_by", "resolved_at"])
        item.state = BillingItem.State.READY
        item.save(update_fields=["state"])
        return query


def rejection_record(*, user: Any, item_id: int, reason: str) -> BillingItem:
    """Note that the payer refused an exported claim; an amended note then exports anew.

    Raises NotFound; BadInput without a reason; NotReady unless the item was exported.
    """
    text = reason.strip()
    if not text:
        raise BadInput(code="no-reason")
    with transaction.atomic():
        item = _locked(user, item_id)
        if item.state != BillingItem.State.EXPORTED:
            raise NotReady(item_ids=[item_id])
        item.state = BillingItem.State.REJECTED
        item.rejection_reason = text[:300]
        item.save(update_fields=["state", "rejection_reason"])
        return item


def _locked(user: Any, item_id: int) -> BillingItem:
    actor = actor_of(user, BILLER)
    item = (
        BillingItem.objects.select_for_update()
        .filter(organization_id=actor.organization_id, pk=item_id)
        .first()
    )
    if item is None:
        raise NotFound
    return item
