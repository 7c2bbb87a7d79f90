"""The checks that every backend's sentences go through: each test breaks one thing."""

import pytest

from summarizer.exceptions import UngroundedDraft
from summarizer.steps.verify import assert_grounded, failures
from summarizer.transcripts import read_transcript
from summarizer.types import RecordEvidence, Sentence, TextEvidence, Transcript

WORDS = (
    "Doctor: do you have any chest pain?\nPatient: no\n"
    "Patient: i take metformin five hundred milligrams twice a day and my left knee hurts\n"
    "Patient: my mother had breast cancer\n"
    "Doctor: call me if you have a fever\n"
)


@pytest.fixture
def transcript() -> Transcript:
    return read_transcript(WORDS)


def spans(transcript: Transcript, *quotes: str) -> tuple[TextEvidence, ...]:
    found = []
    for quote in quotes:
        start = transcript.text.index(quote)
        found.append(TextEvidence(start, start + len(quote), quote))
    return tuple(found)


MEDICINE = "i take metformin five hundred milligrams twice a day and my left knee hurts"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("She takes metformin 500 mg twice a day and her left knee hurts.", ""),
        ("She takes metformin 850 mg twice a day.", "number-unsupported"),
        ("She takes metformin 500 mcg twice a day.", "unit-unsupported"),
        ("She takes warfarin 500 mg twice a day.", "medicine-unsupported"),
        ("She takes metformin and her right knee hurts.", "side-differs"),
        ("She takes metformin and denies left knee pain.", "negation-differs"),
        ("She walks her dog every evening along the river.", "words-unsupported"),
    ],
)
def test_a_sentence_holds_only_with_its_evidence(
    transcript: Transcript, text: str, code: str
) -> None:
    sentence = Sentence(text, spans(transcript, MEDICINE))
    found = failures(sentence, transcript, "en")
    assert (code in found) if code else found == ()


def test_an_answer_decides_what_its_question_says(transcript: Transcript) -> None:
    evidence = spans(transcript, "do you have any chest pain?", "no")
    assert failures(Sentence("Denies chest pain.", evidence), transcript, "en") == ()
    wrong = failures(Sentence("Reports chest pain.", evidence), transcript, "en")
    assert "negation-differs" in wrong


def test_a_relatives_disease_is_not_the_patients(transcript: Transcript) -> None:
    evidence = spans(transcript, "my mother had breast cancer")
    wrong = failures(Sentence("The patient had breast cancer.", evidence), transcript, "en")
    assert "experiencer-differs" in wrong
    right = failures(Sentence("Her mother had breast cancer.", evidence), transcript, "en")
    assert right == ()


def test_a_span_behind_an_if_is_no_fact(transcript: Transcript) -> None:
    evidence = spans(transcript, "you have a fever")
    found = failures(Sentence("The patient has a fever.", evidence), transcript, "en")
    assert "condition-cut" in found


def test_a_record_fact_is_held_to_its_text(transcript: Transcript) -> None:
    evidence = (RecordEvidence("MedicationRequest", "1", 1, "x", "Lisinopril 10 mg daily"),)
    assert failures(Sentence("Lisinopril 10 mg daily.", evidence), transcript, "en") == ()
    assert failures(Sentence("Lisinopril 20 mg daily.", evidence), transcript, "en")


@pytest.mark.parametrize(
    "evidence", [(), (TextEvidence(0, 3, "not"),), (RecordEvidence("A", "1", 1, "x", ""),)]
)
def test_a_sentence_without_verbatim_evidence_stops_the_draft(
    transcript: Transcript, evidence: tuple[TextEvidence, ...]
) -> None:
    with pytest.raises(UngroundedDraft):
        assert_grounded(Sentence("Anything.", evidence), transcript)
