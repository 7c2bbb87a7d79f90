"""What professional and institutional claims share: the loops above the claim, names, addresses.

Source: X222A1 and X223A2, loops 1000A to 2010CA, which are the same in both.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from billing.formats.x12_envelope import Segment, interchange
from billing.formats.x12_text import x12_date, x12_text
from billing.shapes import (
    Address,
    BillingProviderFacts,
    Claim,
    Clinician,
    PayerFacts,
    Sender,
    Subject,
)

GENDERS = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
# PAT01, individual relationship code: what the patient is to the subscriber.
RELATIONSHIPS = {"spouse": "01", "child": "19", "other": "G8"}
# Loop 2300 and what is below it.
ClaimWriter = Callable[[Claim], Iterator[Segment]]


def claims_837(
    claims: Sequence[Claim],
    sender: Sender,
    write: ClaimWriter,
    *,
    version: str,
    control_number: int,
    made_at: datetime,
) -> bytes:
    """One interchange with these claims, as ASCII; ``write`` gives loop 2300 of each.

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
            levels = list(_claim(claim, parent, level, write))
            level += sum(segment[0] == "HL" for segment in levels)
            body += levels
    return interchange(
        body, sender, version=version, control_number=control_number, made_at=made_at
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
    yield ("NM1", "41", "2", cut(sender.name, 60), "", "", "", "", "46", x12_text(sender.id))
    yield ("PER", "IC", cut(sender.contact, 60), "TE", _digits(sender.phone))
    yield (
        "NM1", "40", "2", cut(sender.receiver_name, 60), "", "", "", "", "46",
        x12_text(sender.receiver_id),
    )  # fmt: skip


def _billing_provider(provider: BillingProviderFacts, level: int) -> Iterator[Segment]:
    yield ("HL", str(level), "", "20", "1")
    if provider.taxonomy:
        yield ("PRV", "BI", "PXC", provider.taxonomy)
    yield ("NM1", "85", "2", cut(provider.name, 60), "", "", "", "", "XX", provider.npi)
    yield from address_segments(provider.address)
    yield ("REF", "EI", _digits(provider.tax_id))


def _claim(claim: Claim, parent: int, level: int, write: ClaimWriter) -> Iterator[Segment]:
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
    yield from write(claim)


def references(claim: Claim) -> Iterator[Segment]:
    """REF of loop 2300: prior authorisation, and the payer's number of what is replaced."""
    if claim.authorization:
        yield ("REF", "G1", x12_text(claim.authorization))
    if claim.frequency != "1":
        yield ("REF", "F8", x12_text(claim.original_reference))


def clinician_named(role: str, specialty: str, clinician: Clinician) -> Iterator[Segment]:
    """NM1 and PRV of who signed, in this role (NM101, PRV01)."""
    yield (
        "NM1", role, "1", cut(clinician.family or clinician.name, 60),
        *_given(clinician.given), "", "", "XX", clinician.npi,
    )  # fmt: skip
    if clinician.taxonomy:
        yield ("PRV", specialty, "PXC", clinician.taxonomy)


def address_segments(address: Address) -> Iterator[Segment]:
    """N3 and N4."""
    yield ("N3", cut(address.line1, 55), cut(address.line2, 55))
    abroad = address.country not in ("", "US")
    yield (
        "N4",
        cut(address.city, 30),
        x12_text(address.state) if address.with_state else "",
        x12_text(address.postal_code).replace("-", "").replace(" ", ""),
        address.country if abroad else "",
    )


def _person(
    role: str, person: Subject, identifier: tuple[str, str] = ("", "")
) -> Iterator[Segment]:
    yield (
        "NM1", role, "1", cut(person.family or person.name, 60), *_given(person.given), "", "",
        *identifier,
    )  # fmt: skip
    if person.address.complete:
        yield from address_segments(person.address)
    if person.birth_date and person.gender:
        yield ("DMG", "D8", x12_date(person.birth_date), GENDERS[person.gender])


def _payer(payer: PayerFacts) -> Iterator[Segment]:
    yield ("NM1", "PR", "2", cut(payer.name, 60), "", "", "", "", "PI", x12_text(payer.payer_id))
    if payer.address.complete:
        yield from address_segments(payer.address)


def _given(given: str) -> tuple[str, str]:
    """NM104 and NM105: the first given name, and the others."""
    first, _, rest = x12_text(given).partition(" ")
    return first[:35], rest[:25].rstrip()


def cut(value: str, width: int) -> str:
    """A value as the file holds it, no longer than ``width``."""
    return x12_text(value)[:width].rstrip()


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdigit())
