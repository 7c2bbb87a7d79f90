"""The HCC category of a code, by the year of service."""

from datetime import date

import pytest

from summarizer.coding.hcc import Category, category_of


@pytest.mark.parametrize("code", ["E11.22", "E1122", "e11.22"])
def test_a_diagnosis_has_the_category_of_its_year(code: str) -> None:
    found = category_of(code, date(2026, 5, 4))
    assert isinstance(found, Category)
    assert found.number == "37"
    assert "Diabetes" in found.label


@pytest.mark.parametrize("code", ["I10", "R07.9", "", "nonsense"])
def test_other_codes_have_none(code: str) -> None:
    assert category_of(code, date(2026, 5, 4)) is None


def test_a_year_without_a_table_says_nothing() -> None:
    assert category_of("E11.22", date(1999, 5, 4)) is None
