"""manage.py load_icd10cm: what is loaded stays, is built in, and is never half there."""

from datetime import date
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from config import code_list
from summarizer.coding import Terminology
from summarizer.coding.tabular import read_release
from tests.coding.test_index import HEAD, INDEX
from tests.coding.toy import TABULAR, toy_encode


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Path:  # type: ignore[no-untyped-def]
    """An installation of its own with the small code list as its pinned release."""
    settings.DATA_DIR, settings.ASSETS_DIR = tmp_path / "var", tmp_path / "assets"
    source = settings.ASSETS_DIR / code_list.TABULAR
    source.parent.mkdir(parents=True)
    source.write_text(TABULAR)
    monkeypatch.setattr(code_list, "code_encoder", lambda: SimpleNamespace(encode=toy_encode))
    return Path(settings.DATA_DIR)


def loaded(*paths: Path, **options: bool) -> str:
    out = StringIO()
    call_command("load_icd10cm", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def built(data: Path) -> Terminology:
    return Terminology(data / "icd10cm.sqlite3")


def test_the_index_is_built_in_and_kept_for_the_next_build(data: Path, tmp_path: Path) -> None:
    index = tmp_path / "Index.csv"
    index.write_text(INDEX)
    told = loaded(index)
    assert "1 index codes that this release does not have were left out: J45.998" in told
    assert built(data).terms_by_key(["chest wheezy"])
    assert "already made from exactly these files" in loaded(index)
    code_list.code_list_build()
    assert built(data).terms_by_key(["chest wheezy"])
    loaded(reset=True)
    assert not built(data).terms_by_key(["chest wheezy"])


def test_a_bad_file_changes_nothing(data: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "Index.csv", tmp_path / "bad.csv"
    good.write_text(INDEX)
    bad.write_text(HEAD)
    loaded(good)
    before = (data / "icd10cm.sqlite3").read_bytes()
    with pytest.raises(CommandError, match=r"bad\.csv.*Nothing was changed"):
        loaded(bad)
    with pytest.raises(CommandError, match="is not there"):
        loaded(tmp_path / "none.csv")
    assert (data / "icd10cm.sqlite3").read_bytes() == before
    assert sorted(path.name for path in data.iterdir()) == ["icd10cm", "icd10cm.sqlite3"]


def test_another_release_answers_for_its_own_days(data: Path, tmp_path: Path) -> None:
    old = tmp_path / "icd10c-tabular-October-1-2024.xml"
    old.write_text(TABULAR)
    assert "2024-10-01 to 2025-09-30" in loaded(old)
    assert built(data).release == "ICD-10-CM 2026-04-01"
    assert built(data).is_billable("I10", date(2025, 1, 1))


def test_the_release_in_force_is_chosen_or_else_the_newest(tmp_path: Path) -> None:
    lists = []
    for name in ("October-1-2024", "April-1-2026"):
        path = tmp_path / f"icd10c-tabular-{name}.xml"
        path.write_text(TABULAR)
        lists.append((path, read_release(path)))
    assert code_list.release_chosen(lists, date(2025, 1, 1)) == lists[0][0]
    assert code_list.release_chosen(lists, date(2030, 1, 1)) == lists[1][0]
