"""Edits on what X12 cannot write (X222A1 appendix B.1.1.2: basic and extended character sets)."""

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from billing.formats.x12_text import DELIMITERS, unwritable
from billing.scrub.edits import Finding, Surroundings, Text, rule
from billing.shapes import Address, Claim

# Places in the claim, what they are called on the page, and whether they are identifiers.
Value = tuple[str, Text, str]


@rule("characters", place="claim", source="X222A1 B.1.1.2")
def characters(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    """Letters that have no place in the file even after their accents are taken away."""
    for about, where, value in _texts(claim):
        if unwritable(value):
            yield Finding(
                format_lazy(
                    _("{where}: a claim file cannot hold some of these characters."), where=where
                ),
                about,
            )


@rule("delimiter-in-number", place="claim", source="X222A1 B.1.1.2.5")
def delimiter_in_number(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    """A number cannot lose a character silently, as an address may."""
    for about, where, value in _numbers(claim):
        if DELIMITERS & set(value) or unwritable(value):
            yield Finding(
                format_lazy(
                    _("{where}: letters, digits and hyphens only; none of * : ^ ~."), where=where
                ),
                about,
            )


def _texts(claim: Claim) -> Iterator[Value]:
    subject = claim.subject
    yield "patient-name", _("The patient's name"), f"{subject.name}{subject.family}{subject.given}"
    yield "patient-address", _("The patient's address"), _address(subject.address)
    coverage = claim.coverage
    if coverage and coverage.subscriber:
        person = coverage.subscriber
        yield (
            "subscriber",
            _("The insured person"),
            f"{person.family}{person.given}{_address(person.address)}",
        )
    if coverage and coverage.payer:
        payer = coverage.payer
        yield "payer", _("The payer"), payer.name + _address(payer.address)
    if claim.billing_provider:
        provider = claim.billing_provider
        yield (
            "billing-provider",
            _("The billing provider"),
            provider.name + _address(provider.address),
        )
    if claim.institutional and claim.institutional.facility:
        facility = claim.institutional.facility
        yield "facility", _("The facility"), facility.name + _address(facility.address)
    yield "clinician", _("The clinician's name"), claim.clinician.family + claim.clinician.given


def _numbers(claim: Claim) -> Iterator[Value]:
    if claim.coverage:
        yield "member-id", _("The member number"), claim.coverage.member_id
        yield "group-number", _("The group number"), claim.coverage.group_number
        if claim.coverage.payer:
            yield "payer-id", _("The payer's number"), claim.coverage.payer.payer_id
    yield "authorization", _("The authorisation number"), claim.authorization
    yield "original-reference", _("The payer's claim number"), claim.original_reference


def _address(address: Address) -> str:
    return f"{address.line1}{address.line2}{address.city}"
