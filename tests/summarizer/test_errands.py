"""What sounds like an order and is none, and what stands in the plan and assessment instead."""

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.steps.extract.errands import no_order
from summarizer.transcripts import read_transcript
from tests.summarizer.visits import context, examined, said_in


@pytest.mark.parametrize(
    "said",
    [
        "do a quick exam",
        "describe the pain for me",
        "work together to bring that down",
        "order the medications and the procedures",
        "heal in the next couple of weeks",
        "do expect some weight loss",
        "have the nurse come in with the paperwork",
        "keep a close eye on you",
    ],
)
def test_what_moves_the_visit_along_is_no_order(said: str) -> None:
    assert no_order(said)


@pytest.mark.parametrize(
    "said",
    [
        "do physical therapy twice a week",
        "order the mri of the knee",
        "keep an eye on the blood pressure",
        "have the medical assistant come in and swab for strep",
        "do an exercise program at home",
        "review the medication list with the pharmacist",
    ],
)
def test_what_treats_or_tests_is_an_order(said: str) -> None:
    assert not no_order(said)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "so here is my plan . for your hypertension i don't believe it's well controlled .",
            "hypertension: the impression is that it is not well controlled",
        ),
        (
            "so for my assessment . i think you do have copd from your breathing tests .",
            "copd.",
        ),
        (
            "so here is my plan . for your depression it sounds like you're doing really well .",
            "depression: the impression is that she is doing well",
        ),
        ("so here is my plan . i think you might have copd .", "copd, suspected"),
    ],
)
def test_the_assessment_says_how_the_problem_stands(
    backend: Backend, said: str, written: str
) -> None:
    assert written in said_in(examined(backend, said), "assessment").lower()


@pytest.mark.parametrize(
    ("said", "unwritten"),
    [
        ("so for example cysts and lumps are benign things .", "lump"),
        ("you have completed your covid-19 , so that's good .", "covid"),
        ("so here is my plan . that will help with some of the pain .", "will help with some"),
    ],
)
def test_an_example_a_vaccination_and_a_remark_are_no_assessment(
    backend: Backend, said: str, unwritten: str
) -> None:
    assert unwritten not in said_in(examined(backend, said), "assessment", "plan").lower()


def test_two_orders_without_a_stop_between_them_are_two(backend: Backend) -> None:
    plan = said_in(
        examined(
            backend,
            "so here is my plan . i want you to continue the cozaar 100 milligrams daily "
            "continue on the norvasc 5 milligrams once daily .",
        ),
        "plan",
    )
    assert "Cozaar 100 mg daily." in plan
    assert "Norvasc 5 mg once daily." in plan


def test_what_follows_from_an_unanswered_condition_is_not_written_without_it(
    backend: Backend,
) -> None:
    draft = examined(
        backend, "so here is my plan . if your blood work looks good , then we can cancel that ."
    )
    assert "blood work looks good" not in said_in(draft, "plan", "followup")


def test_a_hand_on_the_knee_gives_no_advice(backend: Backend) -> None:
    draft = examined(
        backend, "i'm going to press on your knee . let me know if you have any pain ."
    )
    assert "pain" not in said_in(draft, "plan", "followup")


def test_a_test_named_in_the_sentence_takes_no_heading_of_another(backend: Backend) -> None:
    results = said_in(
        examined(
            backend,
            "your lipid panel showed an ldl of 166 . your tsh was normal at 2.68 .",
        ),
        "results",
    )
    assert "2.68" in results
    assert "Lipid panel: " not in results


def test_a_finding_that_worries_about_an_illness_is_not_the_illness(backend: Backend) -> None:
    draft = examined(
        backend,
        "so here is my plan . you do have that rash which is what we get concerned about with "
        "lyme disease .",
    )

    assert "Lyme disease." not in said_in(draft, "assessment")


def test_who_speaks_for_the_patient_is_called_with_the_results(backend: Backend) -> None:
    words = (
        "Doctor: hello, what is the matter with your daughter?\n"
        "Mother: my daughter has had a fever since monday.\n"
        "Doctor: let me examine her. her lungs are clear.\n"
        "Doctor: so here is my plan. i'll call you with the results of the blood work.\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)

    assert "call her" not in said_in(draft, "plan", "followup")
    assert "We will call the family with the results" in said_in(draft, "plan", "followup")
