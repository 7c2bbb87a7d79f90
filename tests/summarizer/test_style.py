"""A clinician's own wording: proposed from edits, and never more than wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.style import StyleRule, proposals, refusal, styled
from summarizer.transcripts import read_transcript
from summarizer.types import (
    Language,
    Patient,
    RecordEvidence,
    Section,
    Sentence,
    TextEvidence,
    VisitContext,
)


@pytest.mark.parametrize(
    ("drafted", "signed", "language", "found"),
    [
        (
            "We will continue metformin 500 mg twice a day.",
            "We will continue metformin 500 mg BID.",
            "en",
            [("twice a day", "BID")],
        ),
        ("Hypertension: at goal.", "HTN: at goal.", "en", [("hypertension", "HTN")]),
        (
            "The patient reports that she coughs.",
            "She coughs.",
            "en",
            [("the patient reports that", "")],
        ),
        (
            "La patiente rapporte une toux.",
            "La patiente signale une toux.",
            "fr",
            [("rapporte", "signale")],
        ),
        ("She coughs.", "She coughs.", "en", []),
        ("She coughs at night.", "He has a rash on both arms since May.", "en", []),
        ("Mrs Zimmermann coughs.", "Mrs Okafor coughs.", "en", []),
        ("She takes 20 mg.", "She takes 40 mg.", "en", []),
        ("She denies fever.", "She reports fever.", "en", []),
        ("Her left knee hurts.", "Her right knee hurts.", "en", []),
        ("We will start lisinopril.", "We will start ramipril.", "en", []),
        ("She has asthma.", "She has pneumonia.", "en", []),
        ("She coughs.", "She coughs, and smokes.", "en", []),
    ],
)
def test_an_edit_proposes_wording_and_nothing_else(
    drafted: str, signed: str, language: Language, found: list[tuple[str, str]]
) -> None:
    assert proposals(drafted, signed, language) == found


@pytest.mark.parametrize(
    ("find", "write", "reason"),
    [
        ("", "x", "empty"),
        ("cough", "cough", "same"),
        ("12", "13", "no-words"),
        ("a b c d e f g", "x", "too-long"),
        ("x" * 61, "y", "too-long"),
        ("two tablets", "three tablets", "number"),
        ("take 20 mg", "take 40 mg", "number"),
        ("no fever", "fever", "denial"),
        ("denies", "reports", "denial"),
        ("left knee", "knee", "side"),
        ("her mother", "she", "person"),
        ("lisinopril", "ramipril", "medicine"),
        ("lisinopril", "", "medicine"),
        ("asthma", "pneumonia", "other-condition"),
        ("three times a day", "BID", "number"),
        ("three times a day", "TID", ""),
        ("twice a day", "BID", ""),
        ("hypertension", "HTN", ""),
        ("presents today with", "here for", ""),
        ("the patient reports that", "", ""),
    ],
)
def test_a_rule_that_changes_more_than_wording_is_refused(
    find: str, write: str, reason: str
) -> None:
    assert refusal(find, write, "en") == reason


WORDS = "Doctor: Any fever?\nPatient: No fever. I take lisinopril 20 milligrams twice a day.\n"


def section(text: str, *, record: bool = False) -> tuple[Section, ...]:
    transcript = read_transcript(WORDS)
    quote = "I take lisinopril 20 milligrams twice a day."
    start = transcript.text.index(quote)
    spoken = TextEvidence(start, start + len(quote), quote)
    source = RecordEvidence("Condition", "c", 1, "code", text)
    return (Section("plan", "Plan", (Sentence(text, (source if record else spoken,)),)),)


def applied(text: str, *rules: tuple[str, str], language: Language = "en") -> tuple[str, ...]:
    made = [StyleRule(number, language, *pair) for number, pair in enumerate(rules, start=1)]
    out, _used = styled(section(text), made, read_transcript(WORDS), "en")
    return tuple(sentence.text for part in out for sentence in part.sentences)


def test_a_rule_is_written_and_names_itself() -> None:
    rules = [StyleRule(7, "en", "twice a day", "BID"), StyleRule(8, "en", "nowhere", "x")]
    text = "The patient takes lisinopril 20 mg twice a day."
    out, used = styled(section(text), rules, read_transcript(WORDS), "en")
    assert out[0].sentences[0].text == "The patient takes lisinopril 20 mg BID."
    assert used == (7,)
    assert out[0].sentences[0].evidence == section(text)[0].sentences[0].evidence


def test_the_longer_phrase_goes_first_and_a_dropped_one_leaves_a_sentence() -> None:
    text = "The patient takes lisinopril 20 mg twice a day."
    assert applied(text, ("a day", "daily"), ("twice a day", "BID")) == (
        "The patient takes lisinopril 20 mg BID.",
    )
    assert applied(text, ("the patient", "")) == ("Takes lisinopril 20 mg twice a day.",)


def test_a_rule_of_another_language_or_inside_a_word_changes_nothing() -> None:
    text = "The patient takes lisinopril 20 mg twice a day."
    assert applied(text, ("twice a day", "2x/j"), language="fr") == (text,)
    assert applied(text, ("take", "use")) == (text,)


def test_a_sentence_that_would_not_hold_stands_as_it_was() -> None:
    text = "The patient takes lisinopril 20 mg twice a day."
    for rule in (("lisinopril", "ramipril"), ("20 mg", "40 mg"), ("takes", "denies")):
        assert applied(text, rule) == (text,)


PHRASES = st.sampled_from(
    ["takes", "the patient", "twice a day", "lisinopril", "20 mg", "mg", "a day", "denies", "no"]
)


@given(st.lists(st.tuples(PHRASES, st.one_of(PHRASES, st.text(max_size=12))), max_size=5))
def test_no_rule_changes_a_number_a_medicine_or_a_denial(rules: list[tuple[str, str]]) -> None:
    allowed = [pair for pair in rules if not refusal(*pair, "en")]
    (text,) = applied("The patient takes lisinopril 20 mg twice a day.", *allowed)
    assert "20" in text
    assert "lisinopril" in text.lower()
    assert "40" not in text
    assert not {"no", "not", "denies"} & set(text.lower().split())


@pytest.mark.model
def test_a_draft_names_the_rules_that_worded_it(backend: Backend) -> None:
    transcript = read_transcript(
        "Doctor: what brings you in?\nPatient: i have a cough for two weeks.\n"
        "Doctor: so for your bronchitis i'm going to start you on amoxicillin 500 milligrams "
        "twice a day.\n"
    )
    context = VisitContext(Patient(gender="female"), (), "2026-05-04")
    rules = (StyleRule(3, "en", "twice a day", "BID"),)
    plain = draft_note(transcript, context, backend=backend)
    mine = draft_note(transcript, context, backend=backend, style=rules)
    assert plain.engine.style_rules == ""
    assert mine.engine.style_rules == "3"
    texts = [s.text for part in mine.sections for s in part.sentences]
    assert any("BID" in text for text in texts)
    assert mine == draft_note(transcript, context, backend=backend, style=rules)
    patients = draft_note(transcript, context, backend=backend, style=rules, template="after-visit")
    assert patients.engine.style_rules == ""
