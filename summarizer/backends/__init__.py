"""The drafting backends by name; each is imported on first use and kept for the process.

``load("claims", options)`` gives a Backend. A dotted path to a class works like a registered name.
"""

import importlib
import json
import threading
from collections.abc import Mapping
from typing import Any

from summarizer.backends.base import Backend, WriteRequest
from summarizer.exceptions import BackendError

__all__ = ["BACKENDS", "Backend", "WriteRequest", "load"]

BACKENDS: dict[str, str] = {
    "claims": "summarizer.backends.claims.ClaimsBackend",
    "huggingface": "summarizer.backends.huggingface.HuggingFaceBackend",
    "openai": "summarizer.backends.openai.OpenAIBackend",
}
_loaded: dict[tuple[str, str], Backend] = {}
_lock = threading.Lock()


def load(name: str, options: Mapping[str, Any] | None = None) -> Backend:
    """The backend ``name`` with ``options``; the same call gives the same object.

    Raises BackendError: unknown-backend, bad-options, runtime-missing, or ModelMissing.
    """
    options = dict(options or {})
    key = (name, json.dumps(options, sort_keys=True, default=str))
    with _lock:
        if key not in _loaded:
            _loaded[key] = _class(name)(options)
        return _loaded[key]


def _class(name: str) -> Any:
    path = BACKENDS.get(name, name)
    module, _, attribute = path.rpartition(".")
    try:
        if not module:
            raise ImportError(path)
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        known = ", ".join(sorted(BACKENDS))
        raise BackendError(
            f"no drafting backend named {name!r}; registered: {known}", code="unknown-backend"
        ) from error
