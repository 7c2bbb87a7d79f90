from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ehr.exceptions import (
    AlreadySigned,
    BadInput,
    CodeListMissing,
    NotAllowed,
    NotFound,
    StaleVersion,
    Superseded,
)
from ehr.models import CodeSuggestion, Note, NoteEvent, NoteSentence, Visit
from ehr.services.codes import code_accept, code_add, code_reject, code_replace, code_restore
from ehr.services.notes import (
    flag_resolve,
    note_sign,
    section_accept,
    sentence_accept,
    sentence_add,
    sentence_edit,
    sentence_move,
    sentence_reject,
    sentence_restore,
)
from tests.ehr.codelist import TABULAR, code_list_write
from tests.ehr.engines import flagged
from tests.ehr.world import WORDS, World, draft_make, note_make

Engine = Callable[[Any], None]
Status = NoteSentence.Status


@pytest.fixture
def note(world: World, use_engine: Engine) -> Note:
    return note_make(world)


def lines(note: Note) -> list[NoteSentence]:
    found = NoteSentence.objects.filter(section__note=note)
    return list(found.order_by("section__position", "position"))


def test_an_edit_keeps_what_the_engine_wrote_and_leaves_a_trail(world: World, note: Note) -> None:
    first = lines(note)[0]
    changed = sentence_edit(
        user=world.owner, sentence_id=first.pk, expected_version=1, text="  In   my words.\n"
    )
    after = lines(note)[0]
    assert (after.text, after.drafted_text, after.status) == (
        "In my words.",
        first.text,
        Status.EDITED,
    )
    event = NoteEvent.objects.last()
    assert event is not None
    assert (event.action, event.version, event.actor) == ("sentence-edited", 2, world.owner)
    assert (event.before, event.after) == (first.text, "In my words.")
    assert changed.version == 2


def test_decisions_and_back(world: World, note: Note) -> None:
    first = lines(note)[0]
    for version, (decide, status) in enumerate(
        [
            (sentence_accept, Status.ACCEPTED),
            (sentence_reject, Status.REJECTED),
            (sentence_restore, Status.PROPOSED),
        ],
        start=1,
    ):
        decide(user=world.colleague, sentence_id=first.pk, expected_version=version)
        assert lines(note)[0].status == status


def test_accepting_an_edited_sentence_does_not_hide_that_a_person_wrote_it(
    world: World, note: Note
) -> None:
    first = lines(note)[0]
    sentence_edit(user=world.owner, sentence_id=first.pk, expected_version=1, text="Mine.")
    sentence_reject(user=world.owner, sentence_id=first.pk, expected_version=2)
    sentence_accept(user=world.owner, sentence_id=first.pk, expected_version=3)
    assert lines(note)[0].status == Status.EDITED


def test_the_same_decision_twice_is_one_event(world: World, note: Note) -> None:
    first = lines(note)[0]
    sentence_accept(user=world.owner, sentence_id=first.pk, expected_version=1)
    again = sentence_accept(user=world.owner, sentence_id=first.pk, expected_version=2)
    assert again.version == 2


@pytest.mark.parametrize("text", ["", "   \n", "\x00\x01", "word " * 1000])
def test_an_edit_to_nothing_or_to_too_much_is_refused(world: World, note: Note, text: str) -> None:
    first = lines(note)[0]
    with pytest.raises(BadInput):
        sentence_edit(user=world.owner, sentence_id=first.pk, expected_version=1, text=text)
    assert lines(note)[0].text == first.text


def test_a_sentence_is_added_where_it_belongs(world: World, note: Note) -> None:
    first, second, *_ = lines(note)
    sentence_add(
        user=world.owner,
        section_id=first.section_id,
        expected_version=1,
        text="Between.",
        after_sentence_id=first.pk,
    )
    texts = [line.text for line in lines(note)]
    assert texts[:3] == [first.text, "Between.", second.text]
    plan = note.sections.get(key="plan")
    sentence_add(user=world.owner, section_id=plan.pk, expected_version=2, text="Come back.")
    assert lines(note)[-1].text == "Come back."
    assert lines(note)[-1].drafted_text == ""


