"""What is listed as the patient's is the patient's, and there now."""

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft
from tests.summarizer.visits import context, said_in


def drafted(backend: Backend, *turns: str) -> Draft:
    words = (
        "[doctor] what brings you in today ?",
        "[patient] i have been having back pain for two weeks .",
        *turns,
        "[doctor] okay .",
    )
    return draft_note(read_transcript("\n".join(words)), context(), backend=backend)


def text(draft: Draft, *keys: str) -> str:
    return said_in(draft, *keys).lower()


@pytest.mark.parametrize(
    ("said", "unlisted"),
    [
        ("the joint pain has been going away .", "joint pain"),
        ("my dizziness is much better now .", "dizziness"),
        ("i used to have headaches as a child .", "headache"),
        ("no , the weight loss has really helped .", "weight loss"),
    ],
)
def test_what_is_over_or_helped_is_no_symptom_of_today(
    backend: Backend, said: str, unlisted: str
) -> None:
    assert unlisted not in text(drafted(backend, f"[patient] {said}"), "ros")


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ("my dizziness is better when i lie down .", "reports dizziness"),
        ("i have had joint pain since may .", "joint pain"),
        ("no , i don't have headaches .", "denies headache"),
    ],
)
def test_what_is_there_or_denied_is_listed(backend: Backend, said: str, listed: str) -> None:
    assert listed in text(drafted(backend, f"[patient] {said}"), "ros")


@pytest.mark.parametrize(
    ("said", "unlisted"),
    [
        ("i work with patients with covid .", "covid"),
        ("i helped to open the covid clinic .", "covid"),
        ("she has irritable bowel syndrome and she told me about you .", "irritable"),
        ("you said lyme disease .", "lyme"),
        ("skin cancer does run in my family .", "skin cancer"),
    ],
)
def test_another_persons_illness_is_not_the_patients(
    backend: Backend, said: str, unlisted: str
) -> None:
    assert unlisted not in text(drafted(backend, f"[patient] {said}"), "pmh")


def test_what_runs_in_the_family_is_the_familys(backend: Backend) -> None:
    draft = drafted(backend, "[patient] skin cancer does run in my family .")

    assert "family history of skin cancer" in text(draft, "family")


def test_no_other_allergy_is_not_no_allergy(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] you're allergic to penicillin , right ?",
        "[patient] yes .",
        "[doctor] any other allergies ?",
        "[patient] nope , just penicillin .",
    )

    assert "penicillin" in text(draft, "allergies")
    assert "no known allergies" not in text(draft, "allergies")


@pytest.mark.parametrize(
    ("question", "answer", "unwritten"),
    [
        (
            "have you ever had an abnormal pap ?",
            "not with you , but i did around 2009 .",
            "has not had an abnormal pap",
        ),
        (
            "do you have any history of smoking , drug use , or heavy drinking ?",
            "no drugs .",
            "does not have any history of smoking",
        ),
    ],
)
def test_an_answer_that_says_something_else_denies_nothing(
    backend: Backend, question: str, answer: str, unwritten: str
) -> None:
    draft = drafted(backend, f"[doctor] {question}", f"[patient] {answer}")

    assert unwritten not in text(draft, "hpi", "pmh", "social", "ros")


def test_a_question_with_a_hand_on_the_spine_denies_no_back_pain(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[doctor] okay . examination of the spine , any back pain here now ?",
        "[patient] no .",
    )

    assert "denies back pain" not in text(draft, "ros")


@pytest.mark.parametrize(
    "said",
    [
        "i sometimes think i want to hurt myself .",
        "maybe i would be better off dead .",
        "i have had thoughts of not being here anymore .",
        "some days i don't want to wake up .",
    ],
)
def test_thoughts_of_suicide_are_listed_and_checked_first(backend: Backend, said: str) -> None:
    draft = drafted(backend, f"[patient] {said}")

    assert "reports suicidal ideation" in text(draft, "ros")
    first = next(flag for flag in draft.warnings if flag.code == "check-first")
    assert first.detail["reason"] == "self-harm"


