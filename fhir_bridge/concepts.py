"""Code systems as rows of SQLite: written once from a CodeSystem resource, looked up by code.

A process keeps no concept in memory. The same tables hold R4's own code systems (in the file of
definitions.py), releases that the operator loads, and what users store (terminology/sources.py).

Hierarchy is kept as edges, from nested concepts and from `parent` and `child` properties, so a
concept may have several parents; walks are recursive queries that meet each concept once, which a
circle cannot hold up.

Source: https://hl7.org/fhir/R4/codesystem.html
"""

import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
_ABSTRACT, _INACTIVE = 1, 2
_COLUMNS = "position, code, display, flags, more"
_CHUNK = 500


class Concept(NamedTuple):
    """One concept. `position` is its place in the order of definition, parents first."""

    position: int
    code: str
    display: str
    abstract: bool = False
    inactive: bool = False
    more: Mapping[str, Any] = {}  # definition, designation, property, as in the resource


def folded(text: str) -> str:
    """Text as filters compare it: no case, no accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def tables_create(connection: sqlite3.Connection) -> None:
    connection.executescript(
        """
        CREATE TABLE code_system (
            number INTEGER PRIMARY KEY, key TEXT UNIQUE, head BLOB, concepts INTEGER);
        CREATE TABLE concept (
            system INTEGER, position INTEGER, code TEXT, folded TEXT, display TEXT, words TEXT,
            flags INTEGER, more BLOB, PRIMARY KEY (system, position)) WITHOUT ROWID;
        CREATE UNIQUE INDEX concept_code ON concept (system, code);
        CREATE INDEX concept_folded ON concept (system, folded);
        CREATE TABLE edge (
            system INTEGER, child INTEGER, parent INTEGER,
            PRIMARY KEY (system, child, parent)) WITHOUT ROWID;
        CREATE INDEX edge_down ON edge (system, parent, child);
        """
    )


def system_write(connection: sqlite3.Connection, key: str, resource: Mapping[str, Any]) -> None:
    """Write a CodeSystem under a key. Of a code that is there twice, the first counts."""
    head = {name: value for name, value in resource.items() if name not in ("concept", "text")}
    meanings = {
        each["code"]: str(each.get("uri", "")).removeprefix(_PROPERTIES)
        for each in resource.get("property", [])
        if "code" in each
    }
    positions: dict[str, int] = {}
    rows: list[tuple[Any, ...]] = []
    edges: list[tuple[int, int]] = []
    named: list[tuple[int, str, bool]] = []  # (position, other code, whether that is the parent)
    waiting = [(each, -1) for each in reversed(resource.get("concept", []))]
    while waiting:
        concept, parent = waiting.pop()
        code = concept["code"]
        position = positions.setdefault(code, len(positions))
        if parent >= 0:
            edges.append((position, parent))
        if position == len(rows):
            flags, links = _flags(concept, meanings)
            named += [(position, other, up) for other, up in links]
            rows.append(_row(position, concept, flags))
        waiting += [(each, position) for each in reversed(concept.get("concept", []))]
    for position, other, up in named:
        there = positions.get(other)
        if there is not None and there != position:
            edges.append((position, there) if up else (there, position))
    cursor = connection.execute(
        "INSERT INTO code_system (key, head, concepts) VALUES (?, ?, ?)",
        (key, orjson.dumps(head), len(rows)),
    )
    number = cursor.lastrowid
    connection.executemany(
        "INSERT INTO concept VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ((number, *row) for row in rows)
    )
    connection.executemany(
        "INSERT OR IGNORE INTO edge VALUES (?, ?, ?)", ((number, *edge) for edge in edges)
    )


def system_remove(connection: sqlite3.Connection, key: str) -> None:
    for table in ("concept", "edge"):
        connection.execute(
            f"DELETE FROM {table} WHERE system = "  # noqa: S608 -- one of two names of ours
            "(SELECT number FROM code_system WHERE key = ?)",
            (key,),
        )
    connection.execute("DELETE FROM code_system WHERE key = ?", (key,))


def _row(position: int, concept: Mapping[str, Any], flags: int) -> tuple[Any, ...]:
    code, display = concept["code"], concept.get("display", "")
    said = [display, code, *(each.get("value", "") for each in concept.get("designation", []))]
    more = {
        name: concept[name] for name in ("definition", "designation", "property") if name in concept
    }
    words = folded("\n".join(dict.fromkeys(said)))
    return (position, code, code.casefold(), display, words, flags,
            orjson.dumps(more, default=str) if more else None)  # fmt: skip


def _flags(
    concept: Mapping[str, Any], meanings: Mapping[str, str]
) -> tuple[int, list[tuple[str, bool]]]:
    """What the well-known properties say: flags, and the codes above (True) and below (False)."""
    flags = 0
    links = []
    for each in concept.get("property", []):
        meaning = meanings.get(each["code"]) or each["code"]
        code = each.get("valueCode", each.get("valueString", ""))
        match meaning:
            case "notSelectable" | "abstract" if each.get("valueBoolean") is True:
                flags |= _ABSTRACT
            case "inactive" if each.get("valueBoolean") is True:
                flags |= _INACTIVE
            case "status" if code in ("retired", "inactive"):
                flags |= _INACTIVE
            case "parent" | "subsumedBy":
                links.append((code, True))
            case "child":
                links.append((code, False))
    return flags, links


class CodeSystem:
    """One code system in a file of concepts; `head` is the resource without its concepts."""

    def __init__(
        self, connection: sqlite3.Connection, lock: threading.Lock, number: int, head: bytes,
        count: int,
    ) -> None:  # fmt: skip
        self._connection, self._lock, self._number = connection, lock, number
        self.head: dict[str, Any] = orjson.loads(head)
        self.count = count
        self.url = str(self.head.get("url", ""))
        self.version = str(self.head.get("version", ""))
        self.case_sensitive = self.head.get("caseSensitive") is not False

    @property
    def complete(self) -> bool:
        """Whether a code that is not here does not exist."""
        return self.head.get("content") == "complete"

    def find(self, code: str) -> Concept | None:
        column, wanted = ("code", code) if self.case_sensitive else ("folded", code.casefold())
        found = self._concepts(f"system = ? AND {column} = ?", [wanted])
        return found[0] if found else None

    def concepts(self, words: str = "") -> Iterator[Concept]:
        """Every concept in order; those only of which code, display or a designation has all of
        these words in it."""
        tests = "".join(" AND instr(words, ?) > 0" for _ in folded(words).split())
        last = -1
        while True:
            found = self._concepts(
                f"system = ? AND position > ?{tests}", [last, *folded(words).split()], _CHUNK
            )
            yield from found
            if len(found) < _CHUNK:
                return
            last = found[-1].position

    def at(self, positions: Iterable[int]) -> Iterator[Concept]:
        """The concepts at these positions, in order."""
        wanted = sorted(positions)
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            yield from self._concepts(f"system = ? AND position IN ({marks})", part)

    def parents(self, concept: Concept) -> list[Concept]:
        return list(self.at(self._edges("parent", "child", concept)))

    def children(self, concept: Concept) -> list[Concept]:
        return list(self.at(self._edges("child", "parent", concept)))

    def above(self, concept: Concept) -> set[int]:
        """The positions of everything that subsumes a concept, without itself."""
        return self._walk("parent", "child", concept)

    def below(self, concept: Concept) -> set[int]:
        """The positions of everything that a concept subsumes, without itself."""
        return self._walk("child", "parent", concept)

    def leaves(self) -> set[int]:
        rows = self._rows(
            "SELECT position FROM concept c WHERE system = ? AND NOT EXISTS (SELECT 1 FROM edge e "
            "WHERE e.system = c.system AND e.parent = c.position)",
            [self._number],
        )
        return {position for (position,) in rows}

    def edges(self) -> list[tuple[int, int]]:
        """(child, parent) positions of the whole hierarchy."""
        return self._rows("SELECT child, parent FROM edge WHERE system = ?", [self._number])

    def _concepts(self, where: str, values: Sequence[Any], most: int = -1) -> list[Concept]:
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM concept WHERE {where} ORDER BY position LIMIT ?",  # noqa: S608
            [self._number, *values, most],
        )
        return [
            Concept(
                position, code, display, bool(flags & _ABSTRACT), bool(flags & _INACTIVE),
                orjson.loads(more) if more else {},
            )
            for position, code, display, flags, more in rows
        ]  # fmt: skip

    def _edges(self, wanted: str, given: str, concept: Concept) -> list[int]:
        rows = self._rows(
            f"SELECT {wanted} FROM edge WHERE system = ? AND {given} = ?",  # noqa: S608
            [self._number, concept.position],
        )
        return [position for (position,) in rows]

    def _walk(self, wanted: str, given: str, concept: Concept) -> set[int]:
        rows = self._rows(
            f"WITH RECURSIVE met (p) AS (SELECT {wanted} FROM edge WHERE system = ?1 "  # noqa: S608
            f"AND {given} = ?2 UNION SELECT e.{wanted} FROM edge e JOIN met ON e.{given} = met.p "
            "WHERE e.system = ?1) SELECT p FROM met",
            [self._number, concept.position],
        )
        return {position for (position,) in rows} - {concept.position}

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


class ConceptFile:
    """An open file of concepts; connections are shared by the threads of a process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def find(self, key: str) -> CodeSystem | None:
        with self._lock:
            row = self._connection.execute(
                "SELECT number, head, concepts FROM code_system WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else CodeSystem(self._connection, self._lock, *row)

    def keys(self) -> list[str]:
        with self._lock:
            return [key for (key,) in self._connection.execute("SELECT key FROM code_system")]

    def add(self, key: str, resource: Mapping[str, Any]) -> None:
        with self._lock, self._connection:
            system_write(self._connection, key, resource)

    def remove(self, key: str) -> None:
        with self._lock, self._connection:
            system_remove(self._connection, key)
