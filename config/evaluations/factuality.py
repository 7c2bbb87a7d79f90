"""evaluate factuality: does the factual measure agree with people's scores of summaries?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from summarizer.evaluation.factuality import factuality, pearson
from summarizer.evaluation.files import EvaluationError, rows_read
from summarizer.evaluation.rouge import rouge

HELP = "compare the factual measure with human scores (MTS-Dialog's Correlation-Study)"
TEXTS = ("Dialogue", "Reference Summary", "Automatic Summary")
SCORES = ("FactualPrecision", "FactualRecall", "FactualF1")


def add_arguments(parser: Any) -> None:
    parser.add_argument("--data", type=Path, required=True, help="CSV of the summaries")
    parser.add_argument("--scores", type=Path, required=True, help="CSV of the human scores")


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    texts = rows_read(options["data"], TEXTS)
    people = rows_read(options["scores"], SCORES)
    if len(texts) != len(people):
        raise EvaluationError(f"{len(texts)} summaries but {len(people)} rows of scores.")
    rows = []
    for text, scores in zip(texts, people, strict=True):
        found = factuality(
            text["Automatic Summary"],
            reference=text["Reference Summary"],
            source=text["Dialogue"],
        )
        rows.append(
            {
                "human_f1": _number(scores["FactualF1"], options["scores"]),
                "factual_precision": round(found.precision, 4),
                "factual_recall": round(found.recall, 4),
                "factual_f1": round(found.f1, 4),
                **rouge(text["Reference Summary"], text["Automatic Summary"]),
            }
        )
    human = [row["human_f1"] for row in rows]
    names = ("factual_f1", "factual_recall", "rouge1", "rouge2", "rougeLsum")
    metrics = {
        "summaries": len(rows),
        **{
            f"pearson_{name}": round(pearson([row[name] for row in rows], human), 3)
            for name in names
        },
    }
    say(f"{len(rows)} summaries")
    return {"metrics": metrics, "summaries": rows}


def _number(text: str, path: Path) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise EvaluationError(f"{path}: {text[:20]!r} is no number.") from error
