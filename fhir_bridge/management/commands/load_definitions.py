"""manage.py load_definitions: profiles, value sets, code systems and concept maps."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhir_bridge import access, packages


class Command(BaseCommand):
    help = (
        "Load definitions for validation and terminology: FHIR packages (.tgz), folders and "
        "bundles. StructureDefinition, ValueSet, CodeSystem and ConceptMap become resources of the "
        "organisation; the rest of a package is left out. Exits with 1 when one is refused."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--organization", default="", help="its slug, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization = access.organization_find(slug=options["organization"])
            files = packages.packages_found(options["paths"])
        except (LookupError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        counts: Counter[str] = Counter()
        refused = 0
        for file in files:
            loaded = packages.definitions_load(access.loader_actor(organization), file)
            counts.update(loaded.counts)
            refused += len(loaded.refused)
            for each in loaded.refused:
                self.stderr.write(each.line)
        for name, count in sorted(counts.items()):
            self.stdout.write(f"{count:>8}  {name}")
        self.stdout.write(f"{counts.total():>8}  definitions from {len(files)} files")
        if refused:
            raise CommandError(f"{refused} faults were refused.")
