"""HCPCS Level II: CMS's quarterly file, as fixed columns (HCPC....txt) or saved as CSV.

Columns: code 1-5, sequence 6-10, kind of record 11 (3 and 7 begin a code or a modifier, 4 and 8
go on with its text), long text 12-91, short text 92-119, added 269-276, action effective 277-284,
terminated 285-292 (CMS, HCPCS record layout). The CSV has the headings HCPC, SEQNUM, RECID, LONG
DESCRIPTION, SHORT DESCRIPTION, ADD DT, ACT EFF DT, TERM DT. Public domain but for the D codes,
which are the American Dental Association's and are left out.
https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from fhir_bridge.code_lists.common import CodeList, CodeListError, Entry, days, decoded, unique

URL = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_CODE = re.compile(r"[A-CE-V]\d{4}|[A-Z0-9]{2}")
_HEADING = re.compile(r"[^A-Z]*HCPC\W*,", re.IGNORECASE)
_BEFORE_HEADINGS = 40  # lines of notice in a workbook, before its headings
_BEGINS, _GOES_ON = ("3", "7"), ("4", "8")
_HEADINGS = {
    "HCPC": "code", "RECID": "kind", "LONG DESCRIPTION": "long", "SHORT DESCRIPTION": "short",
    "ADD DT": "added", "TERM DT": "ended",
}  # fmt: skip


class _Record(NamedTuple):
    line: int
    code: str
    kind: str
    long: str
    short: str
    added: str
    ended: str


def read(content: bytes) -> CodeList:
    """Raises CodeListError."""
    text = decoded(content)
    headed = any(_HEADING.match(line) for line in text.splitlines()[:_BEFORE_HEADINGS])
    records = _from_csv(text) if headed else _from_columns(text)
    entries: list[Entry] = []
    for record in records:
        if not _CODE.fullmatch(record.code):
            continue
        if record.kind in _GOES_ON:
            if not entries or entries[-1].code != record.code:
                raise CodeListError(f"Line {record.line}: text of {record.code} without its code.")
            last = entries[-1]
            entries[-1] = Entry(last.code, _text(last.display, record.long), last.kept, last.more)
        elif record.kind in _BEGINS:
            where = f"Line {record.line}"
            kept = (_text(record.short),) if record.short.strip() else ()
            more = days(record.added, record.ended, where)
            entries.append(Entry(record.code, _text(record.long), kept, more))
        else:
            raise CodeListError(f"Line {record.line}: “{record.kind}” is no kind of record.")
    return CodeList(
        URL, "HCPCS", "HCPCS Level II", "Centers for Medicare & Medicaid Services", "en",
        unique(entries),
    )  # fmt: skip


def _text(*parts: str) -> str:
    return " ".join(" ".join(parts).split())


def _from_columns(text: str) -> Iterator[_Record]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            if len(line) < 12:
                raise CodeListError(f"Line {number}: shorter than a record of this file.")
            code = line[:5].strip()
            yield _Record(
                number, code, line[10], line[11:91], line[91:119], line[268:276], line[284:292]
            )


def _from_csv(text: str) -> Iterator[_Record]:
    rows = csv.reader(io.StringIO(text))
    names: list[str] = []
    for number, row in enumerate(rows, start=1):
        if not names:
            headings = [" ".join(cell.upper().split()) for cell in row]
            if "HCPC" in headings:
                missing = sorted(_HEADINGS.keys() - set(headings))
                if missing:
                    raise CodeListError(f"Line {number}: no column {', '.join(missing)}.")
                names = [_HEADINGS.get(heading, "") for heading in headings]
            continue
        cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
        if cells.get("code", "").strip():
            cells["code"] = cells["code"].strip()
            yield _Record(number, **{name: cells.get(name, "") for name in _Record._fields[1:]})
