"""Fit the weights of summarizer.steps.salience on the training split of ACI-BENCH (CC BY 4.0).

    python benchmarks/train_salience.py ../shared/data/aci-bench/data/challenge_data/train.csv

A statement of the patient counts as written down when half of its content words stand in one
sentence of the clinician's note, or the encoder finds a note sentence that means the same. Ridge
logistic regression by Newton's method; no randomness. Prints the cross-validated AUC.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.backends import Backend, load
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.story import rule_score
from summarizer.steps.salience import WEIGHTS, features
from summarizer.steps.segment import segment
from summarizer.steps.units import find_subject, find_units
from summarizer.steps.verify import stems
from summarizer.transcripts import read_transcript
from summarizer.types import Patient, Role, VisitContext

Array = npt.NDArray[np.float64]
RIDGE = 1.0
FOLDS = 5
SHARED_WORDS = 0.5
SAME_MEANING = 0.68


def examples(
    rows: Sequence[Mapping[str, str]], backend: Backend
) -> Iterator[tuple[Array, float, int]]:
    """(features, whether the clinician wrote it down, which visit) of each patient statement."""
    for group, row in enumerate(rows):
        transcript = read_transcript(row["dialogue"])
        subject = find_subject(transcript, "")
        units = find_units(transcript, subject)
        segment(units, "en", backend.encode)
        board = Board(units, "en", subject, VisitContext(Patient(), (), ""))
        note = [s for s in re.split(r"(?<=[.!?])\s+|\n+", row["note"]) if len(s.split()) > 2]
        words, vectors = [stems(s) for s in note], backend.encode(note)
        for unit in units:
            if unit.role is Role.CLINICIAN or unit.question or len(unit.clean.split()) < 3:
                continue
            said = stems(unit.clean)
            shared = max((len(said & w) / len(said) for w in words), default=0) if said else 0
            near = float((vectors @ unit.vector).max())
            kept = shared >= SHARED_WORDS or near > SAME_MEANING
            yield features(unit, rule_score(unit, board), len(units)), float(kept), group


def fit(x: Array, y: Array) -> Array:
    """Weights [columns] of a ridge logistic regression of y [rows] on x [rows, columns]."""
    weights = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], RIDGE)
    penalty[384:] = RIDGE / 10
    penalty[-1] = 1e-9
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p) + 1e-6)[:, None]).T @ x + np.diag(penalty)
        weights += np.linalg.solve(hessian, x.T @ (y - p) - penalty * weights)
    return weights


def auc(score: Array, y: Array) -> float:
    """Area under the ROC curve of `score` against the 0/1 labels `y`."""
    order = np.argsort(score)
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    positive = y.sum()
    above = rank[y == 1].sum() - positive * (positive + 1) / 2
    return float(above / (positive * (len(y) - positive)))


def main(path: str) -> None:
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    backend = load("claims", {"assets": ".venv/assets"})
    found = list(examples(rows, backend))
    x = np.array([item[0] for item in found])
    y = np.array([item[1] for item in found])
    group = np.array([item[2] for item in found])
    held_out = np.zeros(len(y))
    for fold in range(FOLDS):
        train = group % FOLDS != fold
        held_out[~train] = x[~train] @ fit(x[train], y[train])
    print(f"{len(y)} statements, {y.mean():.3f} written down, AUC {auc(held_out, y):.3f}")
    document = {
        "source": "ACI-BENCH train (67 visits, CC BY 4.0)",
        "encoder_sha256": backend.identity.weights_sha256,
        "weights": [round(float(w), 4) for w in fit(x, y)],
    }
    WEIGHTS.write_text(json.dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(str(Path(sys.argv[1])))
