"""Codes: deciding on a suggestion, and finding another in the terminology."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ehr import selectors
from ehr.exceptions import NotFound
from ehr.models import Note
from ehr.services import codes as decisions
from ehr.services.levels import level_pick
from ehr.services.priors import prior_forget
from ehr.terminology import terminology_load
from ehr.views.guard import PageRequest, physician
from ehr.views.review import changed, version_of, visit_path

MOST_RESULTS = 12


@physician
@require_POST
def decide(request: PageRequest, suggestion_id: int, action: str) -> HttpResponse:
    """Accept, reject (with a reason) or restore one suggestion."""
    version = version_of(request)
    if action == "accept":
        note = decisions.code_accept(
            user=request.user, suggestion_id=suggestion_id, expected_version=version
        )
    elif action == "reject":
        note = decisions.code_reject(
            user=request.user,
            suggestion_id=suggestion_id,
            expected_version=version,
            reason=_reason(request),
        )
    elif action == "restore":
        note = decisions.code_restore(
            user=request.user, suggestion_id=suggestion_id, expected_version=version
        )
    else:
        raise NotFound
    if not request.htmx:
        return redirect(visit_path(note, f"c{suggestion_id}"))
    review = selectors.note_for_review(request.user, note.pk)
    suggestion = next((one for one in review.suggestions if one.id == suggestion_id), None)
    if suggestion is None:
        raise NotFound
    return changed(
        request, "ehr/review/suggestion_changed.html", review, {"suggestion": suggestion}
    )


def _reason(request: PageRequest) -> str:
    """The reason chosen, and the person's own words after it."""
    chosen = request.POST.get("reason", "").strip()
    words = request.POST.get("words", "").strip()
    return ": ".join(part for part in (chosen, words) if part)[:200]


@physician
@require_POST
def replace(request: PageRequest, suggestion_id: int) -> HttpResponse:
    """Accept another code in a suggestion's place."""
    note = decisions.code_replace(
        user=request.user,
        suggestion_id=suggestion_id,
        expected_version=version_of(request),
        code=request.POST.get("code", "").strip(),
    )
    if not request.htmx:
        return redirect(visit_path(note, "codes"))
    review = selectors.note_for_review(request.user, note.pk)
    return changed(request, "ehr/review/codes_changed.html", review, {})


@physician
@require_POST
def add(request: PageRequest, note_id: int) -> HttpResponse:
    """Add a code that the person chose; it counts as accepted."""
    note: Note = decisions.code_add(
        user=request.user,
        note_id=note_id,
        expected_version=version_of(request),
        code=request.POST.get("code", "").strip(),
    )
    if not request.htmx:
        return redirect(visit_path(note, "codes"))
    review = selectors.note_for_review(request.user, note.pk)
    return changed(request, "ehr/review/codes_changed.html", review, {})


@physician
@require_POST
def level(request: PageRequest, note_id: int) -> HttpResponse:
    """Pick the level of the visit, or take the pick back."""
    note = level_pick(
        user=request.user,
        note_id=note_id,
        expected_version=version_of(request),
        code=request.POST.get("code", "").strip(),
    )
    if not request.htmx:
        return redirect(visit_path(note, "level"))
    review = selectors.note_for_review(request.user, note.pk)
    return changed(request, "ehr/review/bar.html", review, {})


@physician
@require_POST
def search(request: PageRequest, note_id: int) -> HttpResponse:
    """Billable codes for the words typed. By POST: what is looked for stays out of addresses."""
    text = request.POST.get("q", "").strip()[:100]
    review = selectors.note_for_review(request.user, note_id)
    found = terminology_load().search(text, limit=MOST_RESULTS) if text else ()
    context = {
        "note": review,
        "allergies": () if request.htmx else selectors.allergies(request.user, review.patient.id),
        "text": text,
        "found": found,
        "instead": next(
            (one for one in review.suggestions if str(one.id) == request.POST.get("instead")), None
        ),
        "taken": {suggestion.code for suggestion in review.suggestions},
    }
    template = "ehr/review/code_results.html" if request.htmx else "ehr/code_search.html"
    return render(request, template, context)


@physician
@require_safe
def learned(request: PageRequest) -> HttpResponse:
    """What this organisation's decisions taught about codes."""
    context = {
        "nav": "worklist",
        "bands": selectors.code_bands(request.user),
        "priors": selectors.code_priors(request.user),
    }
    return render(request, "ehr/learned.html", context)


@physician
@require_POST
def forget(request: PageRequest, prior_id: int) -> HttpResponse:
    """Take back what was learnt of one wording and code."""
    prior_forget(user=request.user, prior_id=prior_id)
    return redirect("ehr:learned")
