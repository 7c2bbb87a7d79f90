from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import summarizer.language
from summarizer.language import person_en, person_fr
from summarizer.language.assertion import answer, asks_of_an_effect, status
from summarizer.language.lexicon import lexicon
from summarizer.language.numbers import to_digits, values
from summarizer.language.quantities import doses, duration, frequency, measures
from summarizer.language.sentences import sentence_spans
from summarizer.language.text import clean
from summarizer.steps.units import find_subject, find_units
from summarizer.transcripts import read_transcript
from summarizer.types import Assertion, Language


def statuses(text: str, language: Language) -> dict[str, tuple[str, str]]:
    out: dict[str, tuple[str, str]] = {}
    for mention in lexicon(language).find(text):
        found = status(text, mention.start, mention.end, language)
        out[mention.concept.key] = (found.assertion.value, found.experiencer)
    return out


@pytest.mark.parametrize(
    ("text", "key", "assertion", "experiencer"),
    [
        ("no nausea, vomiting or diarrhea", "diarrhea", "denied", "patient"),
        ("no vomiting but constipation", "constipation", "affirmed", "patient"),
        ("like i can't catch my breath", "dyspnea", "affirmed", "patient"),
        ("my knee gives out", "instability", "affirmed", "patient"),
        ("no painful swallowing", "odynophagia", "denied", "patient"),
        ("i don't think i have any chest pain", "chest_pain", "denied", "patient"),
        ("i have n't had any fevers", "fever", "denied", "patient"),
        ("not sure , maybe it's gout", "gout", "uncertain", "patient"),
        ("call me if you have chills", "chills", "hypothetical", "patient"),
        ("i had asthma as a kid", "asthma", "historical", "patient"),
        ("history of breast cancer", "breast_cancer", "historical", "patient"),
        ("my mother had breast cancer", "breast_cancer", "affirmed", "family"),
        ("my wife says i snore", "snoring", "affirmed", "patient"),
        ("the back pain is not getting any better", "back_pain", "affirmed", "patient"),
    ],
)
def test_english_assertion(text: str, key: str, assertion: str, experiencer: str) -> None:
    assert statuses(text, "en")[key] == (assertion, experiencer)


@pytest.mark.parametrize(
    ("text", "key", "assertion", "experiencer"),
    [
        ("pas de fièvre ni de nausées", "nausea", "denied", "patient"),
        ("pas de fièvre mais j'ai mal à la tête", "headache", "affirmed", "patient"),
        ("elle a pas vomi", "vomiting", "denied", "patient"),
        ("Des sueurs, non.", "sweating", "denied", "patient"),
        ("j'ai plus de fièvre", "fever", "uncertain", "patient"),
        ("si vous avez de la fièvre, revenez", "fever", "hypothetical", "patient"),
        ("ma mère a un diabète", "diabetes", "affirmed", "family"),
        ("aucun vertige, je tousse", "cough", "affirmed", "patient"),
    ],
)
def test_french_assertion(text: str, key: str, assertion: str, experiencer: str) -> None:
    assert statuses(text, "fr")[key] == (assertion, experiencer)


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("i had heavy periods until i had a hysterectomy", Assertion.HISTORICAL),
        ("order a western blot for lyme disease", Assertion.HYPOTHETICAL),
        ("lyme disease can cause problems in other organs", Assertion.HYPOTHETICAL),
        ("we're looking for a stroke", Assertion.HYPOTHETICAL),
    ],
)
def test_what_is_over_looked_for_or_said_in_general_is_not_there(
    text: str, assertion: Assertion
) -> None:
    mention = lexicon("en").find(text)[0]
    assert status(text, mention.start, mention.end, "en").assertion is assertion


def test_no_medicine_stands_in_the_lexicon_twice() -> None:
    path = Path(summarizer.language.__file__).parent / "data" / "medicines.tsv"
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
    names = [row[0] for row in rows] + [b for row in rows for b in row[2].split("|") if b]
    assert [name for name, times in Counter(n.casefold() for n in names).items() if times > 1] == []


