"""An accepted diagnosis as a Condition: https://hl7.org/fhir/R4/condition.html"""

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_bridge.mappings.parts import AI_LABEL, TERMINOLOGY, Ref, concept, instant, present

CATEGORY = f"{TERMINOLOGY}/condition-category"
CLINICAL = f"{TERMINOLOGY}/condition-clinical"
VERIFICATION = f"{TERMINOLOGY}/condition-ver-status"
ENCOUNTER_DIAGNOSIS = concept(CATEGORY, "encounter-diagnosis", "Encounter Diagnosis")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A code that a person accepted. `by_model`: the engine suggested it."""

    id: str
    system: str
    code: str
    description: str
    subject: Ref
    encounter: Ref
    asserter: Ref
    recorded: datetime
    composition: Ref
    release: str = ""
    by_model: bool = True


def condition_build(diagnosis: Diagnosis) -> dict[str, Any]:
    """A new, active, confirmed Condition whose evidence is the note."""
    coding = present(
        {
            "system": diagnosis.system,
            "version": diagnosis.release,
            "code": diagnosis.code,
            "display": diagnosis.description,
        }
    )
    return present(
        {
            "resourceType": "Condition",
            "id": diagnosis.id,
            "meta": {"security": [AI_LABEL]} if diagnosis.by_model else None,
            "clinicalStatus": concept(CLINICAL, "active", "Active"),
            "verificationStatus": concept(VERIFICATION, "confirmed", "Confirmed"),
            "category": [ENCOUNTER_DIAGNOSIS],
            "code": {"coding": [coding], "text": diagnosis.description},
            "subject": diagnosis.subject.build(),
            "encounter": diagnosis.encounter.build(),
            "recordedDate": instant(diagnosis.recorded),
            "recorder": diagnosis.asserter.build(),
            "asserter": diagnosis.asserter.build(),
            "evidence": [{"detail": [diagnosis.composition.build()]}],
        }
    )


def condition_confirmed(existing: dict[str, Any], diagnosis: Diagnosis) -> dict[str, Any]:
    """The patient's own active Condition of this code, confirmed by this visit's note.

    Everything it says stays; it gains the category and the evidence, once.
    """
    resource = copy.deepcopy(existing)
    categories = resource.setdefault("category", [])
    codes = {coding.get("code") for item in categories for coding in item.get("coding", [])}
    if "encounter-diagnosis" not in codes:
        categories.append(ENCOUNTER_DIAGNOSIS)
    evidence = resource.setdefault("evidence", [])
    cited = {detail.get("reference") for item in evidence for detail in item.get("detail", [])}
    if diagnosis.composition.target not in cited:
        evidence.append({"detail": [diagnosis.composition.build()]})
    resource["verificationStatus"] = concept(VERIFICATION, "confirmed", "Confirmed")
    return resource


def condition_withdrawn(existing: dict[str, Any]) -> dict[str, Any]:
    """A Condition that a note created and its amendment no longer holds: entered in error.

    Invariant con-5: no clinical status then.
    """
    resource = {name: value for name, value in existing.items() if name != "clinicalStatus"}
    resource["verificationStatus"] = concept(VERIFICATION, "entered-in-error", "Entered in Error")
    return resource
