"""draft_section: a short dialogue becomes one section; every sentence carries its evidence."""

from dataclasses import dataclass

from summarizer.backends.base import Backend
from summarizer.sections.headers import header_of
from summarizer.sections.writer import Line, write
from summarizer.steps.segment import segment
from summarizer.steps.units import find_subject, find_units
from summarizer.steps.verify import assert_grounded, failures
from summarizer.types import Sentence, SetAside, Transcript

# Not said in these words by design: "Noncontributory" stands for a question and its no.
_BY_CONVENTION = frozenset({"words-unsupported", "negation-differs"})


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """``header`` is one of MTS-Dialog's 20 names, ``confidence`` its probability; sentences that
    did not hold against their evidence are in ``set_aside`` with the reason."""

    header: str
    confidence: float
    sentences: tuple[Sentence, ...]
    set_aside: tuple[SetAside, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


def draft_section(transcript: Transcript, backend: Backend, *, header: str = "") -> SectionDraft:
    """The section of a short dialogue. ``header`` given, it is taken as it is."""
    language = transcript.language
    subject = find_subject(transcript, "")
    units = find_units(transcript, subject)
    segment(units, language, backend.encode)
    confidence = 1.0
    if not header:
        header, confidence = header_of(transcript, units, backend.encode)
    kept: list[Sentence] = []
    left: list[SetAside] = []
    for line in write(units, header, language, subject):
        sentence, reason = _checked(line, transcript)
        if not reason:
            kept.append(sentence)
            continue
        for part in line.plainly or (line,):
            again, why = _checked(part, transcript)
            if why:
                left.append(SetAside(part.text, f"unverified: {why}", again.evidence))
            else:
                kept.append(again)
    used = {item for sentence in kept for item in sentence.evidence}
    left += [
        SetAside(unit.clean, "not-used", (unit.evidence,))
        for unit in units
        if unit.evidence not in used
        and not unit.question
        and unit.has("symptom", "condition", "medication")
    ]
    return SectionDraft(header, confidence, tuple(kept), tuple(left))


def _checked(line: Line, transcript: Transcript) -> tuple[Sentence, str]:
    """The line as a sentence, and the first thing that does not hold in it (empty: it holds)."""
    sentence = Sentence(text=line.text, evidence=tuple(unit.evidence for unit in line.units))
    assert_grounded(sentence, transcript)
    found = failures(sentence, transcript, transcript.language)
    if line.convention:
        found = tuple(code for code in found if code not in _BY_CONVENTION)
    return sentence, found[0] if found else ""
