"""The drafting engine of this process: loaded once, in workers only, never in a web request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from ehr.terminology import code_index
from summarizer.style import StyleRule
from summarizer.types import Draft, Progress, Transcript, VisitContext


class EngineUnavailable(Exception):
    """A part of the engine is not on this machine; `code` is one of `ehr.exceptions.FAILURES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Engine:
    """What turns words and record into a draft. Tests put their own `draft` here."""

    draft: Callable[..., Draft]

    def __call__(
        self,
        transcript: Transcript,
        context: VisitContext,
        *,
        template: str,
        language: str,
        style: Sequence[StyleRule] = (),
        progress: Progress,
    ) -> Draft:
        options: dict[str, Any] = {"style": style} if style else {}
        return self.draft(
            transcript, context, template=template, language=language, progress=progress, **options
        )


@cache
def engine_load() -> Engine:
    """The backend and the coder that the settings name, kept for the life of the process.

    Raises:
        EngineUnavailable: the code list is not prepared on this machine.
        summarizer.exceptions.BackendError: the backend's files are missing or not the pinned ones.
    """
    # Imported here: vectors and language tables belong to workers, not to web processes.
    from summarizer import backends
    from summarizer.coding import Coder
    from summarizer.pipeline import draft_note

    index = code_index()
    if not index.is_file():
        raise EngineUnavailable("terminology-missing")
    backend: Any = backends.load(settings.DRAFT_BACKEND, backend_options())
    coder = Coder(index, backend.encode)

    def draft(transcript: Transcript, context: VisitContext, **options: Any) -> Draft:
        return draft_note(transcript, context, backend=backend, coder=coder, **options)

    return Engine(draft)


def backend_options() -> dict[str, Any]:
    """The backend's options: those of the settings, and where the pinned files are."""
    return {
        "assets": str(settings.ASSETS_DIR),
        "encoder_path": settings.ENCODER_PATH,
        "tokenizer_path": settings.TOKENIZER_PATH,
        "threads": settings.MODEL_THREADS,
        **settings.DRAFT_BACKEND_OPTIONS,
    }
