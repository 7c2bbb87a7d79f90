"""The payer's answers: a file is brought in, and its claims are marked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from billing.exceptions import ImportRefused, RowFault
from billing.formats.payer_reports import MOST_BYTES
from billing.forms import RejectionListForm
from billing.services.rejections import rejections_import
from billing.views.guard import PageRequest, biller


@biller
@require_http_methods(["GET", "HEAD", "POST"])
def rejections(request: PageRequest) -> HttpResponse:
    """A CSV list, a 999 or a 277CA; all of it is noted, or nothing with the reasons."""
    faults: tuple[RowFault, ...] = ()
    form = RejectionListForm()
    if request.method == "POST":
        form = RejectionListForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                content = form.cleaned_data["file"].read(MOST_BYTES + 1)
                done = rejections_import(user=request.user, content=content)
            except ImportRefused as error:
                faults = error.faults
            else:
                said = ngettext(
                    "%(n)d claim is marked as rejected.",
                    "%(n)d claims are marked as rejected.",
                    done.rejected,
                ) % {"n": done.rejected}
                rest = _("Known before: %(known)d. Accepted by the payer: %(accepted)d.") % {
                    "known": done.known,
                    "accepted": done.accepted,
                }
                messages.success(request, f"{said} {rest}")
                return redirect("billing:rejections")
    context = {"nav": "rejections", "form": form, "faults": faults[:50], "count": len(faults)}
    status = 422 if faults or form.errors else 200
    return render(request, "billing/rejections.html", context, status=status)
