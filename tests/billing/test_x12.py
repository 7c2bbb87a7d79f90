"""837P: what pyx12 accepts, what the scrubber refuses before anything is written, and the text."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.formats.x12_837p import claims_837p
from billing.formats.x12_gate import x12_check
from billing.formats.x12_text import DELIMITERS, WRITABLE, unwritable, x12_decimal, x12_text
from billing.npi import npi_complete, npi_valid
from billing.scrub import scrub
from billing.shapes import Claim
from tests.billing.generated import AROUND, SENDER, claims_drawn, with_line

MADE = datetime(2026, 9, 1, 9, 5, tzinfo=UTC)


def written(claims: list[Claim], number: int = 7) -> str:
    return claims_837p(claims, SENDER, control_number=number, made_at=MADE).decode("ascii")


def segments(text: str) -> list[list[str]]:
    return [line.split("*") for line in text.replace("\n", "").rstrip("~").split("~")]


@pytest.mark.slow
def test_a_thousand_drawn_claims_pass_the_scrubber_and_pyx12() -> None:
    claims = claims_drawn(1000)
    assert [edit.key for claim in claims for edit in scrub(claim, AROUND)] == []
    for start in range(0, 1000, 200):
        report = x12_check(written(claims[start : start + 200]).encode())
        assert (report.accepted, report.faults) == (True, ())
        assert b"AK9*A*1*1*1" in report.acknowledgement


MUTATIONS: dict[str, Callable[[Claim], Claim]] = {
    "missing HI": lambda claim: replace(claim, codes=()),
    "bad NPI": lambda claim: replace(
        claim, clinician=replace(claim.clinician, npi=claim.clinician.npi[:-1] + "X")
    ),
    "wrong check digit": lambda claim: replace(
        claim,
        clinician=replace(
            claim.clinician,
            npi=claim.clinician.npi[:9] + str((int(claim.clinician.npi[9]) + 1) % 10),
        ),
    ),
    "day in the future": lambda claim: replace(claim, service_date=date(2027, 1, 1)),
    "day before birth": lambda claim: replace(
        claim,
        service_date=(claim.subject.birth_date or claim.service_date) - timedelta(days=1),
    ),
    "wrong total": lambda claim: replace(claim, total=claim.total + Decimal("0.01")),
    "thirteen diagnoses": lambda claim: replace(
        claim, codes=tuple(replace(claim.codes[0], code=f"I{10 + n}") for n in range(13))
    ),
    "pointer to nothing": lambda claim: with_line(claim, pointers=(len(claim.codes) + 1,)),
    "no units": lambda claim: with_line(claim, units=None),
    "no charge": lambda claim: with_line(claim, charge=None),
    "no payer": lambda claim: replace(claim, coverage=None),
    "no lines": lambda claim: replace(claim, lines=(), total=Decimal(0)),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_claim_is_refused_before_it_is_written(mutation: str) -> None:
    for claim in claims_drawn(50, seed=11):
        assert scrub(MUTATIONS[mutation](claim), AROUND), claim.claim_id


def test_the_gate_refuses_a_broken_file_and_names_places_not_values() -> None:
    text = written(claims_drawn(3))
    birth = re.search(r"DMG\*D8\*(\d{8})", text)
    assert birth
    broken = text.replace(birth[0], "DMG*D8*19991399")
    broken = re.sub(r"HI\*ABK", "HI*XXX", broken, count=1)
    report = x12_check(broken.encode())
    assert not report.accepted
    assert any(re.fullmatch(r"DMG \d+-02: 8", fault) for fault in report.faults)
    assert any(re.fullmatch(r"HI \d+: \w+", fault) for fault in report.faults)
    assert "19991399" not in "".join(report.faults)
    assert b"AK9*R" in report.acknowledgement


@pytest.mark.parametrize("count", ["SE", "GE", "IEA"])
def test_the_gate_refuses_a_wrong_count(count: str) -> None:
    text = re.sub(rf"~\n{count}\*\d+", f"~\n{count}*99", written(claims_drawn(1)))
    assert not x12_check(text.encode()).accepted


def test_the_envelope_counts_and_numbers_what_it_holds() -> None:
    text = written(claims_drawn(5), number=41)
    found = segments(text)
    assert len(text.split("\n")[0]) == 106  # ISA has a fixed width
    assert (found[0][13], found[-1]) == ("000000041", ["IEA", "1", "000000041"])
    assert (found[1][6], found[-2]) == ("41", ["GE", "1", "41"])
    se = found[-3]
    assert int(se[1]) == len(found) - 4
    assert [segment[1] for segment in found if segment[0] == "HL"] == [
        str(number) for number in range(1, sum(s[0] == "HL" for s in found) + 1)
    ]


def test_a_control_number_that_isa13_cannot_hold_is_refused() -> None:
    for number in (0, 1_000_000_000):
        with pytest.raises(ValueError):
            written(claims_drawn(1), number=number)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_text_never_holds_a_delimiter_or_what_x12_cannot_write(value: str) -> None:
    said = x12_text(value)
    assert set(said) <= WRITABLE
    assert not DELIMITERS & set(said)
    assert x12_text(said) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Zoé Lefèvre", "ZOE LEFEVRE"),
        ("Œuvrard", "OEUVRARD"),
        ("Müller-Groß", "MULLER-GROSS"),
        ("O’Neil", "O'NEIL"),
        ("Łukasik Bjørn", "LUKASIK BJORN"),
        ("Apt: 4~B", "APT 4 B"),
    ],
)
def test_names_lose_their_accents_and_nothing_else(name: str, said: str) -> None:
    assert x12_text(name) == said
    assert unwritable(name) == ""


def test_letters_of_other_scripts_are_found() -> None:
    assert unwritable("王 Li 王") == "王"


@pytest.mark.parametrize(
    ("number", "said"),
    [("125.50", "125.5"), ("100.00", "100"), ("0.10", "0.1"), ("1E+2", "100"), ("10.000", "10")],
)
def test_decimals_have_no_trailing_zero(number: str, said: str) -> None:
    assert x12_decimal(Decimal(number)) == said


def test_an_npi_is_told_by_its_check_digit() -> None:
    assert npi_valid("1234567893")  # the example of CMS's own paper
    assert not npi_valid("1234567890")
    assert not npi_valid("12345678٩3")
    assert npi_valid(npi_complete("200010001"))