def test_a_temperature_is_not_cut_at_its_point() -> None:
    said = "your temperature is ninety eight . two your pulse is seventy two"
    first = next(said[a:b] for a, b in sentence_spans(said, 0, len(said), "en"))
    assert first.startswith("your temperature is ninety eight . two")


def test_a_cause_in_doubt_leaves_what_is_named_certain() -> None:
    said = "this is likely caused by your hypertension"
    mention = lexicon("en").find(said)[0]
    assert status(said, mention.start, mention.end, "en").assertion is Assertion.AFFIRMED


def test_a_test_or_vaccine_names_no_disease_and_a_worry_no_anxiety() -> None:
    words = (
        "Doctor: I'll send a Lyme titer.\nPatient: I had my flu shot. Should I be worried?\n"
        "Doctor: No need to be worried."
    )
    transcript = read_transcript(words)
    units = find_units(transcript, find_subject(transcript, ""))
    assert not [
        m for unit in units for m, _ in unit.mentions if m.concept.kind in ("symptom", "condition")
    ]


def test_a_relative_who_is_the_patient_is_no_family() -> None:
    text = "my daughter has a fever"
    mention = lexicon("en").find(text)[0]
    found = status(text, mention.start, mention.end, "en", patient_words="daughter|son")
    assert (found.assertion, found.experiencer) == (Assertion.AFFIRMED, "patient")


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("yeah , a little", "en", "yes"),
        ("nope", "en", "no"),
        ("no , not that i've noticed", "en", "no"),
        ("i do n't", "en", "no"),
        ("it started in may", "en", ""),
        ("euh oui depuis hier", "fr", "yes"),
        ("pas du tout", "fr", "no"),
        ("si, un peu", "fr", "yes"),
    ],
)
def test_what_a_reply_says(text: str, language: Language, said: str) -> None:
    assert answer(text, language) == said


@pytest.mark.parametrize(
    ("text", "language", "written"),
    [
        ("forty milligrams", "en", "40 milligrams"),
        ("one twenty eight over eighty", "en", "128 over 80"),
        ("ninety eight point six", "en", "98.6"),
        ("a hundred and fifty pounds", "en", "150 pounds"),
        ("it is six point seven now", "en", "it is 6.7 now"),
        ("twelve . five milligrams", "en", "12.5 milligrams"),
        ("12 . 5 mg", "en", "12.5 mg"),
        ("your temperature is ninety eight . two", "en", "your temperature is 98.2"),
        ("douze . cinq milligrammes", "fr", "12.5 milligrammes"),
        ("back in nineteen eighty five", "en", "back in 1985"),
        ("since twenty twenty one", "en", "since 2021"),
        ("the nineteen forties", "en", "the 1940s"),
        ("back in o eight", "en", "back in 2008"),
        ("twenty twenty vision", "en", "twenty twenty vision"),
        ("her eighty ninth birthday", "en", "her 89th birthday"),
        ("the twenty second of june", "en", "the 22nd of june"),
        ("a twenty second hold", "en", "a 20 second hold"),
        ("one of them", "en", "one of them"),
        ("quatre-vingt-dix-sept kilos", "fr", "97 kilos"),
        ("soixante et onze ans", "fr", "71 ans"),
        ("trente-sept virgule huit", "fr", "37.8"),
        ("une angine", "fr", "une angine"),
        ("un comprimé", "fr", "un comprimé"),
    ],
)
def test_numbers_in_words(text: str, language: Language, written: str) -> None:
    assert to_digits(text, language) == written


def test_a_decimal_is_not_the_number_before_its_point() -> None:
    assert values("twelve point five milligrams", "en") == {"12.5"}
    assert values("twelve . five milligrams", "en") == {"12.5"}


