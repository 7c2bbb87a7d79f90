"""evaluate assertions: negated, historical, another person's, against labelled sentences."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from summarizer.evaluation.assertions import COLUMNS, evaluate_assertions

HELP = f"read labelled sentences (tab-separated: {', '.join(COLUMNS)}) and compare"


def add_arguments(parser: Any) -> None:
    parser.add_argument("--data", type=Path, required=True, help="tab-separated file")


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    return evaluate_assertions(options["data"])
