"""An order is read with the sentences that name its medicine and set its condition."""

import pytest

from summarizer.backends import Backend
from summarizer.types import Draft
from tests.summarizer.visits import examined, said_in


def drafted(backend: Backend, *plan: str) -> Draft:
    return examined(backend, *(f"so here is my plan . {said}" for said in plan))


def plan(draft: Draft) -> str:
    return said_in(draft, "plan", "assessment", "followup").lower()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "so for the pain i'm gonna prescribe motrin . take it every six hours with food .",
            "take motrin every 6 hours",
        ),
        (
            "i'd like to start you on some motrin . i'm gonna give you 600 milligrams every "
            "six hours .",
            "600 mg of motrin every 6 hours",
        ),
        (
            "i'm gonna prescribe some percocet . take one to two tablets every six hours .",
            "take 1 to 2 tablets of percocet every 6 hours",
        ),
        (
            "i want to see if those tests come back fine . and if those tests come back fine then "
            "we'll do an mri of the lumbar spine .",
            "mri of the lumbar spine if those tests come back fine",
        ),
    ],
)
def test_an_order_takes_what_the_sentence_before_it_names(
    backend: Backend, said: str, written: str
) -> None:
    assert written in plan(drafted(backend, said))


def test_an_order_of_it_takes_no_medicine_where_two_are_named(backend: Backend) -> None:
    written = plan(
        drafted(backend, "i'm gonna prescribe motrin and flexeril . take it every six hours .")
    )
    assert "take motrin" not in written
    assert "take flexeril" not in written


def test_the_named_medicine_is_evidence_of_the_order(backend: Backend) -> None:
    draft = drafted(backend, "i'm gonna prescribe motrin . take it every six hours with food .")
    orders = [
        sentence
        for part in draft.sections
        for sentence in part.sentences
        if "every 6 hours" in sentence.text
    ]
    assert orders
    assert all(
        any("motrin" in getattr(item, "quote", "") for item in sentence.evidence)
        for sentence in orders
    )


@pytest.mark.parametrize(
    ("said", "unwritten"),
    [
        ("so i'm gonna take a moment and look at your chart .", "take a moment"),
        ("we're gonna keep an eye on you .", "keep an eye on you"),
        ("kick it back against my hand .", "kick it"),
        ("the other option is we could inject the shoulder .", "inject"),
        ("maybe it would have been better with a brace .", "would have been"),
    ],
)
def test_talk_and_options_are_no_orders(backend: Backend, said: str, unwritten: str) -> None:
    assert unwritten not in plan(drafted(backend, said))


def test_what_the_patient_goes_on_doing_is_advice(backend: Backend) -> None:
    written = plan(drafted(backend, "i'm gonna have you continue to watch your diet ."))
    assert "advised to continue to watch" in written


def test_what_is_dictated_to_the_recorder_was_not_discussed_with_the_patient(
    backend: Backend,
) -> None:
    words = (
        "hypertension is well controlled on lisinopril because the pressures were high without it ."
    )
    assert "discussed" not in plan(drafted(backend, words))


def test_what_is_watched_is_watched_by_the_clinician(backend: Backend) -> None:
    written = plan(drafted(backend, "we're gonna keep an eye on the blood pressure ."))
    assert "advised to keep an eye" not in written
