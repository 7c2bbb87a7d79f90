"""The level of a visit: what the note documents of it, and what the physician picked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from ehr.models import CodeSuggestion, Note, NoteSentence
from ehr.selectors.labels import EM_ELEMENTS, EM_LEVELS, EM_RULES, EM_VERDICTS
from ehr.selectors.level_shapes import ElementView, ItemView, LevelView
from ehr.selectors.organization import em_levels_used
from ehr.selectors.shapes import SectionView, SuggestionView
from fhir_bridge import search
from fhir_bridge.access import Actor
from summarizer import em
from summarizer.types import Language

NEW_AFTER = timedelta(days=3 * 365 + 1)  # a patient not seen for three years is new


def level_view(
    actor: Actor,
    note: Note,
    sections: Sequence[SectionView],
    suggestions: Sequence[SuggestionView],
    *,
    chosen: bool | None,
) -> LevelView | None:
    """The level of the note as it stands; None where the organisation, by what it chose (None:
    nothing), does not use levels."""
    if not em_levels_used(chosen):
        return None
    lines = [
        em.Line(line.id, section.key, line.text)
        for section in sections
        for line in section.sentences
        if line.status != NoteSentence.Status.REJECTED
    ]
    language: Language = "fr" if note.draft.language == "fr" else "en"
    found = em.support(_problems(sections, suggestions), lines, language)
    seen = _last_seen(actor, note)
    kind: em.Patient = "established" if seen else "new"
    verdict = found.within(note.em_code) if note.em_code else ""
    return LevelView(
        elements=tuple(_element(element) for element in found.elements),
        least_label=EM_LEVELS[found.least],
        most_label=EM_LEVELS[found.most],
        kind=kind,
        last_seen=seen,
        minutes=found.minutes,
        time_sentence_ids=found.time_refs,
        codes=em.codes_of(found, kind),
        all_codes=tuple((patient, tuple(codes.values())) for patient, codes in em.CODES.items()),
        picked=note.em_code,
        verdict=verdict,
        verdict_label=EM_VERDICTS.get(verdict, ""),
    )


def _element(element: em.Element) -> ElementView:
    return ElementView(
        name=element.name,
        label=EM_ELEMENTS[element.name],
        least=element.least,
        most=element.most,
        least_label=EM_LEVELS[element.least],
        most_label=EM_LEVELS[element.most],
        items=tuple(
            ItemView(item.rule, EM_RULES[item.rule], _about(item.about), item.refs, item.open)
            for item in element.items
        ),
    )


def _about(text: str) -> str:
    return text if len(text) <= 80 else text[:79].rstrip() + "…"


def _problems(
    sections: Sequence[SectionView], suggestions: Sequence[SuggestionView]
) -> list[em.Problem]:
    """The accepted codes, and those that the note states as a diagnosis and nobody decided on."""
    standing = [
        line
        for section in sections
        if section.key in em.DECIDED
        for line in section.sentences
        if line.status != NoteSentence.Status.REJECTED
    ]
    found = []
    for one in suggestions:
        accepted = one.status == CodeSuggestion.Status.ACCEPTED
        stated = "stated-as-diagnosis" in one.reasons
        if one.status == CodeSuggestion.Status.REJECTED or not (accepted or stated):
            continue
        spans = [(e.start, e.end) for e in one.evidence if e.start is not None and e.end]
        refs = tuple(
            line.id
            for line in standing
            if (one.matched_term and one.matched_term.lower() in line.text.lower())
            or any(
                e.start is not None and e.end and e.start < end and start < e.end
                for e in line.evidence
                for start, end in spans
            )
        )
        found.append(em.Problem(one.code, f"{one.code} {one.description}", accepted, refs))
    return found


def _last_seen(actor: Actor, note: Note) -> str:
    """The ISO day of the last encounter in the three years before the visit, "" without one."""
    day = timezone.localdate(note.visit.scheduled_at)
    criteria = [
        ("patient", note.visit.patient_id),
        ("date", f"ge{(day - NEW_AFTER).isoformat()}"),
        ("date", f"lt{day.isoformat()}"),
        ("_sort", "-date"),
    ]
    for stored in search.find(actor, "Encounter", criteria, limit=1):
        period: Any = stored.resource.get("period") or {}
        return str(period.get("start", ""))[:10]
    return ""
