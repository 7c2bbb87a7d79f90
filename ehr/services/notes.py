"""Review: what a person decides about each sentence, until the note is signed.

Any physician of the organisation may review; every change names the version that was read, leaves
a NoteEvent and makes the next version.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import F

from ehr.exceptions import BadInput, NotFound, Refused
from ehr.models import Note, NoteSection, NoteSentence, Visit
from ehr.services.flags import open_flags, reopened, resolved
from ehr.services.review import (
    Change,
    note_changing,
    note_locked,
    note_of_section,
    note_of_sentence,
)
from ehr.services.signing import note_sign

__all__ = [
    "flag_resolve",
    "note_amend",
    "note_sign",
    "section_accept",
    "sentence_accept",
    "sentence_add",
    "sentence_edit",
    "sentence_move",
    "sentence_reject",
    "sentence_restore",
]

SENTENCE_MAX = 4000
REASON_MAX = 300


@contextmanager
def _sentence_changing(
    user: Any, sentence_id: int, expected_version: int
) -> Iterator[tuple[Change, NoteSentence]]:
    note_id = note_of_sentence(sentence_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        yield change, NoteSentence.objects.select_related("section").get(pk=sentence_id)


def _words(text: str) -> str:
    """One line of words to store; control characters have no place in a note."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(kept.split())
    if not line or len(line) > SENTENCE_MAX:
        raise BadInput(code="sentence-empty" if not line else "sentence-too-long")
    return line


def sentence_edit(*, user: Any, sentence_id: int, expected_version: int, text: str) -> Note:
    """Replace the sentence's text; what the engine wrote is kept beside it.

    Rewriting a sentence settles its warnings: they were about the words that are gone.
    """
    line = _words(text)
    with _sentence_changing(user, sentence_id, expected_version) as (change, sentence):
        before, sentence.text = sentence.text, line
        if sentence.text == sentence.drafted_text:
            sentence.status = NoteSentence.Status.ACCEPTED
        else:
            sentence.status = NoteSentence.Status.EDITED
            sentence.flags = [resolved(flag, user) for flag in sentence.flags]
        sentence.save()
        change.record("sentence-edited", sentence=sentence, before=before, after=line)
        return change.note


