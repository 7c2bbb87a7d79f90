"""Builds the terminology file: ICD-10-CM in one SQLite database, with full text and vectors.

The Alphabetic Index and further releases go in where the user has loaded them (`load_icd10cm`).
Vectors of wordings that the file already holds are taken over, not made again.

The file is written beside its final name and renamed when whole, so a reader never sees half of it.
It names the sha256 of everything that it was made from; when nothing changed, nothing is rebuilt.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from summarizer.coding import index_terms, synonyms, wording
from summarizer.coding.alphabetic import IndexFile, Kind, read_all
from summarizer.coding.tabular import (
    Heading,
    Tabular,
    code_ranges,
    read_tabular,
    seventh_code,
    sevenths_of,
)
from summarizer.coding.term_rows import BuildProgress, Encode, TermRows, known_vectors

# Grows with every change of the tables or of how terms and vectors are made.
BUILD_VERSION = "5"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build wrote: ``gone`` are the index's codes that the release does not have,
    ``unresolved`` the entries whose "see" leads nowhere."""

    release: str
    headings: int
    index_terms: int
    gone: tuple[str, ...]
    unresolved: tuple[str, ...]


SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE grouping (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE code (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    parent TEXT NOT NULL,
    description TEXT NOT NULL,
    chapter INTEGER NOT NULL,
    block TEXT NOT NULL,
    billable INTEGER NOT NULL,
    seventh TEXT NOT NULL
);
CREATE INDEX code_parent ON code (parent);
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    vector INTEGER
);
CREATE INDEX term_code ON term (code);
CREATE INDEX term_vector ON term (vector);
CREATE TABLE term_key (key TEXT NOT NULL, term INTEGER NOT NULL, PRIMARY KEY (key, term))
    WITHOUT ROWID;
