"""A side that is told elsewhere in the visit is carried to the code that lacks one (I.B.13)."""

import pytest

from summarizer.coding import Coder
from summarizer.coding.laterality import names_of
from summarizer.types import Role, Section, Sentence, TextEvidence, Transcript, Utterance
from tests.coding.toy import codes, note, visit


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        ("The right knee has been sore since Monday.", "M25.561"),
        ("Her left, uh, knee gave way.", "M25.562"),
        ("The right knee is sore. The left knee is not swollen.", "M25.569"),
        ("The right knee is sore and the left knee aches.", "M25.569"),
        ("Status post arthroscopy of the left knee.", "M25.569"),
        ("Her mother has had her left knee replaced.", "M25.569"),
        ("The right shoulder is sore.", "M25.569"),
        ("All right, knee pain is what we look at.", "M25.569"),
    ],
)
def test_a_side_is_carried_where_one_side_only_is_told(
    coder: Coder, elsewhere: str, expected: str
) -> None:
    assert expected in codes(coder, hpi=elsewhere, assessment="Knee pain.")


def test_a_carried_side_says_so_cites_it_and_is_not_ticked(coder: Coder) -> None:
    sections, transcript = note(
        hpi="The right knee has been sore since Monday.", assessment="Knee pain."
    )
    (found,) = coder.suggest(sections, transcript, visit())
    assert {"side:right", "side:elsewhere"} <= set(found.reasons)
    assert not found.preticked
    quotes = [item.quote for item in found.evidence if isinstance(item, TextEvidence)]
    assert any("right knee" in quote for quote in quotes)
    assert all(quote in transcript.text for quote in quotes)


def test_a_fracture_keeps_its_seventh_character(coder: Coder) -> None:
    found = codes(
        coder,
        hpi="She fell on her right wrist.",
        assessment="Fracture of the lower end of the radius.",
    )
    assert "S52.501A" in found


@pytest.mark.parametrize(
    ("description", "part", "other"),
    [
        ("Fracture of upper end of unspecified tibia", "leg", "arm"),
        ("Pain in unspecified upper arm", "arm", "leg"),
        ("Pain in unspecified lower leg", "leg", "arm"),
    ],
)
def test_the_upper_end_of_a_bone_is_no_arm(description: str, part: str, other: str) -> None:
    assert part in names_of(description)
    assert other not in names_of(description)


def spoken(*turns: tuple[Role, str]) -> Transcript:
    text, utterances = "", []
    for number, (role, words) in enumerate(turns):
        utterances.append(
            Utterance(index=number, start=len(text), end=len(text) + len(words), role=role)
        )
        text += words + "\n"
    return Transcript(text, tuple(utterances), "en")


@pytest.mark.parametrize(
    ("role", "words", "told"),
    [
        (Role.CLINICIAN, "so for your first problem you have pneumonia", True),
        (Role.CLINICIAN, "your diagnosis is pneumonia", True),
        (Role.CLINICIAN, "this is what we call pneumonia", True),
        (Role.CLINICIAN, "do you have pneumonia", False),
        (Role.CLINICIAN, "have you ever had pneumonia", False),
        (Role.CLINICIAN, "I do n't think you have pneumonia", False),
        (Role.CLINICIAN, "we read about pneumonia", False),
        (Role.PATIENT, "so you have pneumonia", False),
    ],
)
def test_only_what_the_clinician_tells_outright_is_a_diagnosis_of_the_words(
    coder: Coder, role: Role, words: str, told: bool
) -> None:
    """The draft says nothing of it: the words alone do."""
    transcript = spoken((Role.PATIENT, "I cough."), (role, words))
    quote = TextEvidence(0, 8, "I cough.")
    sections = (Section("hpi", "", (Sentence("The patient coughs.", (quote,)),)),)
    found = [item.code for item in coder.suggest(sections, transcript, visit())]
    assert ("J18.9" in found) is told
