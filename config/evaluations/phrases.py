"""evaluate phrases: disease names against their ICD-10-CM codes, with the installed code list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.code_list import code_encoder, installed_terminology
from summarizer.evaluation.phrases import evaluate_phrases

HELP = "look up labels (tab-separated: label, xrefs) and compare with their ICD10CM codes"


def add_arguments(parser: Any) -> None:
    parser.add_argument("--data", type=Path, required=True, help="tab-separated: label, xrefs")


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    encode = code_encoder().encode
    return evaluate_phrases(options["data"], installed_terminology(), encode, say)
