"""The complaint is what the visit was opened with, on the side that is right."""

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft, TextEvidence
from tests.summarizer.visits import context, said_in


def drafted(backend: Backend, *turns: str) -> Draft:
    return draft_note(read_transcript("\n".join(turns)), context(), backend=backend)


def complaint(draft: Draft) -> str:
    return said_in(draft, "chief_complaint")


@pytest.mark.parametrize(
    ("opening", "written"),
    [
        ("hi anna , the medical assistant told me that you have a tick bite .", "Tick bite."),
        ("i understand you're here for some itchy eyes .", "Itchy eyes."),
        ("so he sent you over for a nonhealing foot ulcer on your right foot .", "Foot ulcer."),
        ("it looks like you hurt your left ankle .", "Left ankle pain."),
        ("i see that you injured your wrist .", "Wrist injury."),
        ("you've been having some problems with your right hip .", "Problems with her right hip."),
        ("i heard you're having a sore throat , you're not feeling well .", "Sore throat."),
    ],
)
def test_the_complaint_is_what_the_clinician_had_heard(
    backend: Backend, opening: str, written: str
) -> None:
    draft = drafted(
        backend,
        f"[doctor] {opening}",
        "[patient] yes , since last week .",
        "[doctor] any fever or headache ?",
        "[patient] no , just a bit of a headache .",
    )

    assert complaint(draft) == written


def test_a_side_that_the_patient_puts_right_is_the_complaints(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] i understand you've come in with some right knee pain .",
        "[patient] no , it's the left knee . it gives out on the stairs .",
        "[doctor] okay , the left knee .",
    )

    assert complaint(draft) == "Left knee pain."


def test_a_pain_is_that_of_the_part_that_its_sentence_names(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] what happened ?",
        "[patient] well my wrist started to hurt real bad and it got swollen .",
    )

    assert "Wrist pain" in complaint(draft)


def test_a_french_pain_is_that_of_the_part_that_was_asked_for_and_confirmed(
    backend: Backend,
) -> None:
    draft = drafted(
        backend,
        "Médecin : Qu'est-ce qui se passe ?",
        "Patiente : C'est une douleur, comme si on m'appuyait là.",
        "Médecin : Montrez-moi. Avec toute la main, au milieu de la poitrine ?",
        "Patiente : Au milieu, oui. Et des fois la main est engourdie.",
        "Médecin : Vous fumez ?",
        "Patiente : Non.",
    )

    assert complaint(draft) == "Douleur thoracique."
    story = next(part for part in draft.sections if part.key == "hpi")
    assert "consulte ce jour pour douleur thoracique" in story.sentences[0].text
    quotes = [
        item.quote
        for part in draft.sections
        if part.key == "chief_complaint"
        for sentence in part.sentences
        for item in sentence.evidence
        if isinstance(item, TextEvidence)
    ]
    assert any("poitrine" in quote for quote in quotes)


@pytest.mark.parametrize(
    "said",
    [
        "no , just a headache really .",
        "i had leg cramps the other day .",
        "i saw the weight loss study .",
        "i'm sad to be in here .",
    ],
)
def test_what_was_only_mentioned_is_no_complaint(backend: Backend, said: str) -> None:
    draft = drafted(
        backend,
        "[doctor] how have you been ?",
        f"[patient] {said}",
        "[doctor] okay . and your knee ?",
        "[patient] yeah , my knee pain came back last week .",
    )

    assert complaint(draft) == "Knee pain."


def test_what_a_patient_only_thinks_to_have_is_not_what_was_heard(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] it looks like you think you have a kidney stone .",
        "[patient] i have had bad pain in my left back since yesterday .",
    )

    assert "Kidney" not in complaint(draft)


def test_a_stay_in_the_emergency_department_is_followed_up(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] hi david , so you were just in the emergency department .",
        "[patient] yes , i was walking and i did have a pain in my chest .",
    )

    assert complaint(draft) == "Emergency department follow-up."


def test_a_complaint_that_was_there_when_the_patient_called_is_what_the_visit_is_for(
    backend: Backend,
) -> None:
    draft = drafted(
        backend,
        "[doctor] hi jane , how have you been ?",
        "[patient] well , when i called to make the appointment i was having chest pains .",
    )
    story = next(part for part in draft.sections if part.key == "hpi")

    assert story.sentences[0].text == "The patient presents today for chest pain."
