"""What the documentation leaves open is asked without leading, and answered in the note."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from billing.services.items import billing_items_ensure, query_raise
from ehr import selectors
from ehr.exceptions import BadInput, NotAllowed, NotFound, Refused, StaleVersion
from ehr.models import CodeSuggestion, CodingQuery, Note
from ehr.services.codes import code_accept
from ehr.services.notes import note_sign
from ehr.services.queries import Answer, prompt_answer, query_answer, query_ask
from tests.ehr.engines import echo
from tests.ehr.world import World, note_make

LEFT = Answer("option", "M25.562")


def knee(*args: Any, **options: Any) -> Any:
    """As `echo`, with a knee that has no side."""
    draft = echo(*args, **options)
    first, *rest = draft.codes
    unsided = replace(
        first,
        code="M25.569",
        description="Pain in unspecified knee",
        matched_term="knee pain",
        reasons=("prompt:side",),
    )
    return replace(draft, codes=(unsided, *rest))


@pytest.fixture
def note(world: World, use_engine: Callable[[Any], None], code_list: Path) -> Note:
    use_engine(knee)
    return note_make(world)


def suggestion_of(note: Note, code: str = "M25.569") -> CodeSuggestion:
    return note.suggestions.get(code=code)


def signed_with_question(world: World, note: Note) -> CodingQuery:
    code_accept(user=world.owner, suggestion_id=suggestion_of(note).pk, expected_version=1)
    signed = note_sign(user=world.owner, note_id=note.pk, expected_version=2)
    billing_items_ensure(user=world.biller)
    item = signed.billing_item
    return query_raise(user=world.biller, item_id=item.pk, code="M25.569")


def test_a_suggestion_offers_every_side_in_the_lists_order(world: World, note: Note) -> None:
    review = selectors.note_for_review(world.owner, note.pk)
    prompt = next(one.prompt for one in review.suggestions if one.code == "M25.569")
    assert prompt is not None
    with translation.override("en"):
        offered = [(one.code, str(one.label)) for one in prompt.options]
    assert offered == [("M25.561", "Right"), ("M25.562", "Left")]
    assert [one.prompt for one in review.suggestions if one.code == "I10"] == [None]


def test_a_physicians_answer_becomes_a_sentence_and_a_code(world: World, note: Note) -> None:
    prompt_answer(
        user=world.owner,
        suggestion_id=suggestion_of(note).pk,
        expected_version=1,
        answer=LEFT,
    )
    assert suggestion_of(note).status == "rejected"
    left = suggestion_of(note, "M25.562")
    assert (left.status, left.added_by_person) == ("accepted", True)
    said = note.sections.get(key="assessment").sentences.last()
    assert said is not None
    assert (said.text, said.status) == ("Knee pain: side affected: left.", "edited")
    assert [event.action for event in note.events.all()][-3:] == [
        "query-answered",
        "code-added",
        "code-rejected",
    ]


def test_what_cannot_be_determined_changes_nothing_and_is_not_asked_again(
    world: World, note: Note
) -> None:
    prompt_answer(
        user=world.owner,
        suggestion_id=suggestion_of(note).pk,
        expected_version=1,
        answer=Answer("undetermined"),
    )
    note.refresh_from_db()
    assert note.version == 1
    assert suggestion_of(note).status == "proposed"
    review = selectors.note_for_review(world.owner, note.pk)
    assert all(one.prompt is None for one in review.suggestions)


def test_an_answer_to_a_signed_note_opens_an_amendment(world: World, note: Note) -> None:
    query = signed_with_question(world, note)
    before = note.signatures.get()
    query_answer(user=world.owner, query_id=query.pk, expected_version=2, answer=LEFT)
    note.refresh_from_db()
    assert note.state == Note.State.AMENDING
    assert note.amendment_reason == "Answer to a coding query"
    after = note.signatures.get()
    assert (after.content, after.codes) == (before.content, before.codes)
    signed = note_sign(user=world.owner, note_id=note.pk, expected_version=note.version)
    assert [code["code"] for code in signed.codes] == ["M25.562"]


def test_a_question_shows_the_physician_what_it_rests_on(world: World, note: Note) -> None:
    query = signed_with_question(world, note)
    (shown,) = selectors.queries_of(world.colleague, note.pk)
    (evidence,) = suggestion_of(note).evidence.all()
    assert shown.indicators == (evidence.quote,)
    assert [one.query.id for one in selectors.queries_waiting(world.owner)] == [query.pk]


@pytest.mark.parametrize(
    "answer",
    [
        Answer("option", "M25.569"),
        Answer("option", "I10"),
        Answer("option"),
        Answer("other", text="  "),
        Answer("withdrawn", text="No"),
        Answer(""),
    ],
)
def test_an_answer_that_was_not_offered_is_refused(
    world: World, note: Note, answer: Answer
) -> None:
    query = signed_with_question(world, note)
    with pytest.raises(BadInput):
        query_answer(user=world.owner, query_id=query.pk, expected_version=2, answer=answer)
    note.refresh_from_db()
    assert note.state == Note.State.SIGNED
    query.refresh_from_db()
    assert query.answered_at is None


def test_a_question_is_answered_once_and_at_the_version_that_was_read(
    world: World, note: Note
) -> None:
    query = signed_with_question(world, note)
    with pytest.raises(StaleVersion):
        query_answer(user=world.owner, query_id=query.pk, expected_version=1, answer=LEFT)
    undetermined = Answer("undetermined")
    query_answer(user=world.owner, query_id=query.pk, expected_version=2, answer=undetermined)
    with pytest.raises(Refused):
        query_answer(user=world.colleague, query_id=query.pk, expected_version=2, answer=LEFT)


def test_outsiders_neither_ask_nor_answer(world: World, note: Note) -> None:
    query = signed_with_question(world, note)
    signed = note.signatures.get()
    common = {"expected_version": 2, "answer": LEFT}
    for user, refusal in (
        (world.outsider, NotFound),
        (world.biller, NotAllowed),
        (world.nobody, NotAllowed),
    ):
        with pytest.raises(refusal):
            query_answer(user=user, query_id=query.pk, **common)  # type: ignore[arg-type]
        with pytest.raises(refusal):
            prompt_answer(user=user, suggestion_id=suggestion_of(note).pk, **common)  # type: ignore[arg-type]
        with pytest.raises(refusal):
            selectors.queries_of(user, note.pk)
    for user in (world.owner, world.outsider, world.nobody):
        with pytest.raises(NotAllowed):
            query_ask(user=user, signed_note_id=signed.pk, question="Which side?")
    assert selectors.queries_waiting(world.outsider) == ()
    with pytest.raises(NotAllowed):
        selectors.queries_waiting(world.biller)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_show_the_question_and_take_the_answer(
    world: World, note: Note, language: str
) -> None:
    query = signed_with_question(world, note)
    client = Client(headers={"Accept-Language": language})
    client.force_login(world.owner)
    worklist = client.get(reverse("ehr:worklist")).content.decode()
    assert f'href="{reverse("ehr:questions")}"' in worklist
    assert "M25.569" in client.get(reverse("ehr:questions")).content.decode()
    visit = reverse("ehr:visit", args=[note.visit_id])
    page = client.get(visit).content.decode()
    answer = reverse("ehr:question-answer", args=[query.pk])
    assert answer in page
    assert ("Gauche" if language == "fr" else "Left") in page
    sent = client.post(answer, {"expected_version": "2", "answer": "code:M25.562"})
    assert sent.status_code == 302
    page = client.get(visit).content.decode()
    assert "M25.562" in page
    note.refresh_from_db()
    assert note.state == Note.State.AMENDING


@pytest.mark.parametrize("who", ["outsider", "biller", "nobody", "anonymous"])
def test_outsiders_learn_nothing_from_the_pages(world: World, note: Note, who: str) -> None:
    query = signed_with_question(world, note)
    client = Client()
    if who != "anonymous":
        client.force_login(getattr(world, who))
    sent = {"expected_version": "2", "answer": "code:M25.562"}
    answers = [
        client.get(reverse("ehr:questions")),
        client.post(reverse("ehr:question-answer", args=[query.pk]), sent),
        client.post(reverse("ehr:clarify", args=[suggestion_of(note).pk]), sent),
        client.post(
            reverse("ehr:code-replace", args=[suggestion_of(note).pk]),
            {"expected_version": "2", "code": "R07.0"},
        ),
    ]
    for answer in answers:
        assert b"Zimmermann" not in answer.content
        assert b"M25.5" not in answer.content
        assert answer.status_code in (200, 302, 403, 404)
    query.refresh_from_db()
    assert query.answered_at is None
