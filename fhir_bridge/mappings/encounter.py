"""The visit as an Encounter: https://hl7.org/fhir/R4/encounter.html"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_bridge.mappings.parts import TERMINOLOGY, Ref, concept, instant, present


@dataclass(frozen=True, slots=True)
class FinishedVisit:
    id: str
    subject: Ref
    practitioner: Ref
    start: datetime
    reason: str = ""


def encounter_build(visit: FinishedVisit) -> dict[str, Any]:
    """A finished ambulatory Encounter. When it ended is not known, and so not said."""
    return present(
        {
            "resourceType": "Encounter",
            "id": visit.id,
            "status": "finished",
            "class": {
                "system": f"{TERMINOLOGY}/v3-ActCode",
                "code": "AMB",
                "display": "ambulatory",
            },
            "subject": visit.subject.build(),
            "participant": [
                {
                    "type": [
                        concept(f"{TERMINOLOGY}/v3-ParticipationType", "PPRF", "primary performer")
                    ],
                    "individual": visit.practitioner.build(),
                }
            ],
            "period": {"start": instant(visit.start)},
            "reasonCode": [{"text": visit.reason}] if visit.reason else None,
        }
    )


def encounter_finished(existing: dict[str, Any]) -> dict[str, Any]:
    """An Encounter of the record, now finished; all else as it stands."""
    return {**existing, "status": "finished"}
