"""Precision, recall and F1 from counts."""

from collections.abc import Mapping


def scores(right: int, told: int, wanted: int) -> Mapping[str, float]:
    """From 0 to 1: ``right`` answers of ``told`` given and ``wanted`` in the gold.

    Where nothing was told, or nothing wanted, the figure that would divide by 0 is 0.
    """
    precision = right / told if told else 0.0
    recall = right / wanted if wanted else 0.0
    both = precision + recall
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / both, 4) if both else 0.0,
    }
