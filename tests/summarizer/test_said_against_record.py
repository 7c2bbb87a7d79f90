"""Where the words and the record disagree, both sides are shown; where they agree, nothing is."""

import pytest

from summarizer.backends import Backend, load
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Patient, RecordFact, VisitContext
from tests.conftest import ASSETS

pytestmark = pytest.mark.model


def fact(kind: str, label: str, text: str = "") -> RecordFact:
    return RecordFact(
        kind=kind,  # type: ignore[arg-type]
        resource_type="Basic",
        resource_id=label.lower().replace(" ", "-"),
        version=1,
        path="x.code",
        text=text or label,
        label=label,
        when="2024-01-01",
        status="active",
    )


def flags(words: str, *facts: RecordFact) -> set[str]:
    backend: Backend = load("claims", {"assets": str(ASSETS)})
    context = VisitContext(patient=Patient(), facts=facts, visit_date="2026-05-04")
    draft = draft_note(read_transcript(words), context, backend=backend)
    found = [f for part in draft.sections for s in part.sentences for f in s.flags]
    for flag in found:
        assert flag.detail["said"]
        assert flag.detail["recorded"]
    return {flag.code for flag in found}


LISINOPRIL = fact("medication", "Lisinopril", "Lisinopril 10 mg, once daily")
RAMIPRIL = fact("medication", "Ramipril", "Ramipril 5 mg, une fois par jour")


@pytest.mark.parametrize(
    ("words", "record", "code"),
    [
        (
            "Doctor: What do you take?\nPatient: I take lisinopril 20 mg every day.",
            LISINOPRIL,
            "dose-conflict",
        ),
        (
            "Docteur : Que prenez-vous ?\nPatient : Je prends du ramipril 10 mg par jour.",
            RAMIPRIL,
            "dose-conflict",
        ),
        (
            "Patient: My throat hurts.\nDoctor: I will start you on amoxicillin 500 mg.",
            fact("allergy", "Penicillin"),
            "allergy-conflict",
        ),
        (
            "Patient : J'ai mal à la gorge.\n"
            "Docteur : Je vais vous prescrire de l'amoxicilline 500 mg.",
            fact("allergy", "Pénicilline"),
            "allergy-conflict",
        ),
        (
            "Doctor: Are you allergic to anything?\nPatient: No.",
            fact("allergy", "Penicillin"),
            "allergy-denied",
        ),
        (
            "Docteur : Avez-vous des allergies ?\nPatient : Non, aucune.",
            fact("allergy", "Pénicilline"),
            "allergy-denied",
        ),
    ],
)
def test_a_disagreement_is_flagged_with_both_sides(
    words: str, record: RecordFact, code: str
) -> None:
    assert code in flags(words, record)


@pytest.mark.parametrize(
    ("words", "record"),
    [
        ("Doctor: What do you take?\nPatient: I take lisinopril 10 mg every day.", LISINOPRIL),
        ("Docteur : Que prenez-vous ?\nPatient : Je prends du ramipril 5 mg.", RAMIPRIL),
        (
            "Patient: My throat hurts.\nDoctor: Please avoid amoxicillin from now on.",
            fact("allergy", "Penicillin"),
        ),
        (
            "Doctor: Are you allergic to anything?\nPatient: No.",
            fact("allergy", "No known allergy"),
        ),
    ],
)
def test_an_agreement_is_not(words: str, record: RecordFact) -> None:
    assert flags(words, record) == set()
