"""A note says a thing once, in its fullest form; what differs in any part of it stays."""

import pytest

from summarizer.backends import Backend
from summarizer.language.content import content, says
from summarizer.pipeline import draft_note
from summarizer.steps.verify import failures
from summarizer.transcripts import read_transcript
from summarizer.types import Draft, TextEvidence
from tests.summarizer.visits import context


@pytest.mark.parametrize(
    ("fuller", "other"),
    [
        ("Lungs are clear with no wheezes.", "No wheezes."),
        ("She reports that she has gallstones and gout.", "The patient has gallstones."),
        ("We will order an echocardiogram for that murmur.", "We will order an echocardiogram."),
        (
            "We will refer her to physical therapy twice a week.",
            "We will order a physical therapy referral.",
        ),
        ("The patient will follow up in 2 weeks.", "The patient will follow up in 14 days."),
        ("She will return in 1 to 2 weeks for labs.", "She will return in a week or two."),
        ("We will increase the metformin to 1000 mg a day.", "We will increase her metformin."),
        ("We will give Motrin 600 mg daily.", "The patient was advised to take Motrin."),
        ("Over the summer, he has been tired and dizzy.", "He endorses some fatigue."),
        ("The test is positive, and he has a swollen, red left knee.", "A red knee."),
    ],
)
def test_a_sentence_is_said_by_another_that_holds_all_of_it(fuller: str, other: str) -> None:
    assert says(content(fuller, "en"), content(other, "en"))


@pytest.mark.parametrize(
    ("fuller", "other"),
    [
        ("She has swelling but no fracture.", "No swelling."),
        ("There is tenderness over the left knee.", "There is tenderness over the right knee."),
        ("No pain with flexion on the right side.", "No pain with flexion."),
        ("No swelling of the ankle.", "No swelling."),
        ("He does not drink much alcohol.", "He does not drink alcohol."),
        ("We will increase lisinopril to 20 mg daily.", "We will increase lisinopril to 40 mg."),
        ("We will start Xarelto 20 mg daily.", "We will stop Xarelto."),
        ("We will continue metformin.", "We will continue lisinopril."),
        ("We will order an MRI if it is not better.", "We will order an MRI."),
        ("We will consider an injection of the knee.", "We will order an injection of the knee."),
        ("We will send her to therapy after the MRI results.", "We will order an MRI."),
        ("Her mother has type 2 diabetes.", "She has type 2 diabetes."),
        ("The arm is numb, and the leg feels weaker.", "The arm feels weaker."),
        ("They last hours at a time, nothing makes them worse.", "They get worse over time."),
        ("The ultrasound was done in March.", "The ultrasound was done in April."),
        ("He can tell when his blood pressure is high.", "His blood pressure is high."),
        ("He hopes he never gets kidney stones again.", "He has kidney stones."),
        ("She hurt the left ankle yesterday.", "She has pain in the left ankle."),
    ],
)
def test_what_differs_in_any_part_is_not_said(fuller: str, other: str) -> None:
    assert not says(content(fuller, "en"), content(other, "en"))


@pytest.mark.parametrize(
    ("fuller", "other", "same"),
    [
        ("Elle tousse depuis 3 jours et elle a de la fièvre.", "Elle a de la fièvre.", True),
        ("Prendre du paracétamol 1 g trois fois par jour.", "Prendre du paracétamol.", True),
        ("La patiente a très mal au ventre depuis hier.", "Elle a mal au ventre.", True),
        ("Elle n'a pas de fièvre.", "Elle a de la fièvre.", False),
        ("Le genou droit est gonflé.", "Le genou gauche est gonflé.", False),
        ("Sa mère a un diabète.", "Elle a un diabète.", False),
        ("Faire une radio si la douleur persiste.", "Faire une radio.", False),
        ("Prendre du paracétamol 1 g.", "Prendre du paracétamol 500 mg.", False),
    ],
)
def test_french_is_compared_by_the_same_parts(fuller: str, other: str, same: bool) -> None:
    assert says(content(fuller, "fr"), content(other, "fr")) is same


def drafted(backend: Backend, *said: str) -> Draft:
    words = [
        "[doctor] what brings you in today ?",
        "[patient] i have been having back pain for two weeks .",
        "[doctor] okay . i'd like to do a quick physical exam . your lungs are clear .",
        *(f"[doctor] {each}" for each in said),
        "[patient] okay .",
    ]
    transcript = read_transcript("\n".join(words))
    draft = draft_note(transcript, context(), backend=backend)
    for part in draft.sections:
        for sentence in part.sentences:
            assert failures(sentence, transcript, "en") == ()
    return draft


def lines(draft: Draft, key: str) -> list[str]:
    return [s.text for part in draft.sections if part.key == key for s in part.sentences]


def test_an_order_said_twice_stands_once_with_the_evidence_of_both(backend: Backend) -> None:
    draft = drafted(
        backend,
        "so for your back pain , let's get an mri of the lumbar spine .",
        "we talked about the rest , and i'm going to order an mri .",
    )
    (line,) = [
        sentence
        for part in draft.sections
        if part.key == "plan"
        for sentence in part.sentences
        if "MRI" in sentence.text
    ]
    assert "lumbar spine" in line.text
    quotes = [item.quote for item in line.evidence if isinstance(item, TextEvidence)]
    assert any("order an mri" in quote for quote in quotes)
    assert not any("order an mri" in item.text.lower() for item in draft.set_aside)


def test_a_medicine_begun_is_one_line_with_the_dose_that_is_entered(backend: Backend) -> None:
    plan = lines(
        drafted(
            backend,
            "i think you have some inflammation there . i'm going to start you on a medicine "
            "called meloxicam .",
            "let's order meloxicam 15 milligrams once a day .",
        ),
        "plan",
    )
    named = [line for line in plan if "meloxicam" in line.lower()]
    assert len(named) == 1
    assert "start" in named[0].lower()
    assert "15 mg" in named[0]


def test_orders_for_two_sides_stay_two(backend: Backend) -> None:
    plan = lines(
        drafted(
            backend,
            "let's order an x-ray of the left hip .",
            "and i'm going to order an x-ray of the right hip .",
        ),
        "plan",
    )
    assert len([line for line in plan if "hip" in line]) == 2


def test_a_problem_is_named_once_and_a_more_exact_name_stays(backend: Backend) -> None:
    assessment = lines(
        drafted(
            backend,
            "so for your first problem , your lumbar strain , i think you have a lumbar strain . "
            "i'm going to prescribe meloxicam 15 milligrams once a day .",
        ),
        "assessment",
    )
    assert len([line for line in assessment if "strain" in line.lower()]) == 1
