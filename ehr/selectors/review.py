"""The note under review with all that a decision needs, and what was signed."""

from typing import Any

from ehr.selectors.shapes import NoteForReview, SignedVersion


def note_for_review(user: Any, note_id: int) -> NoteForReview:
    """The note, the words and the evidence side by side."""
    raise NotImplementedError


def signed_versions(user: Any, note_id: int) -> tuple[SignedVersion, ...]:
    """Every signature of a note, newest first; the first is in force."""
    raise NotImplementedError
