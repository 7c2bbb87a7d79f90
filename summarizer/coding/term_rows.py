"""The wordings of the terminology file: terms, the keys they are found by, and their vectors."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.coding import synonyms, wording
from summarizer.coding.index_terms import IndexTerm
from summarizer.coding.tabular import Heading, Tabular, code_ranges

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
BuildProgress = Callable[[int, int], None]
Known = Mapping[str, npt.NDArray[np.int8]]

BATCH = 512
VECTOR_SCALE = 127 / 0.32  # no component of a MiniLM unit vector comes near 0.32
PROBES = 8
# What a rule decides later (side, trimester, displacement) needs no vector of its own.
_AXES = re.compile(
    r"\b(right|left|bilateral|unilateral|unspecified|nos|"
    r"(?:first|second|third) trimester|nondisplaced|displaced|side)\b|[,()]",
    re.IGNORECASE,
)
_POISONING = re.compile(r"T(3[6-9]|4\d|50|5[1-9]|6[0-5])")


def dense_text(term: str) -> str:
    """The wording of a term that its vector is made from."""
    return " ".join(_AXES.sub(" ", wording.plain(term).lower()).split())


class TermRows:
    """Writes the terms of a release, its synonyms and what `add_index` adds."""

    def __init__(self, database: sqlite3.Connection, tabular: Tabular) -> None:
        self._database = database
        self._sided = _sided(tabular.headings)
        self._rows: dict[str, int] = {}
        self._count = 0
        self._held: set[tuple[str, str]] = set()
        known = {heading.code for heading in tabular.headings}
        for heading in tabular.headings:
            for kind, text in _wordings(heading):
                self._add(heading.code, kind, "en", text, dense=_has_vector(heading, kind))
        for synonym in synonyms.load():
            if synonym.code in known:
                english = synonym.language == "en"
                self._add(synonym.code, "synonym", synonym.language, synonym.term, dense=english)

    def add_index(self, term: IndexTerm) -> None:
        """A wording of the index; one that says what the list says already is left out."""
        if (term.code, wording.key(term.text)) in self._held and not term.extra:
            return
        # Injuries and births differ in ways that are rules' work, external causes say how.
        dense = term.code[0] not in "STVWXY"
        self._add(term.code, term.kind, "en", term.text, dense=dense, extra=term.extra)

    def _add(
        self,
        code: str,
        kind: str,
        language: str,
        text: str,
        *,
        dense: bool,
        extra: tuple[str, ...] = (),
    ) -> None:
        self._count += 1
        vector = self._rows.setdefault(dense_text(text), len(self._rows)) if dense else None
        self._database.execute(
            "INSERT INTO term VALUES (?, ?, ?, ?, ?, ?)",
            (self._count, code, kind, language, text, vector),
        )
        keys: set[str] = set()
        for said in (text, *extra):
            keys |= _keys(said, sided=code in self._sided)
        self._held.update((code, key) for key in keys)
        self._database.executemany(
            "INSERT INTO term_key VALUES (?, ?)", [(key, self._count) for key in keys]
        )

    def write_vectors(self, encode: Encode, known: Known, progress: BuildProgress | None) -> None:
        """One int8 vector a distinct wording; those in ``known`` are taken over."""
        texts = list(self._rows)
        fresh = [text for text in texts if text not in known]
        made = dict(zip(fresh, _encode_all(fresh, encode, progress), strict=True))
        rows = [known[text] if text in known else made[text] for text in texts]
        vectors = np.stack(rows) if rows else np.zeros((0, 1), dtype=np.int8)
        self._database.execute(
            "INSERT INTO vectors VALUES (1, ?, ?, ?)",
            (1 / VECTOR_SCALE, vectors.shape[1], vectors.tobytes()),
        )


def known_vectors(out: Path, encode: Encode) -> Known:
    """The vectors of a file built before, by wording; none where another encoder made them."""
    if not out.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"file:{out}?mode=ro", uri=True)) as database:
            data, width = database.execute("SELECT data, width FROM vectors").fetchone()
            rows = database.execute("SELECT text, vector FROM term WHERE vector IS NOT NULL")
            vectors = np.frombuffer(data, dtype=np.int8).reshape(-1, width)
            known = {dense_text(text): vectors[row] for text, row in rows}
    except (sqlite3.Error, TypeError, ValueError, IndexError):
        return {}
    probes = list(known)[:: max(1, len(known) // PROBES)][:PROBES]
    if not probes:
        return {}
    again = np.asarray(encode(probes), dtype=np.float32)
    held = np.stack([known[text] for text in probes]).astype(np.float32)
    if again.shape != held.shape:
        return {}
    cosines = (again * held).sum(axis=1) / np.maximum(np.linalg.norm(held, axis=1), 1e-6)
    return known if float(cosines.min()) > 0.97 else {}


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
