"""Short visits and a record, as the drafting tests need them."""

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import Draft, Patient, RecordFact, Transcript, VisitContext

KNEE = """\
[doctor] hi , what brings you in today ?
[patient] my left knee hurts . it started three weeks ago after i fell on the stairs .
[doctor] any fever or chills ?
[patient] no .
[doctor] do you have any numbness ?
[patient] yeah , a little numbness in my foot .
[doctor] are you taking anything for it ?
[patient] i take ibuprofen 400 milligrams twice a day . my mother had rheumatoid arthritis .
[doctor] any allergies to medications ?
[patient] i'm allergic to penicillin .
[doctor] okay , let me examine you . your blood pressure is 142 over 88 . there is \
tenderness on the medial side of the left knee . no swelling of the ankle .
[doctor] the x-ray of your left knee shows no fracture .
[doctor] so for your left knee pain , i think you have a meniscal tear . i'm gonna order an \
mri of the left knee . i want you to stop the ibuprofen and start tylenol \
500 milligrams three times a day .
[doctor] i'll refer you to physical therapy . come back in two weeks . call me if you have a fever .
[patient] okay , thank you .
"""

GENOU = """\
Médecin : Bonjour, qu'est-ce qui vous amène ?
Patiente : J'ai mal au genou gauche depuis trois semaines.
Médecin : Est-ce que vous avez de la fièvre ?
Patiente : Non.
Médecin : Vous prenez un traitement ?
Patiente : Je prends de l'ibuprofène 400 mg deux fois par jour. Ma mère a une \
polyarthrite rhumatoïde.
Médecin : Vous avez des allergies ?
Patiente : Je suis allergique à la pénicilline.
Médecin : Je vais vous examiner. La tension est à 142/88. Le genou est gonflé, \
la mobilité est limitée.
Médecin : On va faire une IRM du genou gauche. Je vous prescris du paracétamol 1 g \
trois fois par jour pendant sept jours. On se revoit dans deux semaines.
"""


def fact(kind: str, label: str, text: str, **more: str) -> RecordFact:
    types = {
        "condition": "Condition",
        "medication": "MedicationRequest",
        "allergy": "AllergyIntolerance",
        "observation": "Observation",
        "family": "FamilyMemberHistory",
    }
    name = types[kind]
    return RecordFact(
        kind=kind,  # type: ignore[arg-type]
        resource_type=name,
        resource_id=f"{kind}-{abs(hash(text)) % 997}",
        version=1,
        path=f"{name}.code",
        text=text,
        label=label,
        **more,
    )


def a1c(value: str, when: str) -> RecordFact:
    return fact(
        "observation",
        "Hemoglobin A1c",
        f"Hemoglobin A1c {value} %",
        value=value,
        unit="%",
        when=when,
        abnormal="H",
        code="4548-4",
        category="laboratory",
    )


def context(*facts: RecordFact, gender: str = "female") -> VisitContext:
    return VisitContext(
        patient=Patient("Ana", "Reed", gender, "1970-05-02"),
        facts=facts,
        visit_date="2026-03-01",
        last_visit_date="2025-09-01",
    )


def knee() -> Transcript:
    return read_transcript(KNEE)


def genou() -> Transcript:
    return read_transcript(GENOU)


def examined(backend: Backend, *turns: str) -> Draft:
    """The draft of a visit for back pain, with the clinician's turns after the examination."""
    said = (
        "[doctor] what brings you in today ?",
        "[patient] i have been having back pain for two weeks .",
        "[doctor] okay . i'd like to do a quick physical exam . your lungs are clear .",
        *(f"[doctor] {turn}" for turn in turns),
        "[patient] okay .",
    )
    return draft_note(read_transcript("\n".join(said)), context(), backend=backend)


def said_in(draft: Draft, *keys: str) -> str:
    """The sentences of the sections ``keys``, one after another."""
    return " ".join(s.text for part in draft.sections if part.key in keys for s in part.sentences)
