"""Nothing critical is lost: what was said is in the note, or listed with where it was said."""

import pytest

from summarizer.backends import Backend, load
from summarizer.language.lexicon import lexicon
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Patient, TextEvidence, VisitContext
from tests.conftest import ASSETS

pytestmark = pytest.mark.model

VISITS = {
    "en": """Doctor: What brings you in today?
Patient: My knee hurts and I have had a fever since Monday. Ibuprofen 400 mg did nothing.
Doctor: We stop the ibuprofen; for the knee meloxicam 15 mg, and the digoxin stays as it is.
Patient: What about the prednisone that I had last year?
Doctor: Not now. Let's get an x-ray, and why don't you come back in two weeks?""",
    "fr": """Docteur : Qu'est-ce qui vous amène ?
Patient : J'ai mal au genou et de la fièvre depuis lundi. J'ai pris de l'ibuprofène 400 mg.
Docteur : On arrête l'ibuprofène ; pour le genou paracétamol 1 g, et la digoxine reste.
Patient : Et la prednisone que j'avais l'an dernier ?
Docteur : Pas maintenant. On fait une radio, et vous revenez dans deux semaines.""",
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_medicine_that_was_named_is_in_the_note_or_set_aside(language: str) -> None:
    backend: Backend = load("claims", {"assets": str(ASSETS)})
    transcript = read_transcript(VISITS[language])
    context = VisitContext(patient=Patient(), facts=(), visit_date="2026-05-04")
    draft = draft_note(transcript, context, backend=backend)
    named = {
        mention.concept.key
        for mention in lexicon(transcript.language).find(transcript.text)
        if mention.concept.kind == "medication"
    }
    assert len(named) >= 4
    shown = " ".join(
        [
            *(s.text for section in draft.sections for s in section.sentences),
            *(item.text for item in draft.set_aside),
        ]
    )
    kept = {m.concept.key for m in lexicon(transcript.language).find(shown)}
    assert named <= kept
    for item in draft.set_aside:
        assert item.evidence
        for piece in item.evidence:
            if isinstance(piece, TextEvidence):
                assert transcript.text[piece.start : piece.end] == piece.quote
