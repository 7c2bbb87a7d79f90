"""Orders in long or broken speech stand in their plainest form; what is not meant is no order."""

import pytest

from summarizer.backends import Backend
from summarizer.language.quantities import doses, whole_doses
from summarizer.language.text import clean
from summarizer.pipeline import draft_note
from summarizer.steps.verify import failures
from summarizer.transcripts import read_transcript
from summarizer.types import Draft, Sentence, TextEvidence
from tests.summarizer.visits import context, examined, said_in


def drafted(backend: Backend, *plan: str) -> Draft:
    return examined(backend, *(f"so here is my plan . {said}" for said in plan))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "so the pain , you know , uh , i'm gon na go ahead and prescribe some ultram "
            "50 milligrams every six hours , and we can see from there what we do .",
            "Ultram 50 mg every 6 hours",
        ),
        (
            "it sounds like you're managing that pretty well but i do want to get a recheck on "
            "your hemoglobin a1c and then",
            "hemoglobin A1c",
        ),
        ("i'm gon na prescribe you some meloxicam 15 milligrams once a day , okay ?", "15 mg"),
        ("i wan na go ahead and prescribe protonix . it's forty milligrams once a day .", "40 mg"),
        ("have you continue your aspirin eighty one milligrams daily", "aspirin 81 mg"),
    ],
)
def test_an_order_in_broken_speech_is_in_the_plan(
    backend: Backend, said: str, written: str
) -> None:
    assert written.lower() in said_in(drafted(backend, said), "plan").lower()


@pytest.mark.parametrize(
    "said",
    [
        "if that does not work we might do some physical therapy or an mri .",
        "hey dragon , show me the chest x-ray .",
        "we are not going to order an mri .",
        "depending on how it goes we could try gabapentin .",
        "did you get an mri ?",
    ],
)
def test_what_is_only_thought_of_asked_or_refused_is_not_ordered(
    backend: Backend, said: str
) -> None:
    plan = said_in(drafted(backend, said), "plan")
    for ordered in ("will order", "will get", "will do", "will try", "will start"):
        assert ordered not in plan


def test_the_next_visit_is_told_with_its_time_and_without_the_talk_after_it(
    backend: Backend,
) -> None:
    draft = drafted(backend, "i'll see you again in two weeks , congratulations on the baby .")
    assert "The patient will follow up in 2 weeks." in said_in(draft, "followup")


def test_a_dose_said_in_pieces_is_no_dose() -> None:
    said = clean("ferrous sulfate , three hundred , twenty phil- 25 milligrams by mouth", "en")
    assert doses(said)
    assert not whole_doses(said)
    assert whole_doses(clean("metformin five hundred five hundred milligrams", "en"))


def test_a_sentence_with_a_piece_of_a_number_does_not_hold() -> None:
    transcript = read_transcript("[doctor] you take iron three hundred , twenty phil- 25 mg .")
    start = transcript.text.index("you take")
    quote = transcript.text[start:]
    piece = Sentence(
        text="Iron 25 mg.", evidence=(TextEvidence(start, len(transcript.text), quote),), claims=()
    )
    assert "quantity-cut" in failures(piece, transcript, "en")


