"""What was found and is not in the note, with the reason: nothing is lost silently."""

from collections.abc import Iterable, Sequence

from summarizer.language.quantities import doses
from summarizer.steps.units import Unit
from summarizer.types import Claim, Section, SetAside, TextEvidence

_MAX = 80


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
        if (unit.start, unit.end) in used | listed or not _telling(unit):
            continue
        reason = "question" if unit.question else "not-used"
        out.append(SetAside(unit.clean or unit.raw, reason, (unit.evidence,)))
    return tuple(out[:_MAX])


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
