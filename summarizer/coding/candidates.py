"""From a phrase to the codes it may mean: exact wordings, shared words and nearness, pooled.

All candidates are ranked on one scale, the cosine of the phrase to the term; a wording that is the
same but for noise words counts as 1. (Fusing the two rankings by position was measured worse.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from summarizer.coding import wording
from summarizer.coding.dense import DenseIndex
from summarizer.coding.lookup import Term, Terminology
from summarizer.coding.term_rows import dense_text

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
DENSE_LIMIT = 30
WORDS_LIMIT = 20
# The words of the neoplasm table's columns in `index_terms`.
NEOPLASM_SAID = (
    "malignant neoplasm", "secondary malignant neoplasm", "carcinoma in situ", "benign neoplasm",
    "neoplasm uncertain behavior", "neoplasm unspecified behavior",
)  # fmt: skip
EXTRA_WORD = 0.015  # a term that says what the phrase does not is less likely meant
# Chapters that answer a question the phrase must ask itself: who is pregnant, newborn, history.
OUT_OF_WAY = {"O": 0.08, "P": 0.08, "Z": 0.06, "V": 0.2, "W": 0.2, "X": 0.2, "Y": 0.2}
EXACT = {
    "synonym": 1.0, "inclusion": 1.0, "index": 0.998, "neoplasm": 0.997, "description": 0.995,
    "includes": 0.99, "external": 0.9,
}  # fmt: skip

# What a term adds, though it changes nothing when it is unsaid.
_UNSAID = frozenset({"without", "complication", "uncomplicated", "other", "specified"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A heading or code with the term that it was found by; ``score`` is from 0 to 1."""

    code: str
    term: Term
    score: float
    exact: bool


class Candidates:
    """Retrieval over one terminology."""

    def __init__(self, terminology: Terminology, encode: Encode) -> None:
        self.terminology = terminology
        self.encode = encode
        self._dense: DenseIndex | None = None
        self._morphologies: dict[str, int] | None = None

    @property
    def dense(self) -> DenseIndex:
        if self._dense is None:
            self._dense = DenseIndex(self.terminology)
        return self._dense

    def find(self, phrases: Sequence[str], limit: int = 10) -> list[list[Candidate]]:
        """The likeliest codes of each phrase, best first; one candidate a code."""
        if not phrases:
            return []
        texts = [dense_text(phrase) or phrase for phrase in phrases]
        vectors = np.asarray(self.encode(texts), dtype=np.float32)
        nearest = self.dense.nearest(vectors, DENSE_LIMIT)
        rows = sorted({row for ranked in nearest for row, _ in ranked})
        by_row = self._terms_by_row(rows)
        keys = [_keys(phrase) for phrase in phrases]
        bare = [self._general_keys(phrase) for phrase in phrases]
        known = self.terminology.terms_by_key({key for some in (*keys, *bare) for key in some})
        exact = [
            _named(known, both) or _named(known, general)
            for both, general in zip(keys, bare, strict=True)
        ]
        return [
            self._pool(phrase, vectors[i], nearest[i], by_row, exact[i])[:limit]
            for i, phrase in enumerate(phrases)
        ]

    def _general_keys(self, phrase: str) -> list[str]:
        """Keys that say the same to a coder: without a locus, and a tumour's name as its behaviour
        ("adenocarcinoma of the lung" is a malignant neoplasm of the lung)."""
        keys = _keys(wording.without_locus(phrase))
        tokens = [word.text for word in wording.words(phrase)]
        if self._morphologies is None:
            self._morphologies = self.terminology.morphologies()
        for token in tokens:
            column = self._morphologies.get(wording.key_of([token]))
            if column is not None and len(tokens) > 1:
                rest = [other for other in tokens if other != token]
                keys += _keys(" ".join([*NEOPLASM_SAID[column].split(), *rest]))
        return keys

    def _terms_by_row(self, rows: list[int]) -> dict[int, list[Term]]:
        found: dict[int, list[Term]] = {}
        for start in range(0, len(rows), 500):
            found.update(self.terminology.terms_by_vector(rows[start : start + 500]))
        return found

    def _pool(
        self,
        phrase: str,
        vector: npt.NDArray[np.float32],
        nearest: list[tuple[int, float]],
        by_row: dict[int, list[Term]],
        exact: list[Term],
    ) -> list[Candidate]:
        said = {word.text for word in wording.words(phrase)}
        pool: list[Candidate] = [Candidate(t.code, t, EXACT[t.kind], True) for t in exact]
        for row, cosine in nearest:
            pool.extend(
                Candidate(term.code, term, self._score(cosine, term, said), False)
                for term in by_row.get(row, [])
            )
        lexical = [t for t in self.terminology.terms_by_words(phrase, WORDS_LIMIT) if t.vector]
        if lexical:
            cosines = self.dense.cosines(vector, [t.vector or 0 for t in lexical])
            pool.extend(
                Candidate(term.code, term, self._score(float(cosine), term, said), False)
                for term, cosine in zip(lexical, cosines, strict=True)
            )
        best: dict[str, Candidate] = {}
        for candidate in pool:
            held = best.get(candidate.code)
            if held is None or candidate.score > held.score:
                best[candidate.code] = candidate
        return sorted(best.values(), key=lambda c: (-c.score, len(c.code), c.code))

    @staticmethod
    def _score(cosine: float, term: Term, said: set[str]) -> float:
        extra = (
            {word.text for word in wording.words(wording.plain(term.text)) if word.text not in said}
            - wording.NOISE
            - wording.SIDES
            - _UNSAID
        )
        away = OUT_OF_WAY.get(term.code[0], 0.0)
        return max(0.0, min(0.985, cosine) - EXTRA_WORD * min(len(extra), 4) / 2 - away)


def _named(known: Mapping[str, list[Term]], keys: list[str]) -> list[Term]:
    return [term for key in keys for term in known.get(key, [])]


def _keys(phrase: str) -> list[str]:
    """The phrase's key with its side and, where that differs, without."""
    tokens = [word.text for word in wording.words(phrase)]
    both = (wording.key_of(tokens), wording.key_of(wording.without_sides(tokens)))
    return [key for key in dict.fromkeys(both) if key]
