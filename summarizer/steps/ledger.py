"""What was found and is not in the note, with the reason: nothing is lost silently.

A fact counts as in the note by its name, not by its sentence: of "stop the ibuprofen and take
meloxicam 15 mg", drafted as the stop alone, the meloxicam and its dose are listed.
"""

from collections.abc import Iterable, Sequence

from summarizer.language.lexicon import lexicon
from summarizer.language.orders import plan_steps
from summarizer.language.quantities import doses
from summarizer.steps.units import Unit
from summarizer.types import (
    Assertion,
    Claim,
    Language,
    Role,
    Section,
    SetAside,
    TextEvidence,
)

LANGUAGES: tuple[Language, ...] = ("en", "fr")

_MAX = 150


def set_aside(
    units: Sequence[Unit],
    sections: Sequence[Section],
    left: Iterable[tuple[Claim, str]],
) -> tuple[SetAside, ...]:
    """Claims left out, each with its reason, then telling words that became no claim."""
    used = {
        (item.start, item.end)
        for section in sections
        for sentence in section.sentences
        for item in sentence.evidence
        if isinstance(item, TextEvidence)
    }
    out: list[SetAside] = []
    listed: set[tuple[int, int]] = set()
    for claim, reason in left:
        spans = {(e.start, e.end) for e in claim.evidence if isinstance(e, TextEvidence)}
        if spans and reason != "unverified" and spans <= used | listed:
            continue
        listed |= spans
        out.append(SetAside(claim.text, reason, claim.evidence))
    for unit in units:
        if unit.other and len(unit.raw.split()) > 2:
            out.append(SetAside(unit.raw, "other-person", (unit.evidence,)))
    for unit in units:
        if (unit.start, unit.end) in used | listed or not _telling(unit):
            continue
        reason = "question" if unit.question else "not-used"
        out.append(SetAside(unit.clean or unit.raw, reason, (unit.evidence,)))
    known = _names(
        [
            *(sentence.text for section in sections for sentence in section.sentences),
            *(item.text for item in out),
        ]
    )
    for unit in units:
        facts = _critical(unit)
        if facts - known:
            known |= facts
            out.append(SetAside(unit.clean or unit.raw, "not-used", (unit.evidence,)))
    return tuple(out[:_MAX])


def _names(texts: Iterable[str]) -> set[str]:
    """The medicines, doses, complaints, tests and steps that texts name, in either language."""
    found: set[str] = set()
    for text in texts:
        for language in LANGUAGES:
            found |= {mention.concept.key for mention in lexicon(language).find(text)}
        found |= {f"{amount} {unit}" for _, _, amount, unit in doses(text)} | plan_steps(text)
    return found


def _critical(unit: Unit) -> set[str]:
    """What a reader must not miss: a medicine or dose, something that the patient has, and what the
    clinician wants done. Questions name medicines and steps too; they ask for symptoms."""
    if unit.other:
        return set()
    told = unit.role in (Role.PATIENT, Role.CAREGIVER)
    found = {f"{amount} {name}" for _, _, amount, name in doses(unit.clean)}
    for mention, status in unit.mentions:
        kind = mention.concept.kind
        holds = status.assertion in (Assertion.AFFIRMED, Assertion.UNCERTAIN)
        if (
            kind == "medication"
            or (kind in ("symptom", "condition") and holds and not unit.question)
            or (kind == "test" and not told and not unit.question)
        ):
            found.add(mention.concept.key)
    if not told and unit.phase != "story":
        found |= plan_steps(unit.raw)
    return found


def _telling(unit: Unit) -> bool:
    if len(unit.clean.split()) < 3:
        return False
    named = unit.has("symptom", "condition", "medication", "test")
    return (
        bool(doses(unit.clean))
        or (named and not unit.question)
        or (
            unit.section in ("plan", "exam", "results", "allergies")
            and unit.score > 0.45
            and not unit.question
        )
    )
