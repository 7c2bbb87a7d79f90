"""What a sentence says of a condition it names: negated or possible, past or feared, whose.

The algorithm is ConText's (Harkema 2009, https://doi.org/10.1016/j.jbi.2009.05.002), which extends
NegEx (Chapman 2001, https://doi.org/10.1006/jbin.2001.1029): cues act forwards or backwards up to
a terminating word or the end of the sentence; a longer pseudo-cue masks a cue inside it; of two
cues on one axis the nearer wins. The phrases are in ``data/context.tsv``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

SOURCE = Path(__file__).parent / "data" / "context.tsv"
Negation = Literal["affirmed", "negated", "possible"]
Temporality = Literal["recent", "historical", "hypothetical"]
Experiencer = Literal["patient", "other"]

_CATEGORIES = {"negated", "possible", "hypothetical", "historical", "duration", "other", "all"}
_DIRECTIONS = {"pre", "post", "next", "sentence", "pseudo", "stop"}
# Categories that answer the same question: a stop for one ends the others of its axis.
_AXES = {
    "negated": "negation",
    "possible": "negation",
    "hypothetical": "time",
    "historical": "time",
    "duration": "time",
    "other": "experiencer",
}
_NEXT_WORDS = 3
_POST_REACH = 60  # characters: a cue behind a condition stands close to it
_ABBREVIATIONS = {"dr", "mr", "mrs", "ms", "vs", "pt", "st", "m", "approx"}
_SENTENCE_END = re.compile(r"[.;!\n](?=\s|$)|\?(?=\s+\S)")


@dataclass(frozen=True, slots=True)
class Context:
    """The three axes, each with the cue that decided it ("" where none did).

    ``lasting`` says that the past was told by a duration ("for three years"): the condition began
    long ago and may well be present.
    """

    negation: Negation = "affirmed"
    temporality: Temporality = "recent"
    experiencer: Experiencer = "patient"
    negation_cue: str = ""
    temporality_cue: str = ""
    experiencer_cue: str = ""
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class _Cue:
    category: str
    direction: str
    start: int
    end: int
    text: str


class LexiconError(ValueError):
    """A line of the lexicon is none; the message names it."""


def context_of(text: str, start: int, end: int) -> Context:
    """The context of the condition at ``text[start:end]``, by the cues of its sentence."""
    # Transcripts split contractions ("do n't"); the same length keeps the offsets.
    text = text.replace("’", "'").replace(" n't", "n't ")
    first, last = _sentence(text, start, end)
    cues = _cues(text[first:last], start - first, end - first)
    held = {axis: _nearest(cues, axis, start - first, end - first) for axis in _AXES.values()}
    negation, time, person = held["negation"], held["time"], held["experiencer"]
    temporality: Temporality = "recent"
    if time is not None:
        temporality = "hypothetical" if time.category == "hypothetical" else "historical"
    return Context(
        negation=_negation(negation),
        temporality=temporality,
        experiencer="other" if person is not None else "patient",
        negation_cue=negation.text if negation else "",
        temporality_cue=time.text if time else "",
        experiencer_cue=person.text if person else "",
        lasting=time is not None and time.category == "duration",
    )


def _negation(cue: _Cue | None) -> Negation:
    if cue is None:
        return "affirmed"
    return "negated" if cue.category == "negated" else "possible"


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around the mention begins and ends; "Dr." and "p.r.n." end none."""
    first = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() <= start and not _abbreviated(text, match.start()):
            first = match.end()
        elif match.start() >= end and not _abbreviated(text, match.start()):
            return first, match.end()
    return first, len(text)


def _abbreviated(text: str, dot: int) -> bool:
    word = re.search(r"[\w.]+$", text[:dot])
    if text[dot] != "." or word is None:
        return False
    said = word.group().lower()
    return said in _ABBREVIATIONS or re.fullmatch(r"(?:\w\.)+\w", said) is not None


