"""The level of the visit: the note documents a range, a physician picks."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ehr.exceptions import BadInput
from ehr.models import Note
from ehr.services.review import note_changing
from summarizer.em import CODES

KNOWN = frozenset(code for codes in CODES.values() for code in codes.values())


def level_pick(*, user: Any, note_id: int, expected_version: int, code: str) -> Note:
    """Pick the level that is signed with the note and shown to billing; "" takes it back.

    A level outside of what the note documents may be picked: the page says so, either way alike.

    Raises:
        BadInput: it is no level of an office visit. NotAllowed, NotFound, StaleVersion,
        AlreadySigned, Superseded: as they say.
    """
    if code and code not in KNOWN:
        raise BadInput(_("Choose one of the levels of an office visit."), code="no-such-level")
    with note_changing(user=user, note_id=note_id, expected_version=expected_version) as change:
        note = change.note
        before = note.em_code
        if before != code:
            note.em_code = code
            note.save(update_fields=["em_code"])
            change.record("level-picked", before=before, after=code)
        return note
