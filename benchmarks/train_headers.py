"""Fit the weights of summarizer.sections.headers on the training split of MTS-Dialog (CC BY 4.0).

    python -m benchmarks.train_headers MTS-Dialog-TrainingSet.csv

Softmax regression with a ridge penalty, by Adam over the whole set; no randomness. Prints the
accuracy on a held-out quarter (every fourth dialogue) before it fits on all.
"""

import csv
import sys
from collections import Counter

import numpy as np

from summarizer.backends import load
from summarizer.sections.headers import (
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
PENALTY = 1e-4
STEPS = 120


def fit(x: Array, y: Array) -> Array:
    """Weights [features, labels] for rows x [dialogues, features] and one-hot y."""
    weights = np.zeros((x.shape[1], y.shape[1]), dtype=np.float32)
    first, second = weights * 0, weights * 0
    for step in range(1, STEPS + 1):
        scores = x @ weights
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = x.T @ (chances - y) / len(y) + PENALTY * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        rate = 0.1 if step < 100 else 0.03
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-6)
    return weights


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
    held = np.arange(len(rows)) % 4 == 0
    guessed = (x[held] @ fit(x[~held], y[~held])).argmax(axis=1)
    print(f"held-out accuracy {(guessed == y[held].argmax(axis=1)).mean():.3f}")
    np.savez_compressed(
        WEIGHTS,
        words="\n".join(kept),
        labels="\n".join(labels),
        idf=model.idf.astype(np.float16),
        mean=model.mean.astype(np.float16),
        weights=fit(x, y).astype(np.float16),
    )


if __name__ == "__main__":
    main(sys.argv[1])
