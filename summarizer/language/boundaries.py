"""Where English speech without full stops has its sentence ends: a learned score for each gap.

The weights of the words around a gap were fitted by ``benchmarks/train_boundaries.py``; see
docs/model-card.md. They only cut: no word is added, moved or dropped.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

WEIGHTS = Path(__file__).parent / "data" / "boundaries-en.json"


def features(spoken: Sequence[str], gap: int) -> list[str]:
    """The names of what stands around the gap before ``spoken[gap]``: lower-case words."""

    def at(place: int) -> str:
        if not 0 <= place < len(spoken):
            return "<>"
        return "#" if spoken[place][0].isdigit() else spoken[place]

    a, b, c, d = at(gap - 2), at(gap - 1), at(gap), at(gap + 1)
    return [
        "*",
        f"b {b}",
        f"c {c}",
        f"a {a}",
        f"d {d}",
        f"bc {b} {c}",
        f"ab {a} {b}",
        f"cd {c} {d}",
        f"abc {a} {b} {c}",
        f"bcd {b} {c} {d}",
        f"cde {c} {d} {at(gap + 2)}",
        f"zab {at(gap - 3)} {a} {b}",
        f"first {min(gap, 4)}",
    ]


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return weights


def end_score(spoken: Sequence[str], gap: int) -> float:
    """The log odds that a sentence ends before ``spoken[gap]``."""
    weights = _weights()
    return sum(weights.get(name, 0.0) for name in features(spoken, gap))


_TOKEN = re.compile(r"[^\s,;:]+")
_SPLIT = {
    ("gon", "na"): ("going", "to"),
    ("wan", "na"): ("want", "to"),
    ("lem", "me"): ("let", "me"),
}


def end_scores(text: str, start: int, end: int) -> list[tuple[int, float]]:
    """(offset of a word, log odds that a sentence ends before it) for ``text[start:end]``.

    Recognisers part words (``do n't``, ``gon na``): they are read as they are spelled.
    """
    places: list[int] = []
    spoken: list[str] = []
    for match in _TOKEN.finditer(text, start, end):
        word = match[0].lower().strip('.?!"')
        if spoken and (word.startswith("'") or word == "n't"):
            spoken[-1] += word
            continue
        places.append(match.start())
        spoken.append(word or "<>")
    for place in range(len(spoken) - 1):
        pair = _SPLIT.get((spoken[place], spoken[place + 1]))
        if pair:
            spoken[place : place + 2] = pair
    return [(places[gap], end_score(spoken, gap)) for gap in range(1, len(spoken))]
