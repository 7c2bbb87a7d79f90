"""Finds in a sentence the wordings that the terminology knows, longest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.coding import wording
from summarizer.coding.lookup import Term, Terminology
from summarizer.types import Language

MAX_WORDS = 9
MAX_CONTENT = 7
INDEX_KINDS = frozenset({"index", "neoplasm", "external"})
# One-word terms that are everyday words first, or that say nothing to a coder on their own.
_EVERYDAY = frozenset(
    [
        "pain",
        "injury",
        "disease",
        "activity",
        "fall",
        "falling",
        "wound",
        "cold",
        "pcp",
        "daughter",
        "vaccine",
        "shot",
        "accident",
        "pr",
        "growth",
        "pre",
        "death",
        "exposure",
        "hr",
        "calme",
        "pin",
        "dye",
        "hanging",
        "screaming",
        "caffeine",
        "cancer",
        "neoplasm",
        "infection",
        "shock",
        "burn",
        "hypersensitivity",
        "allergy",
        "aspirin",
        "counseling",
        "chill",
        "worry",
        "fracture",
        "contusion",
        "complication",
        "abnormal",
        "finding",
        "symptom",
        "sign",
        "problem",
        "test",
        "normal",
        "pregnancy",
        "birth",
        "delivery",
        "labor",
        "condition",
        "blood",
        "heart",
        "kidney",
        "liver",
        "lung",
        "skin",
        "bone",
        "erythema",
        "rale",
        "bruit",
        "exercise",
        "smoking",
        "drinking",
        "alcohol",
        "tobacco",
        "drug",
        "medication",
        "adverse",
        "effect",
        "other",
        "history",
        "status",
        "therapy",
        "surgery",
        "procedure",
        "care",
        "visit",
        "examination",
        "check",
        "screening",
        "observation",
        "deficiency",
        "excess",
        "douleur",
        "mal",
        "examen",
        "traitement",
        "suivi",
        "visite",
    ]
)
# Abbreviations that are words, or other things, unless written in capitals.
_CAPITALS = frozenset(
    {"pad", "sob", "add", "ed", "fa", "sep", "tag", "ms", "ra", "mi", "tsa", "toc"}
)
# Words that go on saying which condition it is after a comma ("kidney disease, stage 3a").
_QUALIFIES = wording.SIDES | {"stage", "type", "grade", "class", "stade", "mild", "severe"}
_BREAK = frozenset(",;:()[]\n•/")


@dataclass(frozen=True, slots=True)
class Mention:
    """A wording at ``text[start:end]`` of a sentence, with the terms that it may stand for."""

    start: int
    end: int
    text: str
    terms: tuple[Term, ...]
    side: str = ""


def find(
    terminology: Terminology, sentences: Sequence[str], language: Language
) -> list[list[Mention]]:
    """For each sentence, its mentions, not overlapping, in order."""
    windows = [_windows(sentence) for sentence in sentences]
    known = terminology.terms_by_key({key for found in windows for key, *_ in found})
    return [
        _longest(sentence, found, known, language)
        for sentence, found in zip(sentences, windows, strict=True)
    ]


def _windows(sentence: str) -> list[tuple[str, int, int, int, str]]:
    """(key, content words, start, end, side) of every run of words that could be a term."""
    tokens = wording.words(sentence)
    found = []
    for first in range(len(tokens)):
        if tokens[first].text in wording.NOISE:
            continue
        content: list[str] = []
        for last in range(first, min(first + MAX_WORDS, len(tokens))):
            gap = sentence[tokens[last - 1].end : tokens[last].start] if last > first else ""
            if gap == ", " and tokens[last].text in _QUALIFIES:
                gap = " "
            if any(char in _BREAK or (char == "." and " " in gap) for char in gap):
                break
            word = tokens[last].text
            if word in wording.NOISE:
                continue
            content.append(word)
            if len(content) > MAX_CONTENT:
                break
            side = wording.side_of(content)
            for key in {wording.key_of(content), wording.key_of(wording.without_sides(content))}:
                if key:
                    count = key.count(" ") + 1
                    found.append((key, count, tokens[first].start, tokens[last].end, side))
    return found


def _longest(
    sentence: str,
    windows: list[tuple[str, int, int, int, str]],
    known: dict[str, list[Term]],
    language: Language,
) -> list[Mention]:
    taken: list[Mention] = []
    for key, count, start, end, side in sorted(windows, key=lambda w: (-w[1], w[3] - w[2], w[2])):
        terms = tuple(t for t in known.get(key, ()) if _usable(t, key, count, language))
        if key in _CAPITALS and not sentence[start:end].isupper():
            continue
        if not terms or any(start < m.end and m.start < end for m in taken):
            continue
        side = side or _side_near(sentence, start, end)
        taken.append(Mention(start, end, sentence[start:end], terms, side))
    return sorted(taken, key=lambda mention: mention.start)


def _usable(term: Term, key: str, count: int, language: Language) -> bool:
    # The index names thousands of findings in passing; it is asked where a diagnosis is stated.
    if term.language != language or term.code[0] in "VWXY" or term.kind in INDEX_KINDS:
        return False
    if count > 1:
        return True
    if key in _EVERYDAY or len(key) < 2:
        return False
    return term.kind == "synonym" or term.code[0] not in "ZT"


def _side_near(sentence: str, start: int, end: int) -> str:
    """The side named right before or after the mention, within its clause."""
    before, after = sentence[max(0, start - 40) : start], sentence[end : end + 50]
    for char in ".;:\n•":
        before = before.rsplit(char, 1)[-1]
        after = after.split(char, 1)[0]
    close = [word.text for word in wording.words(before)][-4:]
    close += [word.text for word in wording.words(after)][:6]
    return wording.side_of(close)
