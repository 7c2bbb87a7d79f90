"""One visit: its words, its draft while it is made, its note under review or signed."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ehr import selectors
from ehr.exceptions import BadVisitText
from ehr.forms import WordsForm
from ehr.models import Draft, Note
from ehr.selectors.labels import STEPS
from ehr.selectors.shapes import DraftStatus, VisitDetail
from ehr.services.drafts import draft_retry
from ehr.services.previsit import pre_visit_read
from ehr.services.visits import visit_text_submit
from ehr.views.guard import PageRequest, physician
from ehr.views.review import review_context
from ehr.views.signing import signed_context
from ehr.views.spans import turns


@physician
@require_safe
@never_cache
def visit(request: PageRequest, visit_id: int) -> HttpResponse:
    """The visit as it stands. `?words=new` asks for other words than those given before."""
    detail = selectors.visit_detail(request.user, visit_id)
    if request.GET.get("words") == "new" and not detail.signatures:
        return _words_page(request, detail, WordsForm())
    if detail.note_id is not None:
        if detail.note_state == Note.State.SIGNED:
            return render(request, "ehr/signed.html", signed_context(request, detail.note_id))
        return render(request, "ehr/review.html", review_context(request, detail.note_id))
    if detail.draft is not None and (detail.draft.open or detail.draft.state == Draft.State.FAILED):
        context = _banner(request, detail) | _progress(detail.draft)
        if detail.words is not None:
            context["turns"] = turns(detail.words)
        return render(request, "ehr/drafting.html", context)
    return _words_page(request, detail, WordsForm())


@physician
@require_safe
@never_cache
def before(request: PageRequest, visit_id: int) -> HttpResponse:
    """What the record says before the visit; no model, no words."""
    detail = selectors.visit_detail(request.user, visit_id)
    summary = pre_visit_read(
        user=request.user, visit_id=visit_id, language=translation.get_language()[:2]
    )
    return render(request, "ehr/before.html", _banner(request, detail) | {"summary": summary})


@physician
@require_POST
def words(request: PageRequest, visit_id: int) -> HttpResponse:
    """Give the visit's words. A refusal keeps what was pasted."""
    form = WordsForm(request.POST, request.FILES)
    if form.is_valid():
        data, name = form.words()
        try:
            visit_text_submit(
                user=request.user,
                visit_id=visit_id,
                data=data,
                name=name,
                language=form.cleaned_data["language"] or None,
                template=form.cleaned_data["template"] or "soap",
            )
        except BadVisitText as error:
            form.add_error("file" if name else "text", str(error))
        else:
            return redirect("ehr:visit", visit_id=visit_id)
    return _words_page(request, selectors.visit_detail(request.user, visit_id), form, status=422)


@physician
@require_safe
@never_cache
def progress(request: PageRequest, draft_id: int) -> HttpResponse:
    """Where a draft stands, polled by the page; when it has ended, the page loads again."""
    status = selectors.draft_status(request.user, draft_id)
    where = reverse("ehr:visit", kwargs={"visit_id": status.visit_id})
    if not request.htmx:
        return redirect(where)
    if not status.open:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = where
        return response
    # The spoken line changes only with the step, or a screen reader would repeat it.
    context = _progress(status) | {"say": request.GET.get("seen", "") != _seen(status)}
    return render(request, "ehr/_progress.html", context)


@physician
@require_POST
def retry(request: PageRequest, draft_id: int) -> HttpResponse:
    """Queue a failed draft again."""
    draft = draft_retry(user=request.user, draft_id=draft_id)
    return redirect("ehr:visit", visit_id=draft.visit_id)


def _words_page(
    request: PageRequest, detail: VisitDetail, form: WordsForm, status: int = 200
) -> HttpResponse:
    context = _banner(request, detail) | {
        "form": form,
        "replacing": detail.words is not None,
        "max_bytes": settings.VISIT_TEXT_MAX_BYTES,
    }
    return render(request, "ehr/words.html", context, status=status)


def _banner(request: PageRequest, detail: VisitDetail) -> dict[str, Any]:
    found = selectors.allergies(request.user, detail.patient.id)
    return {"detail": detail, "allergies": found}


def _seen(status: DraftStatus) -> str:
    return f"{status.state}-{status.step}"


def _progress(status: DraftStatus) -> dict[str, Any]:
    """The steps with where the draft is among them, and how far it has come in all."""
    keys = list(STEPS)
    running = status.state == Draft.State.RUNNING and status.step in keys
    at = keys.index(status.step) if running else -1
    steps = [
        (label, "done" if number < at else "now" if number == at else "later")
        for number, label in enumerate(STEPS.values())
    ]
    within = status.done / status.total if status.total else 0
    overall = round(100 * (at + min(within, 1)) / len(keys)) if running else 0
    return {"draft": status, "steps": steps, "overall": overall, "seen": _seen(status)}