def test_a_dictated_decimal_is_not_cut_and_a_full_stop_before_a_number_is() -> None:
    text = "add aldactone twelve . five milligrams daily . it began at twelve . five years ago"
    pieces = [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")]
    assert pieces[0].startswith("add aldactone twelve . five milligrams daily")
    assert pieces[-1] == "five years ago"


@settings(deadline=None)
@given(st.integers(min_value=11, max_value=99))
def test_every_two_digit_number_is_its_own_value(number: int) -> None:
    assert str(number) in values(f"take {number} mg", "en")
    assert to_digits(f"take {number} mg", "en") == f"take {number} mg"


@pytest.mark.parametrize(
    ("said", "cleaned"),
    [
        ("They seem to be doing okay.", "They seem to be doing okay"),
        ("I'm doing well, no headaches.", "I'm doing well, no headaches"),
        ("It hurts a lot, okay?", "It hurts a lot"),
    ],
)
def test_how_somebody_does_is_no_filler(said: str, cleaned: str) -> None:
    assert clean(said, "en") == cleaned


def test_a_word_that_was_given_up_goes_with_its_comma() -> None:
    assert clean("so the oper- , occupational therapy says", "en") == (
        "the occupational therapy says"
    )
    assert clean("it hurts and like i tried to run", "en") == "it hurts and i tried to run"


@pytest.mark.parametrize(
    ("said", "cleaned"),
    [
        ("i went into the er on sunday", "i went into the er on sunday"),
        ("i went er into the er", "i went into the er"),
        ("no my family is healthy", "my family is healthy"),
    ],
)
def test_a_place_is_no_filler_and_a_reply_no_denial(said: str, cleaned: str) -> None:
    assert clean(said, "en") == cleaned


def test_cleaning_takes_out_talk_and_keeps_the_facts() -> None:
    said = "um , yeah , i i take , you know , forty milligrams a day , okay ?"
    assert clean(said, "en") == "i take 40 mg a day"
    assert clean("euh ben je prends, je prends du Doliprane, voilà", "fr") == (
        "je prends du Doliprane"
    )


@pytest.mark.parametrize(
    ("text", "speaker", "turned"),
    [
        ("i've been doing well", "patient", "she has been doing well"),
        ("i take tylenol and go to bed", "patient", "she takes tylenol and goes to bed"),
        ("i'm still forgetting my pills", "patient", "she is still forgetting her pills"),
        ("it wakes me up", "patient", "it wakes her up"),
        ("the pills you gave me", "patient", "the pills the clinician gave her"),
        ("i gave her tylenol", "caregiver", "the caregiver gave her tylenol"),
        ("you have a history of gout", "clinician", "she has a history of gout"),
    ],
)
def test_english_is_turned_to_the_third_person(text: str, speaker: str, turned: str) -> None:
    who = person_en.pronouns("female")
    assert person_en.third_person(text, who, speaker=speaker) == turned


def test_what_cannot_be_turned_is_not_guessed() -> None:
    who = person_en.pronouns("male")
    assert person_en.third_person("can you believe what we did", who, speaker="patient") is None
    assert person_en.third_person("i went there", who, speaker="clinician") is None


@pytest.mark.parametrize(
    ("text", "speaker", "turned"),
    [
        ("j'ai mal au ventre", "patient", "elle a mal au ventre"),
        ("je me sens fatiguée et je dors mal", "patient", "elle se sent fatiguée et elle dort mal"),
        ("ça me fait mal quand je marche", "patient", "ça lui fait mal quand elle marche"),
        ("je l'avais arrêtée", "patient", "elle l'avait arrêtée"),
        ("votre cicatrice est propre", "clinician", "sa cicatrice est propre"),
        ("vous êtes suivie pour un diabète", "clinician", "elle est suivie pour un diabète"),
    ],
)
def test_french_is_turned_to_the_third_person(text: str, speaker: str, turned: str) -> None:
    assert person_fr.third_person(text, person_fr.pronoms("female"), speaker=speaker) == turned


def test_a_question_and_its_answer_make_one_statement() -> None:
    she, elle = person_en.pronouns("female"), person_fr.pronoms("female")
    assert person_en.declared("do you smoke ?", "no", she) == "she does not smoke"
    assert (
        person_en.declared("have you had any fevers ?", "no", she) == "she has not had any fevers"
    )
    assert person_fr.declared("est-ce que vous fumez ?", "no", elle) == "elle ne fume pas"
    assert person_fr.declared("avez-vous de la fièvre ?", "no", elle) == "elle n'a pas de fièvre"


def test_measures_need_their_own_name() -> None:
    found = measures("blood pressure today is 145/92, heart rate 88 and a1c came back at 7.4", "en")
    assert [(m.key, m.value) for m in found] == [("bp", "145/92"), ("hr", "88"), ("a1c", "7.4")]
    assert measures("her non-hdl was 178", "en") == []
    assert measures("a1c in 3 months", "en") == []
    french = measures("la tension est à 13/8 et la température à 38,5", "fr")
    assert [(m.key, m.value) for m in french] == [("bp", "13/8"), ("temp", "38,5")]


def test_doses_frequencies_and_durations() -> None:
    assert [(a, u) for _, _, a, u in doses("metformin 500 mg")] == [("500", "mg")]
    assert frequency("500 mg twice a day with food", "en") == "twice a day"
    assert frequency("1 g trois fois par jour", "fr") == "trois fois par jour"
    assert duration("the pain started 3 weeks ago", "en") == "3 weeks ago"
    assert duration("j'ai mal depuis deux jours", "fr") == "depuis deux jours"


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="ab ié.,?!-'\n0", max_size=200), st.sampled_from(["en", "fr"]))
def test_sentence_spans_are_ordered_and_inside(text: str, language: Language) -> None:
    previous = 0
    for start, end in sentence_spans(text, 0, len(text), language):
        assert previous <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        previous = end


