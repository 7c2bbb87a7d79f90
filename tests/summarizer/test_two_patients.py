"""Two patients in one recording: the draft says so, and keeps to the one it is for."""

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft
from tests.summarizer.visits import context

MOTHER_AND_SON = """\
[doctor] hello , what brings you in today ?
[patient] i have had a dry cough for two weeks and it is worse at night when i lie down .
[doctor] any fever or chest pain with that ?
[patient] no , none of that . i take lisinopril 10 milligrams every morning and i do not smoke .
[doctor] okay . your lungs are clear on my exam . there is no swelling of your legs .
[doctor] now let me look at your son . how long has he had it ?
[patient] he has had a rash on his arm for three days and he vomited last night .
[doctor] okay . i'm gonna prescribe hydrocortisone cream for his rash .
[doctor] now back to you . i'm gonna order a chest x-ray . come back in two weeks .
"""
MERE_ET_FILLE = """\
Médecin : Bonjour madame, qu'est-ce qui vous amène aujourd'hui ?
Patiente : J'ai mal au genou gauche depuis trois semaines. La nuit ça me réveille, et le matin \
il est raide.
Médecin : Vous avez de la fièvre, des frissons ?
Patiente : Non, pas de fièvre. Je prends du paracétamol 1 g trois fois par jour depuis une semaine.
Médecin : Le genou est gonflé, la mobilité est limitée.
Médecin : Je vais examiner maintenant votre fille.
Patiente : Elle tousse depuis hier et elle a vomi.
Médecin : Je lui prescris de la Ventoline.
Médecin : Revenons à vous. On va faire une IRM du genou gauche.
"""
LABELLED = """\
Doctor: What brings you in?
Patient 1: My back hurts when I bend.
Doctor: Any numbness?
Patient 1: No numbness.
Doctor: And do you have a fever?
Patient 2: Yes, I have a fever and a sore throat.
Patient 2: It started on Monday.
Doctor: I'm going to order an MRI of the back.
"""


def drafted(backend: Backend, words: str) -> Draft:
    return draft_note(read_transcript(words), context(), backend=backend)


def text(draft: Draft) -> str:
    return " ".join(s.text for part in draft.sections for s in part.sentences)


def codes(draft: Draft) -> set[str]:
    return {flag.code for flag in draft.warnings}


def test_what_the_doctor_turns_to_another_for_is_not_the_patients(backend: Backend) -> None:
    draft = drafted(backend, MOTHER_AND_SON)
    assert "two-patients" in codes(draft)
    assert "cough" in text(draft).lower()
    assert "chest x-ray" in text(draft)
    for others in ("rash", "vomit", "ydrocortisone"):
        assert others not in text(draft)


def test_what_was_said_of_another_is_listed_with_that_reason(backend: Backend) -> None:
    aside = [i for i in drafted(backend, MOTHER_AND_SON).set_aside if i.reason == "other-person"]
    assert any("rash" in item.text for item in aside)
    assert any("hydrocortisone" in item.text for item in aside)


def test_the_same_holds_in_french(backend: Backend) -> None:
    draft = drafted(backend, MERE_ET_FILLE)
    assert "two-patients" in codes(draft)
    assert "IRM du genou" in text(draft)
    for others in ("toux", "tousse", "Ventoline", "vomi"):
        assert others not in text(draft)


def test_a_second_labelled_patient_is_another_person(backend: Backend) -> None:
    draft = drafted(backend, LABELLED)
    assert "two-patients" in codes(draft)
    assert "fever" not in text(draft).lower()
    assert "MRI of the back" in text(draft)


@pytest.mark.parametrize(
    "said",
    [
        "[doctor] next patient is anna miller , she is a 52-year-old female .\n"
        "[doctor] she has gout .",
        "[doctor] any diabetes in the family ?\n[patient] my mother has it . \n"
        "[doctor] let's look at your mother's history later . your son is with you ?",
        "[doctor] let me look at your knee .\n[patient] my daughter drove me here .",
    ],
)
def test_one_patient_is_no_two(backend: Backend, said: str) -> None:
    padding = "[doctor] hello .\n[patient] " + "my knee has hurt since the fall . " * 12 + "\n"
    for words in (said, padding + said if "next patient" not in said else said):
        assert "two-patients" not in codes(drafted(backend, words))


def test_the_child_that_the_visit_is_for_is_no_other(backend: Backend) -> None:
    words = (
        "[doctor] how is your daughter ?\n"
        "[patient] my daughter has a cough . my daughter coughs all night and my daughter has had "
        "a fever since monday . she does not sleep and she eats little and she is tired all day .\n"
        "[doctor] is your daughter drinking ?\n"
        "[patient] yes , she is drinking well and she plays .\n"
        "[doctor] let's listen to your daughter . her lungs are clear .\n"
    )
    assert "two-patients" not in codes(drafted(backend, words))
