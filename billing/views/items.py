"""One item, and what billing staff do with it. Never the note's words."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing import selectors
from billing.formats.csv import letters
from billing.forms import (
    ConfirmEditForm,
    CoverageForm,
    DetailsForm,
    InstitutionalForm,
    QuestionForm,
    ReferenceForm,
    RejectionForm,
    WithdrawForm,
    line_forms,
)
from billing.forms.items import coverage_initial, institutional_initial, institutional_words
from billing.models import BillingItem
from billing.services import items
from billing.services import lines as entered
from billing.shapes import Claim
from billing.views.guard import PageRequest, biller
from ehr.exceptions import BadInput
from summarizer.coding.hcc import category_of

_EDITABLE = ("signed", "ready", "needs-query")


@biller
@require_safe
def item(request: PageRequest, item_id: int) -> HttpResponse:
    """One claim: codes, services, insurance, what still has to be mended."""
    return _detail(request, item_id)


@biller
@require_POST
def ask(request: PageRequest, item_id: int) -> HttpResponse:
    if code := request.POST.get("code", "")[:16]:
        items.query_raise(user=request.user, item_id=item_id, code=code)
        return _done(request, item_id, _("The question is noted. The item waits for its answer."))
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, question=form)
    try:
        items.query_raise(user=request.user, item_id=item_id, question=form.cleaned_data["text"])
    except BadInput as error:
        form.add_error("text", str(error))
        return _detail(request, item_id, question=form)
    return _done(request, item_id, _("The question is noted. The item waits for its answer."))


@biller
@require_POST
def withdraw(request: PageRequest, item_id: int) -> HttpResponse:
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, withdrawal=form)
    items.query_withdraw(user=request.user, item_id=item_id, reason=form.cleaned_data["text"])
    return _done(request, item_id, _("The question is withdrawn. The item goes on."))


@biller
@require_POST
def reject(request: PageRequest, item_id: int) -> HttpResponse:
    form = RejectionForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, rejection=form)
    items.rejection_record(
        user=request.user,
        item_id=item_id,
        reason=form.cleaned_data["text"],
        payer_reference=form.cleaned_data["reference"],
    )
    return _done(request, item_id, _("The rejection is noted."))


@biller
@require_POST
def requeue(request: PageRequest, item_id: int) -> HttpResponse:
    items.item_requeue(user=request.user, item_id=item_id)
    return _done(request, item_id, _("The claim is back in the queue. Mend it, then export again."))


@biller
@require_POST
def void(request: PageRequest, item_id: int) -> HttpResponse:
    items.item_void(user=request.user, item_id=item_id)
    return _done(request, item_id, _("The next export of this claim tells the payer it is void."))


@biller
@require_POST
def void_undo(request: PageRequest, item_id: int) -> HttpResponse:
    items.item_void_undo(user=request.user, item_id=item_id)
    return _done(request, item_id, _("The claim stands as it was exported."))


@biller
@require_POST
def reference(request: PageRequest, item_id: int) -> HttpResponse:
    form = ReferenceForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, reference=form)
    items.payer_reference_save(
        user=request.user, item_id=item_id, reference=form.cleaned_data["reference"]
    )
    return _done(request, item_id, _("The payer's number is noted."))


@biller
@require_POST
def lines(request: PageRequest, item_id: int) -> HttpResponse:
    stay = selectors.institutional_claim(request.user, item_id)
    forms = line_forms(request.POST, institutional=stay is not None)
    if not forms.is_valid():
        return _detail(request, item_id, lines=forms)
    entered.lines_save(user=request.user, item_id=item_id, lines=forms.lines())
    return _done(request, item_id, _("The services are saved."), "services")


@biller
@require_POST
def details(request: PageRequest, item_id: int) -> HttpResponse:
    form = DetailsForm(request.POST, providers=selectors.billing_providers(request.user))
    if not form.is_valid():
        return _detail(request, item_id, details=form)
    provider = form.cleaned_data["billing_provider"]
    entered.details_save(
        user=request.user,
        item_id=item_id,
        place_of_service=form.cleaned_data["place_of_service"],
        authorization=form.cleaned_data["authorization"],
        billing_provider_id=provider.pk if provider else None,
    )
    return _done(request, item_id, _("The claim is saved."), "details")


@biller
@require_POST
def institutional(request: PageRequest, item_id: int) -> HttpResponse:
    """Make it an institutional claim, or change what that one states."""
    form = InstitutionalForm(
        request.POST,
        facilities=selectors.facilities(request.user),
        positions=selectors.signed_positions(request.user, item_id),
    )
    if not form.is_valid():
        return _detail(request, item_id, institutional=form)
    values = dict(form.cleaned_data)
    facility = values.pop("facility")
    entered.institutional_save(
        user=request.user, item_id=item_id, facility_id=facility.pk if facility else None, **values
    )
    return _done(request, item_id, _("The institutional claim is saved."), "institutional")


@biller
@require_POST
def professional(request: PageRequest, item_id: int) -> HttpResponse:
    entered.institutional_drop(user=request.user, item_id=item_id)
    return _done(request, item_id, _("It is a professional claim again."), "institutional")


@biller
@require_POST
def coverage(request: PageRequest, item_id: int) -> HttpResponse:
    form = CoverageForm(request.POST, payers=selectors.payers(request.user).filter(active=True))
    if not form.is_valid():
        return _detail(request, item_id, coverage=form)
    entered.coverage_save(
        user=request.user,
        item_id=item_id,
        payer_id=form.cleaned_data["payer"].pk,
        insurance=form.insurance(),
        coverage_id=form.cleaned_data["coverage_id"],
    )
    return _done(request, item_id, _("The insurance is saved in the record."), "coverage")


@biller
@require_POST
def confirm_edit(request: PageRequest, item_id: int) -> HttpResponse:
    form = ConfirmEditForm(request.POST)
    if not form.is_valid():
        return _detail(request, item_id, confirmation=form)
    entered.edit_confirm(
        user=request.user,
        item_id=item_id,
        key=form.cleaned_data["key"],
        reason=form.cleaned_data["reason"],
    )
    return _done(request, item_id, _("Confirmed. This no longer holds the claim back."))


def _done(request: PageRequest, item_id: int, said: str, part: str = "") -> HttpResponse:
    messages.success(request, said)
    answer = redirect("billing:item", item_id)
    if part:
        answer["Location"] += f"#{part}"
    return answer


def _detail(request: PageRequest, item_id: int, **bound: Any) -> HttpResponse:
    items.billing_items_ensure(user=request.user)
    detail = selectors.item_detail(request.user, item_id)
    row = BillingItem.objects.get(pk=item_id)
    payers = selectors.payers(request.user).filter(active=True)
    providers = selectors.billing_providers(request.user)
    claim = detail.claim
    stay = selectors.institutional_claim(request.user, item_id)
    positions = [(code.position, code.code) for code in claim.codes]
    context: dict[str, Any] = {
        "nav": "billing",
        "detail": detail,
        "claim": claim,
        "codes": [
            (letters((code.position,)), code, category_of(code.code, claim.service_date))
            for code in claim.codes
        ],
        "line_rows": [(line, letters(line.pointers)) for line in claim.lines],
        "editable": claim.state in _EDITABLE,
        "fees": selectors.fees(request.user, on=claim.service_date)[:1000],
        "question": QuestionForm(),
        "withdrawal": WithdrawForm(),
        "rejection": RejectionForm(),
        "reference": ReferenceForm(initial={"reference": claim.payer_reference}),
        "confirmation": ConfirmEditForm(),
        "lines": line_forms(
            initial=_line_initial(claim) or _level_initial(detail.level),
            institutional=claim.institutional is not None,
        ),
        "institutional": InstitutionalForm(
            facilities=selectors.facilities(request.user),
            positions=positions,
            initial=institutional_initial(stay),
        ),
        "stay_words": institutional_words(stay, positions),
        "details": DetailsForm(
            providers=providers,
            initial={
                "place_of_service": row.place_of_service,
                "billing_provider": row.billing_provider_id,
                "authorization": row.authorization,
            },
        ),
        "coverage": CoverageForm(payers=payers, initial=coverage_initial(claim.coverage, payers)),
        **bound,
    }
    context["opened"] = next(iter(bound), "")
    return render(request, "billing/item.html", context, status=422 if bound else 200)


def _line_initial(claim: Claim) -> list[dict[str, Any]]:
    return [
        {
            "code": line.code,
            "modifiers": " ".join(line.modifiers),
            "pointers": letters(line.pointers),
            "units": f"{line.units.normalize():f}" if line.units is not None else "",
            "charge": line.charge,
            "place_of_service": line.place_of_service,
            "revenue_code": line.revenue_code,
        }
        for line in claim.lines
    ]


def _level_initial(code: str) -> list[dict[str, Any]]:
    """The level that the physician picked, to be saved as a service by billing staff."""
    return [{"code": code, "pointers": "A", "units": "1"}] if code else []
