"""What was asked, supposed, meant or done by somebody else is not written as a fact."""

import pytest

from summarizer.steps.verify import failures
from summarizer.transcripts import read_transcript
from summarizer.types import Sentence, TextEvidence


def found(words: str, text: str, *spans: str) -> set[str]:
    transcript = read_transcript(words)
    evidence = []
    for span in spans:
        start = transcript.text.index(span)
        evidence.append(TextEvidence(start, start + len(span), span))
    return set(failures(Sentence(text, tuple(evidence)), transcript, transcript.language))


@pytest.mark.parametrize(
    ("words", "text", "span", "code"),
    [
        (
            "Doctor: Do you have asthma?\nPatient: What is that?",
            "Asthma.",
            "Do you have asthma?",
            "only-asked",
        ),
        (
            "Docteur : Avez-vous des nausées ?\nPatient : Pardon ?",
            "Nausées.",
            "Avez-vous des nausées ?",
            "only-asked",
        ),
        (
            "Doctor: I'm going to order some blood tests.\nPatient: Okay.",
            "The patient is going to order some blood tests.",
            "I'm going to order some blood tests.",
            "speaker-differs",
        ),
        (
            "Patient: Hello.\nDoctor: Come back if you get a fever.",
            "Reports fever.",
            "Come back if you get a fever.",
            "only-supposed",
        ),
        (
            "Doctor: How are you?\nPatient: I've been trying to lose weight.",
            "Reports weight loss.",
            "I've been trying to lose weight.",
            "only-supposed",
        ),
        (
            "Doctor: You have right knee pain.\nPatient: It's not the right knee, it's the left.",
            "The patient presents for right knee pain.",
            "You have right knee pain.",
            "side-corrected",
        ),
        (
            "Patient: Hello.\nDoctor: I don't think that all of this is a sign of a stroke.",
            "Stroke.",
            "I don't think that all of this is a sign of a stroke.",
            "negation-differs",
        ),
        (
            "Patient: Hello.\nDoctor: I do n't think that we are looking at a stroke .",
            "Stroke.",
            "I do n't think that we are looking at a stroke .",
            "negation-differs",
        ),
        (
            "Patient: Hello.\nDoctor: I suggest the shingles vaccine.",
            "Shingles.",
            "I suggest the shingles vaccine.",
            "only-supposed",
        ),
        (
            "Patient: My mom and her sister, I think they both had melanoma.",
            "Melanoma.",
            "My mom and her sister, I think they both had melanoma.",
            "experiencer-differs",
        ),
        (
            "Docteur : Bonjour.\nPatient : Ma mère et sa sœur ont eu un mélanome toutes les deux.",
            "Mélanome.",
            "Ma mère et sa sœur ont eu un mélanome toutes les deux.",
            "experiencer-differs",
        ),
        (
            "Doctor: What was it like?\nPatient: It felt like I was having a heart attack.",
            "Myocardial infarction.",
            "It felt like I was having a heart attack.",
            "only-supposed",
        ),
        (
            "Doctor: Get a scale and weigh yourself daily.\nPatient: Okay.",
            "We will get a scale and weigh daily.",
            "Get a scale and weigh yourself daily.",
            "speaker-differs",
        ),
        (
            "Doctor: Hm.\nPatient: I take metformin 500 mg once a day.",
            "Metformin 500 mg twice a day.",
            "I take metformin 500 mg once a day.",
            "frequency-unsupported",
        ),
        (
            "Docteur : Bien.\nPatient : Je prends du ramipril 5 mg une fois par jour.",
            "Ramipril 5 mg deux fois par jour.",
            "Je prends du ramipril 5 mg une fois par jour.",
            "frequency-unsupported",
        ),
        (
            "Doctor: Hm.\nPatient: I saw doctor Miller for my knee pain.",
            "Saw doctor Parker for knee pain.",
            "I saw doctor Miller for my knee pain.",
            "name-unsupported",
        ),
    ],
)
def test_it_is_refused_with_the_reason(words: str, text: str, span: str, code: str) -> None:
    assert code in found(words, text, span)


@pytest.mark.parametrize(
    ("words", "text", "spans"),
    [
        (
            "Doctor: Do you have asthma?\nPatient: Yes, I do.",
            "Asthma.",
            ("Do you have asthma?", "Yes, I do."),
        ),
        (
            "Doctor: Hm.\nPatient: I take metformin 500 mg twice a day.",
            "Metformin 500 mg b.i.d.",
            ("I take metformin 500 mg twice a day.",),
        ),
        (
            "Doctor: Come back if you get a fever.\nPatient: I had a fever last night.",
            "Reports fever.",
            ("Come back if you get a fever.", "I had a fever last night."),
        ),
        (
            "Doctor: Hm.\nPatient: I saw doctor Miller for my knee pain.",
            "The patient saw doctor Miller for their knee pain.",
            ("I saw doctor Miller for my knee pain.",),
        ),
        (
            "Doctor: You have a fever, I will prescribe acetaminophen.\nPatient: Okay.",
            "The patient has a fever.",
            ("You have a fever",),
        ),
    ],
)
def test_what_was_said_so_stands(words: str, text: str, spans: tuple[str, ...]) -> None:
    codes = {"only-asked", "speaker-differs", "only-supposed", "frequency-unsupported"}
    assert not found(words, text, *spans) & (codes | {"name-unsupported"})
