"""The envelope of an X12 file: interchange, functional group, transaction set and their counts.

Source: X12 005010, interchange control structures, as appendix C of every TR3 repeats them.
"""

from collections.abc import Sequence
from datetime import datetime

from billing.formats.x12_text import (
    COMPONENT,
    ELEMENT,
    REPETITION,
    SEGMENT,
    x12_date,
    x12_text,
)
from billing.shapes import Sender

# The identifier and its elements, already written as the file holds them.
Segment = tuple[str, ...]
LARGEST_CONTROL_NUMBER = 999_999_999


def interchange(
    body: Sequence[Segment],
    sender: Sender,
    *,
    version: str,
    control_number: int,
    made_at: datetime,
    transaction: str = "837",
    group: str = "HC",
) -> bytes:
    """One interchange with one group and one transaction set around ``body``.

    Raises:
        ValueError: the control number is none that ISA13 can hold.
    """
    if not 0 < control_number <= LARGEST_CONTROL_NUMBER:
        raise ValueError("the interchange control number has nine digits")
    number, clock = f"{control_number:09d}", made_at.strftime("%H%M")
    isa = (
        "ISA", "00", " " * 10, "00", " " * 10,
        sender.id_qualifier, f"{x12_text(sender.id):<15}"[:15],
        sender.receiver_qualifier, f"{x12_text(sender.receiver_id):<15}"[:15],
        made_at.strftime("%y%m%d"), clock, REPETITION, "00501", number, "0", sender.usage,
        COMPONENT,
    )  # fmt: skip
    gs = (
        "GS", group, x12_text(sender.id)[:15], x12_text(sender.receiver_id)[:15],
        x12_date(made_at.date()), clock, str(control_number), "X", version,
    )  # fmt: skip
    segments = [
        ("ST", transaction, "0001", version),
        *body,
        ("SE", str(len(body) + 2), "0001"),
    ]
    lines = [
        ELEMENT.join(isa),
        *(_written(segment) for segment in (gs, *segments)),
        _written(("GE", "1", str(control_number))),
        _written(("IEA", "1", number)),
    ]
    return "".join(line + SEGMENT + "\n" for line in lines).encode("ascii")


def _written(segment: Segment) -> str:
    """A segment without the separators of elements that are empty at its end."""
    return ELEMENT.join(segment).rstrip(ELEMENT)
