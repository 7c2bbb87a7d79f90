import os
import shutil
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from summarizer.coding import Terminology, TerminologyMissing, build_index
from summarizer.coding.tabular import (
    TabularError,
    code_ranges,
    read_tabular,
    release_of,
    seventh_code,
)
from tests.coding.toy import TABULAR, toy_encode, toy_index


def test_seventh_characters_are_padded_with_x() -> None:
    assert seventh_code("S52.9", "A") == "S52.9XXA"
    assert seventh_code("S52.501", "D") == "S52.501D"
    assert seventh_code("T14", "A") == "T14.XXXA"


def test_only_complete_codes_are_billable(terminology: Terminology) -> None:
    assert terminology.is_billable("I10")
    assert terminology.is_billable("e1122")
    assert terminology.is_billable("S52.501A")
    assert not terminology.is_billable("E11")
    assert not terminology.is_billable("S52.501")
    assert not terminology.is_billable("Q99.99")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("I10", ""),
        ("E11.2", "needs-more-characters"),
        ("S52.501", "needs-seventh-character"),
        ("I10.99", "unknown"),
        ("hypertension", "malformed"),
        ("", "malformed"),
        ("E11.22222", "malformed"),
    ],
)
def test_what_is_wrong_with_a_code_has_a_name(
    terminology: Terminology, code: str, problem: str
) -> None:
    assert terminology.problem(code) == problem


def test_a_code_is_billable_only_while_its_release_is_in_force(terminology: Terminology) -> None:
    assert terminology.is_billable("I10", on=date(2026, 4, 1))
    assert terminology.is_billable("I10", on=date(2026, 9, 30))
    assert not terminology.is_billable("I10", on=date(2026, 3, 31))
    assert not terminology.is_billable("I10", on=date(2026, 10, 1))


def test_seventh_character_codes_say_what_they_mean(terminology: Terminology) -> None:
    found = terminology.get("S52.501D")
    assert found is not None
    assert found.description.endswith("subsequent encounter for fracture with routine healing")
    assert [code.code for code in terminology.children("S52.501")] == [
        "S52.501A",
        "S52.501D",
        "S52.501S",
    ]


def test_lineage_and_siblings(terminology: Terminology) -> None:
    assert terminology.lineage("E11.22") == ["E11.22", "E11.2", "E11", "E08-E13", "4"]
    assert [code.code for code in terminology.siblings("M25.561")] == ["M25.562", "M25.569"]


def test_an_excludes1_note_is_found_from_either_side(terminology: Terminology) -> None:
    for pair in (("E10.9", "E11.9"), ("E11.22", "E10.9")):
        note = terminology.excludes1(*pair)
        assert note is not None
        assert note.owner == "E10"
    assert terminology.excludes1("I10", "E11.9") is None


def test_notes_of_the_headings_above_hold_for_a_code(terminology: Terminology) -> None:
    (note,) = terminology.notes("E11.22", "use-additional")
    assert note.names("Z79.4")
    assert not note.names("Z79.84")


@pytest.mark.parametrize(
    ("note", "ranges"),
    [
        ("type 1 diabetes mellitus (E10.-)", [("E10", "E10")]),
        ("stage of disease (N18.1-N18.6)", [("N181", "N186")]),
        ("perinatal (P35-P39), other (O98.-)", [("P35", "P39"), ("O98", "O98")]),
        ("see body system chapters", []),
    ],
)
def test_ranges_are_read_from_notes(note: str, ranges: list[tuple[str, str]]) -> None:
    assert code_ranges(note) == ranges


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("high blood", "I10"),
        ("HTA", "I10"),
        ("hypertension artérielle", "I10"),
        ("hypertension arterielle", "I10"),
        ("e11.2", "E11.22"),
        ("E1122", "E11.22"),
        ("kidney diab", "E11.22"),
        ("radius fracture", "S52.509A"),
        ("knee right pain", "M25.561"),
    ],
)
def test_search_understands_what_clinicians_type(
    terminology: Terminology, typed: str, first: str
) -> None:
    assert terminology.search(typed)[0].code == first


