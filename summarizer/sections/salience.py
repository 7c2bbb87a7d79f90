"""Does a statement belong in a section of a short note? A linear score, learned for English.

The weights were fitted on the training split of MTS-Dialog (CC BY 4.0) by
``benchmarks/train_section_salience.py``. They only choose among statements that were said; what
a statement says is decided elsewhere. French, for which no such notes are at hand, keeps all.
"""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.sections.candidates import Candidate
from summarizer.types import Language

WEIGHTS = Path(__file__).parent / "data" / "salience-en.npz"
BUCKETS = 1 << 15
# A statement raises the F-score of a text when its own precision is above half of that score.
# 0.22 is the best of six from 0.08 to 0.26 for ROUGE-1 in five-fold cross-validation on the
# training split; they lie within 0.3.
KEPT_ABOVE = 0.22
_WORD = re.compile(r"[a-z]+|\d+")


def features(candidate: Candidate, header: str, place: int, count: int) -> npt.NDArray[np.int64]:
    """The buckets of one of ``count`` statements: its words, those of the question that it
    answers, its kind, length and place, each alone and together with the header."""
    said = _WORD.findall(candidate.text.lower())
    asked = _WORD.findall(candidate.units[0].raw.lower()) if len(candidate.units) > 1 else []
    plain = [
        f"kind {candidate.kind}",
        f"about {candidate.experiencer}",
        f"denied {candidate.denied}",
        f"length {min(len(said), 24) // 4}",
        f"place {min(place, 4)}",
        f"from end {min(count - 1 - place, 3)}",
        f"count {min(count, 16) // 2}",
        *{f"names {mention.concept.kind}" for mention in candidate.names},
        f"unnamed {not candidate.names}",
    ]
    found = [f"word {w}" for w in dict.fromkeys(said)]
    found += [f"asked {w}" for w in dict.fromkeys(asked)]
    found += plain
    found += [f"{header} {name}" for name in ("bias", *found)]
    return np.array([zlib.crc32(name.encode()) % BUCKETS for name in found], dtype=np.int64)


@lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float32]:
    with np.load(WEIGHTS, allow_pickle=False) as file:
        return np.asarray(file["weights"], dtype=np.float32)


def salient(found: Sequence[Candidate], header: str, language: Language) -> list[Candidate]:
    """The statements that a clinician would write in this section; the best one at least."""
    if language != "en" or len(found) < 2:
        return list(found)
    weights = _weights()
    scores = [
        float(weights[features(candidate, header, place, len(found))].sum())
        for place, candidate in enumerate(found)
    ]
    kept = [c for c, score in zip(found, scores, strict=True) if score > KEPT_ABOVE]
    return kept or [found[int(np.argmax(scores))]]
