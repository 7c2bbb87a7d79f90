"""What a person decides about codes. Nothing is coded, and nothing billed, without it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ehr.exceptions import BadInput, CodeListMissing
from ehr.models import CodeSuggestion, Note
from ehr.services.review import Change, note_changing, note_of_suggestion
from ehr.terminology import terminology_load
from summarizer.coding.lookup import SYSTEM as ICD10CM
from summarizer.coding.lookup import Code, TerminologyMissing

REASON_MAX = 200


def code_accept(*, user: Any, suggestion_id: int, expected_version: int) -> Note:
    """Accept a code.

    Raises:
        BadInput: the code is not billable in the installed release (it changed meanwhile).
    """
    note_id = note_of_suggestion(suggestion_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        suggestion = CodeSuggestion.objects.get(pk=suggestion_id)
        _require_billable(suggestion.code)
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
        entry = _require_billable(code)
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


def _require_billable(code: str) -> Code:
    """The code, billable in the installed release.

    A release that is not the one of the visit's date does not stop the review: the pages warn of
    it, and billing checks the date of service before it exports.
    """
    try:
        terminology = terminology_load()
        entry = terminology.get(code)
        billable = entry is not None and terminology.is_billable(entry.code)
    except TerminologyMissing as error:
        raise CodeListMissing from error
    if entry is None or not billable:
        raise BadInput(
            _("This is not a billable ICD-10-CM code. Choose a more specific one from the list."),
            code="code-not-billable",
        )
    return entry
