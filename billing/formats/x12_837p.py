"""Professional claims as X12 837, version 005010X222A1 (the TR3 of that name).

Loops are written in the guide's order: submitter and receiver, then for each billing provider its
subscribers, patients, claims and service lines. A claim is written as it is: `billing.scrub` has
refused what the guide would not take, and `x12_gate` reads every file before it is kept.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from billing.formats.x12_envelope import Segment
from billing.formats.x12_parts import claims_837, clinician_named, references
from billing.formats.x12_text import x12_date, x12_decimal
from billing.shapes import Claim, ClaimLine, Sender

VERSION = "005010X222A1"


def claims_837p(
    claims: Sequence[Claim], sender: Sender, *, control_number: int, made_at: datetime
) -> bytes:
    """One interchange with these claims, as ASCII.

    ``control_number``: of the interchange and its group, 1 to 999,999,999, never used before.

    Raises:
        ValueError: a claim has no coverage, payer or billing provider, or the number is too large.
    """
    return claims_837(
        claims, sender, _claim, version=VERSION, control_number=control_number, made_at=made_at
    )


def _claim(claim: Claim) -> Iterator[Segment]:
    place = f"{claim.place_of_service}:B:{claim.frequency}"
    yield ("CLM", claim.claim_id, x12_decimal(claim.total), "", "", place, "Y", "A", "Y", "Y")
    yield from references(claim)
    yield (
        "HI",
        *(
            f"{'ABF' if position else 'ABK'}:{code.code.replace('.', '')}"
            for position, code in enumerate(claim.codes)
        ),
    )
    yield from clinician_named("82", "PE", claim.clinician)
    for number, line in enumerate(claim.lines, start=1):
        yield from _line(claim, line, number)


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
