"""Nearest terms by meaning: exact cosine over the terminology's vectors, held in memory once."""

import numpy as np
import numpy.typing as npt

from summarizer.coding.lookup import Terminology

Vectors = npt.NDArray[np.float32]
_CHUNK = 8192


class DenseIndex:
    """int8 vectors of the terms (14 MB for 36,000), widened a chunk at a time when asked."""

    def __init__(self, terminology: Terminology) -> None:
        data, _, width = terminology.vectors()
        self._vectors = np.frombuffer(data, dtype=np.int8).reshape(-1, width)
        norms = np.empty(len(self._vectors), dtype=np.float32)
        for start in range(0, len(self._vectors), _CHUNK):
            chunk = self._vectors[start : start + _CHUNK].astype(np.float32)
            norms[start : start + _CHUNK] = np.linalg.norm(chunk, axis=1)
        self._norms = np.maximum(norms, 1e-6)

    def nearest(self, queries: Vectors, limit: int) -> list[list[tuple[int, float]]]:
        """For each unit vector, the rows of the ``limit`` nearest terms with their cosine."""
        scores = np.empty((len(queries), len(self._vectors)), dtype=np.float32)
        for start in range(0, len(self._vectors), _CHUNK):
            chunk = self._vectors[start : start + _CHUNK].astype(np.float32)
            scores[:, start : start + _CHUNK] = queries @ chunk.T
        scores /= self._norms
        limit = min(limit, scores.shape[1])
        found = []
        for row in scores:
            best = np.argpartition(-row, limit - 1)[:limit].tolist() if limit else []
            ranked = sorted(((item, float(row[item])) for item in best), key=lambda x: -x[1])
            found.append(ranked)
        return found

    def cosines(self, query: Vectors, rows: list[int]) -> npt.NDArray[np.float32]:
        """The cosine of one unit vector to each of these rows."""
        chosen = self._vectors[rows].astype(np.float32)
        return np.asarray((chosen @ query) / self._norms[rows], dtype=np.float32)
