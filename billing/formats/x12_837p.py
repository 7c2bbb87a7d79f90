"""Professional claims as X12 837, version 005010X222A1 (the TR3 of that name).

Loops are written in the guide's order: submitter and receiver, then for each billing provider its
subscribers, patients, claims and service lines. A claim is written as it is: `billing.scrub` has
refused what the guide would not take, and `x12_gate` reads every file before it is kept.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from billing.formats.x12_envelope import Segment, interchange
from billing.formats.x12_text import x12_date, x12_decimal, x12_text
from billing.shapes import (
    Address,
    BillingProviderFacts,
    Claim,
    ClaimLine,
    CoverageFacts,
    PayerFacts,
    Sender,
    Subject,
)

VERSION = "005010X222A1"
GENDERS = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
# PAT01, individual relationship code: what the patient is to the subscriber.
RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "G8"}


def claims_837p(
    claims: Sequence[Claim], sender: Sender, *, control_number: int, made_at: datetime
) -> bytes:
    """One interchange with these claims, as ASCII.

    ``control_number``: of the interchange and its group, 1 to 999,999,999, never used before.

    Raises:
        ValueError: a claim has no coverage, payer or billing provider, or the number is too large.
    """
    body = [*_header(sender, control_number, made_at)]
    level = 0
    for provider, theirs in _by_provider(claims):
        level += 1
        parent = level
        body += _billing_provider(provider, parent)
        for claim in theirs:
            levels = list(_claim(claim, parent, level))
            level += sum(segment[0] == "HL" for segment in levels)
            body += levels
    return interchange(
        body, sender, version=VERSION, control_number=control_number, made_at=made_at
    )


def _by_provider(
    claims: Sequence[Claim],
) -> Iterator[tuple[BillingProviderFacts, list[Claim]]]:
    grouped: dict[BillingProviderFacts, list[Claim]] = {}
    for claim in claims:
        if claim.billing_provider is None:
            raise ValueError("a claim without a billing provider")
        grouped.setdefault(claim.billing_provider, []).append(claim)
    yield from grouped.items()


def _header(sender: Sender, control_number: int, made_at: datetime) -> Iterator[Segment]:
    clock = made_at.strftime("%H%M")
    yield ("BHT", "0019", "00", str(control_number), x12_date(made_at.date()), clock, "CH")
    yield ("NM1", "41", "2", _cut(sender.name, 60), "", "", "", "", "46", x12_text(sender.id))
    yield ("PER", "IC", _cut(sender.contact, 60), "TE", _digits(sender.phone))
    yield (
        "NM1", "40", "2", _cut(sender.receiver_name, 60), "", "", "", "", "46",
        x12_text(sender.receiver_id),
    )  # fmt: skip


def _billing_provider(provider: BillingProviderFacts, level: int) -> Iterator[Segment]:
    yield ("HL", str(level), "", "20", "1")
    if provider.taxonomy:
        yield ("PRV", "BI", "PXC", provider.taxonomy)
    yield ("NM1", "85", "2", _cut(provider.name, 60), "", "", "", "", "XX", provider.npi)
    yield from _address(provider.address)
    yield ("REF", "EI", _digits(provider.tax_id))


def _claim(claim: Claim, parent: int, level: int) -> Iterator[Segment]:
    coverage = claim.coverage
    if coverage is None or coverage.payer is None:
        raise ValueError("a claim without a payer")
    dependent = coverage.subscriber is not None
    yield ("HL", str(level + 1), str(parent), "22", "1" if dependent else "0")
    yield (
        "SBR", "P", "" if dependent else "18", x12_text(coverage.group_number), "", "", "", "",
        "", coverage.payer.filing_indicator,
    )  # fmt: skip
    subscriber = coverage.subscriber or claim.subject
    yield from _person("IL", subscriber, ("MI", x12_text(coverage.member_id)))
    yield from _payer(coverage.payer)
    if dependent:
        yield ("HL", str(level + 2), str(level + 1), "23", "0")
        yield ("PAT", RELATIONSHIPS.get(coverage.relationship, "G8"))
        yield from _person("QC", claim.subject)
    yield from _claim_facts(claim, coverage)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(claim, line, number)


def _claim_facts(claim: Claim, coverage: CoverageFacts) -> Iterator[Segment]:
    place = f"{claim.place_of_service}:B:{claim.frequency}"
    yield ("CLM", claim.claim_id, x12_decimal(claim.total), "", "", place, "Y", "A", "Y", "Y")
    if claim.authorization:
        yield ("REF", "G1", x12_text(claim.authorization))
    if claim.frequency != "1":
        yield ("REF", "F8", x12_text(claim.original_reference))
    yield (
        "HI",
        *(
            f"{'ABF' if position else 'ABK'}:{code.code.replace('.', '')}"
            for position, code in enumerate(claim.codes)
        ),
    )
    clinician = claim.clinician
    yield (
        "NM1", "82", "1", _cut(clinician.family or clinician.name, 60),
        *_given(clinician.given), "", "", "XX", clinician.npi,
    )  # fmt: skip
    if clinician.taxonomy:
        yield ("PRV", "PE", "PXC", clinician.taxonomy)


def _line(claim: Claim, line: ClaimLine, number: int) -> Iterator[Segment]:
    if line.charge is None or line.units is None:
        raise ValueError("a line without charge or units")
    yield ("LX", str(number))
    other_place = line.place_of_service not in ("", claim.place_of_service)
    yield (
        "SV1",
        ":".join(("HC", line.code, *line.modifiers)),
        x12_decimal(line.charge),
        "UN",
        x12_decimal(line.units),
        line.place_of_service if other_place else "",
        "",
        ":".join(str(pointer) for pointer in line.pointers),
    )
    yield ("DTP", "472", "D8", x12_date(claim.service_date))
    yield ("REF", "6R", f"{claim.claim_id}-{claim.version}-{number}")


def _person(
    role: str, person: Subject, identifier: tuple[str, str] = ("", "")
) -> Iterator[Segment]:
    yield (
        "NM1", role, "1", _cut(person.family or person.name, 60), *_given(person.given), "", "",
        *identifier,
    )  # fmt: skip
    if person.address.complete:
        yield from _address(person.address)
    if person.birth_date and person.gender:
        yield ("DMG", "D8", x12_date(person.birth_date), GENDERS[person.gender])


def _payer(payer: PayerFacts) -> Iterator[Segment]:
    yield ("NM1", "PR", "2", _cut(payer.name, 60), "", "", "", "", "PI", x12_text(payer.payer_id))
    if payer.address.complete:
        yield from _address(payer.address)


def _address(address: Address) -> Iterator[Segment]:
    yield ("N3", _cut(address.line1, 55), _cut(address.line2, 55))
    abroad = address.country not in ("", "US")
    yield (
        "N4",
        _cut(address.city, 30),
        x12_text(address.state) if address.with_state else "",
        x12_text(address.postal_code).replace("-", "").replace(" ", ""),
        address.country if abroad else "",
    )


def _given(given: str) -> tuple[str, str]:
    """NM104 and NM105: the first given name, and the others."""
    first, _, rest = x12_text(given).partition(" ")
    return first[:35], rest[:25].rstrip()


def _cut(value: str, width: int) -> str:
    return x12_text(value)[:width].rstrip()


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdigit())
