"""The Medicare Code Editor's edits on diagnoses, on the release that the pinned package carries."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.coding import Terminology, build_index, mce
from tests.conftest import ASSETS

pytestmark = [pytest.mark.model, pytest.mark.slow]
SOURCE = ASSETS / "simple_icd_10_cm" / "data" / "icd10c-tabular-April-1-2026.xml"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """The whole list; nothing here asks for meaning, so every wording has the same vector."""
    out = tmp_path_factory.mktemp("mce") / "icd10cm.sqlite3"
    build_index(SOURCE, out, lambda texts: np.full((len(texts), 1), 1.0, dtype=np.float32))
    return Terminology(Path(out))


@pytest.mark.parametrize(
    ("code", "sex"),
    [
        ("C61", "male"), ("N40.1", "male"), ("N44.01", "male"), ("N49.1", "male"),
        ("Z12.5", "male"), ("C50.021", "male"), ("A54.22", "male"), ("S31.20XA", "male"),
        ("Q53.9", "male"),
        ("Z85.46", "male"), ("C56.1", "female"), ("N92.0", "female"), ("O80", "female"),
        ("O24.419", "female"), ("Z34.90", "female"), ("Z3A.20", "female"), ("Z37.0", "female"),
        ("Z39.2", "female"), ("C50.011", "female"), ("T83.31XA", "female"), ("Z87.51", "female"),
        # nobody's sex: both, the family, a newborn, a cause, what is taught, what is not settled
        ("N39.3", ""), ("Z80.41", ""), ("Z80.42", ""), ("Z15.02", ""), ("Z38.00", ""),
        ("P01.5", ""), ("Z30.02", ""), ("Z32.3", ""), ("Q56.1", ""), ("L08.82", ""),
        ("M54.2", ""), ("M47.812", ""),
        ("I10", ""), ("E11.9", ""), ("Y07.01", ""), ("nothing", ""),
    ],
)  # fmt: skip
def test_the_sex_that_titles_name(release: Terminology, code: str, sex: str) -> None:
    """MCE, sex conflict."""
    assert mce.sex_of(code, release) == sex


def test_a_conflict_is_of_a_man_or_a_woman_and_never_of_an_unknown_gender(
    release: Terminology,
) -> None:
    """MCE, sex conflict; CMS condition code 45 is a person's to give."""
    assert mce.sex_conflict("C61", "female", release)
    assert mce.sex_conflict("N92.0", "male", release)
    assert not mce.sex_conflict("C61", "male", release)
    for gender in ("other", "unknown", ""):
        assert not mce.sex_conflict("C61", gender, release)


@pytest.mark.parametrize(
    ("code", "ages"),
    [
        ("P59.9", mce.NEWBORN), ("Z38.00", mce.NEWBORN), ("Z00.110", mce.NEWBORN),
        ("N47.0", mce.NEWBORN), ("Z00.129", mce.CHILD), ("Z00.00", mce.ADULT),
        ("O80", mce.MATERNITY), ("Z34.90", mce.MATERNITY), ("Z37.2", mce.MATERNITY),
        ("Z3A.20", mce.MATERNITY), ("Z68.54", (2, 19)), ("Z68.30", (20, 124)),
        # I.C.16.d, what lasts, histories, and what has no age
        ("P07.30", None), ("E71.511", None), ("Z87.51", None), ("L08.82", None), ("Z30.02", None),
        ("I10", None), ("nothing", None),
    ],
)  # fmt: skip
def test_the_ages_that_titles_and_notes_name(
    release: Terminology, code: str, ages: tuple[int, int] | None
) -> None:
    """MCE, age conflict; the tabular list's notes at Z68."""
    assert mce.ages_of(code, release) == ages


def test_an_age_outside_is_a_conflict_and_the_limits_are_within(release: Terminology) -> None:
    """MCE, age conflict: maternity is 9 to 64, both included."""
    assert [mce.age_conflict("O80", age, release) for age in (8, 9, 64, 65)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert not mce.age_conflict("I10", 0, release)


def test_manifestations_are_those_that_say_so(release: Terminology) -> None:
    """I.A.13: codes titled "in diseases classified elsewhere" are never first."""
    for code in ("F02.80", "G63", "N08", "M01.X0", "G47.54", "D63.8"):
        assert mce.manifestation(code, release), code
    for code in ("E11.9", "R10.9", "R69", "B95.0", "N99.0", "nothing"):
        assert not mce.manifestation(code, release), code


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("Z68.30", "I.B.14"), ("R40.2110", "I.B.14"), ("R29.704", "I.B.14"), ("Y90.4", "I.B.14"),
        ("Z59.00", "I.B.14"), ("Z28.310", "I.B.14"), ("R65.20", "I.C.1.d.4"),
        ("R65.21", "I.C.1.d.4"), ("Z37.0", "I.C.21.c.11"), ("B96.20", "tabular"),
        ("B97.4", "tabular"), ("Z16.11", "tabular"), ("R40.20", ""), ("R65.10", ""), ("Z00.00", ""),
        ("Z23", ""), ("A41.9", ""), ("T31.0", ""),
    ],
)  # fmt: skip
def test_codes_that_are_never_first_say_by_what(release: Terminology, code: str, why: str) -> None:
    """MCE, unacceptable principal diagnosis, by the guidelines' sections and the list's notes."""
    assert mce.secondary_only(code, release) == why


def test_what_underlies_is_wanted_where_the_note_has_no_condition(release: Terminology) -> None:
    """I.B.7: "code first" without "if applicable" or "if known"."""
    for code in ("E08.9", "F05", "I85.10", "F02.80"):
        assert mce.underlying_wanted(code, release), code
    for code in ("I50.9", "U09.9", "L89.002", "E11.9"):
        assert not mce.underlying_wanted(code, release), code


def test_a_cause_behind_its_manifestation_is_out_of_order(release: Terminology) -> None:
    """I.A.13: etiology first."""
    assert mce.out_of_order(["F02.80", "I10", "G30.9"], release) == [("F02.80", "G30.9")]
    assert mce.out_of_order(["G30.9", "F02.80"], release) == []
    assert mce.out_of_order(["I50.9", "I11.0"], release) == [("I50.9", "I11.0")]
    assert mce.out_of_order(["E11.22", "N18.4"], release) == []
    assert mce.out_of_order([], release) == []
