"""manage.py load_codes: HCPCS Level II, CPT, CIM-10-FR and CCAM, from files of one's own."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir_bridge.code_lists import KINDS, CodeListError, code_list_load


class Command(BaseCommand):
    help = (
        "Load a code list that you downloaded or are licensed for: hcpcs (CMS's text or CSV), cpt "
        "(the AMA's tab-separated text), cim-10-fr (ClaML), ccam (CSV). It replaces the list of "
        "its kind that was loaded before; restart the server to use it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("path", type=Path, metavar="FILE")

    def handle(self, *args: Any, kind: str, path: Path, **options: Any) -> None:
        try:
            found = code_list_load(kind, path)
        except (CodeListError, OSError) as error:
            raise CommandError(f"{path}: {error} Nothing was changed.") from error
        self.stdout.write(f"{found.title}: {len(found.entries)} codes. Restart the server.")
