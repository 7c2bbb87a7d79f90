"""Edits on who is paid, who rendered the service, and who sends (X222A1 loops 1000A to 2310B)."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from billing.npi import npi_valid
from billing.scrub.edits import Finding, Surroundings, rule
from billing.scrub.patient import address_form
from billing.shapes import Claim

TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
# Loop 2010AA: a street address; a post office box goes into the pay-to address.
POST_BOX = re.compile(r"\b(p\.?\s*o\.?\s*box|post office box|lock ?box)\b", re.IGNORECASE)


@rule("sender-missing", place="providers", source="X222A1 1000A, 1000B")
def sender_missing(_claim: Claim, around: Surroundings) -> Iterator[Finding]:
    if not around.sender_known:
        yield Finding(_("The practice has no submitter settings yet: who sends, and to whom."))


@rule("billing-provider-missing", place="providers", source="X222A1 2010AA")
def billing_provider_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.billing_provider is None:
        yield Finding(_("The practice has no billing provider yet. Enter the one that is paid."))


@rule("billing-npi", place="providers", source="X222A1 2010AA NM109; 45 CFR 162.406")
def billing_npi(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    provider = claim.billing_provider
    if provider and not npi_valid(provider.npi):
        yield Finding(_("The billing provider's NPI is missing or its check digit is wrong."))


@rule("billing-tax-id", place="providers", source="X222A1 2010AA REF02")
def billing_tax_id(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    provider = claim.billing_provider
    if provider and not re.fullmatch(r"\d{2}-?\d{7}", provider.tax_id):
        yield Finding(_("The billing provider's tax number needs nine digits."))


@rule("billing-address", place="providers", source="X222A1 2010AA N3, N4")
def billing_address(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    provider = claim.billing_provider
    if provider is None:
        return
    address = provider.address
    if not address.complete or not address_form(address) or POST_BOX.search(address.line1):
        yield Finding(_("The billing provider needs a whole street address, no post office box."))
    elif address.country in ("", "US") and sum(map(str.isdigit, address.postal_code)) != 9:
        yield Finding(_("The billing provider's ZIP code needs all nine digits."))


@rule("billing-taxonomy", place="providers", source="X222A1 2000A PRV03; NUCC code set")
def billing_taxonomy(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    provider = claim.billing_provider
    if provider and provider.taxonomy and not TAXONOMY.fullmatch(provider.taxonomy):
        yield Finding(_("The billing provider's taxonomy code needs nine characters and an X."))


@rule(
    "rendering-npi",
    place="providers",
    source="X222A1 2310B NM109; 45 CFR 162.406",
    other_source="X223A2 2310A NM109; 45 CFR 162.406",
)
def rendering_npi(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if not npi_valid(claim.clinician.npi):
        yield Finding(_("The clinician's NPI is missing or its check digit is wrong."))


@rule(
    "rendering-taxonomy",
    place="providers",
    source="X222A1 2310B PRV03; NUCC code set",
    other_source="X223A2 2310A PRV03; NUCC code set",
)
def rendering_taxonomy(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    taxonomy = claim.clinician.taxonomy
    if taxonomy and not TAXONOMY.fullmatch(taxonomy):
        yield Finding(_("The clinician's taxonomy code needs nine characters and an X."))