def sentence_accept(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    """Accept the sentence as it stands. Its open warnings stay open: accepting is not checking."""
    return _sentence_decide(
        user, sentence_id, expected_version, NoteSentence.Status.ACCEPTED, "sentence-accepted"
    )


def sentence_reject(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    """Leave the sentence out of the note; it stays here, and can be restored."""
    return _sentence_decide(
        user, sentence_id, expected_version, NoteSentence.Status.REJECTED, "sentence-rejected"
    )


def _sentence_decide(
    user: Any, sentence_id: int, expected_version: int, status: str, action: str
) -> Note:
    with _sentence_changing(user, sentence_id, expected_version) as (change, sentence):
        before = sentence.status
        if status == NoteSentence.Status.ACCEPTED and sentence.text != sentence.drafted_text:
            status = NoteSentence.Status.EDITED  # accepted in a person's words
        if before != status:
            sentence.status = status
            sentence.save(update_fields=["status"])
            change.record(action, sentence=sentence, before=before, after=status)
        return change.note


def sentence_restore(*, user: Any, sentence_id: int, expected_version: int) -> Note:
    """Back to what the engine proposed, its warnings open again. A person's own sentence comes
    back with its own words."""
    with _sentence_changing(user, sentence_id, expected_version) as (change, sentence):
        before = sentence.text
        if sentence.drafted_text:
            sentence.text = sentence.drafted_text
            sentence.status = NoteSentence.Status.PROPOSED
            sentence.flags = [reopened(flag) for flag in sentence.flags]
        else:
            sentence.status = NoteSentence.Status.EDITED
        sentence.save()
        change.record("sentence-restored", sentence=sentence, before=before, after=sentence.text)
        return change.note


def sentence_add(
    *,
    user: Any,
    section_id: int,
    expected_version: int,
    text: str,
    after_sentence_id: int | None = None,
) -> Note:
    """A sentence that a person wrote, at the end of the section or after another sentence."""
    line = _words(text)
    note_id = note_of_section(section_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        section = NoteSection.objects.get(pk=section_id)
        position = _place_after(section, after_sentence_id)
        sentence = NoteSentence.objects.create(
            section=section, position=position, text=line, status=NoteSentence.Status.EDITED
        )
        change.record("sentence-added", sentence=sentence, after=line)
        return change.note


def sentence_move(
    *, user: Any, sentence_id: int, expected_version: int, after_sentence_id: int | None
) -> Note:
    """Move a sentence after another one of the note; None: to the top of its own section."""
    with _sentence_changing(user, sentence_id, expected_version) as (change, sentence):
        section = sentence.section
        if after_sentence_id is not None:
            after = NoteSentence.objects.select_related("section").filter(
                pk=after_sentence_id, section__note=change.note
            )
            section = _only(after).section
        top = after_sentence_id is None
        sentence.position = 0 if top else _place_after(section, after_sentence_id)
        if top:
            NoteSentence.objects.filter(section=section).update(position=F("position") + 1)
        sentence.section = section
        sentence.save(update_fields=["section", "position"])
        change.record("sentence-moved", sentence=sentence, after=section.key)
        return change.note


def _place_after(section: NoteSection, sentence_id: int | None) -> int:
    """The position after a sentence, with room made there; the end when there is none."""
    if sentence_id is None:
        last = section.sentences.last()
        return last.position + 1 if last else 0
    position = _only(section.sentences.filter(pk=sentence_id)).position
    section.sentences.filter(position__gt=position).update(position=F("position") + 1)
    return position + 1


def _only(sentences: Any) -> NoteSentence:
    sentence = sentences.first()
    if sentence is None:
        raise NotFound
    return sentence  # type: ignore[no-any-return]


def section_accept(*, user: Any, section_id: int, expected_version: int) -> Note:
    """Accept every proposed sentence of the section that has no open high-severity warning."""
    note_id = note_of_section(section_id)
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        proposed = NoteSentence.objects.filter(
            section_id=section_id, status=NoteSentence.Status.PROPOSED
        )
        accepted = [row.pk for row in proposed if not open_flags(row.flags)]
        if accepted:
            NoteSentence.objects.filter(pk__in=accepted).update(status=NoteSentence.Status.ACCEPTED)
            change.record("section-accepted", after=" ".join(map(str, accepted)))
        return change.note


# -- warnings --------------------------------------------------------------------------------------


def flag_resolve(*, user: Any, sentence_id: int, flag_index: int, expected_version: int) -> Note:
    """Mark a warning as checked by this person.

    Raises:
        NotFound: the sentence has no such warning.
    """
    with _sentence_changing(user, sentence_id, expected_version) as (change, sentence):
        if not 0 <= flag_index < len(sentence.flags):
            raise NotFound
        flag = sentence.flags[flag_index]
        if not flag.get("resolved_by"):
            sentence.flags[flag_index] = resolved(flag, user)
            sentence.save(update_fields=["flags"])
            change.record("flag-resolved", sentence=sentence, after=str(flag.get("code", "")))
        return change.note


# -- after the signature ---------------------------------------------------------------------------


def note_amend(*, user: Any, note_id: int, reason: str) -> Note:
    """Open a signed note to be changed and signed again; what was signed stays readable.

    Raises:
        Refused: the note is not signed. BadInput: no reason was given.
    """
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        raise BadInput(code="reason-missing" if not why else "reason-too-long")
    with note_locked(user=user, note_id=note_id) as change:
        note = change.note
        if note.state != Note.State.SIGNED:
            raise Refused(code="not-signed")
        note.state = Note.State.AMENDING
        note.amendment_reason = why
        note.save(update_fields=["state", "amendment_reason"])
        Visit.objects.filter(pk=note.visit_id).update(status=Visit.Status.IN_REVIEW)
        change.record("amendment-started", after=why)
        return note
