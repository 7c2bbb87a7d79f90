"""Running one claimed draft job: gather the facts, draft, check, store; or fail visibly.

No transaction is open while the engine works. What it returns is checked again here, against the
stored words and the stored record, before a row is written.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from ehr.models import (
    CodeSuggestion,
    Draft,
    Evidence,
    Note,
    NoteEvent,
    NoteSection,
    NoteSentence,
    Visit,
    VisitText,
)
from ehr.services import drafts
from ehr.services.engine import EngineUnavailable, engine_load
from ehr.services.grounding import Grounded, grounded
from ehr.services.record_facts import context_gather
from fhir_bridge import outcomes
from summarizer import exceptions as summarizer_errors
from summarizer import types

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.5


class Stopped(Exception):
    """The worker was told to stop: the job goes back unharmed."""


def _never() -> bool:
    return False


def draft_run(*, draft_id: int, owner: str, stop: Callable[[], bool] = _never) -> bool:
    """Run a job that `owner` claimed. True when its draft was stored.

    Whatever happens ends in one of: stored, failed with a code, queued again after a pause, given
    back (`stop` said so), or nothing written because the lease was lost. Only when the database
    itself is away does the row keep its lease, for the reconciler to find.
    """
    try:
        return _run(draft_id, owner, stop)
    except drafts.LeaseLost:
        log.warning("draft %s: %s lost its lease, nothing written", draft_id, owner)
    except Stopped:
        drafts.draft_release(draft_id=draft_id, owner=owner)
        log.info("draft %s given back by %s", draft_id, owner)
    except (OperationalError, InterfaceError) as error:
        connection.close()
        log.warning("draft %s: database away (%s), lease left", draft_id, type(error).__name__)
    return False


def _run(draft_id: int, owner: str, stop: Callable[[], bool]) -> bool:
    try:
        draft = Draft.objects.select_related("visit", "visit_text").get(pk=draft_id)
        with drafts.Heartbeat(draft_id=draft_id, owner=owner) as heartbeat:
            progress = _Progress(draft_id=draft_id, owner=owner, heartbeat=heartbeat, stop=stop)
            progress("record", 0, 1)
            context = context_gather(draft.visit)
            engine = engine_load()
            result = engine(
                transcript_of(draft.visit_text),
                context,
                template=draft.template,
                language=draft.language,
                progress=progress,
            )
            draft_store(draft=draft, owner=owner, result=result)
    except (drafts.LeaseLost, Stopped, OperationalError, InterfaceError):
        raise
    except Exception as error:
        code, retry = _failure(error)
        log.warning("draft %s: %s at %s", draft_id, type(error).__name__, _place(error))
        drafts.draft_fail(draft_id=draft_id, owner=owner, code=code, retry=retry)
        return False
    log.info("draft %s stored by %s", draft_id, owner)
    return True


class _Progress:
    """Writes where the draft stands, and renews the lease with it; not more often than useful."""

    def __init__(
        self, *, draft_id: int, owner: str, heartbeat: drafts.Heartbeat, stop: Callable[[], bool]
    ) -> None:
        self.draft_id = draft_id
        self.owner = owner
        self.heartbeat = heartbeat
        self.stop = stop
        self._step = ""
        self._written = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        if self.heartbeat.lost.is_set():
            raise drafts.LeaseLost(self.draft_id)
        if self.stop():
            raise Stopped
        now = time.monotonic()
        if step == self._step and now - self._written < PROGRESS_SECONDS:
            return
        self._step, self._written = step, now
        drafts.lease_renew(
            draft_id=self.draft_id,
            owner=self.owner,
            progress_step=step[:20],
            progress_done=max(0, done),
            progress_total=max(0, total),
        )


def _failure(error: Exception) -> tuple[str, bool]:
    """(failure code, whether the same job may be tried again by itself)."""
    match error:
        case EngineUnavailable():
            return error.code, False
        case summarizer_errors.ModelMissing() | summarizer_errors.ModelTampered():
            return "model-missing", False
        case summarizer_errors.BackendError() | ConnectionError() | TimeoutError():
            return "backend-unreachable", True
        case summarizer_errors.TranscriptError():
            return "bad-words", False
        case summarizer_errors.UngroundedDraft() | NothingGrounded():
            return "unproven", False
        case outcomes.FhirError():
            return "record-unreadable", False
        case _:
            return "internal", False


def _place(error: Exception) -> str:
    """Where it broke, without the message: that could quote the visit's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"


