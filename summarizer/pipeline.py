"""draft_note: a visit's words and the record's facts become a draft with evidence throughout."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from summarizer.backends.base import Backend
from summarizer.steps.compose import compose
from summarizer.steps.contradictions import with_contradictions
from summarizer.steps.extract import extract
from summarizer.steps.first import check_first
from summarizer.steps.gate import gate
from summarizer.steps.ledger import set_aside
from summarizer.steps.others import other_person
from summarizer.steps.plain_language import for_the_patient
from summarizer.steps.record import record_claims
from summarizer.steps.repeats import without_repeats
from summarizer.steps.segment import segment
from summarizer.steps.select import select
from summarizer.steps.sides import with_side_slips
from summarizer.steps.templates import FOR_THE_PATIENT, sections_of, title_of
from summarizer.steps.units import find_subject, find_units
from summarizer.steps.verify import assert_grounded
from summarizer.steps.write.headings import headed
from summarizer.steps.write.writer import sayable
from summarizer.style import StyleRule, styled
from summarizer.types import (
    Claim,
    CodeSuggestion,
    Draft,
    Flag,
    Language,
    Progress,
    Section,
    Sentence,
    Transcript,
    VisitContext,
)


class Coder(Protocol):
    """Suggests codes for a drafted note; see summarizer.coding."""

    def suggest(
        self, sections: tuple[Section, ...], transcript: Transcript, context: VisitContext
    ) -> tuple[CodeSuggestion, ...]: ...


def draft_note(
    transcript: Transcript,
    context: VisitContext,
    *,
    template: str = "soap",
    language: Language | None = None,
    backend: Backend,
    coder: Coder | None = None,
    style: Sequence[StyleRule] = (),
    progress: Progress | None = None,
) -> Draft:
    """Draft the visit's note. Deterministic for a given input, backend and style.

    ``language`` is the note's language (the visit's own by default); ``style`` the clinician's own
    rules of wording, which no document for the patient follows. Raises UnknownTemplate,
    BackendError, and UngroundedDraft should any sentence come out without verbatim evidence.
    """
    tell = progress or (lambda step, done, total: None)
    note_language = language or transcript.language
    keys = sections_of(template)

    # 1. The words as units: who says what, with which mentions and assertions.
    tell("read", 0, 1)
    subject = find_subject(transcript, context.patient.gender, context.patient.given)
    units = find_units(transcript, subject)

    # 2. Each unit's part of the note.
    tell("segment", 0, len(units))
    segment(units, transcript.language, backend.encode)

    # 3. Typed claims out of the words, and out of the record.
    tell("extract", 0, len(units))
    said = extract(units, transcript.language, subject, context).claims
    claims = [*record_claims(context, note_language), *said]

    # 4. What the note holds, and what it leaves out and why.
    left: list[tuple[Claim, str]] = []
    left += [(c, "other-language") for c in claims if not sayable(c, note_language)]
    left += [(c, "not-in-template") for c in said if c.section not in keys]
    chosen = [c for c in claims if c.section in keys and sayable(c, note_language)]
    chosen, refused = gate(chosen, note_language)
    left += refused
    chosen, repeated = select(chosen, backend.encode)
    left += [(c, "less-telling") for c in repeated]

    # 5. Sentences from the claims; each holds against its evidence, is written again, or withheld.
    by_section: dict[str, list[Claim]] = defaultdict(list)
    for claim in chosen:
        by_section[claim.section].append(claim)
    written: dict[str, list[Sentence]] = {}
    for number, key in enumerate(keys):
        tell("write", number, len(keys))
        sentences, withheld = compose(
            key, by_section[key], transcript, note_language, subject.gender, backend
        )
        written[key] = sentences
        left += withheld

    # 6. Each thing once, under its heading.
    written, again = without_repeats(written, transcript, note_language)
    left += [(c, "less-telling") for c in again]
    sections: list[Section] = []
    for key, sentences in written.items():
        sentences = headed(key, sentences, note_language)
        if template in FOR_THE_PATIENT:
            sentences = for_the_patient(sentences, transcript, note_language)
        if sentences:
            sections.append(Section(key, title_of(template, key, note_language), tuple(sentences)))

    # 7. The clinician's own wording.
    worded, used = styled(
        sections, () if template in FOR_THE_PATIENT else style, transcript, note_language
    )

    # 8. What the record says against it, side by side.
    tell("verify", 0, 1)
    flagged = with_contradictions(worded, context, said)
    flagged = with_side_slips(flagged, transcript, note_language)
    for section in flagged:
        for sentence in section.sentences:
            assert_grounded(sentence, transcript)

    # 9. Codes, for a person to accept.
    tell("code", 0, 1)
    # An abbreviation of the clinician's may be none of the code list's.
    codes = coder.suggest(tuple(sections), transcript, context) if coder else ()
    tell("code", 1, 1)

    return Draft(
        language=note_language,
        template=template,
        sections=flagged,
        codes=codes,
        set_aside=set_aside(units, flagged, left),
        engine=replace(
            backend.identity,
            code_release=next((code.release for code in codes), ""),
            style_rules=",".join(map(str, used)),
        ),
        warnings=(
            *_notices(transcript, note_language, flagged),
            *other_person(units),
            *check_first(flagged),
        ),
    )


_ORDERS_TO_MACHINES = re.compile(
    r"\b(?:ignore (?:the|all|any)?\s*(?:above|previous|prior|instructions)|disregard (?:the|all)|"
    r"system prompt|you are (?:now )?an? (?:ai|assistant)|sign (?:the|this) note|"
    r"ignore[rz]? (?:les|toutes les|ce qui)|signe[rz]? (?:la|cette) note)\b",
    re.I,
)


def _notices(
    transcript: Transcript, language: Language, sections: Sequence[Section]
) -> tuple[Flag, ...]:
    """What the reader should know of the draft as a whole."""
    flags = [Flag(notice, "low") for notice in transcript.notices]
    if language != transcript.language:
        flags.append(Flag("translated", "medium", {"from": transcript.language, "to": language}))
    if _ORDERS_TO_MACHINES.search(transcript.text):
        flags.append(Flag("instruction-in-words", "low"))
    if not sections:
        flags.append(Flag("nothing-drafted", "medium"))
    return tuple(flags)
