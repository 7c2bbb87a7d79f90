"""The terminology as pages and rules read it: plain SQLite, no model.

A `Terminology` is cheap to make; each thread opens its own read-only connection on first use.
"""

# ruff: noqa: S608 (only column names and question marks of our own are put into SQL)
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from summarizer.coding import wording

SYSTEM = "http://hl7.org/fhir/sid/icd-10-cm"
# A letter, a digit (the second may be a letter since QA0), and up to five more characters.
_CODE = re.compile(r"([A-Za-z](?:\d[0-9A-Za-z]|[A-Za-z]\d))\.?([0-9A-Za-z]{0,4})")


class TerminologyMissing(FileNotFoundError):
    """There is no terminology file yet, or it is not one; the message says how to make it."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code or category. ``seventh`` lists the 7th characters that it still lacks, if any."""

    code: str
    description: str
    parent: str
    chapter: int
    block: str
    billable: bool
    seventh: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One wording of a code: kind is description, inclusion, includes or synonym."""

    code: str
    kind: str
    language: str
    text: str
    vector: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """An instruction of the tabular list, and the heading, block or chapter that it stands at."""

    owner: str
    kind: str
    text: str
    ranges: tuple[tuple[str, str], ...]

    def names(self, code: str) -> bool:
        """Whether the note names this code, by range or by category."""
        compact = code.replace(".", "")
        return any(
            low <= compact[: len(low)] and compact[: len(high)] <= high for low, high in self.ranges
        )


def normalised(code: str) -> str:
    """A code as typed (``e1122``, ``E11.22``) in its written form, or "" when it is none."""
    match = _CODE.fullmatch(code.strip())
    if match is None:
        return ""
    head, tail = match[1].upper(), match[2].upper()
    return f"{head}.{tail}" if tail else head


class Terminology:
    """Reads the file that `build_index` wrote."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._meta: dict[str, str] = {}

    # -- the release -----------------------------------------------------------------------------

    @property
    def release(self) -> str:
        """Its name, e.g. "ICD-10-CM 2026-04-01"."""
        return self._about("release")

    @property
    def effective_from(self) -> date:
        return date.fromisoformat(self._about("effective_from"))

    @property
    def effective_to(self) -> date:
        return date.fromisoformat(self._about("effective_to"))

    def in_force(self, on: date) -> bool:
        """Whether the release is the one for encounters of that day."""
        return self.effective_from <= on <= self.effective_to

    def release_on(self, on: date) -> str:
        """The loaded release that was in force that day, or "" where none is known."""
        if self.in_force(on):
            return self.release
        row = self._one(
            "SELECT name FROM release WHERE effective_from <= ? AND effective_to >= ? "
            "ORDER BY effective_from DESC",
            on.isoformat(),
            on.isoformat(),
        )
        return row[0] if row else ""

    # -- codes -----------------------------------------------------------------------------------

    def get(self, code: str) -> Code | None:
        """The code or category, whichever way it is typed; None when the release has no such."""
        row = self._one(f"SELECT {_CODE_COLUMNS} FROM code WHERE code = ?", normalised(code))
        return _code(row) if row else None

    def get_many(self, codes: Iterable[str]) -> dict[str, Code]:
        """The codes that exist, by code."""
        wanted = sorted(set(codes))
        marks = ",".join("?" * len(wanted))
        rows = self._all(f"SELECT {_CODE_COLUMNS} FROM code WHERE code IN ({marks})", *wanted)
        return {row[0]: _code(row) for row in rows}

    def is_billable(self, code: str, on: date | None = None) -> bool:
        """Whether a claim may carry the code: complete, and of a release in force that day."""
        if on is not None and not self.in_force(on):
            return self._billable_in(code, self.release_on(on))
        found = self.get(code)
        return bool(found and found.billable)

    def _billable_in(self, code: str, release: str) -> bool:
        row = self._one(
            "SELECT 1 FROM billable_in WHERE code = ? AND release = ?", normalised(code), release
        )
        return row is not None

    def problem(self, code: str, on: date | None = None) -> str:
        """Why a code cannot be used, as a stable word, or "" when it can.

        malformed, unknown, needs-more-characters, needs-seventh-character; with the day of service
        also unknown-release (no loaded release is for that day) and not-in-release (retired, or
        not yet there, that day).
        """
        if not normalised(code):
            return "malformed"
        if on is not None and not self.in_force(on):
            release = self.release_on(on)
            if not release:
                return "unknown-release"
            return "" if self._billable_in(code, release) else "not-in-release"
        found = self.get(code)
        if found is None:
            return "unknown"
        if found.billable:
            return ""
        return "needs-seventh-character" if found.seventh else "needs-more-characters"

    def codes(self) -> list[Code]:
        """Every code and category of the release, in the order of the tabular list."""
        return [_code(row) for row in self._all(f"SELECT {_CODE_COLUMNS} FROM code ORDER BY id")]

    def children(self, code: str) -> list[Code]:
        """The codes right below, in order."""
        rows = self._all(f"SELECT {_CODE_COLUMNS} FROM code WHERE parent = ? ORDER BY code", code)
        return [_code(row) for row in rows]

    def siblings(self, code: str) -> list[Code]:
        """The other codes below the same heading."""
        found = self.get(code)
        if found is None or not found.parent:
            return []
        return [item for item in self.children(found.parent) if item.code != found.code]

    def lineage(self, code: str) -> list[str]:
        """The code, its headings up to the category, its block and its chapter."""
        found = self.get(code)
        if found is None:
            return []
        path = [found.code]
        block, chapter = found.block, str(found.chapter)
        while found and found.parent:
            path.append(found.parent)
            found = self.get(found.parent)
        return [*path, block, chapter]

    def group_title(self, key: str) -> str:
        """The title of a block or chapter by the key that `lineage` ends with, "" for none."""
        row = self._one("SELECT title FROM grouping WHERE key = ?", key)
        return row[0] if row else ""

    # -- wordings --------------------------------------------------------------------------------

    def terms(self, code: str) -> list[Term]:
        rows = self._all(f"SELECT {_TERM_COLUMNS} FROM term WHERE code = ? ORDER BY id", code)
        return [Term(*row) for row in rows]

    def terms_by_key(self, keys: Iterable[str]) -> dict[str, list[Term]]:
        """Every term whose wording has one of these keys (see `wording.key`), by key."""
        found: dict[str, list[Term]] = {}
        for chunk in _chunks(sorted(set(keys)), 500):
            marks = ",".join("?" * len(chunk))
            rows = self._all(
                "SELECT term_key.key, " + ", ".join(f"term.{name}" for name in _TERM_NAMES) + " "
                f"FROM term_key JOIN term ON term.id = term_key.term WHERE key IN ({marks}) "
                "ORDER BY term.id",
                *chunk,
            )
            for key, *rest in rows:
                found.setdefault(key, []).append(Term(*rest))
        return found

    def terms_by_vector(self, vectors: Sequence[int]) -> dict[int, list[Term]]:
        """The terms that share each of these vectors."""
        found: dict[int, list[Term]] = {}
        marks = ",".join("?" * len(vectors))
        rows = self._all(
            f"SELECT {_TERM_COLUMNS} FROM term WHERE vector IN ({marks}) ORDER BY id", *vectors
        )
        for row in rows:
            found.setdefault(row[-1], []).append(Term(*row))
        return found

    def terms_by_words(self, text: str, limit: int = 50) -> list[Term]:
        """Terms that share words with the text, best first (BM25)."""
        tokens = [word.text for word in wording.words(text) if word.text not in wording.NOISE]
        if not tokens:
            return []
        query = " OR ".join(f'"{token}"' for token in dict.fromkeys(tokens))
        return self._full_text(query, limit)

    def morphologies(self) -> dict[str, int]:
        """Tumour names that the index sends to the neoplasm table, with the table's column."""
        return dict(self._all("SELECT key, behaviour FROM morphology"))

    def substance(self, name: str) -> list[str]:
        """The codes of the drug table for a substance: poisoning by intent, adverse effect,
        underdosing, as headings where the table prints no more."""
        rows = self._all(
            "SELECT accidental, self_harm, assault, undetermined, adverse, underdosing FROM drug "
            "JOIN drug_key ON drug_key.drug = drug.id WHERE key = ? ORDER BY drug.id",
            wording.key(name),
        )
        return list(dict.fromkeys(code for row in rows for code in row if code))

    def search(self, text: str, limit: int = 20) -> list[Code]:
        """Billable codes for a clinician's typing: a code's beginning, or words in any order.

        Words may be unfinished; a heading that matches stands for the billable codes below it.
        Never raises for odd input.
        """
        typed = text.strip()
        if re.fullmatch(r"[A-Za-z](\d[0-9A-Za-z.]{0,6}|[A-Za-z]\d[0-9A-Za-z.]{0,5})", typed):
            prefix = typed.upper().replace(".", "")
            prefix = prefix if len(prefix) <= 3 else f"{prefix[:3]}.{prefix[3:]}"
            rows = self._all(
                f"SELECT {_CODE_COLUMNS} FROM code WHERE code >= ? AND code < ? AND billable "
                "ORDER BY code LIMIT ?",
                prefix,
                prefix + "\uffff",
                limit,
            )
            return [_code(row) for row in rows]
        found: dict[str, Code] = {}
        key = wording.key(typed)
        exact = self.terms_by_key([key]).get(key, []) if key else []
        tokens = re.findall(r"[^\W_]+", typed)
        query = " AND ".join(f'"{token}"*' for token in tokens)
        for term in [*exact, *(self._full_text(query, limit * 4) if tokens else [])]:
            for code in self._billable_below(term.code, limit):
                found.setdefault(code.code, code)
            if len(found) >= limit:
                break
        if len(found) < limit:
            for heading in self.substance(typed):
                for code in self._billable_below(heading, limit):
                    found.setdefault(code.code, code)
        return list(found.values())[:limit]

    def _billable_below(self, code: str, limit: int) -> list[Code]:
        found = self.get(code)
        if found is None:
            return []
        if found.billable:
            return [found]
        rows = self._all(
            f"SELECT {_CODE_COLUMNS} FROM code WHERE code >= ? AND code < ? AND billable "
            "ORDER BY length(code), code LIMIT ?",
            code,
            code + "\uffff",
            limit,
        )
        return [_code(row) for row in rows]

    def _full_text(self, query: str, limit: int) -> list[Term]:
        rows = self._all(
            f"SELECT {', '.join('term.' + name for name in _TERM_NAMES)} FROM term_text "
            "JOIN term ON term.id = term_text.rowid WHERE term_text MATCH ? "
            "ORDER BY bm25(term_text), length(term.text) LIMIT ?",
            query,
            limit,
        )
        return [Term(*row) for row in rows]

    # -- instructions ----------------------------------------------------------------------------

    def notes(self, code: str, kind: str = "") -> list[Note]:
        """The instructions that hold for a code: its own, its headings', block's and chapter's."""
        owners = self.lineage(code)
        marks = ",".join("?" * len(owners))
        rows = self._all(
            f"SELECT id, owner, kind, text FROM note WHERE owner IN ({marks}) ORDER BY id", *owners
        )
        return [
            Note(owner, found, text, self._ranges(number))
            for number, owner, found, text in rows
            if kind in ("", found)
        ]

    def excludes1(self, one: str, other: str) -> Note | None:
        """The Excludes1 note by which two codes cannot stand together, if there is one."""
        for code, against in ((one, other), (other, one)):
            shared = set(self.lineage(against))
            for note in self.notes(code, "excludes1"):
                # A note at a heading above both tells where else to look, not that they clash.
                if note.owner not in shared and note.names(against):
                    return note
        return None

    def _ranges(self, note: int) -> tuple[tuple[str, str], ...]:
        return tuple(self._all("SELECT low, high FROM note_range WHERE note = ?", note))

    # -- the file --------------------------------------------------------------------------------

    def vectors(self) -> tuple[bytes, float, int]:
        """The int8 vectors as bytes, their scale, and their width."""
        row = self._one("SELECT data, scale, width FROM vectors WHERE id = 1")
        if row is None:
            raise TerminologyMissing(f"{self.path} holds no vectors: run `manage.py prepare`")
        return row[0], row[1], row[2]

    def _about(self, name: str) -> str:
        if not self._meta:
            self._meta = dict(self._all("SELECT name, value FROM meta"))
        return self._meta[name]

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            if not self.path.exists():
                raise TerminologyMissing(
                    f"there is no terminology at {self.path}: run `manage.py prepare`"
                )
            connection = sqlite3.connect(f"file:{self.path}?mode=ro&immutable=1", uri=True)
            self._local.connection = connection
        return connection

    def _all(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise TerminologyMissing(
                f"{self.path} is not a terminology file: delete it and run `manage.py prepare`"
            ) from error

    def _one(self, sql: str, *values: object) -> tuple | None:  # type: ignore[type-arg]
        rows = self._all(sql, *values)
        return rows[0] if rows else None


_CODE_COLUMNS = "code, description, parent, chapter, block, billable, seventh"
_TERM_NAMES = ("code", "kind", "language", "text", "vector")
_TERM_COLUMNS = ", ".join(_TERM_NAMES)


def _code(row: tuple) -> Code:  # type: ignore[type-arg]
    code, description, parent, chapter, block, billable, seventh = row
    return Code(code, description, parent, chapter, block, bool(billable), seventh)


def _chunks(items: list[str], size: int) -> Iterable[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
