"""A short dialogue becomes one section in a clinician's words, with nothing that was not said."""

import pytest

from summarizer.backends import Backend, load
from summarizer.sections import SectionDraft, draft_section
from summarizer.steps.units import find_subject
from summarizer.transcripts import read_transcript
from summarizer.types import TextEvidence
from tests.conftest import ASSETS

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def claims_backend() -> Backend:
    return load("claims", {"assets": str(ASSETS)})


def drafted(backend: Backend, words: str, header: str = "") -> SectionDraft:
    return draft_section(read_transcript(words), backend, header=header)


@pytest.mark.parametrize(
    ("words", "header", "text"),
    [
        (
            "Doctor: Are you allergic to anything?\nPatient: No.",
            "ALLERGY",
            "No known drug allergies.",
        ),
        (
            "Doctor: Any allergies?\nPatient: Yes, I am allergic to penicillin.",
            "ALLERGY",
            "Allergic to penicillin.",
        ),
        (
            "Doctor: Do you smoke?\nPatient: No.\nDoctor: Do you drink alcohol?\nPatient: Never.",
            "FAM/SOCHX",
            "Denies tobacco or alcohol use.",
        ),
        (
            "Doctor: Any fever or chills?\nPatient: No.\nDoctor: Any mouth sores?\nPatient: Nope.",
            "ROS",
            "No fever or chills or mouth sores.",
        ),
        (
            "Doctor: Have you had any surgeries?\nPatient: I had my gallbladder removed.",
            "PASTSURGICAL",
            "Cholecystectomy.",
        ),
        (
            "Docteur : Vous avez des allergies ?\nPatient : Non, aucune.",
            "ALLERGY",
            "Pas d'allergie connue.",
        ),
    ],
)
def test_it_is_written_as_clinicians_write_it(
    claims_backend: Backend, words: str, header: str, text: str
) -> None:
    assert drafted(claims_backend, words, header).text == text


@pytest.mark.parametrize(
    ("words", "header", "text"),
    [
        (
            "Doctor: How is your family?\nPatient: My dad died of a stroke. My younger sister has "
            "asthma.",
            "FAM/SOCHX",
            "Father died of a stroke. Younger sister has asthma.",
        ),
        (
            "Doctor: Do you work?\nPatient: I'm a teacher.\nDoctor: Who is at home?\n"
            "Patient: I live with my boyfriend.",
            "FAM/SOCHX",
            "The patient is a teacher. Lives with boyfriend.",
        ),
        (
            "Doctor: Do you smoke?\nPatient: No.\nDoctor: How about alcohol and drugs?\n"
            "Patient: No, I don't drink or use.",
            "FAM/SOCHX",
            "Denies tobacco, alcohol, or illicit drug use.",
        ),
        (
            "Doctor: Any tobacco, hard drugs, or alcohol?\nPatient: I don't do any of that.",
            "FAM/SOCHX",
            "Denies tobacco, alcohol, or illicit drug use.",
        ),
        (
            "Doctor: Does anyone in your family have epilepsy?\nPatient: To be honest, I'm not "
            "sure. I'd have to ask.",
            "FAM/SOCHX",
            "Unknown.",
        ),
        (
            "Doctor: Do you have any conditions that I should know of?\nPatient: Like what?\n"
            "Doctor: Well, it could be anything from asthma to cancer.\nPatient: Oh, no.",
            "PASTMEDICALHX",
            "None.",
        ),
        (
            "Doctor: As per your chart, I see you have COPD and hypertension.\n"
            "Patient: Yes, that is right.",
            "PASTMEDICALHX",
            "COPD and hypertension.",
        ),
        (
            "Doctor: How's your dad doing?\nPatient: Well, he passed away. He had lymphoma.",
            "FAM/SOCHX",
            "Father died. He had lymphoma.",
        ),
        (
            "Doctor: How are you?\nPatient: I have a bad headache, can you switch off the lights?",
            "CC",
            "Headache.",
        ),
        (
            "Doctor: I think you have a muscular strain.\nPatient: Okay.",
            "ASSESSMENT",
            "Likely muscular strain.",
        ),
        (
            "Doctor: Why are you holding your face?\nPatient: I have a lot of pain in my jaw.",
            "CC",
            "Jaw pain.",
        ),
        (
            "Doctor: No past medical history?\nPatient: Yes, sir. None.",
            "PASTMEDICALHX",
            "None.",
        ),
        (
            "Doctor: Anything like cancer or arthritis, does that sound familiar?\n"
            "Patient: No, nothing like that.",
            "PASTMEDICALHX",
            "Denies cancer or arthritis.",
        ),
    ],
)
def test_what_is_answered_is_written_as_it_was_meant(
    claims_backend: Backend, words: str, header: str, text: str
) -> None:
    assert drafted(claims_backend, words, header).text == text