@pytest.mark.parametrize("typed", ["", "  ", '"', "((", "*", "NEAR(", "AND", "zzzz", "-", "é", "%"])
def test_search_takes_anything(terminology: Terminology, typed: str) -> None:
    assert isinstance(terminology.search(typed), list)


def test_search_offers_billable_codes_only(terminology: Terminology) -> None:
    for typed in ("diabetes", "fracture", "S52", "pain"):
        found = terminology.search(typed)
        assert found
        assert all(code.billable for code in found)
        assert len(terminology.search(typed, limit=1)) == 1


def test_threads_read_at_once(terminology: Terminology) -> None:
    found: list[int] = []
    readers = [
        threading.Thread(target=lambda: found.append(len(terminology.search("diabetes"))))
        for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_building_again_does_nothing(tmp_path: Path) -> None:
    out = toy_index(tmp_path)
    before = out.stat().st_mtime_ns
    told: list[tuple[int, int]] = []
    build_index(
        tmp_path / "icd10c-tabular-April-1-2026.xml",
        out,
        toy_encode,
        lambda done, total: told.append((done, total)),
    )
    assert out.stat().st_mtime_ns == before
    assert not told


def test_another_list_is_built_anew_and_tells_its_progress(tmp_path: Path) -> None:
    out = toy_index(tmp_path)
    source = tmp_path / "icd10c-tabular-April-1-2026.xml"
    source.write_text(TABULAR.replace("Essential (primary)", "Primary"))
    told: list[tuple[int, int]] = []
    build_index(source, out, toy_encode, lambda done, total: told.append((done, total)))
    found = Terminology(out).get("I10")
    assert found is not None
    assert found.description == "Primary hypertension"
    assert told[-1][0] == told[-1][1]


def test_a_build_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    out = toy_index(tmp_path)
    before = out.read_bytes()
    source = tmp_path / "icd10c-tabular-April-1-2026.xml"
    source.write_text(TABULAR.replace("Essential", "Other"))

    def failing(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        if len(texts) > 1:
            raise RuntimeError("the model went away")
        return toy_encode(texts)

    with pytest.raises(RuntimeError):
        build_index(source, out, failing)
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "icd10c-tabular-April-1-2026.xml",
        "icd10cm.sqlite3",
    ]


def test_what_a_killed_build_left_is_removed_and_a_young_one_is_not(tmp_path: Path) -> None:
    old = tmp_path / ".icd10cm.sqlite3.1.part"
    young = tmp_path / ".icd10cm.sqlite3.2.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    toy_index(tmp_path)
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<other/>", "not an ICD-10-CM tabular list"),
        ("<ICD10CM.tabular>", "not well-formed"),
        ("<ICD10CM.tabular><version>2026</version></ICD10CM.tabular>", "holds no codes"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><ICD10CM.tabular/>', "declares a DTD"),
    ],
)
def test_what_is_no_tabular_list_is_refused(tmp_path: Path, content: str, why: str) -> None:
    source = tmp_path / "icd10c-tabular-April-1-2026.xml"
    source.write_text(content)
    with pytest.raises(TabularError, match=why):
        read_tabular(source)


def test_the_release_comes_from_cdcs_file_name() -> None:
    april = release_of(Path("icd10c-tabular-April-1-2026.xml"), "2026")
    assert (april.effective_from, april.effective_to) == (date(2026, 4, 1), date(2026, 9, 30))
    october = release_of(Path("icd10cm_tabular_2027.xml"), "2027")
    assert (october.effective_from, october.effective_to) == (date(2026, 10, 1), date(2027, 9, 30))
    with pytest.raises(TabularError, match="which release"):
        release_of(Path("list.xml"), "")


def test_no_file_and_a_wrong_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TerminologyMissing, match=r"manage\.py prepare"):
        Terminology(tmp_path / "none.sqlite3").get("I10")
    wrong = tmp_path / "wrong.sqlite3"
    wrong.write_text("not a database, " * 100)
    with pytest.raises(TerminologyMissing, match="delete it"):
        Terminology(wrong).get("I10")


def test_a_copy_reads_the_same(index: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(index, copy)
    assert Terminology(copy).release == Terminology(index).release == "ICD-10-CM 2026-04-01"
