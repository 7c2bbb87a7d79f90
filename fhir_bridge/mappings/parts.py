"""Small pieces that several mappings share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"

# Artificial Intelligence asserted: the content, or part of it, was written by a model.
AI_LABEL = {
    "system": f"{TERMINOLOGY}/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference: `target` is "Type/id" or "Type/id/_history/n", or empty with a display only."""

    target: str = ""
    display: str = ""

    def build(self) -> dict[str, Any]:
        reference: dict[str, Any] = {}
        if self.target:
            reference["reference"] = self.target
        if self.display:
            reference["display"] = self.display
        return reference


def concept(system: str, code: str, display: str = "", *, text: str = "") -> dict[str, Any]:
    coding = {"system": system, "code": code}
    if display:
        coding["display"] = display
    return {"coding": [coding], **({"text": text} if text else {})}


def instant(when: datetime) -> str:
    """An R4 instant: seconds and an offset are required (datatypes.html#instant).

    Raises:
        ValueError: `when` has no time zone.
    """
    if when.tzinfo is None:
        raise ValueError("a FHIR instant needs a time zone")
    return when.isoformat(timespec="milliseconds")


def present(resource: dict[str, Any]) -> dict[str, Any]:
    """Without the elements that are empty: R4 JSON allows no empty string, list or object."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}
