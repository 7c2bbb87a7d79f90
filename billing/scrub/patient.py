"""Edits on the patient and on who is insured (X222A1 loops 2000B to 2010CA)."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from billing.formats.x12_text import x12_text
from billing.scrub.edits import Finding, Surroundings, rule
from billing.shapes import Address, Claim

GENDERS = ("male", "female", "other", "unknown")
RELATIONSHIPS = ("self", "spouse", "child", "other")
_ZIP = re.compile(r"\d{5}(-?\d{4})?")


@rule("patient-name-missing", place="patient", source="X222A1 2010BA/2010CA NM103")
def patient_name_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if not x12_text(claim.subject.family or claim.subject.name):
        yield Finding(_("The patient's record has no name."))


@rule("birth-date-missing", place="patient", source="X222A1 2010BA/2010CA DMG02")
def birth_date_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.subject.birth_date is None:
        yield Finding(_("The patient's record has no complete birth date."))


@rule("gender-missing", place="patient", source="X222A1 2010BA/2010CA DMG03")
def gender_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.subject.gender not in GENDERS:
        yield Finding(_("The patient's record has no gender."))


@rule("patient-address-missing", place="patient", source="X222A1 2010BA/2010CA N3, N4")
def patient_address_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if not claim.subject.address.complete:
        yield Finding(
            _("The patient's address is not complete: street, city, state and postal code.")
        )


@rule("patient-address-form", place="patient", source="X222A1 N402, N403")
def patient_address_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.subject.address.complete and not address_form(claim.subject.address):
        yield Finding(
            _("In the patient's address the state has two letters and the ZIP code 5 or 9 digits.")
        )


@rule("coverage-missing", place="coverage", source="X222A1 2000B SBR")
def coverage_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.coverage is None:
        yield Finding(_("The patient has no insurance on file for the day of the visit."))


@rule("payer-missing", place="coverage", source="X222A1 2010BB NM109")
def payer_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.coverage and (claim.coverage.payer is None or not claim.coverage.payer.payer_id):
        yield Finding(_("The insurance names none of the practice's payers. Choose the payer."))


@rule("member-id-missing", place="coverage", source="X222A1 2010BA NM109")
def member_id_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.coverage and len(x12_text(claim.coverage.member_id)) < 2:
        yield Finding(_("The insurance has no member number."))


@rule("coverage-not-in-force", place="coverage", source="X222A1 2000B, CMS-1500 box 11")
def coverage_not_in_force(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    coverage = claim.coverage
    if coverage is None:
        return
    early = coverage.since is not None and claim.service_date < coverage.since
    late = coverage.until is not None and claim.service_date > coverage.until
    if early or late:
        yield Finding(_("The insurance was not in force on the day of the visit."))


@rule("relationship-unknown", place="coverage", source="X222A1 SBR02, PAT01")
def relationship_unknown(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.coverage and claim.coverage.relationship not in RELATIONSHIPS:
        yield Finding(_("Say what the patient is to the insured person."))


@rule("subscriber-name-missing", place="coverage", source="X222A1 2010BA NM103, NM104")
def subscriber_name_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    coverage = claim.coverage
    if coverage is None or coverage.relationship == "self":
        return
    if coverage.subscriber is None or not x12_text(coverage.subscriber.family):
        yield Finding(_("The patient is insured through somebody else, whose name is missing."))


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STATES = _listed(
    "AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI "
    "MN MO MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI "
    "WV WY"
)
_PROVINCES = _listed("AB BC MB NB NL NS NT NU ON PE QC SK YT")


def address_form(address: Address) -> bool:
    """Whether an address of the United States has a state and a ZIP code, a Canadian one a
    province: N402 is of X12's code source 22."""
    if address.country == "CA":
        return address.state.upper() in _PROVINCES
    if address.country not in ("", "US"):
        return True
    return address.state.upper() in _STATES and bool(_ZIP.fullmatch(address.postal_code))