def test_a_sentence_is_moved_within_its_note_only(world: World, note: Note) -> None:
    first, second, third, *_ = lines(note)
    sentence_move(
        user=world.owner, sentence_id=third.pk, expected_version=1, after_sentence_id=first.pk
    )
    assert [line.pk for line in lines(note)][:3] == [first.pk, third.pk, second.pk]
    sentence_move(
        user=world.owner, sentence_id=second.pk, expected_version=2, after_sentence_id=None
    )
    assert lines(note)[0].pk == second.pk
    other = note_make(world)
    with pytest.raises(NotFound):
        sentence_move(
            user=world.owner,
            sentence_id=second.pk,
            expected_version=3,
            after_sentence_id=lines(other)[0].pk,
        )


def test_a_section_is_accepted_but_for_what_is_flagged(world: World, use_engine: Engine) -> None:
    use_engine(flagged)
    note = note_make(world)
    first, *_ = lines(note)
    section_accept(user=world.owner, section_id=first.section_id, expected_version=1)
    statuses = [line.status for line in lines(note)]
    assert statuses[:2] == [Status.PROPOSED, Status.ACCEPTED]
    assert NoteEvent.objects.filter(action="section-accepted").count() == 1


def test_a_flag_is_settled_by_name_and_reopened_with_the_proposal(
    world: World, use_engine: Engine
) -> None:
    use_engine(flagged)
    note = note_make(world)
    first = lines(note)[0]
    with pytest.raises(NotFound):
        flag_resolve(user=world.owner, sentence_id=first.pk, flag_index=5, expected_version=1)
    flag_resolve(user=world.owner, sentence_id=first.pk, flag_index=0, expected_version=1)
    assert lines(note)[0].flags[0]["resolved_by"] == "owner"
    sentence_restore(user=world.owner, sentence_id=first.pk, expected_version=2)
    assert "resolved_by" not in lines(note)[0].flags[0]


def test_a_change_to_another_version_is_refused(world: World, note: Note) -> None:
    first = lines(note)[0]
    sentence_accept(user=world.owner, sentence_id=first.pk, expected_version=1)
    with pytest.raises(StaleVersion):
        sentence_reject(user=world.colleague, sentence_id=first.pk, expected_version=1)
    assert lines(note)[0].status == Status.ACCEPTED


def test_a_signed_or_superseded_note_is_not_changed(world: World, note: Note) -> None:
    first = lines(note)[0]
    note_sign(user=world.owner, note_id=note.pk, expected_version=1)
    with pytest.raises(AlreadySigned):
        sentence_reject(user=world.owner, sentence_id=first.pk, expected_version=1)
    other = note_make(world)
    draft_make(world, words=WORDS + "Patient: And more.\n", visit=other.visit)
    with pytest.raises(Superseded):
        sentence_reject(user=world.owner, sentence_id=lines(other)[0].pk, expected_version=1)


def test_codes_are_decided_and_a_person_adds_one(world: World, note: Note, code_list: Any) -> None:
    chest, pressure = note.suggestions.all()
    code_accept(user=world.owner, suggestion_id=chest.pk, expected_version=1)
    code_reject(user=world.owner, suggestion_id=pressure.pk, expected_version=2, reason="old")
    code_add(user=world.owner, note_id=note.pk, expected_version=3, code="r070")
    added = note.suggestions.get(code="R07.0")
    assert (added.status, added.added_by_person) == (CodeSuggestion.Status.ACCEPTED, True)
    assert added.description == "Pain in throat"
    chest.refresh_from_db()
    pressure.refresh_from_db()
    assert (chest.status, chest.decided_by) == (CodeSuggestion.Status.ACCEPTED, world.owner)
    assert (pressure.status, pressure.reject_reason) == (CodeSuggestion.Status.REJECTED, "old")
    code_restore(user=world.owner, suggestion_id=chest.pk, expected_version=4)
    chest.refresh_from_db()
    assert (chest.status, chest.decided_by) == (CodeSuggestion.Status.PROPOSED, None)


def test_a_code_is_accepted_only_if_it_was_billable_on_the_visits_day(
    world: World, note: Note, settings: Any, tmp_path: Path
) -> None:
    chest, pressure = note.suggestions.all()
    settings.DATA_DIR = tmp_path
    code_list_write(tmp_path, earlier=TABULAR.replace("<name>R07.9<", "<name>R07.8<"))
    Visit.objects.filter(pk=note.visit_id).update(scheduled_at=datetime(2026, 2, 2, 9, tzinfo=UTC))
    with pytest.raises(BadInput) as refused:
        code_accept(user=world.owner, suggestion_id=chest.pk, expected_version=1)
    assert refused.value.code == "code-not-billable"
    code_accept(user=world.owner, suggestion_id=pressure.pk, expected_version=1)


