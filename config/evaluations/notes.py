"""evaluate notes: visits (columns ``dialogue,note``) drafted and compared with their notes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from ehr.services.engine import backend_options
from summarizer import backends
from summarizer.evaluation.files import rows_read
from summarizer.evaluation.notes import evaluate_notes
from summarizer.evaluation.visits import visits_read

HELP = "draft visits (a CSV file or a folder of transcripts) and compare with their notes"
COLUMNS = ("dialogue", "note")


def add_arguments(parser: Any) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="CSV file (dialogue,note) or a folder"
    )
    parser.add_argument("--limit", type=positive, help="only the first N visits")
    parser.add_argument("--backend", help="a drafting backend; the settings' by default")


def positive(text: str) -> int:
    """argparse's type of a count from 1."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    data, limit = options["data"], options["limit"]
    rows = (
        visits_read(data, limit=limit) if data.is_dir() else rows_read(data, COLUMNS, limit=limit)
    )
    backend = backends.load(options["backend"] or settings.DRAFT_BACKEND, backend_options())
    return evaluate_notes(rows, backend, say=say)