def test_what_a_reply_excepts_is_not_denied(backend: Backend) -> None:
    words = (
        "[doctor] have you had any fever , chills or joint pain ?\n"
        "[patient] no , just my typical arthritic pain .\n"
        "[doctor] okay .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    story = said_in(draft, "ros", "hpi").lower()
    assert "fever" in story
    assert "joint pain" not in story


def test_a_worry_about_a_result_is_no_anxiety(backend: Backend) -> None:
    words = (
        "[doctor] how are you today ?\n"
        "[patient] i'm just anxious about my results . my back hurts .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "nxiety" not in said_in(draft, *(part.key for part in draft.sections))


def test_a_likening_is_no_past_illness(backend: Backend) -> None:
    words = (
        "[doctor] how is the leg ?\n"
        "[patient] maybe if i run hard it's like a muscle strain the next day .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "strain" not in said_in(draft, "pmh").lower()


def test_an_order_that_asks_only_for_assent_is_drafted_in_french(backend: Backend) -> None:
    words = (
        "Médecin : Bonjour, qu'est-ce qui vous amène ?\n"
        "Patient : J'ai mal au dos depuis trois jours.\n"
        "Médecin : Je vais vous prescrire du paracétamol 1 g trois fois par jour, d'accord ?\n"
        "Patient : Oui.\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "paracétamol 1 g" in said_in(draft, "plan")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("so the abdominal x-rays show a possible kidney stone , okay ?", "possible kidney stone"),
        (
            "and i also wan na go and refer you back to the surgeon , okay ?",
            "refer the patient back",
        ),
        ("have you apply ice to the elbow for twenty minutes three times a day", "apply ice"),
        (
            "at this point , my recommendation would be to put you in a knee brace , uh",
            "knee brace",
        ),
        ("i'm also gon na put you in a a knee brace just to try and support it", "in a knee brace"),
        ("i'm gon na recommend we start you on some naprosyn 500 milligrams twice a day", "500 mg"),
        (
            "so you know when that stone does pass gon na order a bmp and a urinalysis",
            "order a urinalysis",
        ),
        ("i then recommend chemotherapy with cisplatin and taxol", "Taxol"),
        (
            "before surgery we'll have to get you off your clopidogrel for a week",
            "off clopidogrel for a week",
        ),
        ("i encourage you to change your diet and decrease alcohol", "change her diet"),
        ("i'm gon na order what we call a basic metabolic panel", "a basic metabolic panel"),
    ],
)
def test_an_order_is_read_in_the_ways_that_clinicians_word_it(
    backend: Backend, said: str, written: str
) -> None:
    assert written in said_in(drafted(backend, said), "results", "plan", "followup")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (
            "and if your symptoms continue , we'll talk about a referral to physical therapy .",
            "if ",
        ),
        ("we'll refer you to physical therapy if we need to .", "if needed"),
        (
            "we'll go ahead and refer you to physical therapy once we get the mri results back .",
            "MRI",
        ),
        ("we might do some physical therapy for that .", "consider physical therapy"),
        ("i do n't think you need to follow up with the surgeon anymore .", "No need to follow up"),
    ],
)
def test_what_depends_on_something_keeps_its_condition(
    backend: Backend, said: str, written: str
) -> None:
    assert written in said_in(drafted(backend, said), "plan", "followup")


def test_a_medicine_read_on_from_an_order_needs_no_verb(backend: Backend) -> None:
    draft = drafted(
        backend,
        "i want you to continue your toprol 50 milligrams daily . and as well your , as well , as "
        "your lisinopril 10 milligrams a day .",
    )
    assert "Lisinopril 10 mg a day." in said_in(draft, "plan")


def test_a_result_belongs_to_the_test_that_was_asked_to_be_shown(backend: Backend) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] i have been short of breath .\n"
        "[doctor] okay , let's look at your results . hey , dragon , show me the chest x-ray .\n"
        "[doctor] so it looks like there is some copd there .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "Chest x-ray:" in said_in(draft, "results")


def test_what_the_patient_is_told_to_do_while_examined_is_no_advice(backend: Backend) -> None:
    words = (
        "[doctor] what brings you in ?\n[patient] my wrist hurts .\n"
        "[doctor] let me do a quick physical exam . i want you to close your eyes and squeeze my "
        "hands . there is tenderness of the right wrist .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "eyes" not in said_in(draft, "plan")


def test_a_list_of_medicines_goes_on_over_sentences(backend: Backend) -> None:
    words = (
        "[doctor] what are you taking ?\n"
        "[patient] i'm taking a farxiga and amlodipine . and lisinopril and the "
        "hydrochlorothiazide .\n"
    )
    draft = draft_note(read_transcript(words), context(), backend=backend)
    assert "Hydrochlorothiazide." in said_in(draft, "medications")
