"""Files that a start makes: the secret key, the compiled translations."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from gettext import GNUTranslations
from pathlib import Path

from config.management.commands.prepare import messages_compile
from config.management.commands.seed_demo import dates_shifted
from config.secret import secret_key_kept

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Sign"
msgstr "Signer"
"""


def test_the_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key_kept(tmp_path), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_translations_are_compiled_when_they_are_newer_and_not_again(tmp_path: Path) -> None:
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)
    (written,) = messages_compile(tmp_path)
    with written.open("rb") as file:
        assert GNUTranslations(file).gettext("Sign") == "Signer"
    assert messages_compile(tmp_path) == []
    later = written.stat().st_mtime + 5
    os.utime(source, (later, later))
    assert messages_compile(tmp_path) == [written]


def test_seed_dates_move_by_whole_days_and_keep_time_and_zone() -> None:
    text = '{"a": "2026-11-23", "b": "2026-02-28T09:30:00.500-05:00", "c": "id-2026-11-23-x"}'
    assert dates_shifted(text, timedelta(days=2)) == (
        '{"a": "2026-11-25", "b": "2026-03-02T09:30:00.500-05:00", "c": "id-2026-11-23-x"}'
    )
