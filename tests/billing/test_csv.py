import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.formats.csv import BOM, COLUMNS, claims_csv, harmless
from billing.shapes import Claim, ClaimCode, Clinician, Subject

CLAIM = Claim(
    item_id=1,
    state="ready",
    state_label="Ready",
    claim_id="P00000001",
    version=1,
    replaces=0,
    service_date=date(2026, 5, 4),
    subject=Subject("Ada Zimmermann", date(1961, 2, 3), "MRN-4711"),
    clinician=Clinician("Claire Martin", "1234567893"),
    codes=(
        ClaimCode(1, "http://hl7.org/fhir/sid/icd-10-cm", "I10", "Essential hypertension", "x"),
    ),
    composition_id="c1",
    composition_version=1,
    signed_at=datetime(2026, 5, 4, 10, 0, tzinfo=UTC),
)


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def named(name: str) -> str:
    content, _ = claims_csv([replace(CLAIM, subject=replace(CLAIM.subject, name=name))])
    return read(content)[1][COLUMNS.index("patient_name")]


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", " =1+1", "＝1", "\u00a0@x"],
)
def test_a_name_that_is_a_formula_is_made_harmless(name: str) -> None:
    assert named(name) == f"'{name}"


@pytest.mark.parametrize(
    "name", ["O'Neil, Ada", 'The "Ace"', "Élodie Lefèvre", "两名", "a\r\nb", ""]
)
def test_other_names_come_through_unchanged(name: str) -> None:
    assert named(name) == name


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


def test_lines_end_and_begin_as_rfc_4180_and_spreadsheets_want() -> None:
    content, rows = claims_csv([CLAIM])
    assert content.startswith(BOM)
    assert content.endswith(b"\r\n")
    assert rows == 1
    assert claims_csv([CLAIM], bom=False)[0] == content.removeprefix(BOM)
    assert tuple(read(content)[0]) == COLUMNS


def test_a_version_that_replaces_another_says_which() -> None:
    content, _ = claims_csv([replace(CLAIM, version=3, replaces=1)])
    row = dict(zip(COLUMNS, read(content)[1], strict=True))
    assert (row["claim_version"], row["replaces_version"]) == ("3", "1")
