"""Which section of the note a short dialogue belongs in: the 20 headers of MTS-Dialog.

A linear score over words, word pairs and the encoder's vectors. Weights were fitted on the training
split of MTS-Dialog (CC BY 4.0) by ``benchmarks/train_headers.py``; see docs/model-card.md.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.steps.segment import DIMENSIONS, SECTIONS, Encode
from summarizer.steps.units import Unit
from summarizer.types import Role, Transcript

Array = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "data" / "headers-en.npz"
# A score's distance in log-odds: the best for the likelihood of held-out training dialogues.
SHARPNESS = 9.0
OPENING = 2  # units
# What a section's talk is about, whoever puts it how: their weights are learned like the words'.
CUES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\ballerg|\bintoleran",
        r"\bsurger|\boperation\b|\b(?:removed|taken out)\b",
        r"\b(?:medications?|medicines?|meds|prescriptions?|vitamins?|supplements?|"
        r"over the counter)\b",
        r"\bfamil|\b(?:mother|father|mom|dad|parents|sisters?|brothers?|siblings)\b",
        r"\b(?:smok\w*|drink\w*|alcohol|tobacco|drugs|married|job|kids|live with|retired)\b",
        r"\b(?:going|go|ready for|discharged?|send\w*|sent|help at) home\b|\bstay with\b|"
        r"\brehab\b|\bnursing (?:home|facility)\b|\btransfer",
        r"\bnurse[,.]|\b(?:give|gave) (?:him|her|them|you)\b.{0,40}\b(?:iv|i v|shot|mg|m g)\b",
        r"\bx ?-?rays?\b|\be ?k ?g\b|\bc ?t\b scan|\bm ?r ?i\b|\bultrasound|\becho",
        r"\blabs?\b|\bblood (?:tests?|work|count)|\bcreatinine|\bsodium|\burine test",
        r"\b(?:let me|i'll|i will|going to) (?:\w+ )?(?:check|examine|look at|listen|"
        r"take a look)\b|\bdeep breath|\bopen your\b",
        r"\bplan\b|\bfollow[- ]up (?:with|in)\b|\bcome back\b|"
        r"\bi(?:'d| would) like you to\b|\brefer",
        r"\bvaccin|\bimmuni|\bshots\b",
        r"\bperiods?\b|\bmenstr|\bpregnan|\bpap smear|\bmenopaus|\bmiscarr|\bbirth control",
        r"\b(?:brings? you|can i (?:do|help)|problem today|going on today)\b",
        r"\b(?:placed|procedure|inserted|intubat\w*|performed)\b",
        r"\bdiagnos|\blooks like you have\b|\bi (?:believe|suspect) ",
        r"\bhow old\b|\byears? old\b|\bsystems?\b.{0,40}\b(?:fine|normal|negative)\b",
        r"\bmedical (?:history|conditions?|problems?)\b|\bhealth (?:problems?|conditions?)",
    )
)
CUE_WEIGHT = 0.5
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True)
class HeaderModel:
    """``weights`` has a row for each word feature, bias, length feature and dense number, and a
    column for each label."""

    labels: tuple[str, ...]
    index: dict[str, int]
    idf: Array
    mean: Array
    weights: Array

    def row(self, words: Counter[str], dense: Array, turns: int, length: int) -> Array:
        """The features of one dialogue, as they stand in ``weights``."""
        sparse = np.zeros(len(self.index), dtype=np.float32)
        places: dict[str, list[int]] = {"word": [], "side": [], "pair": []}
        for word, count in words.items():
            if word in self.index:
                place = self.index[word]
                sparse[place] = (1 + math.log(count)) * self.idf[place]
                places["pair" if " " in word else "side" if "_" in word else "word"].append(place)
        for group in places.values():
            sparse[group] /= np.linalg.norm(sparse[group]) + 1e-9
        plain = [1.0, min(length, 600) / 600, math.log(length + 1) / 6, min(turns, 40) / 40]
        return np.concatenate(
            [sparse, np.array(plain, dtype=np.float32), dense - self.mean]
        ).astype(np.float32)


def word_features(transcript: Transcript) -> Counter[str]:
    """Words, words by who says them, and pairs of words, with their counts."""
    found: Counter[str] = Counter()
    for utterance in transcript.utterances:
        side = "d" if utterance.role is Role.CLINICIAN else "p"
        words = _WORD.findall(transcript.text[utterance.start : utterance.end].lower())
        found.update(words)
        found.update(f"{side}_{word}" for word in words)
        found.update(f"{first} {second}" for first, second in pairwise(words))
    return found


def dense_features(transcript: Transcript, units: Sequence[Unit], encode: Encode) -> Array:
    """The dialogue's vector; the means of the clinician's, the others', the questions' and the
    opening units' vectors; the shares of the sections that the units were placed in; cues and
    counts."""
    telling = [unit for unit in units if len(unit.clean.split()) > 2]
    clinician = [unit for unit in telling if unit.role is Role.CLINICIAN]
    groups = (
        clinician,
        [unit for unit in telling if unit.role is not Role.CLINICIAN],
        [unit for unit in clinician if unit.question],
    )
    asked = sum(unit.question for unit in clinician)
    text = transcript.text
    cues = [CUE_WEIGHT * min(2, len(cue.findall(text))) for cue in CUES]
    placed = Counter(unit.section for unit in units)
    shares = [placed[name] / max(1, len(units)) for name in (*SECTIONS, "talk")]
    return np.concatenate(
        [
            encode([text])[0],
            *(_mean(group) for group in (*groups, units[:OPENING])),
            shares,
            cues,
            [asked / max(1, len(units)), min(asked, 12) / 12, len(units) < 4],
        ]
    ).astype(np.float32)


def _mean(units: Sequence[Unit]) -> Array:
    if not units:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    return np.asarray(np.mean([unit.vector for unit in units], axis=0), dtype=np.float32)


@lru_cache(maxsize=1)
def header_model() -> HeaderModel:
    """The committed weights."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        words = str(file["words"]).split("\n")
        return HeaderModel(
            labels=tuple(str(file["labels"]).split("\n")),
            index={word: place for place, word in enumerate(words)},
            idf=file["idf"].astype(np.float32),
            mean=file["mean"].astype(np.float32),
            weights=file["weights"].astype(np.float32),
        )


def header_of(transcript: Transcript, units: Sequence[Unit], encode: Encode) -> tuple[str, float]:
    """(the likeliest header, its probability). ``units`` have been through ``segment``."""
    model = header_model()
    row = model.row(
        word_features(transcript),
        dense_features(transcript, units, encode),
        len(transcript.utterances),
        len(transcript.text.split()),
    )
    scores = row @ model.weights
    chances = np.exp(SHARPNESS * (scores - scores.max()))
    chances /= chances.sum()
    best = int(chances.argmax())
    return model.labels[best], round(float(chances[best]), 3)
