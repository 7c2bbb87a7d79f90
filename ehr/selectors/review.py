"""The note under review with all that a decision needs, and what was signed."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from ehr.exceptions import NotFound, Text
from ehr.models import CodeSuggestion, Draft, Evidence, Note, NoteSentence, SignedNote
from ehr.permissions import PHYSICIAN, actor_of
from ehr.selectors.balance import balance
from ehr.selectors.labels import ACTIONS, CHECK_REASONS, FLAGS, SET_ASIDE, labelled
from ehr.selectors.levels import level_view
from ehr.selectors.organization import em_levels_of
from ehr.selectors.people import patient_briefs, user_name
from ehr.selectors.queries import prompt_views
from ehr.selectors.query_shapes import QueryView
from ehr.selectors.shapes import (
    CheckView,
    EventView,
    EvidenceView,
    FlagView,
    NoteForReview,
    SectionView,
    SentenceView,
    SetAsideView,
    SignedCode,
    SignedSection,
    SignedVersion,
    SuggestionView,
    Words,
)
from ehr.selectors.visits import visit_brief, words_view
from ehr.terminology import terminology_load
from summarizer.coding.lookup import TerminologyMissing

CHECKS = 3
CHECK_FIRST = "check-first"  # the engine's own choice of what to check, by sentence id
_RANK = {"high": 0, "medium": 1, "low": 2}


def note_for_review(user: Any, note_id: int) -> NoteForReview:
    """The note, the words and the evidence side by side."""
    actor = actor_of(user, PHYSICIAN)
    note = (
        Note.objects.filter(pk=note_id, visit__organization_id=actor.organization_id)
        .annotate(em_levels_chosen=em_levels_of("visit__organization_id"))
        .select_related("visit__clinician", "draft__visit_text__submitted_by")
        .prefetch_related(
            "sections__sentences__evidence",
            "suggestions__evidence",
            "events__actor",
            "signatures",
            "queries",
        )
        .first()
    )
    if note is None:
        raise NotFound
    draft = note.draft
    words = words_view(draft.visit_text)
    sections = tuple(_section(section, words) for section in note.sections.all())
    sentences = [line for section in sections for line in section.sentences]
    told = [flag for flag in draft.warnings if flag["code"] != CHECK_FIRST]
    first = [flag["detail"] for flag in draft.warnings if flag["code"] == CHECK_FIRST]
    warnings = (*_flags(told), *_release_warning(note))
    superseded = draft.state == Draft.State.SUPERSEDED
    suggestions = _suggestions(note, words)
    return NoteForReview(
        note_id=note.pk,
        version=note.version,
        state=note.state,
        state_label=note.get_state_display(),
        editable=note.state != Note.State.SIGNED and not superseded,
        superseded=superseded,
        visit=visit_brief(note.visit, note),
        patient=patient_briefs(actor, [note.visit.patient_id])[note.visit.patient_id],
        draft_id=draft.pk,
        language=draft.language,
        template=draft.template,
        words=words,
        sections=sections,
        suggestions=suggestions,
        set_aside=tuple(_set_aside(item, words) for item in draft.set_aside),
        warnings=warnings,
        checks=_checks(sentences, first),
        engine=dict(draft.engine),
        sentences=len(sentences),
        decided=sum(line.decided for line in sentences),
        open_flags=sum(
            flag.blocks
            for line in sentences
            if line.status != NoteSentence.Status.REJECTED
            for flag in line.flags
        ),
        signatures=len(note.signatures.all()),
        amendment_reason=note.amendment_reason,
        events=tuple(
            EventView(
                at=event.at,
                actor=user_name(event.actor),
                action=event.action,
                action_label=labelled(ACTIONS, event.action),
                version=event.version,
                before=event.before,
                after=event.after,
            )
            for event in note.events.all()
        ),
        level=level_view(actor, note, sections, suggestions, chosen=note.em_levels_chosen),
        balance=balance(sections, suggestions, "fr" if draft.language == "fr" else "en"),
    )


def _section(section: Any, words: Words) -> SectionView:
    sentences = tuple(_sentence(line, words) for line in section.sentences.all())
    return SectionView(
        id=section.pk,
        key=section.key,
        title=section.title,
        sentences=sentences,
        undecided=sum(not line.decided for line in sentences),
    )


def _sentence(line: NoteSentence, words: Words) -> SentenceView:
    return SentenceView(
        id=line.pk,
        position=line.position,
        text=line.text,
        drafted_text=line.drafted_text,
        status=line.status,
        status_label=line.get_status_display(),
        written_by_person=not line.drafted_text,
        confidence=line.confidence,
        evidence=tuple(_evidence(item, words) for item in line.evidence.all()),
        flags=_flags(line.flags),
    )


def _evidence(item: Evidence, words: Words) -> EvidenceView:
    if item.start is not None:
        return EvidenceView(
            id=item.pk,
            kind="words",
            quote=item.quote,
            start=item.start,
            end=item.end,
            utterance=_utterance_at(words, item.start),
        )
    return EvidenceView(
        id=item.pk,
        kind="record",
        quote=item.quote,
        resource_type=item.resource_type,
        resource_id=item.resource_id,
        resource_version=item.resource_version,
        path=item.path,
    )


def _utterance_at(words: Words, offset: int) -> int | None:
    place = bisect_right(words.utterances, offset, key=lambda turn: turn.start) - 1
    return words.utterances[place].index if place >= 0 else None


def _flags(flags: Iterable[dict[str, Any]]) -> tuple[FlagView, ...]:
    return tuple(
        FlagView(
            index=index,
            code=flag["code"],
            severity=flag["severity"],
            message=labelled(FLAGS, flag["code"]),
            detail=dict(flag.get("detail", {})),
            resolved=bool(flag.get("resolved_by")),
            resolved_by=flag.get("resolved_by", ""),
        )
        for index, flag in enumerate(flags)
    )


def _release_warning(note: Note) -> tuple[FlagView, ...]:
    """Codes of a list that is not the one in force on the visit's date need a look."""
    if not note.suggestions.all():
        return ()
    try:
        if terminology_load().in_force(timezone.localdate(note.visit.scheduled_at)):
            return ()
    except TerminologyMissing:
        return ()
    return _flags([{"code": "release-not-in-force", "severity": "medium"}])


