"""French drafts: negation, agreement, and who is meant when somebody calls for another."""

import pytest

from summarizer.backends import Backend
from summarizer.language import register_fr
from summarizer.language.assertion import status
from summarizer.language.person_fr import accord_vous, agreed, pronoms, third_person
from summarizer.pipeline import draft_note
from summarizer.steps.gate import whole
from summarizer.steps.units import find_subject, find_units
from summarizer.steps.write.wording import named_subject
from summarizer.transcripts import read_transcript
from summarizer.types import Assertion, Draft
from tests.summarizer.visits import context

CALL = """\
Médecin : Bonjour, vous appelez pour votre voisin qui tousse ?
Patient : Oui, il tousse, il a de la fièvre. Moi je suis inquiète.
Médecin : Il respire bien ?
Patient : Il respire vite. Il est rouge. Moi aussi j'avais mal à la poitrine l'an dernier.
Médecin : On envoie les pompiers.
"""


def text(draft: Draft, *keys: str) -> str:
    return " ".join(s.text for part in draft.sections if part.key in keys for s in part.sentences)


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("elle a pas vomi", "elle n'a pas vomi"),
        ("il se réveille pas", "il ne se réveille pas"),
        ("il y a pas de sang", "il n'y a pas de sang"),
        ("c'est pas normal", "ce n'est pas normal"),
        ("non elle a de la fièvre oui", "elle a de la fièvre"),
        ("prendre une sa main", "prendre sa main"),
        ("elle mange plus", "elle mange plus"),
        ("elle ne dort pas", "elle ne dort pas"),
    ],
)
def test_spoken_negation_is_written_whole(said: str, noted: str) -> None:
    assert register_fr.written(said) == noted


@pytest.mark.parametrize(
    ("gender", "said", "noted"),
    [
        ("female", "elle est vraiment inquiet", "elle est vraiment inquiète"),
        ("female", "elle a été hospitalisé", "elle a été hospitalisée"),
        ("female", "elle s'est cassé la jambe", "elle s'est cassé la jambe"),
        ("male", "il est fatiguée", "il est fatigué"),
        ("", "le patient est inquiète", "le patient est inquiète"),
    ],
)
def test_what_is_said_of_the_patient_agrees_with_the_patient(
    gender: str, said: str, noted: str
) -> None:
    assert agreed(said, gender) == noted


@pytest.mark.parametrize(
    ("verb", "third"),
    [("appelez", "appelle"), ("levez", "lève"), ("préférez", "préfère"), ("respirez", "respire")],
)
def test_a_verb_keeps_its_spelling_in_the_third_person(verb: str, third: str) -> None:
    assert accord_vous(verb) == third


def test_a_person_is_the_object_of_being_left_and_told(backend: Backend) -> None:
    who = pronoms("female")
    assert third_person("on m'a laissée seule", who, speaker="patient") == "on l'a laissée seule"
    assert third_person("on m'a dit de venir", who, speaker="patient") == "on lui a dit de venir"


def test_who_calls_for_another_is_not_the_patient() -> None:
    subject = find_subject(read_transcript(CALL), "")
    assert (subject.gender, subject.spoken_for, subject.helper_gender) == ("male", True, "female")


def test_what_a_caller_has_is_not_the_patients(backend: Backend) -> None:
    draft = draft_note(read_transcript(CALL), context(), backend=backend)
    reviewed = text(draft, "chief_complaint", "ros", "pmh")
    assert "toux" in reviewed.lower()
    assert "nxiété" not in reviewed
    assert "thoracique" not in reviewed
    assert "nvoyer les pompiers" in text(draft, "plan")


@pytest.mark.parametrize(
    "said", ["je tombe des nues", "il faut qu'il ait son scanner", "je suis tombée enceinte"]
)
def test_a_turn_of_phrase_names_no_illness(said: str) -> None:
    transcript = read_transcript(f"Patient : Bonjour docteur, {said} .")
    units = find_units(transcript, find_subject(transcript, ""))
    kinds = {m.concept.kind for unit in units for m, _ in unit.mentions}
    assert not kinds & {"symptom", "condition"}


def test_a_no_that_answers_denies_nothing_behind_it() -> None:
    said = "non elle a de la fièvre"
    at = said.index("fièvre")
    assert status(said, at, at + 6, "fr").assertion is Assertion.AFFIRMED
    said = "non, pas de fièvre"
    at = said.index("fièvre")
    assert status(said, at, at + 6, "fr").assertion is Assertion.DENIED


def test_a_sentence_that_does_not_know_is_no_finding() -> None:
    assert not whole("elle sait pas il dort", "fr")
    assert not whole("elle ne prend rien est ce qu'elle dort", "fr")
    assert whole("elle ne sait pas si elle est enceinte", "fr")


def test_il_is_not_a_patient_who_is_a_woman() -> None:
    said = "il n'a rien eu au cœur"
    assert named_subject(said, "fr", "female", opened=False) == (said, False)
    assert named_subject("elle tousse", "fr", "female", opened=False)[0] == "la patiente tousse"


def test_yes_to_several_symptoms_states_none_of_them(backend: Backend) -> None:
    words = (
        "Médecin : Bonjour, qu'est-ce qui vous amène ?\n"
        "Patiente : J'ai une douleur dans la poitrine à l'effort.\n"
        "Médecin : Est-ce qu'il y a avec ça un essoufflement, des sueurs, des nausées ?\n"
        "Patiente : Un peu essoufflée, oui. Des sueurs, non. Pas de nausées.\n"
        "Médecin : Et à la marche ?\n"
        "Patiente : Si je marche tranquillement sur le plat, non.\n"
    )
    story = text(draft_note(read_transcript(words), context(), backend=backend), "hpi")
    assert "un essoufflement, des sueurs, des nausées" not in story
    assert "Si elle marche" not in story
