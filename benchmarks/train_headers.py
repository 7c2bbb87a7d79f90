"""Fit the weights of summarizer.sections.headers on the training split of MTS-Dialog (CC BY 4.0).

    python -m benchmarks.train_headers MTS-Dialog-TrainingSet.csv

Ridge regression of the one-hot labels, in closed form. Prints the accuracy in five-fold
cross-validation (words, their weights and means are those of the whole set) before it fits on all.
"""

import csv
import sys
from collections import Counter

import numpy as np

from summarizer.backends import load
from summarizer.sections.headers import (
    SHARPNESS,
    WEIGHTS,
    Array,
    HeaderModel,
    dense_features,
    word_features,
)
from summarizer.steps.segment import segment
from summarizer.steps.units import find_subject, find_units
from summarizer.transcripts import read_transcript

SEEN = 4  # dialogues that a word must stand in
PENALTY = 1.0
FOLDS = 5


def fit(x: Array, y: Array, bias: int) -> Array:
    """Weights [features, labels] for rows x [dialogues, features] and one-hot y; the column
    ``bias`` of x is constant and takes the labels' shares."""
    shares = y.mean(axis=0)
    free = x.copy()
    free[:, bias] = 0
    inner = (free @ free.T).astype(np.float64) + PENALTY * np.eye(len(free))
    weights = free.T @ np.linalg.solve(inner, y - shares)
    weights[bias] = shares
    return np.asarray(weights, dtype=np.float32)


def main(path: str) -> None:
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    backend = load("claims", {"assets": ".venv/assets"})
    words, dense, shapes = [], [], []
    for row in rows:
        transcript = read_transcript(row["dialogue"], language="en")
        units = find_units(transcript, find_subject(transcript, ""))
        segment(units, "en", backend.encode)
        words.append(word_features(transcript))
        dense.append(dense_features(transcript, units, backend.encode))
        shapes.append((len(transcript.utterances), len(transcript.text.split())))
    counts = Counter(word for found in words for word in found)
    kept = sorted(word for word, count in counts.items() if count >= SEEN)
    labels = tuple(sorted({row["section_header"] for row in rows}))
    model = HeaderModel(
        labels=labels,
        index={word: place for place, word in enumerate(kept)},
        idf=np.log(len(rows) / np.array([counts[word] for word in kept])).astype(np.float32),
        mean=np.mean(dense, axis=0).astype(np.float32),
        weights=np.zeros((0, 0), dtype=np.float32),
    )
    x = np.array(
        [model.row(w, d, *shape) for w, d, shape in zip(words, dense, shapes, strict=True)]
    )
    y = np.array([[row["section_header"] == name for name in labels] for row in rows], np.float32)
    scores = np.zeros_like(y)
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    for number in range(FOLDS):
        held = fold == number
        scores[held] = x[held] @ fit(x[~held], y[~held], len(kept))
    right = scores.argmax(axis=1) == y.argmax(axis=1)
    chances = np.exp(SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
    chances /= chances.sum(axis=1, keepdims=True)
    loss = -np.log((chances * y).sum(axis=1)).mean()
    print(f"{FOLDS}-fold accuracy {right.mean():.3f}, log loss {loss:.3f}")
    np.savez_compressed(
        WEIGHTS,
        words="\n".join(kept),
        labels="\n".join(labels),
        idf=model.idf.astype(np.float16),
        mean=model.mean.astype(np.float16),
        weights=fit(x, y, len(kept)).astype(np.float16),
    )


if __name__ == "__main__":
    main(sys.argv[1])
