"""Someone else speaks for the patient: the note says who, and keeps the two apart."""

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.steps.carers import carer_of, own_turns
from summarizer.transcripts import read_transcript
from tests.summarizer.visits import context

APPEL = """\
Médecin : Docteur Roche à l'appareil, vous appelez pour votre voisine qui a mal à la poitrine ?
Appelant : Oui, elle a très mal depuis vingt minutes. Elle est pâle, elle transpire.
Médecin : Est-ce qu'elle a déjà fait un infarctus ?
Appelant : Je sais pas. Moi j'ai déjà fait un infarctus, j'étais pareil, j'avais mal au bras.
Médecin : Passez-la-moi s'il vous plaît.
Appelant : Oui allô ?
Médecin : Bonjour madame. Vous toussez ?
Appelant : Non, je tousse pas. Je croyais que ça allait passer mais la douleur est très forte.
"""
CHILD = """\
Doctor: Hello, what happened?
Guest: Hi doctor, I'm his mom. He has had a fever since Monday, and I gave him Tylenol last night.
Doctor: Is he eating?
Guest: No, he is not eating. I got nervous when he vomited, so I brought him in.
"""


@pytest.mark.parametrize(
    ("words", "carer"),
    [
        (CHILD, "mother"),
        ("Mother: He has had a rash for two days.\nDoctor: Where?", "mother"),
        ("Doctor: Are you her husband?\nPatient: Yes, she fell.", "husband"),
        ("Doctor: What brings you in?\nPatient: I'm calling for my son, he coughs.", "parent"),
        ("Médecin : Vous appelez pour votre fille ?\nPatient : Oui, elle tousse.", "le parent"),
        ("Médecin : Bonjour.\nPatient : Bonjour, je suis sa fille, elle est tombée.", "la fille"),
        ("Doctor: What brings you in?\nPatient: My mom told me to come.", ""),
    ],
)
def test_who_speaks_is_read_from_the_words_or_the_label(words: str, carer: str) -> None:
    assert carer_of(read_transcript(words)) == carer


def test_the_patient_speaks_from_where_the_telephone_is_passed_on() -> None:
    transcript = read_transcript(APPEL)
    assert [transcript.utterances[i].index for i in own_turns(transcript)] == [5, 6, 7]


def test_nobody_takes_over_where_the_call_only_begins_with_hello() -> None:
    assert not own_turns(read_transcript("Appelant : Allô ?\nMédecin : Bonjour.\nAppelant : Oui."))


@pytest.mark.model
def test_what_the_caller_has_is_not_the_patients(backend: Backend) -> None:
    draft = draft_note(read_transcript(APPEL), context(), backend=backend)
    text = "\n".join(s.text for part in draft.sections for s in part.sentences)
    assert "infarctus" not in text
    assert "pas de toux" in text.lower()
    assert "voisine ne tousse" not in text


@pytest.mark.model
def test_the_note_names_the_mother_who_tells_the_story(backend: Backend) -> None:
    words = CHILD + (
        "Doctor: Does he cough?\nGuest: He coughs at night, and he has a runny nose. He sleeps "
        "badly. I gave him honey because he coughs so much.\n"
    )
    draft = draft_note(read_transcript(words), context(gender="male"), backend=backend)
    text = "\n".join(s.text for part in draft.sections for s in part.sentences)
    assert "mother" in text
    assert "caregiver" not in text
    assert "mother is his" not in text
