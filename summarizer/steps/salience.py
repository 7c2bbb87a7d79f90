"""Does a patient's statement belong in a note? A logistic score, learned for English.

The weights (one for each of the encoder's 384 numbers and for a few plain features) were fitted on
the training split of ACI-BENCH by ``benchmarks/train_salience.py``; see docs/model-card.md. They
only choose among true statements: what a sentence says is decided elsewhere. French, for which no
such notes are at hand, keeps the rules' score.
"""

import json
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.language.quantities import duration
from summarizer.steps.units import Unit
from summarizer.types import Language

WEIGHTS = Path(__file__).parent / "data" / "salience-en.json"
_VAGUE = re.compile(r"(?:it|that|this)\b", re.I)


def features(unit: Unit, rule: float, count: int) -> npt.NDArray[np.float64]:
    """The encoder's vector and the plain features of a unit among ``count``; ``rule`` is the
    score that the rules give it."""
    plain = [
        rule,
        unit.has("symptom"),
        unit.has("condition"),
        unit.has("medication"),
        unit.has("test"),
        bool(duration(unit.clean, "en")),
        min(len(unit.clean.split()), 40) / 20,
        unit.section == "hpi",
        unit.section == "talk",
        unit.section == "social",
        unit.section == "pmh",
        unit.index / max(1, count),
        _VAGUE.match(unit.clean) is not None,
        1.0,
    ]
    vector: Sequence[float] = unit.vector
    return np.concatenate([np.asarray(vector, dtype=np.float64), np.array(plain, dtype=np.float64)])


@lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float64]:
    return np.array(json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"], dtype=np.float64)


def probability(unit: Unit, rule: float, count: int, language: Language) -> float:
    """How likely a clinician would write the statement down, between 0 and 1."""
    if language != "en" or not len(unit.vector):
        # The rules' score as a probability: their threshold of 0.2 lies at one quarter.
        return 1 / (1 + math.exp(-(rule - 0.2) * 5 + math.log(3)))
    return float(1 / (1 + np.exp(-float(features(unit, rule, count) @ _weights()))))