CREATE TABLE note (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX note_owner ON note (owner);
CREATE TABLE note_range (note INTEGER NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL);
CREATE INDEX note_range_note ON note_range (note);
CREATE TABLE vectors (id INTEGER PRIMARY KEY, scale REAL NOT NULL, width INTEGER NOT NULL,
    data BLOB NOT NULL);
CREATE TABLE morphology (key TEXT PRIMARY KEY, behaviour INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE drug (id INTEGER PRIMARY KEY, name TEXT NOT NULL, accidental TEXT NOT NULL,
    self_harm TEXT NOT NULL, assault TEXT NOT NULL, undetermined TEXT NOT NULL,
    adverse TEXT NOT NULL, underdosing TEXT NOT NULL);
CREATE TABLE drug_key (key TEXT NOT NULL, drug INTEGER NOT NULL, PRIMARY KEY (key, drug))
    WITHOUT ROWID;
CREATE TABLE release (name TEXT PRIMARY KEY, effective_from TEXT NOT NULL,
    effective_to TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE billable_in (code TEXT NOT NULL, release TEXT NOT NULL, description TEXT NOT NULL,
    PRIMARY KEY (code, release)) WITHOUT ROWID;
CREATE VIRTUAL TABLE term_text USING fts5 (
    text, content='term', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);
"""


def build_index(
    tabular_xml: Path,
    out: Path,
    encode: Encode,
    progress: BuildProgress | None = None,
    *,
    index: Sequence[Path] = (),
    releases: Sequence[Path] = (),
) -> BuildReport | None:
    """Write the terminology file ``out`` from CDC's tabular list, unless it is already that.

    ``index`` are files of the Alphabetic Index (any of its four parts); ``releases`` the tabular
    lists of other releases, by which a code's validity on another day is known. ``encode`` turns
    texts into unit vectors [n, width]; ``progress(done, total)`` counts the texts encoded. Returns
    what was written, None where nothing had to be. Raises OSError when a path cannot be read or
    written, TabularError or IndexFileError when a file cannot be understood; ``out`` then stays as
    it was.
    """
    fingerprint = _fingerprint((tabular_xml, *index, *releases), encode)
    if is_current(out, fingerprint):
        return None
    tabular = read_tabular(tabular_xml)
    others = [read_tabular(path) for path in releases]
    parts = read_all(index)
    known = known_vectors(out, encode)
    out.parent.mkdir(parents=True, exist_ok=True)
    _leftovers_remove(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(part)) as database:
            database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
            _write_release(database, tabular, others, fingerprint)
            _write_notes(database, tabular)
            rows = TermRows(database, tabular)
            report = _write_index(database, rows, tabular, parts)
            rows.write_vectors(encode, known, progress)
            database.execute("INSERT INTO term_text(term_text) VALUES ('rebuild')")
            database.execute("ANALYZE")
            database.commit()
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return report


def _leftovers_remove(out: Path) -> None:
    """Remove what builds that were killed left behind; one under way is younger than an hour."""
    for part in out.parent.glob(f".{out.name}.*.part"):
        if time.time() - part.stat().st_mtime > 3600:
            part.unlink(missing_ok=True)


def is_current(out: Path, fingerprint: str) -> bool:
    """Whether ``out`` is a terminology file made from exactly these inputs."""
    if not out.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{out}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT value FROM meta WHERE name='fingerprint'").fetchone()
    except sqlite3.Error:
        return False
    return row is not None and row[0] == fingerprint


def _fingerprint(sources: Sequence[Path], encode: Encode) -> str:
    """Hash of the sources, the synonyms, this code's version and the encoder's answer."""
    digest = hashlib.sha256(BUILD_VERSION.encode())
    for source in sources:
        with source.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(hashlib.sha256(synonyms.SOURCE.read_bytes()).digest())
    probe = np.asarray(encode(["essential hypertension"]), dtype=np.float32)
    digest.update(np.round(probe, 2).tobytes())
    return digest.hexdigest()


def _write_release(
    database: sqlite3.Connection, tabular: Tabular, others: Sequence[Tabular], fingerprint: str
) -> None:
    release = tabular.release
    database.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [
            ("release", release.name),
            ("version", release.version),
            ("effective_from", release.effective_from.isoformat()),
            ("effective_to", release.effective_to.isoformat()),
            ("fingerprint", fingerprint),
            ("build_version", BUILD_VERSION),
        ],
    )
    database.executemany(
        "INSERT INTO grouping VALUES (?, ?, ?)",
        [(group.key, group.kind, group.title) for group in tabular.groups],
    )
    database.executemany(
        "INSERT INTO code (code, parent, description, chapter, block, billable, seventh)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        _codes(tabular.headings),
    )
    for other in others:
        named = other.release
        database.execute(
            "INSERT INTO release VALUES (?, ?, ?)",
            (named.name, named.effective_from.isoformat(), named.effective_to.isoformat()),
        )
        database.executemany(
            "INSERT INTO billable_in VALUES (?, ?, ?)",
            [
                (code, named.name, description)
                for code, _, description, _, _, billable, _ in _codes(other.headings)
                if billable
            ],
        )


def _codes(
    headings: Iterable[Heading],
) -> Iterator[tuple[str, str, str, int, str, bool, str]]:
    for heading in headings:
        sevenths = sevenths_of(heading) if heading.is_leaf else ()
        rest = (heading.chapter, heading.block)
        yield (
            heading.code,
            heading.parent,
            heading.description,
            *rest,
            heading.is_leaf and not sevenths,
            "".join(char for char, _ in sevenths),
        )
        for char, meaning in sevenths:
            yield (
                seventh_code(heading.code, char),
                heading.code,
                f"{heading.description}, {meaning}",
                *rest,
                True,
                "",
            )


def _write_notes(database: sqlite3.Connection, tabular: Tabular) -> None:
    owners = [(group.key, group.notes) for group in tabular.groups]
    owners += [(heading.code, heading.notes) for heading in tabular.headings]
    number = 0
    for owner, notes in owners:
        for kind, text in notes:
            number += 1
            database.execute("INSERT INTO note VALUES (?, ?, ?, ?)", (number, owner, kind, text))
            database.executemany(
                "INSERT INTO note_range VALUES (?, ?, ?)",
                [(number, low, high) for low, high in code_ranges(text)],
            )


def _write_index(
    database: sqlite3.Connection, rows: TermRows, tabular: Tabular, parts: Mapping[Kind, IndexFile]
) -> BuildReport:
    """The index's wordings; codes that this release does not have are dropped and counted."""
    if not parts:
        return BuildReport(tabular.release.name, len(tabular.headings), 0, (), ())
    resolved = index_terms.resolve(parts)
    known = {code for code, *_ in _codes(tabular.headings)}
    gone: set[str] = set()
    written = 0
    for term in resolved.terms:
        if term.code in known:
            rows.add_index(term)
            written += 1
        else:
            gone.add(term.code)
    database.executemany(
        "INSERT OR IGNORE INTO morphology VALUES (?, ?)",
        [(wording.key(item.text), item.column) for item in resolved.morphologies],
    )
    if "drug" in parts:
        gone |= _write_drugs(database, parts["drug"], known)
    database.execute("INSERT INTO meta VALUES ('index', ?)", (" ".join(sorted(parts)),))
    return BuildReport(
        tabular.release.name,
        len(tabular.headings),
        written,
        tuple(sorted(gone)),
        resolved.unresolved,
    )


def _write_drugs(database: sqlite3.Connection, part: IndexFile, known: set[str]) -> set[str]:
    """The Table of Drugs and Chemicals; returns the codes that this release does not have."""
    gone: set[str] = set()
    for number, (name, codes) in enumerate(index_terms.drugs(part), start=1):
        gone |= {code for code in codes if code and code not in known}
        kept = [code if code in known else "" for code in codes]
        database.execute("INSERT INTO drug VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, name, *kept))
        key = wording.key(name)
        if key:
            database.execute("INSERT OR IGNORE INTO drug_key VALUES (?, ?)", (key, number))
    return gone
