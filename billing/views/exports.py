"""Exports: confirm, build once, download, look back."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import selectors
from billing.exceptions import NothingChosen
from billing.forms import ChosenItems
from billing.models import ExportFile
from billing.services.exports import export_build
from billing.views.guard import PageRequest, biller

_TYPES = {
    ExportFile.Kind.CSV: "text/csv; charset=utf-8",
    ExportFile.Kind.CMS1500_CSV: "text/csv; charset=utf-8",
    ExportFile.Kind.CMS1500_JSON: "application/json",
    ExportFile.Kind.X12_837P: "application/edi-x12",
    ExportFile.Kind.X12_837I: "application/edi-x12",
    ExportFile.Kind.X12_999: "application/edi-x12",
}


@biller
@require_POST
def confirm(request: PageRequest) -> HttpResponse:
    """What would be exported; nothing is written yet."""
    form = ChosenItems(request.POST)
    if not form.is_valid():
        raise NothingChosen
    listed = selectors.ready_claims(request.user, form.cleaned_data["item"])
    if not listed:
        raise NothingChosen
    context = {
        "nav": "billing",
        "listed": listed,
        "left_out": len(set(form.cleaned_data["item"])) - len(listed),
        "institutional": any(each.claim.institutional for each in listed),
        "professional": any(not each.claim.institutional for each in listed),
        "held": [each for each in listed if each.edits],
        "total": sum(each.claim.total for each in listed),
        "request_key": uuid4(),
    }
    context["mixed"] = context["institutional"] and context["professional"]
    return render(request, "billing/confirm.html", context)


@biller
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: PageRequest) -> HttpResponse:
    """The history of exports; POST builds one. A second POST of one confirmation gives the same."""
    if request.method != "POST":
        context = {"nav": "exports", "batches": selectors.batches(request.user)}
        return render(request, "billing/exports.html", context)
    form = ChosenItems(request.POST)
    if not form.is_valid():
        raise NothingChosen
    batch = export_build(
        user=request.user,
        item_ids=form.cleaned_data["item"],
        request_key=form.cleaned_data["request_key"] or uuid4(),
        formats=form.cleaned_data["formats"],
    )
    messages.success(request, _("The export is ready to download."))
    return redirect("billing:export", batch.pk)


@biller
@require_safe
def export(request: PageRequest, batch_id: int) -> HttpResponse:
    """One export, its files, and the claims in it."""
    batch, claims, acknowledgement = selectors.batch_detail(request.user, batch_id)
    context = {
        "nav": "exports",
        "batch": batch,
        "claims": claims,
        "acknowledgement": acknowledgement,
    }
    return render(request, "billing/export.html", context)


@biller
@require_safe
def download(request: PageRequest, batch_id: int, kind: str = "csv") -> HttpResponse:
    """A file, byte for byte as it was built."""
    file, content = selectors.batch_file(request.user, batch_id, kind)
    response = HttpResponse(content, content_type=_TYPES[ExportFile.Kind(file.kind)])
    response["Content-Disposition"] = f'attachment; filename="{file.filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
