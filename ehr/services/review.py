"""What every change to a note shares: who may, at which version, and the trail it leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ehr.exceptions import AlreadySigned, NotFound, StaleVersion, Superseded
from ehr.models import CodeSuggestion, Draft, Note, NoteEvent, NoteSection, NoteSentence
from ehr.permissions import PHYSICIAN, actor_of
from fhir_bridge.access import Actor


@dataclass
class Change:
    """One change of a locked note. `record` appends to the trail and takes the next version."""

    note: Note
    user: Any
    actor: Actor

    def record(
        self,
        action: str,
        *,
        sentence: NoteSentence | None = None,
        suggestion: CodeSuggestion | None = None,
        before: str = "",
        after: str = "",
    ) -> None:
        self.note.version += 1
        self.note.save(update_fields=["version"])
        NoteEvent.objects.create(
            note=self.note,
            version=self.note.version,
            action=action,
            sentence=sentence,
            suggestion=suggestion,
            before=before,
            after=after,
            actor=self.user,
        )


@contextmanager
def note_locked(*, user: Any, note_id: int | None) -> Iterator[Change]:
    """The note, locked until the block ends, for a physician of its organisation.

    Raises:
        NotAllowed: no physician. NotFound: no such note in the user's organisation.
    """
    actor = actor_of(user, PHYSICIAN)
    with transaction.atomic():
        note = (
            Note.objects.select_for_update(of=("self",))
            .select_related("visit", "draft")
            .filter(pk=note_id or 0, visit__organization_id=actor.organization_id)
            .first()
        )
        if note is None:
            raise NotFound
        yield Change(note=note, user=user, actor=actor)


@contextmanager
def note_changing(*, user: Any, note_id: int | None, expected_version: int) -> Iterator[Change]:
    """`note_locked`, refusing a note that may not be changed or that changed since it was read.

    Raises:
        AlreadySigned, Superseded, StaleVersion: as they say.
    """
    with note_locked(user=user, note_id=note_id) as change:
        note = change.note
        if note.state == Note.State.SIGNED:
            raise AlreadySigned
        if note.draft.state == Draft.State.SUPERSEDED:
            raise Superseded
        if note.version != expected_version:
            raise StaleVersion(expected=expected_version, current=note.version)
        yield change


def note_of_sentence(sentence_id: int) -> int | None:
    """Which note a sentence belongs to; None leads to the same NotFound as an outsider's."""
    return (
        NoteSentence.objects.filter(pk=sentence_id)
        .values_list("section__note_id", flat=True)
        .first()
    )


def note_of_section(section_id: int) -> int | None:
    return NoteSection.objects.filter(pk=section_id).values_list("note_id", flat=True).first()


def note_of_suggestion(suggestion_id: int) -> int | None:
    return CodeSuggestion.objects.filter(pk=suggestion_id).values_list("note_id", flat=True).first()