def test_another_code_takes_a_suggestions_place(world: World, note: Note, code_list: Any) -> None:
    chest = note.suggestions.get(code="R07.9")
    with pytest.raises(BadInput):
        code_replace(user=world.owner, suggestion_id=chest.pk, expected_version=1, code="r079")
    code_replace(user=world.owner, suggestion_id=chest.pk, expected_version=1, code="R07.0")
    chest.refresh_from_db()
    assert (chest.status, chest.reject_reason) == ("rejected", "other-code-fits")
    assert note.suggestions.get(code="R07.0").status == "accepted"


def test_without_a_code_list_the_page_says_so(
    world: World, note: Note, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    with pytest.raises(CodeListMissing, match="not installed"):
        code_add(user=world.owner, note_id=note.pk, expected_version=1, code="I10")


def test_adding_a_code_that_is_suggested_accepts_the_suggestion(
    world: World, note: Note, code_list: Any
) -> None:
    code_add(user=world.owner, note_id=note.pk, expected_version=1, code="I10")
    assert note.suggestions.count() == 2
    assert note.suggestions.get(code="I10").status == CodeSuggestion.Status.ACCEPTED


@pytest.mark.parametrize("code", ["R07", "X99.9", "nonsense", "", "R07.9'; DROP TABLE"])
def test_a_code_that_is_not_billable_is_refused(
    world: World, note: Note, code_list: Any, code: str
) -> None:
    with pytest.raises(BadInput, match="billable"):
        code_add(user=world.owner, note_id=note.pk, expected_version=1, code=code)
    assert note.suggestions.count() == 2


CHANGES: dict[str, Callable[[Any, Note, NoteSentence], Any]] = {
    "edit": lambda user, note, line: sentence_edit(
        user=user, sentence_id=line.pk, expected_version=1, text="Mine."
    ),
    "accept": lambda user, note, line: sentence_accept(
        user=user, sentence_id=line.pk, expected_version=1
    ),
    "reject": lambda user, note, line: sentence_reject(
        user=user, sentence_id=line.pk, expected_version=1
    ),
    "restore": lambda user, note, line: sentence_restore(
        user=user, sentence_id=line.pk, expected_version=1
    ),
    "move": lambda user, note, line: sentence_move(
        user=user, sentence_id=line.pk, expected_version=1, after_sentence_id=None
    ),
    "add": lambda user, note, line: sentence_add(
        user=user, section_id=line.section_id, expected_version=1, text="Mine."
    ),
    "section": lambda user, note, line: section_accept(
        user=user, section_id=line.section_id, expected_version=1
    ),
    "flag": lambda user, note, line: flag_resolve(
        user=user, sentence_id=line.pk, flag_index=0, expected_version=1
    ),
    "code-accept": lambda user, note, line: code_accept(
        user=user, suggestion_id=note.suggestions.all()[0].pk, expected_version=1
    ),
    "code-reject": lambda user, note, line: code_reject(
        user=user, suggestion_id=note.suggestions.all()[0].pk, expected_version=1
    ),
    "code-restore": lambda user, note, line: code_restore(
        user=user, suggestion_id=note.suggestions.all()[0].pk, expected_version=1
    ),
    "code-add": lambda user, note, line: code_add(
        user=user, note_id=note.pk, expected_version=1, code="I10"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_else_changes_a_note(world: World, note: Note, change: str) -> None:
    line = lines(note)[0]
    with pytest.raises(NotFound):
        CHANGES[change](world.outsider, note, line)
    for user in (world.biller, world.nobody):
        with pytest.raises(NotAllowed):
            CHANGES[change](user, note, line)
    note.refresh_from_db()
    assert note.version == 1
    assert NoteEvent.objects.filter(note=note).count() == 1


def test_what_does_not_exist_looks_like_anothers(world: World) -> None:
    for call in (sentence_accept, sentence_reject):
        with pytest.raises(NotFound):
            call(user=world.owner, sentence_id=999_999, expected_version=1)
    with pytest.raises(NotFound):
        code_accept(user=world.owner, suggestion_id=999_999, expected_version=1)
