"""The practice's own data: who sends, who is paid, who pays, what a service costs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from billing import selectors
from billing.exceptions import ImportRefused, RowFault
from billing.forms import (
    BillingProviderForm,
    FacilityForm,
    FeeForm,
    FeeListForm,
    PayerForm,
    RenderingProviderForm,
    SubmitterForm,
)
from billing.services import practice as services
from billing.views.guard import PageRequest, biller
from ehr.exceptions import NotFound
from ehr.selectors.people import user_name

FEES = 100
_both = require_http_methods(["GET", "HEAD", "POST"])


@biller
@require_safe
def practice(request: PageRequest) -> HttpResponse:
    """Everything at a glance, and what is still missing for a claim."""
    entries = selectors.rendering_providers(request.user)
    context = {
        "nav": "practice",
        "submitter": selectors.submitter(request.user),
        "providers": selectors.billing_providers(request.user),
        "facilities": selectors.facilities(request.user),
        "payers": selectors.payers(request.user),
        "clinicians": [
            (user, user_name(user), entries.get(user.pk))
            for user in selectors.clinicians(request.user)
        ],
        "fee_count": selectors.fees(request.user).count(),
    }
    return render(request, "billing/practice.html", context)


@biller
@_both
def submitter(request: PageRequest) -> HttpResponse:
    row = selectors.submitter(request.user)
    form = SubmitterForm(request.POST or None, instance=row)
    return _form(
        request,
        form,
        gettext_lazy("Who sends the claim files"),
        lambda values: services.submitter_save(user=request.user, values=values),
    )


@biller
@_both
def payer(request: PageRequest, payer_id: int | None = None) -> HttpResponse:
    row = selectors.payer_row(request.user, payer_id) if payer_id else None
    known = () if row else selectors.record_payers(request.user)
    form = PayerForm(request.POST or None, instance=row, known=known)
    return _form(
        request,
        form,
        gettext_lazy("Payer"),
        lambda values: services.payer_save(
            user=request.user,
            record_id=values.pop("record", ""),
            values=values,
            payer_id=payer_id,
        ),
    )


@biller
@_both
def provider(request: PageRequest, provider_id: int | None = None) -> HttpResponse:
    row = selectors.billing_provider_row(request.user, provider_id) if provider_id else None
    form = BillingProviderForm(request.POST or None, instance=row)
    return _form(
        request,
        form,
        gettext_lazy("Billing provider"),
        lambda values: services.billing_provider_save(
            user=request.user, values=values, provider_id=provider_id
        ),
    )


@biller
@_both
def facility(request: PageRequest, facility_id: int | None = None) -> HttpResponse:
    row = selectors.facility_row(request.user, facility_id) if facility_id else None
    form = FacilityForm(request.POST or None, instance=row)
    return _form(
        request,
        form,
        gettext_lazy("Facility"),
        lambda values: services.facility_save(
            user=request.user, values=values, facility_id=facility_id
        ),
    )


@biller
@_both
def clinician(request: PageRequest, clinician_id: int) -> HttpResponse:
    user = selectors.clinicians(request.user).filter(pk=clinician_id).first()
    if user is None:
        raise NotFound
    row = selectors.rendering_providers(request.user).get(clinician_id)
    initial = {"family": user.last_name, "given": user.first_name} if row is None else None
    form = RenderingProviderForm(request.POST or None, instance=row, initial=initial)
    return _form(
        request,
        form,
        user_name(user),
        lambda values: services.rendering_provider_save(
            user=request.user, clinician_id=clinician_id, values=values
        ),
    )


@biller
@_both
def fee(request: PageRequest, fee_id: int | None = None) -> HttpResponse:
    row = selectors.fee_row(request.user, fee_id) if fee_id else None
    form = FeeForm(request.POST or None, instance=row)
    return _form(
        request,
        form,
        gettext_lazy("Fee"),
        lambda values: services.fee_save(user=request.user, values=values, fee_id=fee_id),
        then="billing:fees",
    )


@biller
@_both
def fees(request: PageRequest) -> HttpResponse:
    """The fee schedule; POST takes in a list, all of it or nothing."""
    form = FeeListForm()
    faults: tuple[RowFault, ...] = ()
    if request.method == "POST":
        form = FeeListForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                count = services.fees_replace(user=request.user, rows=form.rows())
            except ImportRefused as error:
                faults = error.faults
            else:
                said = ngettext("%(n)d fee is saved.", "%(n)d fees are saved.", count)
                messages.success(request, said % {"n": count})
                return redirect("billing:fees")
    text = request.GET.get("q", "").strip()[:20]
    pages = Paginator(selectors.fees(request.user, text=text), FEES)
    context = {
        "nav": "practice",
        "form": form,
        "faults": faults[:50],
        "count": len(faults),
        "text": text,
        "page": pages.get_page(request.GET.get("page")),
    }
    status = 422 if faults or form.errors else 200
    return render(request, "billing/fees.html", context, status=status)


def _form(
    request: PageRequest,
    form: "ModelForm[Any]",
    title: str | Promise,
    save: Callable[[dict[str, Any]], object],
    *,
    then: str = "billing:practice",
) -> HttpResponse:
    """A form on a page of its own; a mistake shows it again with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except services.AlreadyThere:
            form.add_error(None, _("There is one with this number or code already."))
        else:
            messages.success(request, _("Saved."))
            return redirect(then)
    context = {"nav": "practice", "form": form, "title": title, "then": then}
    status = 422 if form.errors else 200
    return render(request, "billing/practice_form.html", context, status=status)
