"""evaluate codes: the codes suggested for notes or dialogues against gold codes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from config.code_list import installed_terminology
from ehr.services.engine import backend_options
from summarizer import backends
from summarizer.coding import Coder
from summarizer.evaluation.codes import SOURCES, evaluate_codes

HELP = "suggest codes for visits (CSV: encounter_id, dialogue, note) and compare with gold codes"


def add_arguments(parser: Any) -> None:
    parser.add_argument("--notes", type=Path, required=True, help="CSV: encounter_id,dialogue,note")
    parser.add_argument(
        "--gold", type=Path, required=True, help="lines of: encounter_id split code code ..."
    )
    parser.add_argument("--source", choices=SOURCES, default="note")


def run(options: dict[str, Any], say: Callable[[str], Any]) -> dict[str, Any]:
    terminology = installed_terminology()
    backend = backends.load(settings.DRAFT_BACKEND, backend_options())
    coder = Coder(terminology.path, backend.encode)
    return evaluate_codes(
        options["notes"], options["gold"], source=options["source"], coder=coder, backend=backend,
        say=say,
    )  # fmt: skip
