"""Fit the weights of summarizer.sections.salience on the training split of MTS-Dialog (CC BY 4.0).

    python -m benchmarks.train_section_salience MTS-Dialog-TrainingSet.csv

Ridge regression, by conjugate gradients, of the share of a statement's words that stand in the
clinician's section; no randomness. Prints the correlation in five-fold cross-validation.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from summarizer.sections.candidates import Candidate
from summarizer.sections.salience import BUCKETS, WEIGHTS, features
from summarizer.sections.writer import statements
from summarizer.steps.units import find_subject, find_units
from summarizer.transcripts import read_transcript

RIDGE = 40.0
FOLDS = 5
ROUNDS = 60
Array = npt.NDArray[np.float64]


class Example(NamedTuple):
    """One statement: the buckets of its features, the share of its words that were written, and
    the dialogue that it comes from."""

    buckets: npt.NDArray[np.int64]
    share: float
    group: int


def shared(text: str, reference: str) -> float:
    """The share of the words of ``text`` that stand in ``reference``, each as often."""
    said, written = (Counter(re.findall(r"[a-z0-9]+", t.lower())) for t in (text, reference))
    return (said & written).total() / max(1, said.total())


def examples_of(
    found: Sequence[Candidate], header: str, reference: str, group: int
) -> list[Example]:
    return [
        Example(
            features(candidate, header, place, len(found)),
            shared(candidate.text, reference),
            group,
        )
        for place, candidate in enumerate(found)
    ]


def fit(found: Sequence[Example]) -> Array:
    """Weights [buckets]."""
    places = np.concatenate([item.buckets for item in found])
    rows = np.repeat(np.arange(len(found)), [len(item.buckets) for item in found])
    y = np.array([item.share for item in found])

    def times(weights: Array) -> Array:
        return np.bincount(rows, weights[places], len(found)).astype(np.float64)

    def back(values: Array) -> Array:
        return np.bincount(places, values[rows], BUCKETS).astype(np.float64)

    weights = np.zeros(BUCKETS)
    left = back(y)
    step = left.copy()
    size = left @ left
    for _ in range(ROUNDS):
        moved = back(times(step)) + RIDGE * step
        rate = size / (step @ moved)
        weights += rate * step
        left -= rate * moved
        size, before = left @ left, size
        step = left + size / before * step
    return weights


def read(rows: Sequence[Mapping[str, str]]) -> list[Example]:
    found: list[Example] = []
    for group, row in enumerate(rows):
        transcript = read_transcript(row["dialogue"], language="en")
        subject = find_subject(transcript, "")
        told = statements(find_units(transcript, subject), "en", subject)
        found += examples_of(told, row["section_header"], row["section_text"], group)
    return found


def main(path: str) -> None:
    with open(path, newline="", encoding="utf-8-sig") as file:
        found = read(list(csv.DictReader(file)))
    guessed = np.zeros(len(found))
    for fold in range(FOLDS):
        weights = fit([item for item in found if item.group % FOLDS != fold])
        for place, item in enumerate(found):
            if item.group % FOLDS == fold:
                guessed[place] = weights[item.buckets].sum()
    share = np.array([item.share for item in found])
    print(f"{len(found)} statements, correlation {np.corrcoef(guessed, share)[0, 1]:.3f}")
    np.savez_compressed(WEIGHTS, weights=fit(found).astype(np.float16))


if __name__ == "__main__":
    main(sys.argv[1])
