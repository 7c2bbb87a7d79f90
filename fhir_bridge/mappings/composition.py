"""The signed note as a Composition: https://hl7.org/fhir/R4/composition.html"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_bridge.mappings.narrative import NoteSectionText, note_div, section_div
from fhir_bridge.mappings.parts import (
    AI_LABEL,
    LOINC,
    Ref,
    concept,
    instant,
    present,
)

NOTE_TYPES = {
    "soap": ("11506-3", "Progress note"),
    "progress": ("11506-3", "Progress note"),
    "h&p": ("34117-2", "History and physical note"),
    "consult": ("11488-4", "Consult note"),
    "referral": ("57133-1", "Referral note"),
    "discharge": ("18842-5", "Discharge summary"),
    "after-visit": ("69730-0", "Instructions"),
}
SECTION_CODES = {
    "subjective": ("61150-9", "Subjective Narrative"),
    "objective": ("61149-1", "Objective Narrative"),
    "chief_complaint": ("10154-3", "Chief complaint Narrative - Reported"),
    "hpi": ("10164-2", "History of Present illness Narrative"),
    "pmh": ("11348-0", "History of Past illness Narrative"),
    "ros": ("10187-3", "Review of systems Narrative - Reported"),
    "medications": ("10160-0", "History of Medication use Narrative"),
    "allergies": ("48765-2", "Allergies and adverse reactions Document"),
    "family": ("10157-6", "History of family member diseases Narrative"),
    "social": ("29762-2", "Social history Narrative"),
    "vitals": ("8716-3", "Vital signs"),
    "exam": ("29545-1", "Physical findings Narrative"),
    "results": ("30954-2", "Relevant diagnostic tests/laboratory data Narrative"),
    "assessment": ("51848-0", "Evaluation note"),
    "assessment_plan": ("51847-2", "Evaluation + Plan note"),
    "plan": ("18776-5", "Plan of care note"),
    "followup": ("69730-0", "Instructions"),
}


@dataclass(frozen=True, slots=True)
class SignedComposition:
    """One signature of a note. `conditions` are the accepted diagnoses, entries of the assessment.

    `replaces` is the version-specific reference of the version that this one amends, `appends`
    the Composition of an earlier note of the same visit; at most one is given.
    """

    id: str
    title: str
    language: str
    template: str
    sections: tuple[NoteSectionText, ...]
    subject: Ref
    encounter: Ref
    device: Ref
    signer: Ref
    signed_at: datetime
    conditions: tuple[Ref, ...] = ()
    replaces: str = ""
    appends: str = ""


def composition_build(note: SignedComposition) -> dict[str, Any]:
    """The Composition: status final, or amended when it replaces an earlier version.

    `section.code` is given where a section has a LOINC code; the model Device and the person are
    both authors, the person alone attests.
    """
    code, display = NOTE_TYPES.get(note.template, NOTE_TYPES["soap"])
    relates = [("replaces", note.replaces), ("appends", note.appends)]
    return present(
        {
            "resourceType": "Composition",
            "id": note.id,
            "meta": {"security": [AI_LABEL]},
            "language": note.language,
            "text": {
                "status": "generated",
                "div": note_div(note.title, note.sections, note.language),
            },
            "status": "amended" if note.replaces else "final",
            "type": concept(LOINC, code, display),
            "subject": note.subject.build(),
            "encounter": note.encounter.build(),
            "date": instant(note.signed_at),
            "author": [note.signer.build(), note.device.build()],
            "title": note.title,
            "confidentiality": "N",
            "attester": [
                {
                    "mode": "legal",
                    "time": instant(note.signed_at),
                    "party": note.signer.build(),
                }
            ],
            "relatesTo": [
                {"code": how, "targetReference": {"reference": target}}
                for how, target in relates
                if target
            ],
            "section": [_section(part, note) for part in note.sections],
        }
    )


def _section(part: NoteSectionText, note: SignedComposition) -> dict[str, Any]:
    coded = SECTION_CODES.get(part.key)
    entries = note.conditions if part.key == diagnosis_section(note.sections) else ()
    return present(
        {
            "title": part.title,
            "code": concept(LOINC, *coded) if coded else None,
            "text": {"status": "generated", "div": section_div(part, note.language)},
            "mode": "snapshot",
            "entry": [entry.build() for entry in entries],
        }
    )


def diagnosis_section(sections: tuple[NoteSectionText, ...]) -> str:
    """The key of the section that lists the diagnoses: the assessment, else the last section."""
    keys = [part.key for part in sections]
    for key in ("assessment", "assessment_plan"):
        if key in keys:
            return key
    return keys[-1] if keys else ""
