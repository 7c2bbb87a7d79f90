"""The queue: by state, by days, by patient or claim, a page at a time."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from billing import selectors
from billing.forms import QueueFilter
from billing.models import BillingItem
from billing.selectors.queue import TO_DO, listed
from billing.services import items
from billing.views.guard import PageRequest, biller

STATES = BillingItem.State


@biller
@require_safe
def queue(request: PageRequest) -> HttpResponse:
    """The claims of a state and of a span of days; for htmx the list only."""
    return _queue(request, request.GET, text="")


@biller
@require_POST
def search(request: PageRequest) -> HttpResponse:
    """The same for a patient or a claim. The words are sent by POST, so that a name stays out of
    addresses and logs."""
    form = QueueFilter(request.POST)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    return _queue(request, request.POST, text=text)


def _queue(request: PageRequest, asked: Any, *, text: str) -> HttpResponse:
    items.billing_items_ensure(user=request.user)
    form = QueueFilter(asked)
    given = form.cleaned_data if form.is_valid() else {}
    state = asked.get("state", "todo")
    state = state if state in (*STATES.values, "all") else "todo"
    found = selectors.queue(
        request.user,
        state="" if state == "all" else state,
        since=given.get("since"),
        until=given.get("until"),
        text=text,
        after=given.get("after"),
    )
    days = {name: value.isoformat() for name in ("since", "until") if (value := given.get(name))}
    claims = listed(request.actor, found.claims)
    context = {
        "nav": "billing",
        "form": form,
        "listed": claims,
        "state": state,
        "text": text,
        "days": days,
        "total": found.total,
        "kept": f"&{urlencode(days)}" if days else "",
        "after": found.after,
        "later": given.get("after"),
        "to_do": sum(found.counts.get(each, 0) for each in TO_DO),
        "filters": [
            (choice.value, choice.label, found.counts.get(choice.value, 0)) for choice in STATES
        ],
        "choosing": any(each.claim.exportable for each in claims),
    }
    template = "billing/_queue.html" if request.htmx else "billing/queue.html"
    return render(request, template, context)
