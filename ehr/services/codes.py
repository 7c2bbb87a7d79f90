"""What a person decides about codes. Nothing is coded, and nothing billed, without it."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ehr.exceptions import BadInput, CodeListMissing
from ehr.models import CodeSuggestion, Note
from ehr.services.review import Change, note_changing, note_of_suggestion
from ehr.terminology import terminology_load
from summarizer.coding.lookup import SYSTEM as ICD10CM
from summarizer.coding.lookup import Code, TerminologyMissing, normalised

REASON_MAX = 200


def code_accept(*, user: Any, suggestion_id: int, expected_version: int) -> Note:
    """Accept a code.

    Raises:
        BadInput: the code was not billable on the day of the visit, as far as releases are loaded.
    """
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        _require_billable(suggestion.code, visit_day(change.note))
        return _decide(change, suggestion, CodeSuggestion.Status.ACCEPTED, "code-accepted")


def code_reject(*, user: Any, suggestion_id: int, expected_version: int, reason: str = "") -> Note:
    """Reject a code; the reason is optional and kept."""
    why = " ".join(reason.split())[:REASON_MAX]
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        return _decide(change, suggestion, CodeSuggestion.Status.REJECTED, "code-rejected", why)


def code_restore(*, user: Any, suggestion_id: int, expected_version: int) -> Note:
    """Back to undecided."""
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        return _decide(change, suggestion, CodeSuggestion.Status.PROPOSED, "code-restored")


def code_add(*, user: Any, note_id: int, expected_version: int, code: str) -> Note:
    """Add and accept a code that a person chose; one that is there already is accepted.

    Raises:
        BadInput: there is no such code, or it is not billable.
        CodeListMissing: the code list is not installed here.
    """
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        return code_put(change, code)


def code_replace(*, user: Any, suggestion_id: int, expected_version: int, code: str) -> Note:
    """Accept another code in a suggestion's place; the suggestion is rejected for it.

    Raises:
        BadInput: there is no such code, it is not billable, or it is the suggestion's own.
        CodeListMissing: the code list is not installed here.
    """
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        if normalised(code) == suggestion.code:
            raise BadInput(_("This is the same code. Choose another one."), code="code-same")
        code_put(change, code)
        return code_set_aside(change, suggestion, "other-code-fits")


def code_put(change: Change, code: str) -> Note:
    """Accept this code within a change that is under way; add it where it is not listed yet."""
    entry = _require_billable(code, visit_day(change.note))
    last = change.note.suggestions.last()
    suggestion, _created = CodeSuggestion.objects.get_or_create(
        note=change.note,
        system=ICD10CM,
        code=entry.code,
        defaults={
            "position": last.position + 1 if last else 0,
            "description": entry.description[:300],
            "release": terminology_load().release[:40],
            "confidence": 1.0,
            "added_by_person": True,
        },
    )
    return _decide(change, suggestion, CodeSuggestion.Status.ACCEPTED, "code-added")


def code_set_aside(change: Change, suggestion: CodeSuggestion, reason: str) -> Note:
    """Reject a suggestion within a change that is under way."""
    return _decide(change, suggestion, CodeSuggestion.Status.REJECTED, "code-rejected", reason)


def _decide(
    change: Change, suggestion: CodeSuggestion, status: str, action: str, reason: str = ""
) -> Note:
    if suggestion.status == status and suggestion.reject_reason == reason:
        return change.note
    before = suggestion.status
    undecided = status == CodeSuggestion.Status.PROPOSED
    suggestion.status = status
    suggestion.reject_reason = reason
    suggestion.decided_by = None if undecided else change.user
    suggestion.decided_at = None if undecided else timezone.now()
    suggestion.save()
    change.record(action, suggestion=suggestion, before=before, after=reason or status)
    return change.note


def visit_day(note: Note) -> date:
    """The day of service, where the practice is."""
    return timezone.localdate(note.visit.scheduled_at, timezone.get_default_timezone())


def _require_billable(code: str, on: date) -> Code:
    """The code, billable on the visit's day.

    Where no release of that day is loaded the installed one decides: the pages warn of it, and
    billing checks the date of service again before it exports.
    """
    try:
        terminology = terminology_load()
        entry = terminology.get(code)
        known = on if terminology.release_on(on) else None
        billable = entry is not None and terminology.is_billable(entry.code, known)
    except TerminologyMissing as error:
        raise CodeListMissing from error
    if entry is None or not billable:
        raise BadInput(
            _(
                "This is not an ICD-10-CM code that was billable on the day of the visit. Choose "
                "another one from the list."
            ),
            code="code-not-billable",
        )
    return entry
