"""What a person decides about codes."""

from typing import Any

from ehr.models import Note


def code_accept(*, user: Any, suggestion_id: int, expected_version: int) -> Note:
    raise NotImplementedError


def code_reject(*, user: Any, suggestion_id: int, expected_version: int, reason: str = "") -> Note:
    raise NotImplementedError


def code_restore(*, user: Any, suggestion_id: int, expected_version: int) -> Note:
    raise NotImplementedError


def code_add(*, user: Any, note_id: int, expected_version: int, code: str) -> Note:
    """Add and accept a code that a person chose; it must be billable on the visit's date."""
    raise NotImplementedError
