"""837I: what pyx12 accepts, what the scrubber refuses before anything is written, and the loops."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.formats.x12_837i import claims_837i
from billing.formats.x12_gate import x12_check
from billing.scrub import open_edits, scrub
from billing.shapes import Claim, InstitutionalFacts
from tests.billing.generated import AROUND, SENDER, TODAY, institutional_drawn, with_line

MADE = datetime(2026, 9, 1, 9, 5, tzinfo=UTC)


def written(claims: list[Claim], number: int = 7) -> str:
    return claims_837i(claims, SENDER, control_number=number, made_at=MADE).decode("ascii")


def segments(text: str) -> list[list[str]]:
    return [line.split("*") for line in text.replace("\n", "").rstrip("~").split("~")]


def stay_of(claim: Claim) -> InstitutionalFacts:
    assert claim.institutional is not None
    return claim.institutional


def drawn(wanted: Callable[[Claim], bool]) -> Claim:
    return next(claim for claim in institutional_drawn(200) if wanted(claim))


def test_two_hundred_drawn_claims_pass_the_scrubber_and_pyx12() -> None:
    claims = institutional_drawn(200)
    assert {stay_of(claim).bill_type for claim in claims} >= {"11", "13", "21", "77", "85"}
    assert any(len(claim.codes) > 20 for claim in claims)
    assert [edit.key for claim in claims for edit in scrub(claim, AROUND)] == []
    report = x12_check(written(claims).encode())
    assert (report.accepted, report.faults) == (True, ())
    assert b"AK1*HC*7*005010X223A2" in report.acknowledgement
    assert b"AK9*A*1*1*1" in report.acknowledgement


def stay(**changes: object) -> Callable[[Claim], Claim]:
    return lambda claim: replace(
        claim,
        institutional=replace(stay_of(claim), **changes),  # type: ignore[arg-type]
    )


def facility(**changes: object) -> Callable[[Claim], Claim]:
    def changed(claim: Claim) -> Claim:
        place = stay_of(claim).facility
        assert place is not None
        return stay(facility=replace(place, **changes))(claim)  # type: ignore[arg-type]

    return changed


MUTATIONS: dict[str, Callable[[Claim], Claim]] = {
    "missing HI": lambda claim: replace(claim, codes=()),
    "bad NPI of the attending provider": lambda claim: replace(
        claim, clinician=replace(claim.clinician, npi=claim.clinician.npi[:-1] + "X")
    ),
    "bad NPI of the facility": facility(npi="1234567890"),
    "no facility": stay(facility=None),
    "no type of bill": stay(bill_type=""),
    "type of bill of nothing": stay(bill_type="99"),
    "statement turned round": lambda claim: stay(
        statement_from=stay_of(claim).statement_to + timedelta(days=1)
    )(claim),
    "statement in the future": stay(statement_to=date(2027, 1, 1)),
    "visit outside the statement": lambda claim: stay(
        statement_to=claim.service_date - timedelta(days=1),
        statement_from=claim.service_date - timedelta(days=2),
    )(claim),
    "no revenue code": lambda claim: with_line(claim, revenue_code=""),
    "revenue code of the total": lambda claim: with_line(claim, revenue_code="0001"),
    "revenue code of five digits": lambda claim: with_line(claim, revenue_code="05100"),
    "no patient status": stay(patient_status=""),
    "unknown patient status": stay(patient_status="99"),
    "no priority": stay(admission_type=""),
    "origin of nothing": stay(admission_source="Z"),
    "stay without its first day": stay(bill_type="11", admitted_on=None),
    "stay without its hour": stay(bill_type="11", admitted_on=TODAY, admitted_at=None),
    "admitted after the statement": stay(admitted_on=date(2027, 1, 1)),
    "stay without its diagnosis": stay(bill_type="11", presenting=None),
    "presenting nothing": stay(presenting=99),
    "forty diagnoses": lambda claim: replace(
        claim,
        codes=tuple(replace(claim.codes[0], position=n + 1, code=f"I{10 + n}") for n in range(40)),
    ),
    "wrong total": lambda claim: replace(claim, total=claim.total + Decimal("0.01")),
    "no charge": lambda claim: with_line(claim, charge=None),
    "no units": lambda claim: with_line(claim, units=None),
    "no payer": lambda claim: replace(claim, coverage=None),
    "no lines": lambda claim: replace(claim, lines=(), total=Decimal(0)),
    "replaces a professional one": lambda claim: replace(
        claim, frequency="7", original_reference="ICN-1", prior_institutional=False
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_claim_is_refused_before_it_is_written(mutation: str) -> None:
    for claim in institutional_drawn(50, seed=12):
        assert open_edits(MUTATIONS[mutation](claim), AROUND), claim.claim_id


def test_a_stay_is_written_with_its_hours_admission_and_bed() -> None:
    claim = drawn(
        lambda one: (
            stay_of(one).inpatient and stay_of(one).discharged_at is not None and len(one.codes) > 1
        )
    )
    found = segments(written([claim]))
    facts = stay_of(claim)
    (clm,) = [segment for segment in found if segment[0] == "CLM"]
    assert clm[5] == f"{facts.bill_type}:A:{claim.frequency}"
    dates = {segment[1]: segment[2:] for segment in found if segment[0] == "DTP"}
    assert dates["096"][0] == "TM"
    assert dates["435"] == [
        "DT", f"{facts.admitted_on:%Y%m%d}{facts.admitted_at:%H%M}",
    ]  # fmt: skip
    assert dates["434"] == [
        "RD8", f"{facts.statement_from:%Y%m%d}-{facts.statement_to:%Y%m%d}",
    ]  # fmt: skip
    assert "472" not in dates
    assert ["CL1", facts.admission_type, facts.admission_source, facts.patient_status] in found
    kinds = [segment[1].split(":")[0] for segment in found if segment[0] == "HI"]
    assert kinds[:2] == ["ABK", "ABJ"]
    bed = next(segment for segment in found if segment[:2] == ["SV2", "0120"])
    assert (bed[2], bed[4]) == ("", "DA")


def test_an_outpatients_causes_and_reason_stand_apart_from_the_other_diagnoses() -> None:
    claim = drawn(
        lambda one: (
            not stay_of(one).inpatient
            and len(one.codes) > 13
            and any(code.code.startswith("W") for code in one.codes)
        )
    )
    by_kind: dict[str, list[str]] = {}
    for segment in segments(written([claim])):
        if segment[0] == "HI":
            assert len(segment) <= 13
            for each in segment[1:]:
                kind, code = each.split(":")
                by_kind.setdefault(kind, []).append(code)
    plain = [code.code.replace(".", "") for code in claim.codes]
    assert by_kind["ABK"] == plain[:1]
    assert by_kind["APR"] == [plain[(stay_of(claim).presenting or 0) - 1]]
    assert all(code[0] in "VWXY" for code in by_kind["ABN"])
    assert sorted(by_kind["ABN"] + by_kind["ABF"]) == sorted(plain[1:])


def test_the_facility_is_named_only_where_it_is_another_place() -> None:
    def own(claim: Claim) -> bool:
        provider, place = claim.billing_provider, stay_of(claim).facility
        return bool(provider and place and provider.npi == place.npi)

    def named(claim: Claim) -> bool:
        return any(segment[:2] == ["NM1", "77"] for segment in segments(written([claim])))

    assert not named(drawn(own))
    assert named(drawn(lambda claim: not own(claim)))


def test_who_signed_is_the_attending_provider() -> None:
    claim = institutional_drawn(1)[0]
    (name,) = [each for each in segments(written([claim])) if each[:2] == ["NM1", "71"]]
    assert name[9] == claim.clinician.npi


def test_a_professional_claim_is_none_for_this_file() -> None:
    with pytest.raises(ValueError):
        written([replace(institutional_drawn(1)[0], institutional=None)])
