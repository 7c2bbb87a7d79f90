"""CCAM: the list of the Assurance Maladie's workbook, saved as CSV.

The columns are found by their headings: Code, Texte (or Libellé), and where they are there Date de
début (d'effet) and Date de fin. Lines without a code of the CCAM (chapters, notes) are left out; a
code stands once for each of its activities. https://www.ameli.fr/accueil-de-la-ccam/
"""

import csv
import io
import re
import unicodedata

from fhir_bridge.code_lists.common import CodeList, CodeListError, Entry, days, decoded, unique

URL = "https://smt.esante.gouv.fr/terminologie-ccam"
_CODE = re.compile(r"[A-Z]{4}\d{3}")
_HEADINGS = {
    "code": ("code", "code acte", "code ccam"),
    "text": ("texte", "libelle", "libelle long", "texte long"),
    "since": ("date debut", "date de debut", "date d'effet", "date effet"),
    "until": ("date fin", "date de fin"),
}


def read(content: bytes) -> CodeList:
    """Raises CodeListError."""
    text = decoded(content)
    columns: dict[str, int] = {}
    entries: list[Entry] = []
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=_mark(text)), start=1):
        if not columns:
            columns = _columns(row)
            continue
        cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
        code = cells.get("code", "").upper()
        if not _CODE.fullmatch(code):
            continue
        if not cells.get("text"):
            raise CodeListError(f"Line {number}: {code} has no text.")
        more = days(cells.get("since", ""), cells.get("until", ""), f"Line {number}")
        entries.append(Entry(code, " ".join(cells["text"].split()), (), more))
    if not columns:
        raise CodeListError("The file has no line with the headings Code and Texte.")
    return CodeList(URL, "CCAM", "CCAM", "Assurance Maladie", "fr", unique(entries))


def _mark(text: str) -> str:
    head = text[:20_000]
    return max(";\t,", key=head.count)


def _columns(row: list[str]) -> dict[str, int]:
    """The places of the columns, empty where this is not the line of headings."""
    said = [_plain(cell) for cell in row]
    found = {
        name: said.index(heading)
        for name, headings in _HEADINGS.items()
        for heading in reversed(headings)
        if heading in said
    }
    return found if {"code", "text"} <= found.keys() else {}


def _plain(cell: str) -> str:
    folded = unicodedata.normalize("NFKD", cell.strip().casefold().replace("’", "'"))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
