"""manage.py prepare: everything a start needs, made once and skipped when it is there."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from config.code_list import code_list_build
from ehr.terminology import terminology_load
from fhir_bridge import definitions
from fhir_bridge.search import parameters, ucum
from summarizer.coding.lookup import Terminology
from summarizer.exceptions import BackendError


class Command(BaseCommand):
    help = (
        "Build what a start needs: translations, R4 definitions, the ICD-10-CM index, static files "
        "and the database schema. Skips what is up to date."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--files-only", action="store_true", help="do not touch the database or static files"
        )

    def handle(self, *args: Any, files_only: bool = False, **options: Any) -> None:
        console = Console(stderr=True)
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        for path in messages_compile(settings.LOCALE_PATHS[0]):
            console.print(f"Compiled {path.relative_to(settings.BASE_DIR)}")
        definitions.definitions_build()
        parameters.registry()  # compiles the search parameters on first use
        ucum.build()
        try:
            self._build_code_index(console)
        except BackendError as error:
            raise CommandError(f"{error} Run `make setup`, or see docs/operations.md.") from error
        icd10cm = terminology_load()
        definitions.code_system_write(
            f"icd10cm.{icd10cm.effective_from}", lambda: icd10cm_code_system(icd10cm)
        )
        if not files_only:
            call_command("migrate", verbosity=0, interactive=False)
            call_command("collectstatic", verbosity=0, interactive=False)

    def _build_code_index(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = None

            def show(done: int, total: int) -> None:
                nonlocal task
                if task is None:
                    task = bar.add_task("Indexing ICD-10-CM (once)", total=total)
                bar.update(task, completed=done, total=total)

            code_list_build(show)


def icd10cm_code_system(terminology: Terminology) -> dict[str, Any]:
    """The release as a FHIR CodeSystem, for $lookup, $subsumes and value sets.

    https://terminology.hl7.org/ICD.html
    """
    return {
        "resourceType": "CodeSystem",
        "url": "http://hl7.org/fhir/sid/icd-10-cm",
        "version": terminology.effective_from.isoformat(),
        "name": "ICD10CM",
        "title": terminology.release,
        "status": "active",
        "publisher": "Centers for Disease Control and Prevention",
        "caseSensitive": False,
        "hierarchyMeaning": "classified-with",
        "content": "complete",
        "property": [
            {"code": "billable", "type": "boolean"},
            {"code": "parent", "type": "code"},
        ],
        "concept": [
            {
                "code": each.code,
                "display": each.description,
                "property": [
                    {"code": "billable", "valueBoolean": each.billable},
                    *([{"code": "parent", "valueCode": each.parent}] if each.parent else []),
                ],
            }
            for each in terminology.codes()
        ],
    }


def messages_compile(folder: Path) -> list[Path]:
    """Compile each .po that is newer than its .mo; the paths that were written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parts[-3])
        draft = target.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, catalog)
        draft.replace(target)
        written.append(target)
    return written
