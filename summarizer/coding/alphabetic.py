"""Reads the Alphabetic Index of ICD-10-CM and its tables, as published and as CSV.

CDC/NCHS publishes four XML files a release (icd10cm_index, icd10cm_neoplasm, icd10cm_drug,
icd10cm_eindex; https://www.cdc.gov/nchs/icd/icd-10-cm/files.html, US public domain); the same four
also go round as CSV, one row an entry. Either becomes the same `Entry` values; what an entry
points to with "see" is resolved in `index_terms`.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lxml import etree

Kind = Literal["index", "neoplasm", "drug", "external"]
# The columns of the two tables, in the order that both forms print them.
NEOPLASM_COLUMNS = (
    "malignant primary", "malignant secondary", "in situ", "benign", "uncertain", "unspecified",
)  # fmt: skip
DRUG_COLUMNS = ("accidental", "self-harm", "assault", "undetermined", "adverse", "underdosing")
_ROOTS = {"ICD10CM.index": "index", "ICD10CM.eindex": "external"}
_CODE = re.compile(r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{1,4})?")
_MODIFIER = re.compile(r"\(([^()]*)\)")
_CSV_HEADS = {
    "index": {"Level", "Term", "See", "SeeAlso", "NonEssModif", "Code"},
    "neoplasm": {"Level", "Term", "MalignantPrimary", "UnspecifiedBehavior"},
    "drug": {"Level", "Term", "PoisoningAccidental", "Underdosing"},
}
_NEOPLASM_CSV = (
    "MalignantPrimary", "MalignantSecondary", "CaInSitu", "Benign", "UncertainBehavior",
    "UnspecifiedBehavior",
)  # fmt: skip
_DRUG_CSV = (
    "PoisoningAccidental", "PoisoningIntentionalSelfHarm", "PoisoningAssault",
    "PoisoningUndetermined", "AdverseEffect", "Underdosing",
)  # fmt: skip


class IndexFileError(ValueError):
    """The file is no part of the Alphabetic Index that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index: its path from the main term down, and what stands beside it.

    ``codes`` has one code for an index entry and one a column for a table's ("" where the table
    prints a dash); a trailing dash ("S80.26-": more characters needed) is dropped. ``modifiers``
    are the nonessential ones, in parentheses in print.
    """

    path: tuple[str, ...]
    modifiers: tuple[str, ...]
    codes: tuple[str, ...]
    see: str = ""
    see_also: str = ""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One of the four parts, with the release's name where the file gives one."""

    kind: Kind
    version: str
    entries: tuple[Entry, ...]


def read_index(path: Path) -> IndexFile:
    """Read one part, XML or CSV. Raises IndexFileError for anything else, OSError as it comes."""
    with path.open("rb") as file:
        head = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
    return _read_xml(path) if head.startswith(b"<") else _read_csv(path)


def _read_xml(path: Path) -> IndexFile:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.parse(path, parser).getroot()
    except etree.XMLSyntaxError as error:
        raise IndexFileError(f"{path.name} is not well-formed XML: {error}") from error
    kind = _ROOTS.get(root.tag)
    if kind is None:
        raise IndexFileError(f"{path.name} is not an ICD-10-CM index (root <{root.tag}>)")
    if root.find(".//cell") is not None:
        neoplasm = "neoplasm" in f"{path.name} {root.findtext('title') or ''}".lower()
        kind = "neoplasm" if neoplasm else "drug"
    entries = [
        entry for main in root.iter("mainTerm") for entry in _xml_entries(main, (), kind=kind)
    ]
    if not entries:
        raise IndexFileError(f"{path.name} holds no index entries")
    return IndexFile(kind, _clean(root.findtext("version")), tuple(entries))  # type: ignore[arg-type]


def _xml_entries(element: etree._Element, above: tuple[str, ...], *, kind: str) -> Iterator[Entry]:
    title = element.find("title")
    words, modifiers = "", []
    if title is not None:
        words = _clean(title.text)
        for part in title:
            if part.tag == "nemod":
                modifiers.append(_clean("".join(map(str, part.itertext()))))
            words = f"{words} {_clean(part.tail)}".strip()
    path = (*above, words)
    if kind in ("neoplasm", "drug"):
        columns = {cell.get("col"): _code(cell.text or "") for cell in element.findall("cell")}
        codes = tuple(columns.get(str(number), "") for number in range(2, 8))
    else:
        codes = tuple(filter(None, [_code(element.findtext("code") or "")]))
    yield Entry(
        path,
        _modifiers(" ".join(modifiers)),
        codes,
        _clean(element.findtext("see")),
        _clean(element.findtext("seeAlso")),
    )
    for child in element.findall("term"):
        yield from _xml_entries(child, path, kind=kind)


def _read_csv(path: Path) -> IndexFile:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IndexFileError(f"{path.name} is neither XML nor CSV in UTF-8") from error
    reader = csv.DictReader(text.splitlines())
    head = set(reader.fieldnames or ())
    kind = next((name for name, columns in _CSV_HEADS.items() if columns <= head), None)
    if kind is None:
        raise IndexFileError(
            f"{path.name} is no part of the ICD-10-CM index: its columns are "
            f"{', '.join(sorted(head)[:8]) or 'missing'}"
        )
    columns = {"neoplasm": _NEOPLASM_CSV, "drug": _DRUG_CSV}.get(kind, ("Code",))
    if kind == "index" and "external" in path.name.lower():
        kind = "external"
    above: list[str] = []
    entries = []
    for number, row in enumerate(reader, start=2):
        try:
            level = int(row["Level"])
        except (TypeError, ValueError):
            raise IndexFileError(f"{path.name}, line {number}: no level") from None
        if not 0 <= level <= len(above):
            raise IndexFileError(f"{path.name}, line {number}: level {level} has no parent")
        above[level:] = [_clean(row["Term"])]
        codes = tuple(_code(row.get(column) or "") for column in columns)
        entries.append(
            Entry(
                tuple(above),
                _modifiers(row.get("NonEssModif") or ""),
                codes if any(codes) else (),
                _clean(row.get("See")),
                _clean(row.get("SeeAlso")),
            )
        )
    if not entries:
        raise IndexFileError(f"{path.name} holds no index entries")
    return IndexFile(kind, "", tuple(entries))  # type: ignore[arg-type]


def read_all(paths: Sequence[Path]) -> dict[Kind, IndexFile]:
    """Several parts by kind; raises IndexFileError where two files are the same part."""
    found: dict[Kind, IndexFile] = {}
    for path in paths:
        part = read_index(path)
        if part.kind in found:
            raise IndexFileError(f"{path.name} is a second {part.kind} file; load one of each")
        found[part.kind] = part
    return found


def _code(text: str) -> str:
    match = _CODE.match(text.strip())
    return match.group() if match else ""


def _modifiers(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (_clean(part) for part in _MODIFIER.findall(text))))


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())
