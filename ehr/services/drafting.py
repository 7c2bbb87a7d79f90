"""Running one claimed draft job: gather the facts, draft, check, store; or fail visibly.

No transaction is open while the engine works. What it returns is checked again here, against the
stored words and the stored record, before a row is written.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
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
from ehr.services.grounding import CHECK_FIRST, Grounded, grounded
from ehr.services.priors import priors_apply
from ehr.services.record_facts import context_gather
from ehr.services.style import rules_on
from fhir_bridge import outcomes
from summarizer import exceptions as summarizer_errors
from summarizer import types
from summarizer.steps.templates import sections_of, title_of

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
                style=rules_on(
                    author=draft.visit.clinician_id, organization_id=draft.visit.organization_id
                ),
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
    ours = str(settings.BASE_DIR)
    frames = traceback.extract_tb(error.__traceback__)
    inside = [
        frame
        for frame in frames
        if frame.filename.startswith(ours) and "site-packages" not in frame.filename
    ] or frames
    return f"{inside[-1].filename}:{inside[-1].lineno}" if inside else "?"


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
    """Sentences were drafted, and no evidence of any held."""


def draft_store(*, draft: Draft, owner: str, result: types.Draft) -> Note:
    """Store a draft as a note to review: all of it, once, and only for the lease's owner.

    A sentence whose evidence does not hold is withheld: it joins what was set aside, and a warning
    counts it. A code suggestion without evidence that holds is dropped the same way.

    Raises:
        LeaseLost: another worker has the job, or newer words replaced it; nothing was written.
        NothingGrounded: sentences were drafted and no evidence held; nothing was written.
    """
    checked = grounded(result, words=draft.visit_text.text, visit=draft.visit)
    drafted = any(section.sentences for section in result.sections)
    if drafted and not any(section.sentences for section in checked.sections):
        raise NothingGrounded
    codes = priors_apply(draft.visit.organization_id, checked.codes)
    checked = replace(checked, codes=codes)
    with transaction.atomic():
        stored = drafts.owned(draft.pk, owner).update(
            state=Draft.State.READY,
            finished_at=timezone.now(),
            lease_owner="",
            lease_expires_at=None,
            engine=result.engine.as_dict(),
            set_aside=[_set_aside(item) for item in checked.set_aside],
        )
        if not stored:
            raise drafts.LeaseLost(draft.pk)
        note = Note.objects.create(draft=draft, visit=draft.visit)
        evidence: list[Evidence] = []
        places = _store_sections(note, checked, evidence)
        warnings = [_flag(_at_sentence(flag, places)) for flag in checked.warnings]
        Draft.objects.filter(pk=draft.pk).update(warnings=warnings)
        _store_suggestions(note, checked, evidence)
        Evidence.objects.bulk_create(evidence)
        NoteEvent.objects.create(
            note=note, version=1, action="drafted", actor_id=draft.requested_by_id
        )
        Visit.objects.filter(pk=draft.visit_id).update(status=Visit.Status.IN_REVIEW)
    return note


Places = dict[tuple[str, str], int]


def _store_sections(note: Note, checked: Grounded, evidence: list[Evidence]) -> Places:
    """Store every section of the template, those without a drafted sentence too: a person may
    write there. Returns the sentences' ids by (section key, position)."""
    sections = _whole_template(checked.sections, note.draft)
    rows = NoteSection.objects.bulk_create(
        NoteSection(note=note, position=position, key=section.key, title=section.title)
        for position, section in enumerate(sections)
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
        for row, section in zip(rows, sections, strict=True)
        for position, sentence in enumerate(section.sentences)
    ]
    NoteSentence.objects.bulk_create([row for row, _ in pairs])
    for row, sentence in pairs:
        evidence += _evidence(sentence.evidence, sentence=row)
    return {(row.section.key, str(row.position)): row.pk for row, _ in pairs}


def _whole_template(drafted: tuple[types.Section, ...], draft: Draft) -> tuple[types.Section, ...]:
    """The template's sections in its order, after any that the template does not know."""
    by_key = {section.key: section for section in drafted}
    keys = sections_of(draft.template)
    language: types.Language = "fr" if draft.language == "fr" else "en"
    known = [
        by_key.get(key) or types.Section(key, title_of(draft.template, key, language), ())
        for key in keys
    ]
    return (*(section for section in drafted if section.key not in keys), *known)


def _at_sentence(flag: types.Flag, places: Places) -> types.Flag:
    """A warning about one sentence, naming it by its id: places change when people edit."""
    if flag.code != CHECK_FIRST:
        return flag
    sentence_id = places[flag.detail["section"], flag.detail["sentence"]]
    detail = {"sentence_id": str(sentence_id), "reason": flag.detail.get("reason", "")}
    return replace(flag, detail=detail)


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
