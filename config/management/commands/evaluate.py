"""manage.py evaluate: measure drafts, sections and codes on a file, without a database."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import evaluations
from summarizer.evaluation.files import json_write, out_check
from summarizer.exceptions import SummarizerError


class Command(BaseCommand):
    help = "Measure the engine on a data file; see docs/evaluation.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
        for name in sorted(module.name for module in pkgutil.iter_modules(evaluations.__path__)):
            module = importlib.import_module(f"config.evaluations.{name}")
            below = kinds.add_parser(name, help=module.HELP)
            module.add_arguments(below)
            below.add_argument("--out", type=Path, required=True, help="the JSON file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        module = importlib.import_module(f"config.evaluations.{options['kind']}")
        out = options["out"].absolute()
        try:
            out_check(out)
            document = module.run(options, self.stderr.write)
            json_write(out, document)
        except SummarizerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(document["metrics"], ensure_ascii=False, indent=1))
