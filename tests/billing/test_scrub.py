"""Every rule of the scrubber: one claim that keeps it, one that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from billing.scrub import RULES, Surroundings, open_edits, scrub
from billing.shapes import Address, Claim
from tests.billing.generated import (
    AROUND,
    TODAY,
    claims_drawn,
    institutional_drawn,
    with_line,
)

Case = tuple[Callable[[Claim], Claim], Surroundings]


def good() -> Claim:
    """A claim with two lines, an insured person of its own, and nothing to mend."""
    claim = next(
        claim
        for claim in claims_drawn(200)
        if len(claim.lines) > 1 and claim.coverage and claim.coverage.subscriber is None
    )
    return replace(claim, frequency="1", original_reference="")


def hospital(bill_type: str = "11") -> Claim:
    """An institutional claim of this type of bill with nothing to mend."""
    claim = next(
        claim
        for claim in institutional_drawn(200)
        if claim.institutional
        and claim.institutional.bill_type == bill_type
        and claim.institutional.patient_status != "30"
        and len(claim.lines) > 1
    )
    return replace(claim, frequency="1", original_reference="", prior_institutional=None)


def stay(of: str = "11", /, **changes: object) -> Case:
    return (lambda _one: _stay_changed(hospital(of), **changes), AROUND)


def _stay_changed(one: Claim, **changes: object) -> Claim:
    assert one.institutional
    return replace(one, institutional=replace(one.institutional, **changes))  # type: ignore[arg-type]


def facility(**changes: object) -> Case:
    place = hospital().institutional
    assert place
    assert place.facility
    return stay(facility=replace(place.facility, **changes))  # type: ignore[arg-type]


def hospital_line(**changes: object) -> Case:
    return (lambda _one: with_line(hospital("13"), **changes), AROUND)


def emergency(one: Claim) -> Claim:
    """An unscheduled visit to an emergency room, without its reason."""
    changed = _stay_changed(one, admission_type="1", presenting=None)
    return with_line(changed, revenue_code="0450")


def subject(**changes: object) -> Case:
    return (lambda claim: replace(claim, subject=replace(claim.subject, **changes)), AROUND)


def coverage(**changes: object) -> Case:
    return (lambda claim: replace(claim, coverage=replace(claim.coverage, **changes)), AROUND)


def provider(**changes: object) -> Case:
    return (
        lambda claim: replace(claim, billing_provider=replace(claim.billing_provider, **changes)),
        AROUND,
    )


def clinician(**changes: object) -> Case:
    return (lambda claim: replace(claim, clinician=replace(claim.clinician, **changes)), AROUND)


def claim(**changes: object) -> Case:
    return (lambda one: replace(one, **changes), AROUND)


def line(**changes: object) -> Case:
    return (lambda one: with_line(one, **changes), AROUND)


def first_code(**changes: object) -> Case:
    return (
        lambda one: replace(one, codes=(replace(one.codes[0], **changes), *one.codes[1:])),
        AROUND,
    )


def around(**changes: Any) -> Case:
    return (lambda one: one, replace(AROUND, **changes))


def problem(word: str) -> Case:
    return around(diagnosis_problem=lambda _system, _code, _day: word)


def same_service(one: Claim) -> frozenset[tuple[str, date, str, tuple[str, ...]]]:
    return frozenset(
        {(one.subject.id, one.service_date, one.lines[0].code, one.lines[0].modifiers)}
    )


PLAIN = {"modifiers": ()}
CASES: dict[str, list[Case]] = {
    "patient-name-missing": [subject(family="", name="")],
    "birth-date-missing": [subject(birth_date=None)],
    "gender-missing": [subject(gender="")],
    "patient-address-missing": [
        subject(address=Address()),
        subject(address=Address("1 A", "", "B")),
    ],
    "patient-address-form": [
        subject(address=Address("1 A", "", "B", "Maine", "04240")),
        subject(address=Address("1 A", "", "B", "ME", "424")),
    ],
    "coverage-missing": [claim(coverage=None)],
    "payer-missing": [coverage(payer=None)],
    "member-id-missing": [coverage(member_id=""), coverage(member_id="*")],
    "coverage-not-in-force": [
        coverage(since=TODAY + timedelta(days=1)),
        coverage(until=date(2020, 1, 1)),
    ],
    "relationship-unknown": [coverage(relationship="")],
    "subscriber-name-missing": [coverage(relationship="child", subscriber=None)],
    "sender-missing": [around(sender_known=False)],
    "billing-provider-missing": [claim(billing_provider=None)],
    "billing-npi": [provider(npi="1234567890"), provider(npi="")],
    "billing-tax-id": [provider(tax_id="12-345")],
    "billing-address": [
        provider(address=Address("P.O. Box 12", "", "Lewiston", "ME", "042405301")),
        provider(address=Address("1 A", "", "Lewiston", "ME", "04240")),
        provider(address=Address()),
    ],
    "billing-taxonomy": [provider(taxonomy="12")],
    "rendering-npi": [clinician(npi=""), clinician(npi="0000000000")],
    "rendering-taxonomy": [clinician(taxonomy="207Q00000Y")],
    "service-date-future": [claim(service_date=TODAY + timedelta(days=1))],
    "service-before-birth": [subject(birth_date=TODAY + timedelta(days=1))],
    "diagnosis-missing": [claim(codes=())],
    "too-many-diagnoses": [
        (lambda one: replace(one, codes=one.codes[:1] * 13), AROUND),
    ],
    "diagnosis-twice": [(lambda one: replace(one, codes=one.codes[:1] * 2), AROUND)],
    "diagnosis-form": [first_code(code="E1"), first_code(system="http://example.org/icd-9")],
    "external-cause-first": [first_code(code="W19.XXXA")],
    "manifestation-first": [around(principal_problem=lambda _code: "manifestation")],
    "principal-unacceptable": [around(principal_problem=lambda _code: "secondary")],
    "underlying-missing": [around(principal_problem=lambda _code: "underlying")],
    "code-first-order": [around(out_of_order=lambda codes: [(codes[0], "E11.9")])],
    "sex-conflict": [around(patient_conflict=lambda _code, _gender, _age: "sex")],
    "age-conflict": [around(patient_conflict=lambda _code, _gender, _age: "age")],
    "diagnosis-not-in-force": [problem("unknown"), problem("incomplete"), problem("no-list")],
    "release-unverified": [problem("other-release")],
    "line-missing": [claim(lines=(), total=Decimal(0))],
    "too-many-lines": [(lambda one: replace(one, lines=one.lines[:1] * 51), AROUND)],
    "procedure-form": [line(code="9921"), line(code="Z1234")],
    "procedure-not-in-force": [around(procedure_known=lambda _system, _code, _day: False)],
    "procedure-not-listed": [
        around(procedure_problem=lambda _system, _code, _day: "unknown"),
        around(procedure_problem=lambda _system, _code, _day: "not-in-force"),
    ],
    "modifier-form": [line(modifiers=("2",)), line(modifiers=("25", "25"))],
    "pointer-missing": [line(pointers=())],
    "pointer-to-nothing": [line(pointers=(13,)), line(pointers=(0,)), line(pointers=(1, 1))],
    "place-of-service": [claim(place_of_service="00"), line(place_of_service="98")],
    "duplicate-line": [
        (
            lambda one: replace(
                one, lines=(replace(one.lines[0], modifiers=()),) * 2, total=Decimal(0)
            ),
            AROUND,
        )
    ],
    "duplicate-claim": [
        (
            lambda one: with_line(one, modifiers=()),
            replace(AROUND, billed=same_service(with_line(good(), modifiers=()))),
        )
    ],
    "charge-missing": [line(charge=None), line(charge=Decimal(0)), line(charge=Decimal(-5))],
    "charge-form": [line(charge=Decimal("1.005")), line(charge=Decimal("100000000"))],
    "units-missing": [line(units=None), line(units=Decimal(0)), line(units=Decimal("NaN"))],
    "units-form": [line(units=Decimal("1.0005"))],
    "total-wrong": [claim(total=Decimal("1.00"))],
    "total-too-large": [claim(total=Decimal("100000000.00"))],
    "original-reference-missing": [claim(frequency="7"), claim(frequency="8")],
    "facility-missing": [stay(facility=None)],
    "facility-npi": [facility(npi="1234567890"), facility(npi="")],
    "facility-address": [
        facility(address=Address()),
        facility(address=Address("PO Box 1", "", "Lewiston", "ME", "04240")),
    ],
    "bill-type": [stay(bill_type=""), stay(bill_type="99")],
    "statement-dates": [
        stay(statement_from=TODAY, statement_to=TODAY - timedelta(days=1)),
        stay(statement_to=TODAY + timedelta(days=1)),
        stay(statement_from=date(2020, 1, 1), statement_to=date(2020, 1, 2)),
    ],
    "revenue-code-missing": [hospital_line(revenue_code="")],
    "revenue-code-form": [
        hospital_line(revenue_code="0001"),
        hospital_line(revenue_code="0023"),
        hospital_line(revenue_code="51"),
    ],
    "procedure-missing": [hospital_line(code="")],
    "patient-status": [stay(patient_status="99")],
    "admission-type-missing": [stay(admission_type="")],
    "admission-source-missing": [stay(admission_source=""), stay("14", admission_source="Z")],
    "admission-date-missing": [stay(admitted_on=None), stay("81", admitted_on=None)],
    "admission-hour-missing": [stay(admitted_at=None)],
    "admission-date-order": [
        stay(admitted_on=TODAY + timedelta(days=1)),
        stay(admitted_on=date(1800, 1, 1)),
    ],
    "discharge-hour-missing": [stay(discharged_at=None)],
    "discharge-hour-order": [
        stay(patient_status="30"),
        stay(admitted_on=TODAY, statement_to=TODAY, admitted_at=time(9), discharged_at=time(8)),
    ],
    "admitting-diagnosis-missing": [stay(presenting=None)],
    "visit-reason-missing": [(lambda _one: emergency(hospital("13")), AROUND)],
    "presenting-to-nothing": [stay(presenting=99), stay(presenting=0)],
    "too-many-other-diagnoses": [
        (lambda _one: replace(hospital(), codes=hospital().codes[:1] * 26), AROUND),
    ],
    "claim-kind-changed": [
        claim(frequency="7", original_reference="ICN-1", prior_institutional=True),
        (
            lambda _one: replace(
                hospital(), frequency="8", original_reference="I-1", prior_institutional=False
            ),
            AROUND,
        ),
    ],
    "characters": [subject(family="王"), clinician(family="Иванова")],
    "delimiter-in-number": [coverage(member_id="PSH*1"), claim(authorization="A~1")],
}


def test_the_claim_that_the_cases_begin_with_has_no_edit() -> None:
    assert scrub(good(), AROUND) == ()


@pytest.mark.parametrize("bill_type", ["11", "13", "14", "81"])
def test_the_institutional_claims_that_cases_begin_with_have_no_edit(bill_type: str) -> None:
    assert scrub(hospital(bill_type), AROUND) == ()


def test_an_institutional_claim_is_held_to_its_own_guide() -> None:
    one = replace(hospital("13"), place_of_service="00", coverage=None)
    one = with_line(one, pointers=(), charge=None)
    said = {edit.code: edit.source for edit in scrub(one, AROUND)}
    assert said == {
        "coverage-missing": "X223A2 2000B SBR",
        "charge-missing": "X223A2 2400 SV203",
    }


def test_a_service_without_a_code_is_confirmed_by_a_person_or_of_a_stay() -> None:
    (edit,) = scrub(with_line(hospital("13"), code="", modifiers=()), AROUND)
    assert (edit.code, edit.confirmable) == ("procedure-missing", True)
    assert scrub(with_line(hospital("11"), code="", modifiers=()), AROUND) == ()


def test_every_rule_has_a_case_and_a_source() -> None:
    assert {named.code for named in RULES} == set(CASES)
    assert len({named.code for named in RULES}) == len(RULES)
    assert all(named.source for named in RULES)


@pytest.mark.parametrize(
    ("code", "number"),
    [(code, number) for code, cases in CASES.items() for number in range(len(cases))],
)
def test_a_broken_rule_is_said_in_both_languages(code: str, number: int) -> None:
    change, near = CASES[code][number]
    edits = [edit for edit in scrub(change(good()), near) if edit.code == code]
    assert edits
    said = {}
    for language in ("en", "fr"):
        with translation.override(language):
            said[language] = str(edits[0].message)
    assert said["en"]
    assert said["en"] != said["fr"]
    assert "{" not in said["en"] + said["fr"]


def test_a_confirmed_edit_is_open_no_more_and_others_stay() -> None:
    _, near = problem("other-release")
    (edit,) = scrub(good(), near)
    assert edit.confirmable
    assert open_edits(replace(good(), confirmed=frozenset({edit.key})), near) == ()
    other = replace(good(), confirmed=frozenset({"charge-missing:1"}))
    broken = with_line(other, charge=None)
    assert [edit.code for edit in open_edits(broken, AROUND)] == ["charge-missing"]


def test_a_quality_code_may_cost_nothing() -> None:
    assert scrub(with_line(good(), code="3044F", charge=Decimal(0)), AROUND) == ()


def test_a_repeated_service_with_its_modifier_is_no_duplicate() -> None:
    one = with_line(good(), modifiers=("76",))
    near = replace(AROUND, billed=same_service(one))
    assert scrub(one, near) == ()
