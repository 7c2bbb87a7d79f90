"""Review: what a person decides about each sentence, and the signature."""

from typing import Any

from ehr.models import Note, SignedNote


def sentence_edit(*, user: Any, sentence_id: int, expected_version: int, text: str) -> Note:
    """Replace the sentence's text; what the engine wrote is kept beside it."""
    raise NotImplementedError


def sentence_accept(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    raise NotImplementedError


def sentence_reject(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    raise NotImplementedError


def sentence_restore(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    """Back to what the engine proposed."""
    raise NotImplementedError


def sentence_add(
    *,
    user: Any,
    section_id: int,
    expected_version: int,
    text: str,
    after_sentence_id: int | None = None,
) -> Note:
    """A sentence that a person wrote, at the end of the section or after another sentence."""
    raise NotImplementedError


def section_accept(*, user: Any, section_id: int, expected_version: int) -> Note:
    """Accept every proposed sentence of the section that has no open high-severity flag."""
    raise NotImplementedError


def flag_resolve(*, user: Any, sentence_id: int, flag_index: int, expected_version: int) -> Note:
    """Mark a warning as checked by this person."""
    raise NotImplementedError


def note_sign(*, user: Any, note_id: int, expected_version: int) -> SignedNote:
    raise NotImplementedError


def note_amend(*, user: Any, note_id: int, reason: str) -> Note:
    raise NotImplementedError
