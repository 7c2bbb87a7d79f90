"""The day's worklist, one visit, and where its draft stands."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from ehr.exceptions import NotFound, failure_of
from ehr.models import CodeSuggestion, Draft, Note, NoteSentence, Visit, VisitText
from ehr.permissions import PHYSICIAN, actor_of
from ehr.selectors.labels import ROLES, SPECIALTIES, STEPS, labelled
from ehr.selectors.people import patient_briefs, user_name
from ehr.selectors.shapes import (
    DraftStatus,
    PatientBrief,
    UtteranceLine,
    VisitBrief,
    VisitDetail,
    Words,
    Worklist,
    WorklistRow,
)

OPEN = (Draft.State.QUEUED, Draft.State.RUNNING)


def day_shown(day: date) -> bool:
    """Whether a day has a worklist: the first and last years leave no room for its neighbours."""
    return date.min.year < day.year < date.max.year


def worklist(user: Any, day: date) -> Worklist:
    """The organisation's visits of `day` (in the current time zone), earliest first."""
    actor = actor_of(user, PHYSICIAN)
    start = timezone.make_aware(datetime.combine(day, time.min))
    visits = list(
        Visit.objects.filter(
            organization_id=actor.organization_id,
            scheduled_at__gte=start,
            scheduled_at__lt=timezone.make_aware(
                datetime.combine(day + timedelta(days=1), time.min)
            ),
        )
        .select_related("clinician")
        .prefetch_related(
            Prefetch(
                "drafts",
                Draft.objects.exclude(state=Draft.State.SUPERSEDED).order_by("-pk"),
                to_attr="live_drafts",
            ),
            Prefetch("notes", Note.objects.order_by("-pk"), to_attr="all_notes"),
        )
        .order_by("scheduled_at", "pk")
    )
    patients = patient_briefs(actor, (visit.patient_id for visit in visits))
    progress = _progress([note for visit in visits if (note := _live_note(visit))])
    rows = tuple(_row(visit, user, patients[visit.patient_id], progress) for visit in visits)
    return Worklist(day=day, rows=rows, counts=dict(Counter(row.status for row in rows)))


def _live_note(visit: Any) -> Note | None:
    """The note of the visit's current draft, else the newest that was signed or amended."""
    current = {draft.pk for draft in visit.live_drafts}
    for note in visit.all_notes:
        if note.draft_id in current or note.state != Note.State.IN_REVIEW:
            return note  # type: ignore[no-any-return]
    return None


def _progress(notes: Iterable[Note]) -> dict[int, Counter[str]]:
    """By note id: sentences, decided, flags, codes and codes_decided; two queries."""
    ids = [note.pk for note in notes]
    counts: dict[int, Counter[str]] = {note_id: Counter() for note_id in ids}
    sentences = NoteSentence.objects.filter(section__note_id__in=ids)
    for note_id, status, flags in sentences.values_list("section__note_id", "status", "flags"):
        count = counts[note_id]
        count["sentences"] += 1
        count["decided"] += status != NoteSentence.Status.PROPOSED
        count["flags"] += status != NoteSentence.Status.REJECTED and any(
            flag.get("severity") == "high" and not flag.get("resolved_by") for flag in flags
        )
    suggestions = CodeSuggestion.objects.filter(note_id__in=ids)
    for note_id, status in suggestions.values_list("note_id", "status"):
        counts[note_id]["codes"] += 1
        counts[note_id]["codes_decided"] += status != CodeSuggestion.Status.PROPOSED
    return counts


def _row(
    visit: Any, user: Any, patient: PatientBrief, progress: dict[int, Counter[str]]
) -> WorklistRow:
    draft = visit.live_drafts[0] if visit.live_drafts else None
    note = _live_note(visit)
    count = progress[note.pk] if note else Counter[str]()
    return WorklistRow(
        visit_id=visit.pk,
        scheduled_at=visit.scheduled_at,
        patient=patient,
        specialty=visit.specialty,
        specialty_label=labelled(SPECIALTIES, visit.specialty),
        reason=visit.reason,
        language=visit.language,
        status=visit.status,
        status_label=visit.get_status_display(),
        clinician=user_name(visit.clinician),
        mine=visit.clinician_id == user.pk,
        draft_id=draft.pk if draft else None,
        draft_state=draft.state if draft else "",
        draft_step=draft.progress_step if draft else "",
        note_id=note.pk if note else None,
        sentences=count["sentences"],
        decided=count["decided"],
        codes=count["codes"],
        codes_decided=count["codes_decided"],
        open_flags=count["flags"],
    )