def transcript_of(words: VisitText) -> types.Transcript:
    """The stored words as the engine reads them: the very offsets that evidence refers to."""
    return types.Transcript(
        text=words.text,
        utterances=tuple(
            types.Utterance(**{**utterance, "role": types.Role(utterance["role"])})
            for utterance in words.utterances
        ),
        language="fr" if words.language == "fr" else "en",
        source_format=words.source_format,
        notices=tuple(words.notices),
    )


# -- storing ---------------------------------------------------------------------------------------


class NothingGrounded(Exception):
    """No sentence's evidence held."""


def draft_store(*, draft: Draft, owner: str, result: types.Draft) -> Note:
    """Store a draft as a note to review: all of it, once, and only for the lease's owner.

    A sentence whose evidence does not hold is withheld: it joins what was set aside, and a warning
    counts it. A code suggestion without evidence that holds is dropped the same way.

    Raises:
        LeaseLost: another worker has the job, or newer words replaced it; nothing was written.
        NothingGrounded: no sentence's evidence held; nothing was written.
    """
    checked = grounded(result, words=draft.visit_text.text, visit=draft.visit)
    if not any(section.sentences for section in checked.sections):
        raise NothingGrounded
    with transaction.atomic():
        stored = drafts.owned(draft.pk, owner).update(
            state=Draft.State.READY,
            finished_at=timezone.now(),
            lease_owner="",
            lease_expires_at=None,
            engine=result.engine.as_dict(),
            warnings=[_flag(flag) for flag in checked.warnings],
            set_aside=[_set_aside(item) for item in checked.set_aside],
        )
        if not stored:
            raise drafts.LeaseLost(draft.pk)
        note = Note.objects.create(draft=draft, visit=draft.visit)
        evidence: list[Evidence] = []
        _store_sections(note, checked, evidence)
        _store_suggestions(note, checked, evidence)
        Evidence.objects.bulk_create(evidence)
        NoteEvent.objects.create(
            note=note, version=1, action="drafted", actor_id=draft.requested_by_id
        )
        Visit.objects.filter(pk=draft.visit_id).update(status=Visit.Status.IN_REVIEW)
    return note


def _store_sections(note: Note, checked: Grounded, evidence: list[Evidence]) -> None:
    sections = NoteSection.objects.bulk_create(
        NoteSection(note=note, position=position, key=section.key, title=section.title)
        for position, section in enumerate(checked.sections)
    )
    pairs = [
        (
            NoteSentence(
                section=row,
                position=position,
                drafted_text=sentence.text,
                text=sentence.text,
                flags=[_flag(flag) for flag in sentence.flags],
                confidence=sentence.confidence,
            ),
            sentence,
        )
        for row, section in zip(sections, checked.sections, strict=True)
        for position, sentence in enumerate(section.sentences)
    ]
    NoteSentence.objects.bulk_create([row for row, _ in pairs])
    for row, sentence in pairs:
        evidence += _evidence(sentence.evidence, sentence=row)


def _store_suggestions(note: Note, checked: Grounded, evidence: list[Evidence]) -> None:
    pairs = [
        (
            CodeSuggestion(
                note=note,
                position=position,
                system=suggestion.system,
                code=suggestion.code,
                description=suggestion.description[:300],
                release=suggestion.release[:40],
                matched_term=suggestion.matched_term[:300],
                confidence=suggestion.confidence,
                reasons=list(suggestion.reasons),
                preticked=suggestion.preticked,
            ),
            suggestion,
        )
        for position, suggestion in enumerate(checked.codes)
    ]
    CodeSuggestion.objects.bulk_create([row for row, _ in pairs])
    for row, suggestion in pairs:
        evidence += _evidence(suggestion.evidence, suggestion=row)


def _evidence(items: Iterable[types.Evidence], **holder: Any) -> list[Evidence]:
    rows = []
    for position, item in enumerate(items):
        if isinstance(item, types.TextEvidence):
            place: dict[str, Any] = {"start": item.start, "end": item.end}
        else:
            place = {
                "resource_type": item.resource_type,
                "resource_id": item.resource_id,
                "resource_version": item.version,
                "path": item.path,
            }
        rows.append(Evidence(position=position, quote=item.quote, **place, **holder))
    return rows


def _flag(flag: types.Flag) -> dict[str, Any]:
    return {"code": flag.code, "severity": flag.severity, "detail": dict(flag.detail)}


def _set_aside(item: types.SetAside) -> dict[str, Any]:
    return {
        "text": item.text,
        "reason": item.reason,
        "evidence": [
            {name: getattr(piece, name) for name in piece.__slots__} for piece in item.evidence
        ],
    }
