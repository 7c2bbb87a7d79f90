"""A problem of the assessment shows the figure that its disease is followed by."""

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft
from tests.summarizer.visits import context

VISIT = """\
[doctor] what brings you in today ?
[patient] i am here for my diabetes and my blood pressure .
[doctor] okay , let me examine you . your blood pressure is 152 over 90 . your lungs are clear .
[doctor] your hemoglobin a1c is 8.1 today .
[doctor] so for your first problem , your diabetes , let's increase the metformin to 1000 \
milligrams twice a day .
[doctor] {hypertension} let's start lisinopril 10 milligrams a day .
[patient] okay .
"""
CONSULTATION = """\
Médecin : Bonjour, qu'est-ce qui vous amène ?
Patiente : Je viens pour mon hypertension.
Médecin : Je vais vous examiner. La tension est à 152/90. Les poumons sont clairs.
Médecin : Pour votre hypertension, je vous prescris du lisinopril 10 mg une fois par jour.
"""


def assessment(draft: Draft) -> list[str]:
    return [s.text for part in draft.sections if part.key == "assessment" for s in part.sentences]


def visit(backend: Backend, hypertension: str) -> Draft:
    words = VISIT.format(hypertension=hypertension)
    return draft_note(read_transcript(words), context(), backend=backend)


def test_each_problem_has_its_own_figure(backend: Backend) -> None:
    written = assessment(visit(backend, "for your second problem , your hypertension ,"))

    assert "Diabetes: hemoglobin A1c 8.1." in written
    assert "Hypertension: blood pressure 152/90." in written


def test_a_figure_that_the_clinician_gives_is_not_given_twice(backend: Backend) -> None:
    written = assessment(
        visit(backend, "for your hypertension , your blood pressure is high at 152 over 90 , so")
    )

    assert sum("152/90" in sentence for sentence in written) == 1


def test_a_problem_without_a_measurement_stands_by_its_name(backend: Backend) -> None:
    written = assessment(visit(backend, "for your depression ,"))

    assert "Depression." in written


def test_the_figure_stands_in_french_too(backend: Backend) -> None:
    draft = draft_note(read_transcript(CONSULTATION), context(), backend=backend)

    assert any("pression artérielle 152/90" in sentence for sentence in assessment(draft))


def test_the_figure_has_its_own_words_as_evidence(backend: Backend) -> None:
    draft = visit(backend, "for your second problem , your hypertension ,")
    sentence = next(
        s
        for part in draft.sections
        if part.key == "assessment"
        for s in part.sentences
        if "152/90" in s.text
    )

    assert any("152 over 90" in getattr(item, "quote", "") for item in sentence.evidence)
