"""The words cut where evidence begins and ends, so that a page can light any span up.

Pure: values of `ehr.selectors.shapes` in, values for the template out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ehr.selectors.shapes import EvidenceView, NoteForReview, UtteranceLine, Words


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the words. `keys` name what rests on it ("s12 c4"), empty for nothing."""

    text: str
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance in pieces; `same` when the speaker is the one of the turn before."""

    line: UtteranceLine
    pieces: tuple[Piece, ...]
    same: bool = False


@dataclass(frozen=True, slots=True)
class KeyedSpan:
    start: int
    end: int
    key: str


def note_spans(note: NoteForReview) -> list[KeyedSpan]:
    """Every span that something on the page rests on: sentences s<id>, codes c<id>, set-aside
    entries a<position>."""
    holders: list[tuple[str, Iterable[EvidenceView]]] = [
        (f"s{sentence.id}", sentence.evidence)
        for section in note.sections
        for sentence in section.sentences
    ]
    holders += [(f"c{code.id}", code.evidence) for code in note.suggestions]
    holders += [(f"a{number}", aside.quotes) for number, aside in enumerate(note.set_aside)]
    return [
        KeyedSpan(item.start, item.end, key)
        for key, evidence in holders
        for item in evidence
        if item.start is not None and item.end is not None
    ]


def turns(words: Words, spans: Iterable[KeyedSpan] = ()) -> tuple[Turn, ...]:
    """The words' utterances, each cut at every span's edges. Joined, the pieces are the words."""
    ordered = sorted(spans, key=lambda span: (span.start, span.end))
    found: list[Turn] = []
    before: tuple[str, str] | None = None
    for line in words.utterances:
        within = [span for span in ordered if span.start < line.end and span.end > line.start]
        speaker = (line.role, line.speaker)
        found.append(Turn(line, _cut(line, within), same=speaker == before))
        before = speaker
    return tuple(found)


def _cut(line: UtteranceLine, spans: list[KeyedSpan]) -> tuple[Piece, ...]:
    edges = {line.start, line.end}
    for span in spans:
        edges |= {max(span.start, line.start), min(span.end, line.end)}
    ordered = sorted(edges)
    pieces = []
    for start, end in pairwise(ordered):
        keys = dict.fromkeys(s.key for s in spans if s.start < end and s.end > start)
        pieces.append(Piece(line.text[start - line.start : end - line.start], " ".join(keys)))
    return tuple(pieces)
