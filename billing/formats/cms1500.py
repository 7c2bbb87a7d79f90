"""Claims by the boxes of the CMS-1500 form (02/12), as JSON and CSV.

Source: NUCC, 1500 Health Insurance Claim Form Reference Instruction Manual. The form has six
service lines; what is more goes onto further pages of the same claim.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date

from billing.formats.csv import BOM, harmless, letters
from billing.formats.x12_text import x12_decimal
from billing.shapes import Address, Claim, ClaimLine

LINES = 6
Boxes = dict[str, str]
_KINDS = {"MB": "Medicare", "MC": "Medicaid", "CH": "TRICARE", "VA": "CHAMPVA"}
_RELATIONSHIPS = {"self": "Self", "spouse": "Spouse", "child": "Child"}
_GENDERS = {"male": "M", "female": "F"}


def cms1500_pages(claim: Claim) -> list[Boxes]:
    """A claim's pages: box number to value, only boxes that say something."""
    pages = []
    for start in range(0, max(len(claim.lines), 1), LINES):
        last = start + LINES >= len(claim.lines)
        pages.append(_page(claim, claim.lines[start : start + LINES], last=last))
    return pages


def claims_json(claims: Sequence[Claim]) -> tuple[bytes, int]:
    """Every claim with its pages, and the number of boxes."""
    forms = [
        {"claim_id": claim.claim_id, "version": claim.version, "pages": cms1500_pages(claim)}
        for claim in claims
    ]
    boxes = sum(len(page) for claim in claims for page in cms1500_pages(claim))
    return json.dumps(
        {"form": "CMS-1500 (02-12)", "claims": forms}, ensure_ascii=False
    ).encode(), boxes


def claims_csv_boxes(claims: Sequence[Claim]) -> tuple[bytes, int]:
    """One row a box: claim, version, page, box, value; formulas made harmless."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("claim_id", "claim_version", "page", "box", "value"))
    rows = 0
    for claim in claims:
        for page, boxes in enumerate(cms1500_pages(claim), start=1):
            for box, value in boxes.items():
                writer.writerow((claim.claim_id, claim.version, page, box, harmless(value)))
                rows += 1
    return BOM + out.getvalue().encode(), rows


def _page(claim: Claim, lines: Sequence[ClaimLine], *, last: bool) -> Boxes:
    boxes = _insured(claim) | _patient(claim) | _visit(claim)
    for number, line in enumerate(lines, start=1):
        boxes |= {f"24{column}.{number}": value for column, value in _line(claim, line).items()}
    boxes |= _providers(claim)
    # The total stands on the last page, as the manual wants it.
    boxes["28"] = f"{claim.total:.2f}" if last and claim.lines else ""
    return {box: value for box, value in boxes.items() if value}


def _insured(claim: Claim) -> Boxes:
    coverage = claim.coverage
    if coverage is None:
        return {}
    insured = coverage.subscriber or claim.subject
    payer = coverage.payer
    filing = payer.filing_indicator if payer else ""
    return {
        "payer": payer.name if payer else coverage.payer_name,
        "payer_address": _one_line(payer.address) if payer else "",
        "payer_id": payer.payer_id if payer else "",
        "1": _KINDS.get(filing, "Other"),
        "1a": coverage.member_id,
        "4": _name(insured.family, insured.given),
        "6": _RELATIONSHIPS.get(coverage.relationship, "Other"),
        **_address("7", insured.address),
        "11": coverage.group_number or "NONE",
        "11a_birth": _date(insured.birth_date),
        "11a_sex": _GENDERS.get(insured.gender, ""),
        "11c": payer.name if payer else coverage.payer_name,
        "11d": "NO",
    }


def _patient(claim: Claim) -> Boxes:
    subject = claim.subject
    return {
        "2": _name(subject.family, subject.given),
        "3_birth": _date(subject.birth_date),
        "3_sex": _GENDERS.get(subject.gender, ""),
        **_address("5", subject.address),
        "10a": "NO",
        "10b": "NO",
        "10c": "NO",
        "12": "SIGNATURE ON FILE",
        "13": "SIGNATURE ON FILE",
    }


def _visit(claim: Claim) -> Boxes:
    replaced = claim.frequency != "1"
    return {
        "21_indicator": "0",
        **{f"21{letters((code.position,))}": code.code.replace(".", "") for code in claim.codes},
        "22_code": claim.frequency if replaced else "",
        "22_reference": claim.original_reference if replaced else "",
        "23": claim.authorization,
    }


def _line(claim: Claim, line: ClaimLine) -> Boxes:
    return {
        "A_from": _date(claim.service_date),
        "A_to": _date(claim.service_date),
        "B": line.place_of_service or claim.place_of_service,
        "D": " ".join((line.code, *line.modifiers)),
        "E": letters(line.pointers),
        "F": "" if line.charge is None else f"{line.charge:.2f}",
        "G": "" if line.units is None else x12_decimal(line.units),
        "J": claim.clinician.npi,
    }


def _providers(claim: Claim) -> Boxes:
    provider = claim.billing_provider
    clinician = claim.clinician
    boxes = {
        "26": claim.claim_id,
        "27": "YES",
        "31": clinician.name,
        "31_date": _date(claim.signed_at.date()),
    }
    if provider:
        boxes |= {
            "25": "".join(char for char in provider.tax_id if char.isdigit()),
            "25_kind": "EIN",
            "33": provider.name,
            "33_address": _one_line(provider.address),
            "33_phone": provider.phone,
            "33a": provider.npi,
        }
    return boxes


def _address(box: str, address: Address) -> Boxes:
    return {
        box: " ".join(part for part in (address.line1, address.line2) if part),
        f"{box}_city": address.city,
        f"{box}_state": address.state,
        f"{box}_zip": address.postal_code,
    }


def _one_line(address: Address) -> str:
    parts = (address.line1, address.line2, address.city, address.state, address.postal_code)
    return ", ".join(part for part in parts if part)


def _name(family: str, given: str) -> str:
    """Last name, first name, middle name: separated by commas, as the manual wants it."""
    first, _, middle = given.partition(" ")
    return ", ".join(part for part in (family, first, middle) if part)


def _date(day: date | None) -> str:
    return f"{day.month:02d} {day.day:02d} {day.year:04d}" if day else ""
