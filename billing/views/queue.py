"""The queue, one item, and what billing staff do with it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing import selectors
from billing.forms import AnswerForm, QuestionForm, QueueFilter, RejectionForm
from billing.models import BillingItem
from billing.services import items
from billing.views.guard import PageRequest, biller

STATES = BillingItem.State


@biller
@require_safe
def queue(request: PageRequest) -> HttpResponse:
    """The claims of a state (ready at first) and of a span of days; for htmx the list only."""
    items.billing_items_ensure(user=request.user)
    form = QueueFilter(request.GET)
    days = form.cleaned_data if form.is_valid() else {}
    state = request.GET.get("state", STATES.READY)
    state = state if state in STATES.values or state == "all" else STATES.READY
    listed = selectors.queue(
        request.user,
        state="" if state == "all" else state,
        since=days.get("since"),
        until=days.get("until"),
    )
    kept = urlencode({name: value.isoformat() for name, value in days.items() if value})
    context = {
        "nav": "billing",
        "form": form,
        "claims": listed.claims,
        "state": state,
        "total": listed.total,
        "kept": f"&{kept}" if kept else "",
        "filters": [
            (choice.value, choice.label, listed.counts.get(choice.value, 0)) for choice in STATES
        ],
        "choosing": any(claim.exportable for claim in listed.claims),
        "shown": selectors.SHOWN,
    }
    template = "billing/_queue.html" if request.htmx else "billing/queue.html"
    return render(request, template, context)


@biller
@require_safe
def item(request: PageRequest, item_id: int) -> HttpResponse:
    """One claim: codes, signature, questions. Never the note's words."""
    return _detail(request, item_id)


@biller
@require_POST
def ask(request: PageRequest, item_id: int) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, question=form)
    items.query_raise(user=request.user, item_id=item_id, question=form.cleaned_data["text"])
    messages.success(request, _("The question is noted. The item waits for its answer."))
    return redirect("billing:item", item_id)


@biller
@require_POST
def answer(request: PageRequest, item_id: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, answer=form)
    items.query_resolve(user=request.user, item_id=item_id, answer=form.cleaned_data["text"])
    messages.success(request, _("The answer is noted. The item is ready again."))
    return redirect("billing:item", item_id)


@biller
@require_POST
def reject(request: PageRequest, item_id: int) -> HttpResponse:
    form = RejectionForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, rejection=form)
    items.rejection_record(user=request.user, item_id=item_id, reason=form.cleaned_data["text"])
    messages.success(request, _("The rejection is noted."))
    return redirect("billing:item", item_id)


def _detail(request: PageRequest, item_id: int, **bound: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {
        "nav": "billing",
        "detail": selectors.item_detail(request.user, item_id),
        "question": QuestionForm(),
        "answer": AnswerForm(),
        "rejection": RejectionForm(),
        **bound,
    }
    return render(request, "billing/item.html", context, status=422 if bound else 200)
