"""How well the cues tell negated, historical and other people's conditions."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from summarizer.evaluation.files import EvaluationError, tab_rows_read
from summarizer.evaluation.scores import scores
from summarizer.language.context import Context, context_of

COLUMNS = ("Condition", "sentence", "negation_status", "temporality", "experiencer")
# The value of each column that counts as positive, as gold files write it.
_POSITIVE = {"negation": "negat", "historical": "histor", "experiencer": "other"}
_COLUMN = {"negation": "negation_status", "historical": "temporality", "experiencer": "experiencer"}


def evaluate_assertions(data: Path) -> dict[str, Any]:
    """Metrics and a row a sentence of a tab-separated file with `COLUMNS`.

    ``negation`` is the class Negated against Affirmed and Possible, ``historical`` Historical
    against the rest, ``experiencer`` anybody but the patient. Raises EvaluationError.
    """
    rows = tab_rows_read(data, COLUMNS)
    cases = [_case(number, row, data) for number, row in enumerate(rows, start=1)]
    metrics: dict[str, Any] = {axis: _measured(cases, axis) for axis in _POSITIVE}
    metrics["cases"] = len(cases)
    metrics["not_found"] = sum(case["start"] is None for case in cases)
    return {"metrics": metrics, "cases": cases}


def _case(number: int, row: Mapping[str, str], data: Path) -> dict[str, Any]:
    condition, sentence = row["Condition"].strip().strip('"'), row["sentence"].strip()
    if not condition or not sentence:
        raise EvaluationError(f"{data}, row {number}: the condition or the sentence is missing.")
    where = located(condition, sentence)
    found = context_of(sentence, *where) if where else Context()
    told = {
        "negation": found.negation,
        "historical": found.temporality,
        "experiencer": found.experiencer,
    }
    return {
        "condition": condition,
        "sentence": sentence,
        "start": where[0] if where else None,
        "gold": {axis: row[column].strip() for axis, column in _COLUMN.items()},
        "found": told,
        "cues": [
            cue for cue in (found.negation_cue, found.temporality_cue, found.experiencer_cue) if cue
        ],
    }


def located(condition: str, sentence: str) -> tuple[int, int] | None:
    """Where the sentence names the condition: as written, else in another case or spacing, else
    the shortest run that holds its words in order."""
    words = [re.escape(word) for word in condition.split()]
    spaced = r"\s+".join(words)
    flags = re.IGNORECASE
    for pattern, how in (
        (rf"(?<!\w){re.escape(condition)}(?!\w)", 0),
        (rf"(?<!\w){spaced}(?!\w)", flags),
        (spaced, flags),
        (r"\b.{0,40}?\b".join(words), flags),
    ):
        match = re.search(pattern, sentence, how)
        if match:
            return match.span()
    return None


def _measured(cases: Sequence[Mapping[str, Any]], axis: str) -> Mapping[str, float]:
    positive = _POSITIVE[axis]
    gold = [case["gold"][axis].lower().startswith(positive) for case in cases]
    found = [case["found"][axis].lower().startswith(positive) for case in cases]
    both = sum(g and f for g, f in zip(gold, found, strict=True))
    return scores(both, sum(found), sum(gold))
