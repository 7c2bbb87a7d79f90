"""Claims as CSV: one row an accepted code, after RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180).

A cell that a spreadsheet would run as a formula gets an apostrophe in front, after
https://owasp.org/www-community/attacks/CSV_Injection. Nothing else differs from what was signed.
"""

import csv
import io
from collections.abc import Sequence

from billing.formats.x12_text import x12_decimal
from billing.shapes import Claim, ClaimCode, ClaimLine

COLUMNS = (
    "claim_id",
    "claim_version",
    "replaces_version",
    "service_date",
    "patient_mrn",
    "patient_name",
    "patient_birth_date",
    "clinician_name",
    "clinician_npi",
    "position",
    "code",
    "code_system",
    "code_release",
    "description",
    "composition_id",
    "composition_version",
    "signed_at",
    "frequency",
    "original_reference",
    "payer_id",
    "payer_name",
    "member_id",
    "billing_npi",
    "total_charge",
    "service_lines",
    "claim_type",
    "type_of_bill",
    "statement_from",
    "statement_to",
)
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = b"\xef\xbb\xbf"


def claims_csv(claims: Sequence[Claim], *, bom: bool = True) -> tuple[bytes, int]:
    """The file and its number of rows without the header.

    ``bom``: begin with the UTF-8 mark that spreadsheets need to read accents.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = 0
    for claim in claims:
        for code in claim.codes:
            writer.writerow([harmless(cell) for cell in _cells(claim, code)])
            rows += 1
    return (BOM if bom else b"") + out.getvalue().encode("utf-8"), rows


def harmless(cell: str) -> str:
    """The cell, so that no spreadsheet takes it for a formula, also after leading spaces."""
    if cell.startswith(_STARTS_FORMULA) or cell.lstrip(" \u00a0").startswith(_STARTS_FORMULA):
        return f"'{cell}"
    return cell


def _cells(claim: Claim, code: ClaimCode) -> tuple[str, ...]:
    birth = claim.subject.birth_date
    coverage, provider = claim.coverage, claim.billing_provider
    payer = coverage.payer if coverage else None
    stay = claim.institutional
    return (
        claim.claim_id,
        str(claim.version),
        str(claim.replaces or ""),
        claim.service_date.isoformat(),
        claim.subject.mrn,
        claim.subject.name,
        birth.isoformat() if birth else "",
        claim.clinician.name,
        claim.clinician.npi,
        str(code.position),
        code.code,
        code.system,
        code.release,
        code.description,
        claim.composition_id,
        str(claim.composition_version),
        claim.signed_at.isoformat(),
        claim.frequency,
        claim.original_reference,
        payer.payer_id if payer else "",
        payer.name if payer else "",
        coverage.member_id if coverage else "",
        provider.npi if provider else "",
        f"{claim.total:.2f}" if claim.lines else "",
        " | ".join(line_text(line, with_revenue=stay is not None) for line in claim.lines),
        "institutional" if stay else "professional",
        f"{stay.bill_type}{claim.frequency}" if stay else "",
        stay.statement_from.isoformat() if stay else "",
        stay.statement_to.isoformat() if stay else "",
    )


def line_text(line: ClaimLine, *, with_revenue: bool = False) -> str:
    """A service line in one cell: "99213-25 x1 125.50 AB", pointers as letters of the codes; of an
    institutional claim "0510/99213-25 x1 125.50"."""
    service = "-".join((line.code, *line.modifiers))
    charge = "" if line.charge is None else f"{line.charge:.2f}"
    units = "" if line.units is None else x12_decimal(line.units)
    if with_revenue:
        return f"{'/'.join(filter(None, (line.revenue_code, service)))} x{units} {charge}"
    return f"{service} x{units} {charge} {letters(line.pointers)}"


def letters(pointers: Sequence[int]) -> str:
    """Pointers as the paper form writes them: 1 is A, 12 is L."""
    return "".join(chr(ord("A") + pointer - 1) for pointer in pointers)
