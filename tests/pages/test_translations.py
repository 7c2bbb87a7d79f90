"""Every text that a person reads is in French too, and nothing was forgotten."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOG = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
IGNORED = (".venv/*", "var/*", "tests/*")


def catalog() -> polib.POFile:
    return polib.pofile(str(CATALOG))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_text_has_its_french() -> None:
    missing = [e.msgid for e in catalog() if not all(texts(e)) or e.fuzzy or e.obsolete]
    assert missing == []


def test_french_typography_has_its_spaces() -> None:
    wrong = [
        text
        for entry in catalog()
        for text in texts(entry)
        for sign in (" :", " ;", " ?", " !", "« ", " »")
        if sign in text
    ]
    assert wrong == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_no_text_was_added_without_gathering_it(tmp_path: Path) -> None:
    """`make messages` on a copy of the sources would add nothing."""
    for name in ("config", "fhir_bridge", "ehr", "billing", "templates", "locale"):
        shutil.copytree(
            Path(settings.BASE_DIR) / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("__pycache__", "*.mo"),
        )
    ignored = [part for pattern in IGNORED for part in ("--ignore", pattern)]
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "fr", "--no-obsolete", *ignored],
        cwd=tmp_path,
        # Without settings it writes to the copy's own locale folder.
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        check=True,
        capture_output=True,
    )
    gathered = polib.pofile(str(tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po"))
    known = {entry.msgid for entry in catalog()}
    assert {entry.msgid for entry in gathered} - known == set()
