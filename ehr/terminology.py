"""The code list that `manage.py prepare` builds, as pages and services read it: no model."""

from functools import cache
from pathlib import Path

from django.conf import settings

from summarizer.coding.lookup import Terminology


def code_index() -> Path:
    """Where the code list is, or will be."""
    return Path(settings.DATA_DIR) / "icd10cm.sqlite3"


def terminology_load() -> Terminology:
    """The code list of this installation, opened once a process and thread."""
    return _opened(code_index())


@cache
def _opened(path: Path) -> Terminology:
    return Terminology(path)
