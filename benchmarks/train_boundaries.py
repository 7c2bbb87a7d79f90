"""Fit the weights of summarizer.language.boundaries: where speech without full stops has its ends.

    python benchmarks/train_boundaries.py ../shared/data

Reads the training splits of MTS-Dialog and ACI-BENCH (both CC BY 4.0): every full stop, question
mark and exclamation mark inside a turn is an end, every other gap between words is none. Logistic
regression on the words around the gap, fitted by FTRL-proximal (McMahan et al. 2013,
https://doi.org/10.1145/2487575.2488200), whose L1 term leaves few weights. The order of the
examples is fixed; there is no randomness. Prints precision and recall on every tenth dialogue,
which is held out.
"""

import csv
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from summarizer.language.boundaries import WEIGHTS, features
from summarizer.language.text import joined

ALPHA, BETA, L1, L2 = 0.3, 1.0, 0.5, 0.0
EPOCHS = 4
SEEN = 3  # a feature rarer than this is no evidence
HELD_OUT = 10
LEAST = 0.2  # a smaller weight decides nothing
_SPEAKER = re.compile(r"^\s*(?:\[\w+\]|[A-Z][\w ]{0,20}:)\s*")
_WORD = re.compile(r"[^\W_]+(?:['.,/-][^\W_]+)*'?")


class Follow:
    """The weights of FTRL-proximal, one coordinate a feature."""

    def __init__(self) -> None:
        self.z: dict[str, float] = {}
        self.n: dict[str, float] = {}

    def weight(self, name: str) -> float:
        z = self.z.get(name, 0.0)
        if abs(z) <= L1:
            return 0.0
        return -(z - math.copysign(L1, z)) / ((BETA + math.sqrt(self.n[name])) / ALPHA + L2)

    def learn(self, names: list[str], label: float) -> None:
        weights = [self.weight(name) for name in names]
        gradient = 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(weights))))) - label
        for name, weight in zip(names, weights, strict=True):
            n = self.n.get(name, 0.0)
            step = (math.sqrt(n + gradient * gradient) - math.sqrt(n)) / ALPHA
            self.z[name] = self.z.get(name, 0.0) + gradient - step * weight
            self.n[name] = n + gradient * gradient


def turns(folder: Path) -> Iterator[list[str]]:
    """The turns of each punctuated dialogue, and of each note, which is read as dictated."""
    aci = folder / "aci-bench" / "data" / "challenge_data" / "train.csv"
    mts = folder / "mts-dialog" / "Main-Dataset" / "MTS-Dialog-TrainingSet.csv"
    with aci.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["dataset"] != "aci":  # those have no full stops
                yield row["dialogue"].splitlines()
            yield [line for line in row["note"].splitlines() if len(line.split()) > 6]
    with mts.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["dialogue"].splitlines()
            yield row["section_text"].splitlines()


def examples(lines: list[str]) -> Iterator[tuple[list[str], float]]:
    """(features, whether a sentence ends there) of each gap between two words of a turn."""
    for line in lines:
        text = joined(_SPEAKER.sub("", line))
        found = list(_WORD.finditer(text))
        spoken = [match[0].lower() for match in found]
        for gap in range(1, len(found)):
            between = text[found[gap - 1].end() : found[gap].start()]
            yield features(spoken, gap), float(any(mark in between for mark in ".?!"))


def main(folder: Path) -> None:
    groups = [list(examples(lines)) for lines in turns(folder)]
    counts = Counter(name for group in groups for names, _ in group for name in names)
    model = Follow()
    for _ in range(EPOCHS):
        for place, group in enumerate(groups):
            if place % HELD_OUT:
                for names, label in group:
                    model.learn([name for name in names if counts[name] >= SEEN], label)
    held = [
        (sum(model.weight(name) for name in names), label)
        for place, group in enumerate(groups)
        if place % HELD_OUT == 0
        for names, label in group
    ]
    for threshold in (-1.0, -0.8, -0.5, 0.0):
        right = sum(score > threshold and label for score, label in held)
        said, real = sum(score > threshold for score, _ in held), sum(label for _, label in held)
        print(f"{threshold:5.1f} precision {right / said:.3f} recall {right / real:.3f}")
    weights = {name: round(model.weight(name), 1) for name in sorted(model.z)}
    weights = {name: weight for name, weight in weights.items() if abs(weight) >= LEAST}
    document = {
        "source": "MTS-Dialog train (1,201 dialogues) and ACI-BENCH train (67 visits), CC BY 4.0",
        "weights": weights,
    }
    WEIGHTS.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{len(held)} gaps held out, {len(weights)} weights, {WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
