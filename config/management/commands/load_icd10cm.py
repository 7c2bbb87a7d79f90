"""manage.py load_icd10cm: the Alphabetic Index and other releases, from files a user downloads."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.code_list import code_list_build, loaded_folder
from summarizer.coding.alphabetic import IndexFileError, read_index
from summarizer.coding.tabular import TabularError, read_release
from summarizer.exceptions import BackendError

SHOWN = 10


class Command(BaseCommand):
    help = (
        "Build the code list with the Alphabetic Index, its tables, or another release's tabular "
        "list: the XML files of CDC/NCHS, or the index as CSV. Each replaces its predecessor."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE")
        parser.add_argument(
            "--reset", action="store_true", help="forget what was loaded before these files"
        )

    def handle(self, *args: Any, paths: list[Path], reset: bool = False, **options: Any) -> None:
        if not paths and not reset:
            raise CommandError("Name the files to load, or --reset to go back to the tabular list.")
        data = Path(settings.DATA_DIR)
        data.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".icd10cm.", dir=data))
        try:
            if loaded_folder().is_dir() and not reset:
                shutil.copytree(loaded_folder(), staging, dirs_exist_ok=True)
            for path in _files(paths):
                self.stdout.write(_stage(path, staging))
            report = code_list_build(loaded=staging)
            _swap(staging, loaded_folder())
        except (TabularError, IndexFileError, BackendError, OSError) as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        if report is None:
            self.stdout.write("The code list is already made from exactly these files.")
            return
        self.stdout.write(
            f"{report.release}: {report.headings} headings, {report.index_terms} index entries."
        )
        if report.gone:
            self._listed("index codes that this release does not have were left out", report.gone)
        if report.unresolved:
            self._listed('entries say "see" without a code to see', report.unresolved)

    def _listed(self, what: str, items: tuple[str, ...]) -> None:
        more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
        self.stdout.write(f"{len(items)} {what}: {'; '.join(items[:SHOWN])}{more}.")


def _files(paths: list[Path]) -> list[Path]:
    """The files named, and those in a folder named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in (".csv", ".xml"))
            if not inside:
                raise CommandError(f"{path} holds no CSV or XML file.")
            found.extend(inside)
        elif path.is_file():
            found.append(path)
        else:
            raise CommandError(f"{path} is not there.")
    return found


def _stage(path: Path, staging: Path) -> str:
    """Copy a file that can be read to where the build finds it; says what it is."""
    try:
        part = read_index(path)
    except IndexFileError as no_index:
        try:
            release = read_release(path)
        except TabularError as no_list:
            wrong = no_list if path.suffix.lower() == ".xml" else no_index
            raise CommandError(f"{wrong} Nothing was changed.") from no_list
        folder = staging / "releases"
        folder.mkdir(exist_ok=True)
        shutil.copyfile(path, folder / path.name)
        return f"{path.name}: {release.name}, {release.effective_from} to {release.effective_to}."
    for old in staging.glob(f"index-{part.kind}.*"):
        old.unlink()
    name = f"index-{part.kind}{path.suffix.lower()}"
    shutil.copyfile(path, staging / name)
    return f"{path.name}: {part.kind}, {len(part.entries)} entries."


def _swap(staging: Path, target: Path) -> None:
    """Put the staged folder in the other's place; a crash leaves one of the two whole."""
    aside = target.with_name(f".{target.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.rename(aside)
    staging.chmod(0o755)
    staging.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