def test_a_told_condition_is_not_lost_behind_a_no_to_another_question(
    claims_backend: Backend,
) -> None:
    words = (
        "Doctor: Do you have any chronic conditions?\nPatient: No, not that I can think of.\n"
        "Doctor: Have you ever broken a bone?\nPatient: Yes, I've broken my hand before."
    )
    text = drafted(claims_backend, words, "PASTMEDICALHX").text
    assert "hand" in text
    assert "None" not in text


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        (
            "Doctor: How old are you?\nPatient: I'm forty nine years old, and I identify as "
            "Caucasian.\nDoctor: What is it today, sir?\nPatient: My knee hurts.",
            "The patient is a 49-year-old Caucasian male. His knee hurts.",
        ),
        (
            "Doctor: How old are you?\nPatient: Fifty eight.\nDoctor: What is it?\n"
            "Patient: My knee hurts.",
            "The patient is a 58-year-old. The knee hurts.",
        ),
        (
            "Doctor: How bad is the pain, out of ten?\nPatient: Seven.\nDoctor: Where?\n"
            "Patient: My knee hurts.",
            "The knee hurts.",
        ),
    ],
)
def test_a_story_opens_with_age_race_and_sex_where_they_were_told(
    claims_backend: Backend, words: str, opening: str
) -> None:
    assert drafted(claims_backend, words, "GENHX").text.endswith(opening)
    assert "7-year" not in drafted(claims_backend, words, "GENHX").text


@pytest.mark.parametrize(
    ("words", "gender"),
    [
        ("Doctor: Good morning, miss.\nPatient: My back hurts.", "female"),
        ("Doctor: Any pain?\nPatient: No, ma'am. I feel weak.", ""),
        ("Doctor: Tell me more about your son, ma'am.\nPatient: He coughs.", "male"),
        ("Doctor: Hello.\nPatient: I identify as a female, and my back hurts.", "female"),
    ],
)
def test_whom_the_clinician_calls_sir_is_the_one_who_is_called(words: str, gender: str) -> None:
    assert find_subject(read_transcript(words), "").gender == gender


def test_a_no_to_others_does_not_deny_what_is_known(claims_backend: Backend) -> None:
    words = "Doctor: Any other allergies besides penicillin?\nPatient: No."
    assert "enies" not in drafted(claims_backend, words, "ALLERGY").text


def test_organs_taken_out_are_named_as_operations(claims_backend: Backend) -> None:
    words = (
        "Doctor: Any surgeries?\nPatient: I had my gallbladder, appendix and uterus removed in "
        "twenty twelve."
    )
    text = drafted(claims_backend, words, "PASTSURGICAL").text
    assert text == "Cholecystectomy, appendectomy and hysterectomy in 2012."


def test_a_habit_that_is_affirmed_anywhere_is_not_denied(claims_backend: Backend) -> None:
    words = (
        "Doctor: Do you smoke?\nPatient: No.\nDoctor: Never?\n"
        "Patient: I used to smoke a pack a day, but I quit."
    )
    assert "Denies" not in drafted(claims_backend, words, "FAM/SOCHX").text


