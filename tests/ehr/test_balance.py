"""More coded than the note says, or less: both are told, and neither blocks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ehr import selectors
from ehr.models import Note, NoteSentence
from ehr.services.codes import code_accept, code_add, code_reject
from ehr.services.notes import note_sign, sentence_add, sentence_reject
from summarizer.types import Draft
from tests.ehr.engines import echo
from tests.ehr.world import World, note_make


def stating(*args: Any, **options: Any) -> Draft:
    """As `echo`, with the first code stated as a diagnosis."""
    draft = echo(*args, **options)
    first, second = draft.codes
    return replace(draft, codes=(replace(first, reasons=("stated-as-diagnosis",)), second))


@pytest.fixture(autouse=True)
def engine(use_engine: Callable[[Any], None], code_list: Path) -> None:
    use_engine(stating)


def told(world: World, note: Note) -> dict[str, str]:
    review = selectors.note_for_review(world.owner, note.pk)
    return {one.code: one.kind for one in review.balance}


def version(note: Note) -> int:
    return Note.objects.get(pk=note.pk).version


def act(world: World, note: Note, service: Callable[..., Any], **given: Any) -> None:
    service(user=world.owner, expected_version=version(note), **given)


def test_what_is_stated_and_not_decided_on_is_told(world: World) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    assert told(world, note) == {}
    act(world, note, code_reject, suggestion_id=note.suggestions.get(code="I10").pk)
    assert told(world, note) == {"R07.9": "undecided"}
    act(world, note, code_accept, suggestion_id=chest.pk)
    assert told(world, note) == {}
    act(world, note, code_reject, suggestion_id=chest.pk, reason="not-present")
    assert told(world, note) == {}


def test_what_is_accepted_and_said_no_more_is_told(world: World) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    act(world, note, code_accept, suggestion_id=chest.pk)
    line = NoteSentence.objects.get(section__note=note, text__contains="electrocardiogram")
    act(world, note, sentence_reject, sentence_id=line.pk)
    assert told(world, note) == {"R07.9": "unsupported"}
    note_sign(user=world.owner, note_id=note.pk, expected_version=version(note))


def test_a_code_that_a_person_added_needs_a_sentence_that_names_it(world: World) -> None:
    note = note_make(world)
    act(world, note, code_reject, suggestion_id=note.suggestions.get(code="R07.9").pk)
    act(world, note, code_add, note_id=note.pk, code="M25.561")
    assert told(world, note) == {"M25.561": "unnamed"}
    plan = note.sections.get(key="plan")
    act(world, note, sentence_add, section_id=plan.pk, text="Pain in right knee.")
    assert told(world, note) == {}
