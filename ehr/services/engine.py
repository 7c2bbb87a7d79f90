"""The drafting engine as the settings name it: made once per worker process, never in a web one."""

import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from summarizer.backends.base import Backend
    from summarizer.backends.encoder import Encoder
    from summarizer.coding import Coder
    from summarizer.coding.lookup import Terminology

_MAKING = threading.RLock()


def code_index_path() -> Path:
    """Where `manage.py prepare` puts the ICD-10-CM index."""
    return Path(settings.DATA_DIR) / "icd10cm.sqlite3"


@lru_cache(maxsize=1)
def encoder() -> "Encoder":
    """The sentence encoder; its weights load on first use."""
    from summarizer.backends.encoder import Encoder

    return Encoder.from_assets(
        Path(settings.ASSETS_DIR),
        model_path=settings.ENCODER_PATH,
        tokenizer_path=settings.TOKENIZER_PATH,
        threads=settings.MODEL_THREADS,
    )


@lru_cache(maxsize=1)
def backend() -> "Backend":
    """The drafting backend that PLUME_DRAFT_BACKEND names, with its options.

    Raises:
        BackendError: unknown name, bad options, or a model that is not on this machine.
    """
    from summarizer import backends

    with _MAKING:
        return backends.load(
            settings.DRAFT_BACKEND, settings.DRAFT_BACKEND_OPTIONS | {"encoder": encoder()}
        )


@lru_cache(maxsize=1)
def coder() -> "Coder":
    """The code suggester over the prepared index."""
    from summarizer.coding import Coder

    with _MAKING:
        return Coder(code_index_path(), encoder().encode)


@lru_cache(maxsize=1)
def terminology() -> "Terminology":
    """ICD-10-CM by lookup and full-text search: no model, so web processes may use it."""
    from summarizer.coding.lookup import Terminology

    return Terminology(code_index_path())


def code_index_ensure(*, progress: Callable[[int, int], None] | None = None) -> None:
    """Build the ICD-10-CM index where it is absent or older than its sources."""
    from summarizer.coding import build_index

    source = (
        Path(settings.ASSETS_DIR) / "simple_icd_10_cm" / "data" / "icd10c-tabular-April-1-2026.xml"
    )
    build_index(source, code_index_path(), encoder().encode, progress)
