"""Review: a decision on a sentence, a section or a warning, and what of the page it changes.

Every change is a POST that names the note's version. With htmx the answer is the part of the page
that changed; without a script it is a redirect to the visit.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from ehr import selectors
from ehr.exceptions import BadInput, NotFound
from ehr.models import Note
from ehr.selectors.shapes import NoteForReview
from ehr.services import notes
from ehr.views.guard import PageRequest, physician
from ehr.views.spans import note_spans, turns

_DECISIONS: dict[str, Callable[..., Note]] = {
    "accept": notes.sentence_accept,
    "reject": notes.sentence_reject,
    "restore": notes.sentence_restore,
}


def review_context(request: PageRequest, note_id: int) -> dict[str, Any]:
    """Everything the review page shows."""
    note = selectors.note_for_review(request.user, note_id)
    return {
        "note": note,
        "queries": selectors.queries_of(request.user, note_id),
        "turns": turns(note.words, note_spans(note)),
        "allergies": selectors.allergies(request.user, note.patient.id),
    }


def version_of(request: PageRequest) -> int:
    """The note's version that the page showed when the person decided."""
    return number_of(request, "expected_version")


def number_of(request: PageRequest, field: str) -> int:
    """A number that a form carries; BadInput for anything else."""
    text = request.POST.get(field, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadInput
    return int(text)


def visit_path(note: Note, anchor: str = "") -> str:
    """The visit's page, at what was changed."""
    path = reverse("ehr:visit", kwargs={"visit_id": note.visit_id})
    return f"{path}#{anchor}" if anchor else path


@physician
@require_POST
def sentence(request: PageRequest, sentence_id: int, action: str) -> HttpResponse:
    """Accept, reject, restore or edit one sentence."""
    version = version_of(request)
    if action == "edit":
        text = request.POST.get("text", "").strip()
        note = notes.sentence_edit(
            user=request.user, sentence_id=sentence_id, expected_version=version, text=text
        )
    elif action in _DECISIONS:
        note = _DECISIONS[action](
            user=request.user, sentence_id=sentence_id, expected_version=version
        )
    else:
        raise NotFound
    return _sentence_changed(request, note, sentence_id)


@physician
@require_POST
def flag(request: PageRequest, sentence_id: int, index: int) -> HttpResponse:
    """Mark a warning as checked by this person."""
    note = notes.flag_resolve(
        user=request.user,
        sentence_id=sentence_id,
        flag_index=index,
        expected_version=version_of(request),
    )
    return _sentence_changed(request, note, sentence_id)


@physician
@require_POST
def section(request: PageRequest, section_id: int) -> HttpResponse:
    """Accept every sentence of a section that nothing speaks against."""
    note = notes.section_accept(
        user=request.user, section_id=section_id, expected_version=version_of(request)
    )
    return _section_changed(request, note, section_id)


@physician
@require_POST
def add(request: PageRequest, note_id: int) -> HttpResponse:
    """Add a sentence that a person wrote, or one that the draft had set aside."""
    section_id = number_of(request, "section")
    note = notes.sentence_add(
        user=request.user,
        section_id=section_id,
        expected_version=version_of(request),
        text=request.POST.get("text", "").strip(),
    )
    return _section_changed(request, note, section_id, added=True)


def changed(
    request: PageRequest, template: str, review: NoteForReview, context: dict[str, Any]
) -> HttpResponse:
    """One part of the review page, and what follows from any change: counts, version, checks."""
    return render(request, template, {"note": review, "changed": True} | context)


def _sentence_changed(request: PageRequest, note: Note, sentence_id: int) -> HttpResponse:
    if not request.htmx:
        return redirect(visit_path(note, f"s{sentence_id}"))
    review = selectors.note_for_review(request.user, note.pk)
    for part in review.sections:
        for one in part.sentences:
            if one.id == sentence_id:
                context = {"section": part, "sentence": one}
                return changed(request, "ehr/review/sentence_changed.html", review, context)
    raise NotFound


def _section_changed(
    request: PageRequest, note: Note, section_id: int, *, added: bool = False
) -> HttpResponse:
    if not request.htmx:
        return redirect(visit_path(note, f"section-{section_id}"))
    review = selectors.note_for_review(request.user, note.pk)
    part = next((part for part in review.sections if part.id == section_id), None)
    if part is None:
        raise NotFound
    response = changed(request, "ehr/review/section_changed.html", review, {"section": part})
    response["HX-Retarget"] = f"#section-{section_id}"
    response["HX-Reswap"] = "outerHTML"
    if added and part.sentences:
        response["HX-Trigger-After-Settle"] = f'{{"plume:go": "s{part.sentences[-1].id}"}}'
    return response