def test_a_question_alone_says_nothing(claims_backend: Backend) -> None:
    found = drafted(claims_backend, "Doctor: Do you have asthma?\nDoctor: Any chest pain?", "ROS")
    assert found.sentences == ()


def test_every_sentence_has_verbatim_evidence_and_a_header_is_predicted(
    claims_backend: Backend,
) -> None:
    words = (
        "Doctor: Do you take any medicines?\nPatient: I take metformin 500 mg twice a day.\n"
        "Doctor: Anything else?\nPatient: And lisinopril."
    )
    transcript = read_transcript(words)
    found = draft_section(transcript, claims_backend)
    assert found.header == "MEDICATIONS"
    assert 0 < found.confidence <= 1
    assert "500 mg" in found.text
    for sentence in found.sentences:
        assert sentence.evidence
        for item in sentence.evidence:
            assert isinstance(item, TextEvidence)
            assert transcript.text[item.start : item.end] == item.quote


def test_medicines_that_the_patient_says_yes_to_are_listed(claims_backend: Backend) -> None:
    words = (
        "Doctor: Are you on insulin?\nPatient: Yes.\nDoctor: Are you on metformin as well?\n"
        "Patient: Yes, I am.\nDoctor: And lisinopril?\nPatient: No."
    )
    assert drafted(claims_backend, words, "MEDICATIONS").text.lower() == "insulin and metformin."


def test_a_family_with_a_disease_is_not_called_noncontributory(claims_backend: Backend) -> None:
    words = (
        "Doctor: Do you have any conditions that run in your family?\n"
        "Patient: Yes, some of my relatives have had coronary artery disease.\n"
        "Doctor: Does anyone in your family have a history of cancer?\nPatient: No."
    )
    text = drafted(claims_backend, words, "FAM/SOCHX").text
    assert "Noncontributory" not in text
    assert "coronary artery disease" in text


def test_a_complaint_is_written_without_the_words_that_lead_to_it(claims_backend: Backend) -> None:
    words = "Doctor: What is going on with you?\nPatient: I am having nausea."
    assert drafted(claims_backend, words, "CC").text == "Nausea."


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("My mother has dementia.", "mother"),
        ("I don't have diabetes.", "does not have"),
        ("I think I have a cold.", "think"),
    ],
)
def test_whom_it_is_about_no_and_doubt_are_kept_in_a_list(
    claims_backend: Backend, said: str, kept: str
) -> None:
    words = f"Doctor: Tell me about your health.\nPatient: {said}"
    text = drafted(claims_backend, words, "PASTMEDICALHX").text.lower()
    assert kept in text


def test_what_a_clinician_would_not_write_is_left_out_and_something_stays(
    claims_backend: Backend,
) -> None:
    words = (
        "Doctor: What brings you in?\nPatient: I have a sore throat.\n"
        "Doctor: I see.\nPatient: My phone is in the car, let me grab it for you."
    )
    text = drafted(claims_backend, words, "CC").text
    assert "sore throat" in text.lower()
    assert "phone" not in text


def test_a_no_to_complications_is_no_no_to_the_operation(claims_backend: Backend) -> None:
    words = (
        "Doctor: Any surgical procedures?\nPatient: I had my gallbladder removed.\n"
        "Doctor: Did you have any complications with the surgery?\nPatient: No."
    )
    assert "Cholecystectomy" in drafted(claims_backend, words, "PASTSURGICAL").text
    assert "No previous surgeries" not in drafted(claims_backend, words, "PASTSURGICAL").text


def test_what_nobody_knows_is_unknown_and_not_denied(claims_backend: Backend) -> None:
    words = (
        "Doctor: Any medical problems running in your family?\nPatient: No, I don't know anything."
    )
    assert drafted(claims_backend, words, "FAM/SOCHX").text == "Unknown."


def test_a_patient_beside_a_caregiver_speaks_as_the_patient(claims_backend: Backend) -> None:
    words = (
        "Doctor: How old are you?\nPatient: I'm fourteen.\nDoctor: What is wrong, mom?\n"
        "Guest_family: She hurt her knee at school."
    )
    text = drafted(claims_backend, words, "GENHX").text
    assert text.startswith("The patient is a 14-year-old.")
    assert "caregiver" not in text


