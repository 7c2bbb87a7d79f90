"""Dates, numbers, references and texts become what the index compares."""

import doctest
from datetime import UTC, datetime

import pytest

from fhir_bridge.search import conditions, values


def _micro(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2020", _micro(2020, 1, 1), _micro(2021, 1, 1)),
        ("2021", _micro(2021, 1, 1), _micro(2022, 1, 1)),
        ("2020-02", _micro(2020, 2, 1), _micro(2020, 3, 1)),
        ("2020-12", _micro(2020, 12, 1), _micro(2021, 1, 1)),
        ("2020-02-29", _micro(2020, 2, 29), _micro(2020, 3, 1)),
        ("2020-02-29T10:11Z", _micro(2020, 2, 29, 10, 11), _micro(2020, 2, 29, 10, 12)),
        ("2020-01-01T00:00:00+02:00", _micro(2019, 12, 31, 22), _micro(2019, 12, 31, 22, 0, 1)),
        ("2020-01-01T10:00:00", _micro(2020, 1, 1, 10), _micro(2020, 1, 1, 10, 0, 1)),
        ("2020-01-01T10:00:00.5Z",
         _micro(2020, 1, 1, 10) + 500_000, _micro(2020, 1, 1, 10) + 600_000),
    ],
)  # fmt: skip
def test_a_partial_date_is_the_interval_that_it_covers(text: str, low: int, high: int) -> None:
    assert values.date_interval(text) == (low, high)


@pytest.mark.parametrize(
    "text", ["", "2020-13", "2021-02-29", "0000", "2020-1-1", "today", "99999"]
)
def test_what_is_no_date_has_no_interval(text: str) -> None:
    assert values.date_interval(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("100", 99.5, 100.5), ("100.00", 99.995, 100.005), ("1e2", 95, 105), ("-1.5", -1.55, -1.45)],
)
def test_the_digits_of_a_number_imply_its_range(text: str, low: float, high: float) -> None:
    found = values.number_interval(text)
    assert found is not None
    assert (float(found[1]), float(found[2])) == (low, high)


@pytest.mark.parametrize("text", ["", "abc", "1e9999", "1e301", "NaN", "Infinity", "--1", "1,5"])
def test_what_is_no_number_has_no_range(text: str) -> None:
    assert values.number_interval(text) is None


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Patient/1", ("Patient", "1")),
        ("Patient/1/_history/4", ("Patient", "1")),
        ("http://other/fhir/Patient/1", ("Patient", "http://other/fhir/Patient/1")),
        ("http://other/fhir/Patient/1/_history/3", ("Patient", "http://other/fhir/Patient/1")),
        ("urn:uuid:0c3151bd", ("", "urn:uuid:0c3151bd")),
        ("#contained", None),
        ("", None),
    ],
)
def test_a_reference_is_local_or_its_whole_url(text: str, target: tuple[str, str] | None) -> None:
    assert values.reference_target(text) == target


def test_folding_drops_case_and_accents_and_joins_white_space() -> None:
    assert values.fold("  ÉLODIE\t Ståhl-MÜLLER ß") == "elodie stahl-muller ss"


@pytest.mark.parametrize("module", [values, conditions])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
