"""Edits on what only an institutional claim states (X223A2; UB-04 form locators, FL).

FL rules: CMS, Medicare Claims Processing Manual, chapter 25, section 75. The National Uniform
Billing Committee's manual is licensed and not quoted; revenue codes are held to their form only.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from billing.models import BillType, InstitutionalClaim
from billing.npi import npi_valid
from billing.scrub import edits
from billing.scrub.edits import INSTITUTIONAL, Finding, Surroundings
from billing.scrub.parties import POST_BOX
from billing.scrub.patient import address_form
from billing.shapes import INPATIENT, Claim, ClaimLine, InstitutionalFacts

rule = partial(edits.rule, kinds=(INSTITUTIONAL,))
# Without the total (0001) and what needs another list of codes (HIPPS, 002x).
REVENUE_CODE = re.compile(r"0[1-9]\d\d|[1-3]\d{3}")
BILL_TYPES = frozenset(BillType.values)
# FL 12: a stay, care at home and hospice begin on a day of their own.
ADMITTED = INPATIENT | {"12", "22", "32", "34", "81", "82"}
ADMISSION_TYPES = frozenset(InstitutionalClaim.AdmissionType.values)
ADMISSION_SOURCES = frozenset(InstitutionalClaim.AdmissionSource.values)
# FL 17, as of 2024.
PATIENT_STATUSES = frozenset(
    f"{number:02d}"
    for first, last in ((1, 7), (9, 9), (20, 21), (30, 30), (40, 43), (50, 51), (61, 66))
    for number in range(first, last + 1)
) | {"69", "70", *(str(number) for number in range(81, 96))}
STILL_PATIENT = "30"
# FL 70: an unscheduled visit of an outpatient, by type of bill, priority and revenue code.
_UNSCHEDULED_BILLS, _UNSCHEDULED_TYPES = ("13", "85"), ("1", "2", "5")
_UNSCHEDULED_SERVICES = re.compile(r"045\d|0516|0526|0762")
MOST_OTHERS, MOST_CAUSES = 24, 12


def _stay(claim: Claim) -> InstitutionalFacts:
    assert claim.institutional is not None  # the rules here are for no other claims
    return claim.institutional


@rule("facility-missing", place="institutional", source="X223A2 2300 CLM05, 2310E")
def facility_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if _stay(claim).facility is None:
        yield Finding(_("The practice has no facility yet. Enter the one where it was done."))


@rule("facility-npi", place="providers", source="X223A2 2310E NM109; 45 CFR 162.406")
def facility_npi(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    facility = _stay(claim).facility
    if facility and not npi_valid(facility.npi):
        yield Finding(_("The facility's NPI is missing or its check digit is wrong."))


@rule("facility-address", place="providers", source="X223A2 2310E N3, N4")
def facility_address(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    facility = _stay(claim).facility
    if facility is None:
        return
    address = facility.address
    if not address.complete or not address_form(address) or POST_BOX.search(address.line1):
        yield Finding(_("The facility needs a whole street address, no post office box."))


@rule("bill-type", place="institutional", source="X223A2 2300 CLM05-1; FL 4")
def bill_type(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.facility is not None and stay.bill_type not in BILL_TYPES:
        yield Finding(_("The type of bill is missing: the kind of facility and of care."))


@rule("statement-dates", place="institutional", source="X223A2 2300 DTP 434; FL 6")
def statement_dates(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.statement_to < stay.statement_from:
        yield Finding(_("The statement ends before it begins."), "order")
    elif not stay.statement_from <= claim.service_date <= stay.statement_to:
        yield Finding(_("The day of the visit is not within the statement's dates."), "visit")
    if stay.statement_to > around.today:
        yield Finding(_("The statement's last day is in the future."), "future")


@rule("revenue-code-missing", place="lines", source="X223A2 2400 SV201; FL 42")
def revenue_code_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        if not line.revenue_code:
            yield _on(line, _("Line {line}: the revenue code is missing."))


@rule("revenue-code-form", place="lines", source="X223A2 2400 SV201; FL 42")
def revenue_code_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        if line.revenue_code and not REVENUE_CODE.fullmatch(line.revenue_code):
            yield _on(line, _("Line {line}: a revenue code has four digits, such as 0510."))


@rule("procedure-missing", place="lines", source="X223A2 2400 SV202; FL 44", confirmable=True)
def procedure_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    """Supplies and some medicines have none: a person says so."""
    if _stay(claim).inpatient:
        return
    for line in claim.lines:
        if not line.code and line.revenue_code:
            yield _on(
                line,
                _("Line {line}: an outpatient's service needs its HCPCS code, where there is one."),
            )


@rule("patient-status", place="institutional", source="X223A2 2300 CL103; FL 17")
def patient_status(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if _stay(claim).patient_status not in PATIENT_STATUSES:
        yield Finding(_("The patient's status at the end is none of the two-digit codes."))


@rule("admission-type-missing", place="institutional", source="X223A2 2300 CL101; FL 14")
def admission_type_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if _stay(claim).admission_type not in ADMISSION_TYPES:
        yield Finding(_("Say how urgent the admission or visit was."))


@rule("admission-source-missing", place="institutional", source="X223A2 2300 CL102; FL 15")
def admission_source_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    # FL 15: all bills but those of a laboratory for others.
    if stay.admission_source not in ADMISSION_SOURCES | ({""} if stay.bill_type == "14" else set()):
        yield Finding(_("Say where the patient came from."))


@rule("admission-date-missing", place="institutional", source="X223A2 2300 DTP 435; FL 12")
def admission_date_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.bill_type in ADMITTED and stay.admitted_on is None:
        yield Finding(_("The day of the admission, or the day on which care began, is missing."))


@rule("admission-hour-missing", place="institutional", source="X223A2 2300 DTP 435; FL 13")
def admission_hour_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.inpatient and stay.admitted_on is not None and stay.admitted_at is None:
        yield Finding(_("The hour of the admission is missing."))


@rule("admission-date-order", place="institutional", source="X223A2 2300 DTP 435, 434; FL 12")
def admission_date_order(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay, born = _stay(claim), claim.subject.birth_date
    if stay.admitted_on is None:
        return
    if stay.admitted_on > stay.statement_to:
        yield Finding(_("The admission is after the statement's last day."), "after")
    if born is not None and stay.admitted_on < born:
        yield Finding(_("The admission was before the patient's birth."), "birth")


@rule("discharge-hour-missing", place="institutional", source="X223A2 2300 DTP 096; FL 16")
def discharge_hour_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.inpatient and stay.patient_status != STILL_PATIENT and stay.discharged_at is None:
        yield Finding(_("The hour of the discharge is missing."))


@rule("discharge-hour-order", place="institutional", source="X223A2 2300 DTP 096; FL 16, 17")
def discharge_hour_order(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.discharged_at is None:
        return
    if stay.patient_status == STILL_PATIENT:
        yield Finding(_("The patient is still here, and yet an hour of discharge is given."), "30")
    same_day = stay.admitted_on == stay.statement_to and stay.admitted_at is not None
    if same_day and stay.admitted_at is not None and stay.discharged_at < stay.admitted_at:
        yield Finding(_("The discharge is before the admission."), "order")


@rule("admitting-diagnosis-missing", place="institutional", source="X223A2 2300 HI ABJ; FL 69")
def admitting_diagnosis_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    if stay.inpatient and stay.presenting is None:
        yield Finding(_("Choose the diagnosis that the patient was admitted with."))


@rule("visit-reason-missing", place="institutional", source="X223A2 2300 HI APR; FL 70")
def visit_reason_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    stay = _stay(claim)
    unscheduled = (
        stay.bill_type in _UNSCHEDULED_BILLS
        and stay.admission_type in _UNSCHEDULED_TYPES
        and any(_UNSCHEDULED_SERVICES.fullmatch(line.revenue_code) for line in claim.lines)
    )
    if unscheduled and stay.presenting is None:
        yield Finding(_("An unscheduled visit: choose the diagnosis that the patient came for."))


@rule("presenting-to-nothing", place="institutional", source="X223A2 2300 HI ABJ, APR")
def presenting_to_nothing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    presenting = _stay(claim).presenting
    if presenting is not None and not 1 <= presenting <= len(claim.codes):
        yield Finding(_("The diagnosis at admission is none that the claim has."))


@rule("too-many-other-diagnoses", place="diagnoses", source="X223A2 2300 HI ABF, ABN")
def too_many_other_diagnoses(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    causes = sum(code.code[:1] in ("V", "W", "X", "Y") for code in claim.codes[1:])
    if len(claim.codes) - 1 - causes > MOST_OTHERS or causes > MOST_CAUSES:
        yield Finding(
            _(
                "The claim has more than 24 other diagnoses or 12 external causes. Ask the "
                "clinician to amend the note."
            )
        )


@edits.rule("claim-kind-changed", place="claim", source="X222A1 and X223A2 2300 CLM05-3")
def claim_kind_changed(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    """What replaces or voids a claim is of its kind: the payer looks for it there."""
    before = claim.prior_institutional
    if before is not None and before != (claim.institutional is not None):
        yield Finding(
            _("The claim that the payer has is an institutional one; this must be one too.")
            if before
            else _("The claim that the payer has is a professional one; this must be one too.")
        )


def _on(line: ClaimLine, message: Any) -> Finding:
    return Finding(format_lazy(message, line=line.position), str(line.position))