def test_a_condition_is_never_cut_from_what_hangs_on_it() -> None:
    text = (
        "we will look at the knee again next week and if there was any damage to the ligament "
        "then we need to go on and order a scan of the knee to see what is going on there"
    )
    pieces = [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")]
    assert not any(piece.startswith("there was any damage") for piece in pieces)


def test_speech_without_stops_is_cut_where_sentences_end() -> None:
    text = (
        "there is no pain to palpation of the right foot there is some granulation tissue i want "
        "you to continue the aspirin we're gon na do an arterial ultrasound"
    )
    pieces = [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")]
    assert "i want you to continue the aspirin" in pieces
    assert len(pieces) == 4
    assert " ".join(pieces) == text


def test_an_examined_place_goes_with_its_finding() -> None:
    text = (
        "your blood pressure is great on your neck exam i do n't appreciate any carotid bruits "
        "your lungs are clear to auscultation bilaterally"
    )
    pieces = [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")]
    assert "on your neck exam i do n't appreciate any carotid bruits" in pieces


def test_a_sentence_that_someone_put_a_stop_to_is_not_cut() -> None:
    text = "I took the pills you gave me I mean the white ones."
    assert [text[a:b] for a, b in sentence_spans(text, 0, len(text), "en")] == [text]


@pytest.mark.parametrize(
    ("question", "language", "of_an_effect"),
    [
        ("Have you applied anything to the rash?", "en", True),
        ("Does anything make the itching better?", "en", True),
        ("Have you taken anything for the headache?", "en", True),
        ("Avez-vous pris quelque chose pour la douleur ?", "fr", True),
        ("Any rash?", "en", False),
        ("Any worsening shortness of breath?", "en", False),
        ("Avez-vous de la fièvre ?", "fr", False),
    ],
)
def test_a_question_of_what_changes_a_complaint_is_not_whether_it_is_there(
    question: str, language: Language, of_an_effect: bool
) -> None:
    assert asks_of_an_effect(question, language) is of_an_effect
