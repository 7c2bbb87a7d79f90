"""What may stand in a note: whole, clinical statements; mentions within one clause."""

import pytest

from summarizer.language.lexicon import lexicon
from summarizer.steps.contradictions import with_contradictions
from summarizer.steps.gate import clinical, gate, whole
from summarizer.types import Assertion, Claim, Section, Sentence, TextEvidence
from tests.summarizer.visits import context, fact


@pytest.mark.parametrize(
    "text",
    [
        "'s the A1c.",
        "If the LDL is too high.",
        "We looked at the",
        "even if she's better.",
        "She wore shoes that were a little bit.",
        "The pressure seems to be doing.",
        "Take care, bye.",
        "Get to feeling better.",
        "The patient has when the patient was younger",
        "The patient had the patient do get out in the woods",
        "The he has some pain to palpation",
        "The patient has been eating anything",
        "The patient does take it",
        "it does show",
        "start",
        "Doctor, the mother is his mother",
    ],
)
def test_a_fragment_is_not_whole(text: str) -> None:
    assert not whole(text, "en")


def test_a_french_condition_needs_what_follows_from_it() -> None:
    assert not whole("Si le LDL est trop haut.", "fr")
    assert whole("Si le LDL est trop haut, augmenter la dose.", "fr")


def test_a_statement_with_the_same_words_for_something_is_whole() -> None:
    assert whole("The patient is so tired and feels lightheaded", "en")
    assert whole("She has not noticed anything else", "en")
    assert whole("The patient does not smoke", "en")
    assert whole("start doxycycline 100 mg twice a day", "en")


def test_care_that_is_taken_of_something_is_whole() -> None:
    assert whole("Take care of the wound every day.", "en")
    assert whole("She is doing a little bit better.", "en")


def test_a_condition_with_its_consequence_is_whole() -> None:
    assert whole("If the fever lasts, come back.", "en")


@pytest.mark.parametrize("text", ["She's just a dumpling.", "Hop is a strong word."])
def test_small_talk_is_not_clinical(text: str) -> None:
    assert not clinical(text, "en")


def test_what_is_said_of_the_body_is_clinical() -> None:
    assert clinical("The knee gave way on Monday.", "en")
    assert clinical("Elle prend du paracétamol.", "fr")


@pytest.mark.parametrize(
    "text",
    [
        "He was in a car that was rear-ended.",
        "She used IV drugs years ago.",
        "He has a beer every day.",
        "She has lost 60 pounds.",
        "It runs around 120/70.",
        "He cannot get comfortable.",
    ],
)
def test_an_accident_a_habit_and_a_weight_are_clinical(text: str) -> None:
    assert clinical(text, "en")


def story(text: str, *, score: float) -> Claim:
    evidence = (TextEvidence(0, 3, "She"),)
    return Claim("finding", "hpi", text, evidence, attributes={"form": "statement"}, score=score)


def test_what_the_story_refuses_keeps_its_reason() -> None:
    claim = story("She's just a dumpling.", score=0.15)

    assert gate([claim], "en") == ([], [(claim, "not-clinical")])


def test_a_telling_statement_needs_no_clinical_word() -> None:
    claim = story("She was on dialysis the last 3 years.", score=0.38)

    assert not clinical(claim.text, "en")
    assert gate([claim], "en") == ([claim], [])


def test_a_mention_does_not_cross_a_comma() -> None:
    found = {m.concept.key for m in lexicon("en").find("still the pain, back on Monday")}

    assert "back_pain" not in found


@pytest.mark.parametrize("recorded", ["No known allergy", "Aucune allergie connue"])
def test_a_recorded_absence_of_allergies_is_not_contradicted_by_a_denial(recorded: str) -> None:
    said = Claim(
        "allergy",
        "allergies",
        "none",
        (TextEvidence(0, 2, "no"),),
        assertion=Assertion.DENIED,
        attributes={"form": "none"},
    )
    note = (Section("allergies", "Allergies", (Sentence("None.", said.evidence, (said,)),)),)
    record = context(fact("allergy", recorded, recorded))

    assert not with_contradictions(note, record, [said])[0].sentences[0].flags
