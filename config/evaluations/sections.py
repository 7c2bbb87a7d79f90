"""evaluate sections: short dialogues (MTS-Dialog's columns) to a header and the section's text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from config.evaluations.notes import positive
from ehr.services.engine import backend_options
from summarizer import backends
from summarizer.evaluation.files import rows_read
from summarizer.evaluation.sections import evaluate_sections

HELP = "draft single sections (CSV with the columns ID,section_header,section_text,dialogue)"
COLUMNS = ("ID", "section_header", "section_text", "dialogue")


def add_arguments(parser: Any) -> None:
    parser.add_argument("--data", type=Path, required=True, help="CSV file of MTS-Dialog's columns")
    parser.add_argument("--limit", type=positive, help="only the first N dialogues")
    parser.add_argument("--backend", help="a drafting backend; the settings' by default")


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    rows = rows_read(options["data"], COLUMNS, limit=options["limit"])
    backend = backends.load(options["backend"] or settings.DRAFT_BACKEND, backend_options())
    return evaluate_sections(rows, backend, say=say)
