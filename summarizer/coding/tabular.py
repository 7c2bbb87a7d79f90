"""Reads the ICD-10-CM tabular list in the XML form that CDC/NCHS publishes.

https://www.cdc.gov/nchs/icd/icd-10-cm/files.html (US public domain). Range headings are kept as
blocks, never as codes; 7th characters are inherited from the nearest heading that defines them and
padded with the placeholder X (Official Guidelines, sections I.A.4 and I.A.5).
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

NOTE_KINDS = {
    "includes": "includes",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code-first",
    "useAdditionalCode": "use-additional",
    "codeAlso": "code-also",
    "notes": "note",
}
_MONTHS = {
    name: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
}
_FILE_DATE = re.compile(r"tabular[-_]([A-Za-z]+)-(\d{1,2})-(\d{4})", re.IGNORECASE)
_FILE_YEAR = re.compile(r"tabular[-_](\d{4})", re.IGNORECASE)

_ONE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{0,4})?"
_REFERENCE = re.compile(rf"\b({_ONE})(?:-({_ONE}))?")


class TabularError(ValueError):
    """The file is not an ICD-10-CM tabular list that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """Which list this is, and the encounters it is for (fiscal year: October to September)."""

    name: str
    version: str
    effective_from: date
    effective_to: date


@dataclass(frozen=True, slots=True)
class Heading:
    """A code or category as printed: ``code`` with its dot, without 7th-character expansion."""

    code: str
    description: str
    parent: str
    chapter: int
    block: str
    terms: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    sevenths: tuple[tuple[str, str], ...]
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter or a block: its range, title and notes."""

    key: str
    title: str
    kind: str
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Tabular:
    """A whole release."""

    release: Release
    groups: tuple[Group, ...]
    headings: tuple[Heading, ...] = field(repr=False)


def dotted(compact: str) -> str:
    """E1122 as it is written: E11.22."""
    return compact if len(compact) <= 3 else f"{compact[:3]}.{compact[3:]}"


def code_ranges(note: str) -> list[tuple[str, str]]:
    """The codes that a note names, as ranges of prefixes without dots: (E08.-) is E08 to E08."""
    found = []
    for low, high in _REFERENCE.findall(note):
        start = low.replace(".", "")
        found.append((start, high.replace(".", "") or start))
    return found


def seventh_code(stem: str, char: str) -> str:
    """The full code of a stem and its 7th character: S52.5 + A is S52.5XXA."""
    return dotted(stem.replace(".", "").ljust(6, "X") + char)


def sevenths_of(heading: "Heading") -> tuple[tuple[str, str], ...]:
    """The 7th characters that a printed leaf takes.

    The note at S06 takes D and S away from the codes that say the patient died.
    """
    if heading.code.startswith("S06.") and heading.code[-1] in "78" and len(heading.code) == 7:
        return tuple(item for item in heading.sevenths if item[0] not in "DS")
    return heading.sevenths


def release_of(path: Path, version: str) -> Release:
    """The release by CDC's own file name (...-April-1-2026.xml, ..._2026.xml) and <version>.

    Raises TabularError when neither names a date.
    """
    named = _FILE_DATE.search(path.name)
    if named and named[1].lower() in _MONTHS:
        start = date(int(named[3]), _MONTHS[named[1].lower()], int(named[2]))
    else:
        year = _FILE_YEAR.search(path.name)
        fiscal = int(year[1]) if year else int(version) if version.isdigit() else 0
        if not 2015 < fiscal < 2100:
            raise TabularError(
                f"{path.name} does not say which release it is: keep the file name that CDC gave it"
            )
        start = date(fiscal - 1, 10, 1)
    end = date(start.year + (start.month >= 10), 9, 30)
    return Release(f"ICD-10-CM {start.isoformat()}", version, start, end)


def read_release(path: Path) -> Release:
    """Which release a tabular list is, without reading it all; raises TabularError."""
    try:
        head = path.read_bytes()[:65536]
    except OSError as error:
        raise TabularError(f"{path} cannot be read: {error.strerror}") from error
    version = re.search(rb"<version>\s*([^<]*?)\s*</version>", head)
    if b"<ICD10CM.tabular" not in head or version is None:
        raise TabularError(f"{path.name} is not an ICD-10-CM tabular list")
    return release_of(path, version[1].decode("ascii", "replace"))


def read_tabular(path: Path) -> Tabular:
    """Parse a release; raises TabularError for anything that is not one."""
    with path.open("rb") as file:
        if b"<!DOCTYPE" in file.read(4096).upper():
            raise TabularError(f"{path.name} declares a DTD; CDC's tabular list has none")
    try:
        # No DTD, hence no entity to expand; expat bounds the rest.
        root = ElementTree.parse(path).getroot()  # noqa: S314
    except ElementTree.ParseError as error:
        raise TabularError(f"{path.name} is not well-formed XML: {error}") from error
    if root.tag != "ICD10CM.tabular":
        raise TabularError(f"{path.name} is not an ICD-10-CM tabular list (root <{root.tag}>)")
    groups: list[Group] = []
    headings: list[Heading] = []
    for chapter in root.iter("chapter"):
        number = int(_text(chapter, "name"))
        groups.append(Group(str(number), _text(chapter, "desc"), "chapter", _notes(chapter)))
        for section in chapter.findall("section"):
            block = section.get("id", "")
            groups.append(Group(block, _text(section, "desc"), "block", _notes(section)))
            for diag in section.findall("diag"):
                headings.extend(_headings(diag, "", number, block, ()))
    if not headings:
        raise TabularError(f"{path.name} holds no codes")
    release = release_of(path, _text(root, "version"))
    return Tabular(release, tuple(groups), tuple(headings))


def _headings(
    diag: ElementTree.Element,
    parent: str,
    chapter: int,
    block: str,
    inherited: tuple[tuple[str, str], ...],
) -> Iterator[Heading]:
    code = _text(diag, "name")
    children = diag.findall("diag")
    own = tuple(
        (extension.get("char", ""), _clean(extension.text))
        for extension in diag.findall("sevenChrDef/extension")
    )
    sevenths = own or inherited
    # A one-child block repeats its category as a heading of the same name (B20 in B20-B20).
    if "-" not in code:
        terms = tuple(_clean(note.text) for note in diag.findall("inclusionTerm/note"))
        yield Heading(
            code,
            _text(diag, "desc"),
            parent,
            chapter,
            block,
            terms,
            _notes(diag),
            sevenths,
            not children,
        )
    for child in children:
        yield from _headings(child, code if "-" not in code else parent, chapter, block, sevenths)


def _notes(element: ElementTree.Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (NOTE_KINDS[child.tag], _clean(note.text))
        for child in element
        if child.tag in NOTE_KINDS
        for note in child.findall("note")
    )


def _text(element: ElementTree.Element, tag: str) -> str:
    return _clean(element.findtext(tag))


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())
