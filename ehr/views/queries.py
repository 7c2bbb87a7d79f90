"""Coding queries: those that wait, and the physician's answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ehr import selectors
from ehr.models import CodingQuery, Note
from ehr.services.queries import Answer, prompt_answer, query_answer
from ehr.views.guard import PageRequest, physician
from ehr.views.review import version_of, visit_path


@physician
@require_safe
def waiting(request: PageRequest) -> HttpResponse:
    """The questions about this organisation's notes that nobody answered yet."""
    context = {"nav": "worklist", "waiting": selectors.queries_waiting(request.user)}
    return render(request, "ehr/questions.html", context)


@physician
@require_POST
def answer(request: PageRequest, query_id: int) -> HttpResponse:
    """Answer a question about a note; of a signed one this opens an amendment."""
    note = query_answer(
        user=request.user,
        query_id=query_id,
        expected_version=version_of(request),
        answer=_answer(request),
    )
    return _answered(request, note)


@physician
@require_POST
def clarify(request: PageRequest, suggestion_id: int) -> HttpResponse:
    """Say what a suggestion of the note under review leaves open."""
    note = prompt_answer(
        user=request.user,
        suggestion_id=suggestion_id,
        expected_version=version_of(request),
        answer=_answer(request),
    )
    return _answered(request, note)


def _answer(request: PageRequest) -> Answer:
    """`answer` is "code:…" for an option, else the outcome."""
    chosen = request.POST.get("answer", "")
    kind, _colon, code = chosen.partition(":")
    outcome = CodingQuery.Outcome.OPTION if kind == "code" else kind
    return Answer(outcome, code, request.POST.get("text", ""))


def _answered(request: PageRequest, note: Note) -> HttpResponse:
    if note.state == Note.State.AMENDING:
        said = _("The answer is in the amended note. Read it, then sign it again.")
    else:
        said = _("The answer is noted.")
    messages.success(request, said)
    return redirect(visit_path(note, "codes"))