def _suggestions(note: Note, words: Words) -> tuple[SuggestionView, ...]:
    answered = [query.code for query in note.queries.all()]
    prompts = prompt_views(note, answered)
    return tuple(_suggestion(row, words, prompts.get(row.pk)) for row in note.suggestions.all())


def _suggestion(row: CodeSuggestion, words: Words, prompt: QueryView | None) -> SuggestionView:
    return SuggestionView(
        id=row.pk,
        system=row.system,
        code=row.code,
        description=row.description,
        release=row.release,
        matched_term=row.matched_term,
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        preticked=row.preticked,
        added_by_person=row.added_by_person,
        status=row.status,
        status_label=row.get_status_display(),
        reject_reason=row.reject_reason,
        evidence=tuple(_evidence(item, words) for item in row.evidence.all()),
        prompt=prompt,
    )


def _set_aside(item: dict[str, Any], words: Words) -> SetAsideView:
    return SetAsideView(
        text=item["text"],
        reason=item["reason"],
        reason_label=labelled(SET_ASIDE, item["reason"].partition(":")[0]),
        quotes=tuple(
            _evidence(
                Evidence(
                    start=piece.get("start"),
                    end=piece.get("end"),
                    quote=piece["quote"],
                    resource_type=piece.get("resource_type", ""),
                    resource_id=piece.get("resource_id", ""),
                    resource_version=piece.get("version"),
                    path=piece.get("path", ""),
                ),
                words,
            )
            for piece in item["evidence"]
        ),
    )


def _checks(
    sentences: Iterable[SentenceView], first: Iterable[dict[str, str]]
) -> tuple[CheckView, ...]:
    """The first things to look at: open warnings by severity, then what the engine names.

    A sentence that a person edited or rejected needs no look.
    """
    done = {NoteSentence.Status.REJECTED, NoteSentence.Status.EDITED}
    lines = {line.id: line for line in sentences if line.status not in done}
    found: dict[int, CheckView] = {}
    flagged = [(flag, line) for line in lines.values() for flag in line.flags if not flag.resolved]
    for flag, line in sorted(flagged, key=lambda pair: _RANK.get(pair[0].severity, 2)):
        found.setdefault(line.id, _check(line, flag.message, flag.severity))
    for detail in first:
        named = lines.get(int(detail["sentence_id"]))
        if named is not None and not named.decided:
            message = labelled(CHECK_REASONS, detail["reason"])
            found.setdefault(named.id, _check(named, message, "low"))
    return tuple(found.values())[:CHECKS]


def _check(line: SentenceView, message: Text, severity: str) -> CheckView:
    return CheckView(message, severity, line.id, line.text[:120])


def signed_versions(user: Any, note_id: int) -> tuple[SignedVersion, ...]:
    """Every signature of a note, newest first; the first is in force."""
    actor = actor_of(user, PHYSICIAN)
    note = Note.objects.filter(pk=note_id, visit__organization_id=actor.organization_id).first()
    if note is None:
        raise NotFound
    signatures = list(note.signatures.select_related("signed_by").order_by("-number"))
    return tuple(
        _signed(signature, current=position == 0) for position, signature in enumerate(signatures)
    )


def _signed(signed: SignedNote, *, current: bool) -> SignedVersion:
    return SignedVersion(
        number=signed.number,
        current=current,
        note_id=signed.note_id,
        note_version=signed.note_version,
        language=signed.content["language"],
        sections=tuple(
            SignedSection(
                key=section["key"],
                title=section["title"],
                sentences=tuple(sentence["text"] for sentence in section["sentences"]),
            )
            for section in signed.content["sections"]
        ),
        codes=tuple(SignedCode(**code) for code in signed.codes),
        sha256=signed.sha256,
        signed_by=user_name(signed.signed_by),
        signed_at=signed.signed_at,
        composition_id=signed.composition_id,
        composition_version=signed.composition_version,
        document_reference_id=signed.document_reference_id,
        provenance_id=signed.provenance_id,
        condition_ids=tuple(signed.condition_ids),
        amendment_reason=signed.amendment_reason,
        em_code=signed.content.get("em_code", ""),
    )
