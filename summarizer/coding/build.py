"""Builds the terminology file: ICD-10-CM in one SQLite database, with full text and vectors.

The file is written beside its final name and renamed when whole, so a reader never sees half of it.
It names the sha256 of everything that it was made from; when nothing changed, nothing is rebuilt.
"""

import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.coding import synonyms, wording
from summarizer.coding.tabular import (
    Heading,
    Tabular,
    dotted,
    read_tabular,
    seventh_code,
    sevenths_of,
)

# Grows with every change of the tables or of how terms and vectors are made.
BUILD_VERSION = "4"
BATCH = 512
VECTOR_SCALE = 127 / 0.32  # no component of a MiniLM unit vector comes near 0.32

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
BuildProgress = Callable[[int, int], None]

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
CREATE VIRTUAL TABLE term_text USING fts5 (
    text, content='term', content_rowid='id',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);
"""

# What a rule decides later (side, trimester, displacement) needs no vector of its own.
_AXES = re.compile(
    r"\b(right|left|bilateral|unilateral|unspecified|nos|"
    r"(?:first|second|third) trimester|nondisplaced|displaced|side)\b|[,()]",
    re.IGNORECASE,
)
_POISONING = re.compile(r"T(3[6-9]|4\d|50|5[1-9]|6[0-5])")
_ONE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)(?:\.[0-9A-Z]{0,4})?"
_REFERENCE = re.compile(rf"\b({_ONE})(?:-({_ONE}))?")


def build_index(
    tabular_xml: Path, out: Path, encode: Encode, progress: BuildProgress | None = None
) -> None:
    """Write the terminology file ``out`` from CDC's tabular list, unless it is already that.

    ``encode`` turns texts into unit vectors [n, width]; ``progress(done, total)`` counts the texts
    encoded. Raises OSError when a path cannot be read or written and TabularError when the list
    cannot be understood; ``out`` then stays as it was.
    """
    fingerprint = _fingerprint(tabular_xml, encode)
    if is_current(out, fingerprint):
        return
    tabular = read_tabular(tabular_xml)
    out.parent.mkdir(parents=True, exist_ok=True)
    _leftovers_remove(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with closing(sqlite3.connect(part)) as database:
            database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
            _write(database, tabular, fingerprint, encode, progress)
            database.commit()
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


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


def dense_text(term: str) -> str:
    """The wording of a term that its vector is made from."""
    return " ".join(_AXES.sub(" ", wording.plain(term).lower()).split())


def code_ranges(note: str) -> list[tuple[str, str]]:
    """The codes that a note names, as ranges of prefixes without dots: (E08.-) is E08 to E08."""
    found = []
    for low, high in _REFERENCE.findall(note):
        start = low.replace(".", "")
        found.append((start, high.replace(".", "") or start))
    return found


def _fingerprint(tabular_xml: Path, encode: Encode) -> str:
    """Hash of the list, the synonyms, this code's version and the encoder's answer to a probe."""
    digest = hashlib.sha256(BUILD_VERSION.encode())
    with tabular_xml.open("rb") as file:
        digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(hashlib.sha256(synonyms.SOURCE.read_bytes()).digest())
    probe = np.asarray(encode(["essential hypertension"]), dtype=np.float32)
    digest.update(np.round(probe, 2).tobytes())
    return digest.hexdigest()


def _write(
    database: sqlite3.Connection,
    tabular: Tabular,
    fingerprint: str,
    encode: Encode,
    progress: BuildProgress | None,
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
    _write_notes(database, tabular)
    _write_terms(database, tabular, encode, progress)
    database.execute("INSERT INTO term_text(term_text) VALUES ('rebuild')")
    database.execute("ANALYZE")


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


def _write_terms(
    database: sqlite3.Connection,
    tabular: Tabular,
    encode: Encode,
    progress: BuildProgress | None,
) -> None:
    rows: dict[str, int] = {}
    known = set()
    terms: list[tuple[str, str, str, str, int | None]] = []
    sided = _sided(tabular.headings)
    for heading in tabular.headings:
        known.add(heading.code)
        for kind, text in _wordings(heading):
            vector = None
            if _has_vector(heading, kind):
                vector = rows.setdefault(dense_text(text), len(rows))
            terms.append((heading.code, kind, "en", text, vector))
    for synonym in synonyms.load():
        if synonym.code in known:
            english = synonym.language == "en"
            vector = rows.setdefault(dense_text(synonym.term), len(rows)) if english else None
            terms.append((synonym.code, "synonym", synonym.language, synonym.term, vector))
    for number, (code, kind, language, text, vector) in enumerate(terms, start=1):
        database.execute(
            "INSERT INTO term VALUES (?, ?, ?, ?, ?, ?)",
            (number, code, kind, language, text, vector),
        )
        keys = _keys(text, sided=code in sided)
        database.executemany("INSERT INTO term_key VALUES (?, ?)", [(key, number) for key in keys])
    vectors = _encode_all(list(rows), encode, progress)
    database.execute(
        "INSERT INTO vectors VALUES (1, ?, ?, ?)",
        (1 / VECTOR_SCALE, vectors.shape[1], vectors.tobytes()),
    )


def _wordings(heading: Heading) -> Iterator[tuple[str, str]]:
    yield "description", heading.description
    for term in heading.terms:
        yield "inclusion", term
    for kind, note in heading.notes:
        if kind == "includes" and not code_ranges(note):
            yield "includes", note


def _has_vector(heading: Heading, kind: str) -> bool:
    if heading.chapter == 20:
        return False  # external causes say how it happened; they are not looked for by meaning
    if heading.chapter == 19 and kind == "description":
        # Injuries differ below the fifth character by side and encounter, poisonings by intent.
        poisoning = bool(_POISONING.match(heading.code)) and heading.is_leaf
        return len(heading.code) <= 6 and not poisoning
    return True


def _sided(headings: Iterable[Heading]) -> set[str]:
    """The codes that differ from a sibling by the side alone: there the side is a rule's work. In
    others ("left heart failure") it is part of what the condition is."""
    families: dict[tuple[str, str], list[str]] = {}
    for heading in headings:
        tokens = [word.text for word in wording.words(heading.description)]
        key = wording.key_of(wording.without_sides(tokens))
        families.setdefault((heading.parent, key), []).append(heading.code)
    return {code for family in families.values() if len(family) > 1 for code in family}


def _keys(term: str, *, sided: bool) -> set[str]:
    """The keys of a term: as written, and without its nonessential modifiers."""
    keys = set()
    for text in (term, wording.plain(term)):
        tokens = [word.text for word in wording.words(text)]
        keys.add(wording.key_of(wording.without_sides(tokens) if sided else tokens))
    return keys - {""}


def _encode_all(
    texts: list[str], encode: Encode, progress: BuildProgress | None
) -> npt.NDArray[np.int8]:
    """int8 vectors [len(texts), width], encoded in order of length so that batches pad little."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    vectors: npt.NDArray[np.int8] | None = None
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        found = np.asarray(encode([texts[row] for row in chosen]), dtype=np.float32)
        if vectors is None:
            vectors = np.zeros((len(texts), found.shape[1]), dtype=np.int8)
        vectors[chosen] = np.clip(np.rint(found * VECTOR_SCALE), -127, 127).astype(np.int8)
        if progress:
            progress(min(start + BATCH, len(order)), len(order))
    return vectors if vectors is not None else np.zeros((0, 1), dtype=np.int8)


__all__ = ["BUILD_VERSION", "build_index", "code_ranges", "dense_text", "dotted", "is_current"]
