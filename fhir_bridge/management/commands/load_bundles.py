"""manage.py load_bundles: FHIR bundles and single resources, from files and folders."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fhir_bridge import access, loading


class Command(BaseCommand):
    help = (
        "Load FHIR bundles (.json) and lists of resources (.ndjson). A bundle is one transaction: "
        "all of it or none; other resources go in one by one, under their own ids. Reports each "
        "refused entry with the rule that it breaks, and exits with 1 when there is one."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--organization", default="", help="its slug, where there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            organization = access.organization_find(slug=options["organization"])
            files = loading.files_found(options["paths"])
        except (LookupError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        counts: Counter[str] = Counter()
        refused: list[loading.Refusal] = []
        console = Console(stderr=True)
        columns = (
            TextColumn("Loading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[name]}"),
        )
        with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("files", total=len(files), name="")
            for file, loaded in loading.load(access.loader_actor(organization), files):
                counts.update(loaded.counts)
                refused += loaded.refused
                bar.update(task, advance=1, name=file.name[:40])
        for name, count in sorted(counts.items()):
            self.stdout.write(f"{count:>8}  {name}")
        self.stdout.write(f"{counts.total():>8}  resources from {len(files)} files")
        for each in refused:
            self.stderr.write(each.line)
        if refused:
            names = {each.file for each in refused}
            raise CommandError(f"{len(refused)} faults in {len(names)} files were refused.")
