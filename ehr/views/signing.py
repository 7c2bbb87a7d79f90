"""Signing, the signed note with its versions, and amending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ehr import selectors
from ehr.exceptions import NotFound, Refused
from ehr.forms import AmendForm
from ehr.services import notes
from ehr.views.guard import PageRequest, physician
from ehr.views.review import version_of, visit_path


def signed_context(request: PageRequest, note_id: int, number: int | None = None) -> dict[str, Any]:
    """The signed note at one version, the current one when none is named."""
    signatures = selectors.signed_versions(request.user, note_id)
    shown = next(
        (one for one in signatures if (one.current if number is None else one.number == number)),
        None,
    )
    if shown is None:
        raise NotFound
    note = selectors.note_for_review(request.user, note_id)
    return {
        "note": note,
        "signatures": signatures,
        "shown": shown,
        "amend": AmendForm(),
        "queries": selectors.queries_of(request.user, note_id),
        "allergies": selectors.allergies(request.user, note.patient.id),
    }


@physician
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: PageRequest, note_id: int) -> HttpResponse:
    """What will be signed, then the signature of exactly that version."""
    if request.method == "POST":
        try:
            signed = notes.note_sign(
                user=request.user, note_id=note_id, expected_version=version_of(request)
            )
        except Refused as error:
            context = _summary(request, note_id) | {"error": error}
            return render(request, "ehr/sign.html", context, status=error.status)
        messages.success(request, _("The note is signed and part of the record."))
        return redirect(visit_path(signed.note))
    template = "ehr/_sign.html" if request.htmx else "ehr/sign.html"
    return render(request, template, _summary(request, note_id))


@physician
@require_POST
def amend(request: PageRequest, note_id: int) -> HttpResponse:
    """Open a signed note again, with the reason; the signed version stays in force until then."""
    form = AmendForm(request.POST)
    if not form.is_valid():
        context = signed_context(request, note_id) | {"amend": form}
        return render(request, "ehr/signed.html", context, status=422)
    note = notes.note_amend(user=request.user, note_id=note_id, reason=form.cleaned_data["reason"])
    return redirect(visit_path(note))


@physician
@require_safe
def versions(request: PageRequest, note_id: int, number: int | None = None) -> HttpResponse:
    """A signed version, also while an amendment is under way."""
    return render(request, "ehr/signed.html", signed_context(request, note_id, number))


def _summary(request: PageRequest, note_id: int) -> dict[str, Any]:
    note = selectors.note_for_review(request.user, note_id)
    sentences = [one for part in note.sections for one in part.sentences]
    count = dict.fromkeys(("proposed", "accepted", "edited", "rejected"), 0)
    for one in sentences:
        count[one.status] += 1
    blocking = [one for one in sentences if any(flag.blocks for flag in one.flags)]
    return {
        "note": note,
        "allergies": selectors.allergies(request.user, note.patient.id),
        "kept": len(sentences) - count["rejected"],
        "count": count,
        "codes": [one for one in note.suggestions if one.status == "accepted"],
        "codes_open": sum(one.status == "proposed" for one in note.suggestions),
        "blocking": blocking,
        "can_sign": note.editable and not blocking and count["rejected"] < len(sentences),
    }
