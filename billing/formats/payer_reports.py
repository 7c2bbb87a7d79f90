"""What comes back from a payer or clearinghouse: a list as CSV, X12 999 and 277CA.

Sources: 005010X231A1 (999), 005010X214 (277CA, claim status category codes).
"""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from pyx12.errors import X12Error
from pyx12.x12file import X12Reader

from billing.exceptions import ImportRefused, RowFault

MOST_BYTES = 2_000_000
MOST_ROWS = 5_000
# STC01-1: acknowledged as returned unprocessable, rejected, or not found.
_REJECTED = frozenset(("A3", "A4", "A5", "A6", "A7", "A8"))
_HEADINGS = {
    "claim_id": "claim_id",
    "claim": "claim_id",
    "claim id": "claim_id",
    "dossier": "claim_id",
    "reason": "reason",
    "motif": "reason",
    "claim_version": "version",
    "version": "version",
    "payer_claim_number": "reference",
    "payer claim number": "reference",
    "numéro du payeur": "reference",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a payer says of one claim. ``reason`` is empty where it took the claim.

    ``version`` 0: the last one that was sent. ``row`` counts from 1, the header included.
    """

    row: int
    claim_id: str
    reason: str
    version: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What a 999 says of a whole file, by the file's control number."""

    control_number: int
    reason: str


def answers_read(content: bytes) -> list[Answer] | list[GroupAnswer]:
    """Read a file of any of the three kinds. Raises ImportRefused with what is wrong."""
    if len(content) > MOST_BYTES:
        raise ImportRefused([RowFault(0, _("The file is larger than 2 MB."))])
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ImportRefused([RowFault(0, _("The file is UTF-16. Save it as CSV in UTF-8."))])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fault = _("The file is not UTF-8 from this line on. Save it as CSV in UTF-8.")
        raise ImportRefused([RowFault(line, fault)]) from None
    if "\x00" in text:
        raise ImportRefused([RowFault(0, _("This is no text file. Give a CSV, 999 or 277CA."))])
    if not text.strip():
        raise ImportRefused([RowFault(0, _("The file is empty."))])
    return _x12(text) if text.startswith("ISA") else _table(text)


def _table(text: str) -> list[Answer]:
    header = text.splitlines()[0]
    mark = max(",;\t", key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error:
        fault = _("The file is no complete CSV: a quotation mark is not closed.")
        raise ImportRefused([RowFault(0, fault)]) from None
    names = [_HEADINGS.get(cell.strip().lower(), "") for cell in rows[0]]
    if "claim_id" not in names or "reason" not in names:
        fault = _("The first line must name the columns “claim_id” and “reason”.")
        raise ImportRefused([RowFault(1, fault)])
    if len(rows) > MOST_ROWS:
        raise ImportRefused([RowFault(0, _("The file has more than 5,000 rows."))])
    found, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        fault = _cells_fault(cells)
        if fault:
            faults.append(RowFault(number, fault))
            continue
        found.append(
            Answer(
                number,
                cells["claim_id"].lstrip("'"),
                cells["reason"].lstrip("'"),
                int(cells.get("version") or 0),
                cells.get("reference", "").lstrip("'"),
            )
        )
    if not found and not faults:
        faults.append(RowFault(0, _("The file has no row.")))
    if faults:
        raise ImportRefused(faults)
    return found


def _cells_fault(cells: dict[str, str]) -> Any:
    if not cells.get("claim_id"):
        return _("The claim's number is missing.")
    if not cells.get("reason"):
        return _("The reason is missing.")
    version = cells.get("version", "")
    if version and not (version.isascii() and version.isdigit() and len(version) < 6):
        return _("The version is no number.")
    return ""


def _x12(text: str) -> list[Answer] | list[GroupAnswer]:
    try:
        segments = [
            (segment.get_seg_id(), [str(value.format()) for value in segment.elements])
            for segment in X12Reader(io.StringIO(text))
        ]
    except X12Error:
        raise ImportRefused([RowFault(0, _("The X12 file cannot be read."))]) from None
    kinds = {elements[0] for name, elements in segments if name == "ST"}
    if kinds == {"999"}:
        return _acknowledgements(segments)
    if kinds == {"277"}:
        return _statuses(segments)
    fault = _("This X12 file is neither a 999 nor a 277CA.")
    raise ImportRefused([RowFault(0, fault)])


def _acknowledgements(segments: list[tuple[str, list[str]]]) -> list[GroupAnswer]:
    found: list[GroupAnswer] = []
    number = 0
    places: list[str] = []
    for name, elements in segments:
        if name == "AK1":
            number, places = _number(_at(elements, 1)), []
        elif name == "IK3":
            places.append(f"{_at(elements, 0)} {_at(elements, 1)}: {_at(elements, 3)}")
        elif name == "IK4" and places:
            places[-1] += f"-{_at(elements, 0)}: {_at(elements, 2)}"
        elif name == "AK9" and number:
            refused = _at(elements, 0) not in ("A", "E")
            reason = f"999 {_at(elements, 0)} ({'; '.join(places[:5])})" if refused else ""
            found.append(GroupAnswer(number, reason))
    return found


def _statuses(segments: list[tuple[str, list[str]]]) -> list[Answer]:
    """Loop 2200D: TRN02 is the claim's number, REF 1K the payer's, STC01 the status."""
    found: list[Answer] = []
    level = ""
    for row, (name, elements) in enumerate(segments, start=1):
        if name == "HL":
            level = _at(elements, 2)
        elif level not in ("PT", "22", "23"):
            continue
        elif name == "TRN":
            found.append(Answer(row, _at(elements, 1), ""))
        elif name == "STC" and found:
            status = _at(elements, 0)
            if status.split(":")[0] in _REJECTED and not found[-1].reason:
                said = _at(elements, 11)
                found[-1] = _changed(found[-1], reason=f"277CA {status} {said}".strip())
        elif name == "REF" and found and _at(elements, 0) == "1K":
            found[-1] = _changed(found[-1], reference=_at(elements, 1))
    return found


def _changed(answer: Answer, *, reason: str = "", reference: str = "") -> Answer:
    return Answer(
        answer.row,
        answer.claim_id,
        reason or answer.reason,
        answer.version,
        reference or answer.reference,
    )


def _at(elements: list[str], position: int) -> str:
    return elements[position] if position < len(elements) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