def test_i_have_a_brother_is_no_yes_to_a_disease(claims_backend: Backend) -> None:
    words = (
        "Doctor: Any diabetes among your siblings?\n"
        "Patient: I have one older brother. He is pretty healthy."
    )
    assert "iabetes" not in drafted(claims_backend, words, "FAM/SOCHX").text


def test_a_no_with_a_but_denies_not_all_that_was_asked(claims_backend: Backend) -> None:
    words = (
        "Doctor: Are you married? Any children?\n"
        "Patient: No, I'm not married but I do have a two year old son."
    )
    assert "No children" not in drafted(claims_backend, words, "FAM/SOCHX").text


def test_a_medicine_that_no_lexicon_knows_is_listed_and_one_compared_with_is_not(
    claims_backend: Backend,
) -> None:
    words = (
        "Doctor: What are you taking?\nPatient: I take Zyvalix and Allegra. "
        "It works better than Claritin."
    )
    assert drafted(claims_backend, words, "MEDICATIONS").text == "Allegra and Zyvalix."


def test_what_one_is_allergic_to_stands_with_the_question(claims_backend: Backend) -> None:
    words = "Doctor: Do you have any allergies to medications?\nPatient: Yes. Penicillin."
    assert drafted(claims_backend, words, "ALLERGY").text == "Allergic to Penicillin."


def test_a_named_disease_is_listed_by_its_name(claims_backend: Backend) -> None:
    words = (
        "Patient: My head hurts on one side.\nDoctor: This sounds like it is a migraine headache."
    )
    assert "Migraine headache." in drafted(claims_backend, words, "DIAGNOSIS").text
    assert "sounds" not in drafted(claims_backend, words, "DIAGNOSIS").text


def test_a_subject_of_two_verbs_stands_once(claims_backend: Backend) -> None:
    words = "Doctor: Do you smoke?\nPatient: I used to smoke and drink, but I quit years ago."
    text = drafted(claims_backend, words, "FAM/SOCHX").text
    assert text == "The patient used to smoke and drink, but quit years ago."


def test_a_no_to_a_remedy_denies_not_the_symptom(claims_backend: Backend) -> None:
    words = (
        "Doctor: What brings you in?\nPatient: A rash on my arms.\nDoctor: Any fever?\n"
        "Patient: No.\nDoctor: Have you applied anything to the rash?\nPatient: No."
    )
    text = drafted(claims_backend, words, "ROS").text
    assert "No fever" in text
    assert "or rash" not in text


def test_how_often_belongs_to_the_medicine_that_it_follows(claims_backend: Backend) -> None:
    words = (
        "Doctor: I add Flagyl. It will be 500 mg every eight hours and I add Levaquin 750 mg daily."
    )
    text = drafted(claims_backend, words, "MEDICATIONS").text
    assert "Levaquin 750 mg daily" in text
    assert "eight" not in text
    assert "8" not in text


def test_an_order_to_the_patient_stands_in_the_plan(claims_backend: Backend) -> None:
    words = "Doctor: I would like you to continue your exercises at home.\nPatient: Sounds good."
    assert drafted(claims_backend, words, "PLAN").text == "Continue the exercises at home."


def test_a_yes_to_two_questions_affirms_not_what_is_denied_behind_it(
    claims_backend: Backend,
) -> None:
    words = (
        "Doctor: Any nausea with the headaches? Any vision changes?\n"
        "Patient: Yeah, it's been pretty consistent. No vision changes."
    )
    assert "Reports vision" not in drafted(claims_backend, words, "ROS").text


def test_what_is_listed_without_an_or_is_denied_with_one(claims_backend: Backend) -> None:
    words = "Doctor: Fever, chills?\nPatient: No.\nDoctor: Difficulty swallowing?\nPatient: No."
    text = drafted(claims_backend, words, "ROS").text
    assert "fever or chills" in text
    assert "difficulty swallowing" in text