def _cues(sentence: str, start: int, end: int) -> list[_Cue]:
    """The cues that stand: of overlapping ones the longest, and none inside the mention itself."""
    kept: list[_Cue] = []
    for cue in _matches(sentence):
        if cue.end > start and cue.start < end:
            continue
        over = [k for k in kept if cue.start < k.end and k.start < cue.end]
        # The same words may be a cue of one axis and end the scope of another.
        if all(_compatible(cue, k) for k in over):
            kept.append(cue)
    return kept


@lru_cache(maxsize=4096)
def _matches(sentence: str) -> tuple[_Cue, ...]:
    """Every cue in the sentence, longest first."""
    lower = sentence.lower()
    found = [
        _Cue(category, direction, *match.span(), match.group().lower())
        for literal, pattern, category, direction in _lexicon()
        if literal in lower
        for match in pattern.finditer(sentence)
    ]
    return tuple(sorted(found, key=lambda cue: (cue.start - cue.end, cue.start)))


def _compatible(cue: _Cue, longer: _Cue) -> bool:
    if longer.direction == "pseudo":
        return _AXES[longer.category] != _AXES.get(cue.category)
    if "stop" in (cue.direction, longer.direction):
        return True
    return _AXES[cue.category] != _AXES[longer.category] or cue.direction != longer.direction


def _nearest(cues: list[_Cue], axis: str, start: int, end: int) -> _Cue | None:
    """The cue of this axis whose scope holds the mention and that stands nearest to it."""
    best: tuple[int, int, _Cue] | None = None
    for cue in cues:
        if _AXES.get(cue.category) != axis or cue.direction in ("pseudo", "stop"):
            continue
        distance = _distance(cues, cue, axis, start, end)
        if distance is not None and (best is None or (distance, -len(cue.text)) < best[:2]):
            best = (distance, -len(cue.text), cue)
    return best[2] if best else None


def _distance(cues: list[_Cue], cue: _Cue, axis: str, start: int, end: int) -> int | None:
    """How far the mention is inside the cue's scope, or None where it is outside."""
    if cue.direction == "post":
        between = (end, cue.start)
    else:
        between = (cue.end, start)
    low, high = between
    if low > high:
        return None
    if cue.direction == "sentence":
        return high - low
    stops = (
        other
        for other in cues
        if other.direction == "stop"
        and other.category in ("all", cue.category)
        and low <= other.start
        and other.end <= high
    )
    if any(True for _ in stops):
        return None
    if cue.direction == "post" and high - low > _POST_REACH:
        return None
    if cue.direction == "next" and high - low > 12 * _NEXT_WORDS:
        return None
    return high - low


@cache
def _lexicon() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    return tuple(_load(SOURCE.read_text("utf-8").splitlines()))


def _load(lines: Iterable[str]) -> Iterator[tuple[str, re.Pattern[str], str, str]]:
    """(a word the phrase cannot do without, the phrase, category, direction) of each cue."""
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3 or parts[0] not in _CATEGORIES or parts[1] not in _DIRECTIONS:
            raise LexiconError(f"{SOURCE.name}, line {number}: expected category, direction, cues")
        for phrase in _alternatives(parts[2]):
            yield _literal(phrase), _compiled(phrase), parts[0], parts[1]


def _alternatives(phrases: str) -> list[str]:
    """The phrases at the top level of "a|b (?:c|d)|e"."""
    found, depth, current = [], 0, ""
    for char in phrases:
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            found.append(current)
            current = ""
        else:
            current += char
    return [*found, current]


def _literal(phrase: str) -> str:
    """The longest run of plain letters outside groups, sets and options: searched for first."""
    plain, depth = "", 0
    for char in phrase:
        depth += char == "("
        plain += " " if depth else char
        depth -= char == ")"
    plain = re.sub(r"\[[^]]*\]|\\.[*+?]?|.[?*]", " ", plain)
    return max(re.findall(r"[^\W\d_]+", plain.lower()), key=len, default="")


def _compiled(phrase: str) -> re.Pattern[str]:
    # A cue that ends in an elision ("pas d'") stands right before its word.
    lead = r"(?<![\w])" if re.match(r"[\w(\[]", phrase) else ""
    return re.compile(rf"{lead}(?:{phrase})(?:(?<=')|(?<=\?)|(?!\w))", re.IGNORECASE)
