"""Coding queries as they are read: in words of the reader's language, scoped by user."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ehr.exceptions import NotFound, Text
from ehr.models import CodingQuery, Note
from ehr.permissions import BILLER, PHYSICIAN, actor_of
from ehr.selectors.people import patient_briefs, user_name
from ehr.selectors.query_shapes import OptionView, QueryView, WaitingQuery
from ehr.terminology import terminology_load
from summarizer.coding.lookup import TerminologyMissing
from summarizer.coding.queries import prompt_of

MOST_WAITING = 100
# Each asks what is documented and suggests no answer.
_QUESTIONS: dict[str, Text] = {
    "side": _("Which side is affected? The note does not say."),
    "stage": _("At which stage is the condition? The note does not say."),
    "severity": _("How severe is the condition? The note does not say."),
    "acuity": _("What is the course of the condition? The note does not say."),
    "detail": _("Which type or cause of the condition applies? The note does not say."),
}
_SIDES: dict[str, Text] = {"right": _("Right"), "left": _("Left"), "bilateral": _("Both sides")}


def question_text(query: CodingQuery) -> Text:
    """A person's own words, or the question that the topic stands for."""
    return query.question or _QUESTIONS.get(query.topic, "")


def option_label(option: Mapping[str, str]) -> Text:
    return _SIDES.get(option["side"], option["description"])


def answer_text(query: CodingQuery) -> str:
    """The answer as a sentence for the note, in the active language."""
    said = query.answer or next(
        (str(option_label(one)) for one in query.options if one["code"] == query.answer_code), ""
    )
    if query.answer_code and any(
        one["code"] == query.answer_code and one["side"] for one in query.options
    ):
        term = query.suggestion.matched_term if query.suggestion else ""
        said = gettext("%(condition)s: side affected: %(answer)s") % {
            "condition": (term or query.description)[:1].upper() + (term or query.description)[1:],
            "answer": said.lower(),
        }
    return said if said.endswith((".", "!", "?")) else f"{said}."


def queries_of(user: Any, note_id: int) -> tuple[QueryView, ...]:
    """Every question about a note, the open one first; for a physician of its organisation."""
    actor = actor_of(user, PHYSICIAN)
    note = Note.objects.filter(pk=note_id, visit__organization_id=actor.organization_id).first()
    if note is None:
        raise NotFound
    rows = note.queries.select_related("asked_by", "answered_by").order_by("-pk")
    return tuple(sorted((query_view(row) for row in rows), key=lambda one: not one.open))


def queries_asked(user: Any, note_id: int) -> tuple[QueryView, ...]:
    """The same for billing staff, oldest first, without the words that a question rests on, and
    without what a physician answered unasked."""
    actor = actor_of(user, BILLER)
    rows = CodingQuery.objects.filter(
        note_id=note_id,
        note__visit__organization_id=actor.organization_id,
        asked_by__isnull=False,
    ).select_related("asked_by", "answered_by")
    return tuple(query_view(row, with_indicators=False) for row in rows)


def queries_waiting(user: Any) -> tuple[WaitingQuery, ...]:
    """The organisation's open questions, oldest first."""
    actor = actor_of(user, PHYSICIAN)
    rows = list(
        CodingQuery.objects.filter(
            answered_at=None, note__visit__organization_id=actor.organization_id
        )
        .select_related("asked_by", "answered_by", "note__visit__clinician")
        .order_by("asked_at")[:MOST_WAITING]
    )
    patients = patient_briefs(actor, (row.note.visit.patient_id for row in rows))
    return tuple(
        WaitingQuery(
            query=query_view(row),
            visit_id=row.note.visit_id,
            patient_name=patients[row.note.visit.patient_id].name,
            scheduled_at=row.note.visit.scheduled_at,
            clinician=user_name(row.note.visit.clinician),
            mine=row.note.visit.clinician_id == user.pk,
        )
        for row in rows
    )


def prompt_views(note: Note, answered: Iterable[str]) -> dict[int, QueryView]:
    """What the suggestions of a note leave open, by suggestion, but for what was asked before."""
    done = set(answered)
    found: dict[int, QueryView] = {}
    for row in note.suggestions.all():
        prompted = any(reason.startswith("prompt:") for reason in row.reasons)
        if not prompted or row.status == row.Status.REJECTED or row.code in done:
            continue
        try:
            prompt = prompt_of(terminology_load(), row.code)
        except TerminologyMissing:
            return {}
        if prompt is None:
            continue
        found[row.pk] = QueryView(
            id=None,
            note_id=note.pk,
            code=row.code,
            description=row.description,
            question=_QUESTIONS[prompt.topic],
            options=tuple(
                _option({"code": one.code, "description": one.description, "side": one.side})
                for one in prompt.options
            ),
        )
    return found


def query_view(row: CodingQuery, *, with_indicators: bool = True) -> QueryView:
    chosen = next((one for one in row.options if one["code"] == row.answer_code), None)
    label = str(option_label(chosen)) if chosen and row.answer_code else ""
    return QueryView(
        id=row.pk,
        note_id=row.note_id,
        code=row.code,
        description=row.description,
        question=question_text(row),
        indicators=tuple(row.indicators) if with_indicators else (),
        options=tuple(_option(one) for one in row.options),
        asked_by=user_name(row.asked_by) if row.asked_by else "",
        asked_at=row.asked_at,
        outcome=row.outcome,
        outcome_label=row.get_outcome_display() if row.outcome else "",
        answer=" · ".join(part for part in (label, row.answer) if part),
        answered_by=user_name(row.answered_by) if row.answered_by else "",
        answered_at=row.answered_at,
    )


def _option(option: Mapping[str, str]) -> OptionView:
    return OptionView(option["code"], option_label(option), not option["side"])
