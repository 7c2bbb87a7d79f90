"""What a drafting backend is: it encodes texts, and may write a section's sentences from claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from summarizer.backends.encoder import Vectors
from summarizer.types import Claim, EngineIdentity, Language


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One section to write: claims to express, and the words around them, as data."""

    key: str
    title: str
    language: Language
    claims: tuple[Claim, ...]
    drafted: tuple[str, ...]  # the deterministic writer's sentences for the same claims


class Backend(Protocol):
    """Anything that drafts. ``write`` returns bare sentences, or None to leave it to the writer;
    what it returns goes through the same checks as every other sentence."""

    @property
    def identity(self) -> EngineIdentity: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def write(self, request: WriteRequest) -> list[str] | None: ...
