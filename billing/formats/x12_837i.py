"""Institutional claims as X12 837, version 005010X223A2 (the TR3 of that name). Beta.

The loops above the claim are those of the professional one; who signed is the attending provider.
What is not written because the record has no data of it: procedures in ICD-10-PCS, present on
admission, occurrence, value and condition codes.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time

from billing.formats.x12_envelope import Segment
from billing.formats.x12_parts import (
    address_segments,
    claims_837,
    clinician_named,
    cut,
    references,
)
from billing.formats.x12_text import x12_date, x12_decimal
from billing.shapes import Claim, ClaimCode, ClaimLine, InstitutionalFacts, Sender

VERSION = "005010X223A2"
# HI holds twelve codes.
AT_ONCE = 12
# Chapter 20 of ICD-10-CM, which has an HI of its own.
EXTERNAL = ("V", "W", "X", "Y")


def claims_837i(
    claims: Sequence[Claim], sender: Sender, *, control_number: int, made_at: datetime
) -> bytes:
    """One interchange with these claims, as ASCII.

    ``control_number``: of the interchange and its group, 1 to 999,999,999, never used before.

    Raises:
        ValueError: a claim has no coverage, payer, billing provider or institutional facts, or the
            number is too large.
    """
    return claims_837(
        claims, sender, _claim, version=VERSION, control_number=control_number, made_at=made_at
    )


def principal_and_others(
    codes: Sequence[ClaimCode],
) -> tuple[ClaimCode, list[ClaimCode], list[ClaimCode]]:
    """The principal diagnosis, the other diagnoses, and the external causes."""
    principal, *rest = codes
    others = [code for code in rest if not code.code.startswith(EXTERNAL)]
    return principal, others, [code for code in rest if code.code.startswith(EXTERNAL)]


def by_days(revenue_code: str) -> bool:
    """Whether a service is counted in days: accommodation, revenue codes 010x to 021x (NUBC)."""
    return "0100" <= revenue_code <= "0219"


def _claim(claim: Claim) -> Iterator[Segment]:
    stay = claim.institutional
    if stay is None:
        raise ValueError("a claim that is not institutional")
    place = f"{stay.bill_type}:A:{claim.frequency}"
    yield ("CLM", claim.claim_id, x12_decimal(claim.total), "", "", place, "", "A", "Y", "Y")
    yield from _dates(stay)
    yield ("CL1", stay.admission_type, stay.admission_source, stay.patient_status)
    yield from references(claim)
    yield from _diagnoses(claim, stay)
    yield from clinician_named("71", "AT", claim.clinician)
    yield from _facility(claim, stay)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(claim, stay, line, number)


def _dates(stay: InstitutionalFacts) -> Iterator[Segment]:
    if stay.discharged_at is not None:
        yield ("DTP", "096", "TM", _clock(stay.discharged_at))
    covered = f"{x12_date(stay.statement_from)}-{x12_date(stay.statement_to)}"
    yield ("DTP", "434", "RD8", covered)
    if stay.admitted_on is not None:
        day = x12_date(stay.admitted_on)
        if stay.admitted_at is not None:
            yield ("DTP", "435", "DT", day + _clock(stay.admitted_at))
        else:
            yield ("DTP", "435", "D8", day)


def _diagnoses(claim: Claim, stay: InstitutionalFacts) -> Iterator[Segment]:
    principal, others, causes = principal_and_others(claim.codes)
    yield _hi("ABK", [principal])
    if stay.presenting is not None:
        presenting = [code for code in claim.codes if code.position == stay.presenting]
        yield _hi("ABJ" if stay.inpatient else "APR", presenting)
    if causes:
        yield _hi("ABN", causes)
    for start in range(0, len(others), AT_ONCE):
        yield _hi("ABF", others[start : start + AT_ONCE])


def _hi(qualifier: str, codes: Sequence[ClaimCode]) -> Segment:
    return ("HI", *(f"{qualifier}:{code.code.replace('.', '')}" for code in codes))


def _facility(claim: Claim, stay: InstitutionalFacts) -> Iterator[Segment]:
    """Loop 2310E: only where it is another place than that of the one who is paid."""
    facility, provider = stay.facility, claim.billing_provider
    if facility is None or (provider is not None and provider.npi == facility.npi):
        return
    yield ("NM1", "77", "2", cut(facility.name, 60), "", "", "", "", "XX", facility.npi)
    yield from address_segments(facility.address)


def _line(
    claim: Claim, stay: InstitutionalFacts, line: ClaimLine, number: int
) -> Iterator[Segment]:
    if line.charge is None or line.units is None:
        raise ValueError("a line without charge or units")
    yield ("LX", str(number))
    yield (
        "SV2",
        line.revenue_code,
        ":".join(("HC", line.code, *line.modifiers)) if line.code else "",
        x12_decimal(line.charge),
        "DA" if by_days(line.revenue_code) else "UN",
        x12_decimal(line.units),
    )
    if not stay.inpatient:
        yield ("DTP", "472", "D8", x12_date(claim.service_date))
    yield ("REF", "6R", f"{claim.claim_id}-{claim.version}-{number}")


def _clock(moment: time) -> str:
    return moment.strftime("%H%M")
