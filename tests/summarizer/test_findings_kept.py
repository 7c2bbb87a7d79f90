"""A finding, a result or an order is kept though the speaker's own remark stands behind it."""

import pytest

from summarizer.backends import Backend
from summarizer.types import Draft
from tests.summarizer.visits import examined, said_in


def text(draft: Draft, *keys: str) -> str:
    return said_in(draft, *keys).lower()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "on your heart exam , i do appreciate a two over six systolic murmur , which we've "
            "heard in the past .",
            "systolic murmur, noted in the past",
        ),
        (
            "on your heart exam , i hear a two over six murmur but i heard that before .",
            "murmur, noted before",
        ),
        (
            "on your skin exam , i do notice some scaly plaques and i think we talked about that .",
            "scaly plaques",
        ),
        (
            "on your heart exam , there are no murmurs or gallops listen to your lungs .",
            "no murmurs or gallops",
        ),
    ],
)
def test_a_finding_is_kept_without_the_remark_behind_it(
    backend: Backend, said: str, written: str
) -> None:
    assert written in text(examined(backend, said), "exam")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "let's look at your results . this is the echocardiogram that we did about four "
            "months ago , and this shows that the pumping function of your heart is reduced at "
            "45% .",
            "echocardiogram shows that the pumping function of the heart is reduced",
        ),
        (
            "i did review the results of your ekg which showed a normal sinus rhythm .",
            "ekg which showed a normal sinus rhythm",
        ),
        (
            "your chest x-ray looks normal , so we know that there's no pneumonia .",
            "chest x-ray looks normal",
        ),
    ],
)
def test_a_result_is_kept_without_when_the_test_was_done(
    backend: Backend, said: str, written: str
) -> None:
    assert written in text(examined(backend, said), "results")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "so here is my plan . if your symptoms worsen , just give me a call .",
            "the patient was advised to call if her symptoms worsen",
        ),
        (
            "so here is my plan . finally stop taking any ibuprofen .",
            "the patient was advised to stop taking any ibuprofen",
        ),
        (
            "so here is my plan . i want you to push fluids for the next two days .",
            "drink plenty of fluids for the next 2 days",
        ),
        (
            "so here is my plan . i am worried about the redness in your leg .",
            "there is concern about the redness in her leg",
        ),
        (
            "we will plan for a colonoscopy in the next month .",
            "we will plan for a colonoscopy",
        ),
    ],
)
def test_an_order_or_concern_is_kept(backend: Backend, said: str, written: str) -> None:
    assert written in text(examined(backend, said), "plan", "assessment", "followup")


def test_what_is_left_without_a_finding_is_not_written(backend: Backend) -> None:
    assert "foot" not in text(
        examined(backend, "your foot here and let me take your toe ."), "exam"
    )
