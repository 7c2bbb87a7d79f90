"""Only the last beginning of a sentence that was begun twice is meant."""

import pytest

from summarizer.language.restarts_en import without_restarts
from summarizer.language.text import clean


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("it was it's been fine since", "it's been fine since"),
        ("i haven't i have been eating less", "i have been eating less"),
        ("it hurts in the in my knee", "it hurts in my knee"),
        ("there is no there is some tenderness", "there is some tenderness"),
        ("the pain is the pain gets worse", "the pain gets worse"),
        ("looking at the your results", "looking at your results"),
        ("i think it i think it's the left", "i think it's the left"),
        ("i was at i was walking home", "i was walking home"),
        ("it's been hurting it's been really hurting", "it's been really hurting"),
        ("my left, my right knee hurts", "my right knee hurts"),
    ],
)
def test_a_broken_off_beginning_is_dropped(said: str, meant: str) -> None:
    assert without_restarts(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("come back in a couple weeks, or, i'm sorry, a couple months", "a couple months"),
        ("take ten , excuse me , twenty milligrams a day", "take 20 mg a day"),
        ("a right wrist sprain or i'm sorry right ankle sprain", "a right ankle sprain"),
    ],
)
def test_what_is_taken_back_is_not_written(said: str, meant: str) -> None:
    assert clean(said, "en").endswith(meant)


@pytest.mark.parametrize(
    "said",
    [
        "i was tired i was hungry",
        "he has pain he has swelling",
        "what it is it's a tear",
        "the way it is it hurts",
        "my pain is the pain that i had before",
        "the left leg and the right leg",
        "i'm sorry to hear that",
        "i told him i was sorry i was late",
        "if it is it's fine",
    ],
)
def test_what_is_meant_twice_stays(said: str) -> None:
    assert without_restarts(said) == said