def visit_detail(user: Any, visit_id: int) -> VisitDetail:
    """One visit with its latest words and draft."""
    actor = actor_of(user, PHYSICIAN)
    visit = (
        Visit.objects.filter(pk=visit_id, organization_id=actor.organization_id)
        .select_related("clinician")
        .first()
    )
    if visit is None:
        raise NotFound
    draft = (
        visit.drafts.exclude(state=Draft.State.SUPERSEDED)
        .select_related("visit_text", "visit_text__submitted_by", "note")
        .order_by("-pk")
        .first()
    )
    note = getattr(draft, "note", None) if draft else None
    if note is None:
        note = visit.notes.exclude(state=Note.State.IN_REVIEW).order_by("-pk").first()
    words = draft.visit_text if draft else None
    return VisitDetail(
        visit=visit_brief(visit, note),
        patient=patient_briefs(actor, [visit.patient_id])[visit.patient_id],
        language=visit.language,
        words=words_view(words) if words else None,
        draft=status_of(draft) if draft else None,
        note_id=note.pk if note else None,
        note_state=note.state if note else "",
        signatures=note.signatures.count() if note else 0,
        mine=visit.clinician_id == user.pk,
    )


def visit_brief(visit: Visit, note: Note | None) -> VisitBrief:
    return VisitBrief(
        visit_id=visit.pk,
        scheduled_at=visit.scheduled_at,
        specialty=visit.specialty,
        specialty_label=labelled(SPECIALTIES, visit.specialty),
        reason=visit.reason,
        status=visit.status,
        status_label=visit.get_status_display(),
        clinician=user_name(visit.clinician),
        note_id=note.pk if note else None,
    )


def words_view(words: VisitText) -> Words:
    """The words cut into turns; `submitted_by` must be loaded."""
    return Words(
        visit_text_id=words.pk,
        text=words.text,
        utterances=tuple(_utterance(words.text, turn) for turn in words.utterances),
        language=words.language,
        source_format=words.source_format,
        source_name=words.source_name,
        submitted_at=words.submitted_at,
        submitted_by=user_name(words.submitted_by),
    )


def _utterance(text: str, turn: dict[str, Any]) -> UtteranceLine:
    seconds = turn.get("start_seconds")
    return UtteranceLine(
        index=turn["index"],
        start=turn["start"],
        end=turn["end"],
        text=text[turn["start"] : turn["end"]],
        role=turn["role"],
        role_label=labelled(ROLES, turn["role"]),
        speaker=turn.get("speaker", ""),
        clock="" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02}",
    )


def draft_status(user: Any, draft_id: int) -> DraftStatus:
    """Where a draft stands: cheap enough to poll every second (three queries)."""
    actor = actor_of(user, PHYSICIAN)
    draft = (
        Draft.objects.filter(pk=draft_id, visit__organization_id=actor.organization_id)
        .select_related("note")
        .first()
    )
    if draft is None:
        raise NotFound
    return status_of(draft)


def status_of(draft: Draft) -> DraftStatus:
    """The status of a loaded draft (with its note); one query more while it waits."""
    waits = draft.state == Draft.State.QUEUED
    ahead = (
        Draft.objects.filter(state=Draft.State.QUEUED, requested_at__lt=draft.requested_at).count()
        if waits
        else 0
    )
    failed = draft.state == Draft.State.FAILED
    failure = failure_of(draft.failure_code) if failed else None
    note = getattr(draft, "note", None)
    total = draft.progress_total
    return DraftStatus(
        draft_id=draft.pk,
        visit_id=draft.visit_id,
        state=draft.state,
        state_label=draft.get_state_display(),
        open=draft.state in OPEN,
        step=draft.progress_step,
        step_label=labelled(STEPS, draft.progress_step) if draft.progress_step else "",
        done=draft.progress_done,
        total=total,
        percent=min(100, 100 * draft.progress_done // total) if total else 0,
        position=ahead + 1 if waits else 0,
        attempts=draft.attempts,
        requested_at=draft.requested_at,
        started_at=draft.started_at,
        finished_at=draft.finished_at,
        failure_code=draft.failure_code if failed else "",
        failure_message=failure.message if failure else "",
        failure_advice=failure.advice if failure else "",
        can_retry=failed,
        note_id=note.pk if note else None,
        template=draft.template,
        language=draft.language,
    )
