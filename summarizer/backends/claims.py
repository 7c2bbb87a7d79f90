"""The default backend: the encoder places what was said, the deterministic writer renders it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from summarizer.backends.base import WriteRequest
from summarizer.backends.encoder import MODEL_NAME, Encoder, Vectors
from summarizer.steps.templates import TEMPLATE_VERSION
from summarizer.types import EngineIdentity


class ClaimsBackend:
    """Options: assets (folder of the pinned files), encoder_path, tokenizer_path, threads."""

    name = "claims"

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.encoder = Encoder.from_assets(
            Path(str(options.get("assets") or ".venv/assets")),
            model_path=str(options.get("encoder_path") or ""),
            tokenizer_path=str(options.get("tokenizer_path") or ""),
            threads=int(options.get("threads") or 0),
        )

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity(
            backend=self.name,
            model=MODEL_NAME,
            model_version=self.encoder.model_path.name,
            weights_sha256=self.encoder.weights_sha256,
            template_version=TEMPLATE_VERSION,
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self.encoder.encode(texts)

    def write(self, request: WriteRequest) -> list[str] | None:
        return None
