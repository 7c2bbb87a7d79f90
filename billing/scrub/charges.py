"""Edits on charges, units, totals and what a claim replaces (X222A1 loops 2300 and 2400)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from billing.scrub.edits import Finding, Surroundings, rule
from billing.shapes import Claim

# SV102, SV203 and CLM02 hold at most ten digits, two of them after the point (X222A1 B.1.1.3.1.2).
MOST_CHARGED = Decimal("99999999.99")
MOST_UNITS = Decimal("99999999.999")
# CPT category II codes report quality and cost nothing.
_QUALITY = re.compile(r"\d{4}F")


@rule(
    "charge-missing",
    place="lines",
    source="X222A1 2400 SV102",
    other_source="X223A2 2400 SV203",
)
def charge_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        least = Decimal(0) if _QUALITY.fullmatch(line.code) else Decimal("0.01")
        if line.charge is None or not line.charge.is_finite() or line.charge < least:
            yield Finding(
                format_lazy(_("Line {line}: the charge is missing."), line=line.position),
                str(line.position),
            )


@rule(
    "charge-form",
    place="lines",
    source="X222A1 2400 SV102, type R",
    other_source="X223A2 2400 SV203, type R",
)
def charge_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        charge = line.charge
        if charge is None or not charge.is_finite():
            continue
        if charge > MOST_CHARGED or charge != charge.quantize(Decimal("0.01")):
            yield Finding(
                format_lazy(
                    _("Line {line}: a charge has at most eight digits and two decimals."),
                    line=line.position,
                ),
                str(line.position),
            )


@rule(
    "units-missing",
    place="lines",
    source="X222A1 2400 SV104",
    other_source="X223A2 2400 SV205",
)
def units_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        if line.units is None or not line.units.is_finite() or line.units <= 0:
            yield Finding(
                format_lazy(_("Line {line}: the units are missing."), line=line.position),
                str(line.position),
            )


@rule(
    "units-form",
    place="lines",
    source="X222A1 2400 SV104, at most three decimals",
    other_source="X223A2 2400 SV205, at most three decimals",
)
def units_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        units = line.units
        if units is None or not units.is_finite():
            continue
        if units > MOST_UNITS or units != units.quantize(Decimal("0.001")):
            yield Finding(
                format_lazy(
                    _("Line {line}: units have at most eight digits and three decimals."),
                    line=line.position,
                ),
                str(line.position),
            )


@rule("total-wrong", place="lines", source="X222A1 2300 CLM02")
def total_wrong(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    charges = [line.charge for line in claim.lines if line.charge is not None]
    if claim.lines and claim.total != sum(charges, Decimal(0)):
        yield Finding(_("The total is not the sum of the lines."))


@rule("total-too-large", place="lines", source="X222A1 2300 CLM02")
def total_too_large(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.total > MOST_CHARGED:
        yield Finding(_("The total has more than eight digits. Split the claim."))


@rule("original-reference-missing", place="claim", source="X222A1 2300 REF F8, CLM05-3")
def original_reference_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.frequency != "1" and not claim.original_reference:
        yield Finding(
            _(
                "This replaces or voids a claim that the payer has. Enter the payer's number of "
                "that claim."
            )
        )