def test_thoughts_of_suicide_are_denied_where_they_are(backend: Backend) -> None:
    draft = drafted(backend, "[patient] no , i don't want to hurt myself .")

    assert "denies suicidal ideation" in text(draft, "ros")


def test_an_accident_is_no_thought_of_suicide(backend: Backend) -> None:
    draft = drafted(backend, "[patient] i hurt myself at the gym .")

    assert "suicidal" not in text(draft, "ros", "hpi", "chief_complaint")


def test_french_thoughts_of_suicide_are_listed(backend: Backend) -> None:
    draft = draft_note(
        read_transcript(
            "Médecin : Et le moral ?\n"
            "Patient : Des fois je me dis que ce serait mieux si je n'étais plus là.\n"
            "Médecin : D'accord.\n"
        ),
        context(gender="male"),
        backend=backend,
    )

    assert "idées suicidaires" in text(draft, "ros")


@pytest.mark.parametrize(
    ("question", "answer", "unwritten"),
    [
        ("are you missing any doses of your medication ?", "i don't know , i try .", "missing"),
        ("any fever or chills ?", "no fever , some chills .", "denies fever or chills"),
        ("have you ever hurt that foot ?", "yeah no sorry .", "hurt that foot"),
        ("any diarrhea ?", "no i had diarrhea last week .", "denies diarrhea"),
        ("any swelling in your legs ?", "not if i sit down .", "denies leg swelling"),
    ],
)
def test_an_answer_that_is_neither_yes_nor_no_confirms_nothing(
    backend: Backend, question: str, answer: str, unwritten: str
) -> None:
    draft = drafted(backend, f"[doctor] {question}", f"[patient] {answer}")

    assert unwritten not in text(draft, "hpi", "ros", "pmh", "medications")


def test_no_fever_some_chills_is_one_denied_and_one_reported(backend: Backend) -> None:
    ros = text(drafted(backend, "[patient] no fever , some chills ."), "ros")

    assert "reports chills" in ros
    assert "denies fever" in ros


def test_each_medicine_of_a_list_has_its_own_frequency(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[patient] i'm taking norvasc 10 milligrams daily and carvedilol 25 milligrams twice a "
        "day .",
    )

    assert "norvasc 10 mg daily" in text(draft, "medications")
    assert "carvedilol 25 mg twice a day" in text(draft, "medications")


def test_what_another_clinician_did_is_not_the_patients_doing(backend: Backend) -> None:
    draft = drafted(
        backend,
        "[patient] i went to see my urologist . he ordered a cat scan and said i had a kidney "
        "stone .",
    )

    assert "the patient ordered" not in text(draft, "hpi", "pmh")
    assert "the urologist ordered a ct scan" in text(draft, "hpi", "pmh")


def test_a_he_whom_nobody_named_is_not_written(backend: Backend) -> None:
    draft = drafted(backend, "[patient] he ordered a cat scan and said i had a kidney stone .")

    assert "ordered a ct scan" not in text(draft, "hpi", "pmh")


@pytest.mark.parametrize(
    ("said", "unlisted"),
    [
        ("on m'a dit qu'il fallait le faire vomir .", "vomissements"),
        ("je crois que je vais vomir .", "vomissements"),
        ("c'est pour ça que je m'inquiète .", "anxiété"),
        ("je suis assez inquiète parce qu'elle ne répond plus .", "anxiété"),
        ("le téléphone il tombe tout le temps .", "chute"),
    ],
)
def test_what_a_french_caller_fears_or_was_told_to_do_is_no_symptom(
    backend: Backend, said: str, unlisted: str
) -> None:
    draft = draft_note(
        read_transcript(f"Médecin : Qu'est-ce qui se passe ?\nAppelant : {said}\n"),
        context(),
        backend=backend,
    )

    assert unlisted not in text(draft, "ros", "chief_complaint", "hpi")


def test_a_relatives_complaint_is_no_family_history(backend: Backend) -> None:
    draft = draft_note(
        read_transcript(
            "Médecin : Vous nous appelez pour votre mère qui a mal à la poitrine ?\n"
            "Appelant : Oui c'est ça.\n"
        ),
        context(),
        backend=backend,
    )

    assert "familial" not in text(draft, "family")
