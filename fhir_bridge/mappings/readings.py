"""What a resource says, as plain text and numbers: the reverse of the other mappings. Pure.

Texts are the record's own: `text` before `display` before the code (R4 datatypes.html), and numbers
keep the digits they were recorded with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Name:
    given: str
    family: str

    @property
    def full(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part)


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of an Observation or of one of its components.

    `path` is its FHIRPath below the resource; `number` is None for coded or text values.
    """

    path: str
    label: str
    system: str
    code: str
    text: str
    number: float | None
    value: str
    unit: str
    abnormal: str
    low: float | None
    high: float | None


def first(items: Any) -> Json:
    """The first element of a list, or an empty mapping."""
    return items[0] if isinstance(items, list) and items else {}


def concept_text(concept: Json | None) -> str:
    """How a CodeableConcept reads."""
    if not concept:
        return ""
    coding = first(concept.get("coding"))
    return str(concept.get("text") or coding.get("display") or coding.get("code") or "")


def concept_coding(concept: Json | None) -> tuple[str, str]:
    """(system, code) of the first coding, or two empty strings."""
    coding = first((concept or {}).get("coding"))
    return str(coding.get("system", "")), str(coding.get("code", ""))


def concept_codes(concept: Json | None) -> set[str]:
    return {str(coding.get("code", "")) for coding in (concept or {}).get("coding", [])}


def patient_name(patient: Json) -> Name:
    """The official name, else the first that is not old."""
    names = patient.get("name") or []
    ranked = sorted(
        names,
        key=lambda name: {"official": 0, "usual": 1, "old": 9, "maiden": 9}.get(
            name.get("use", ""), 5
        ),
    )
    name = first(ranked)
    given = " ".join(name.get("given", []))
    family = str(name.get("family", ""))
    if not given and not family:
        return Name(given="", family=str(name.get("text", "")))
    return Name(given=given, family=family)


def patient_identifier(patient: Json) -> str:
    """The medical record number, else nothing: other identifiers say too much in a list."""
    for identifier in patient.get("identifier", []):
        if "MR" in concept_codes(identifier.get("type")):
            return str(identifier.get("value", ""))
    return ""


def parse_date(text: str) -> date | None:
    """The day of a full date or dateTime; None for a partial one."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def parse_instant(text: str) -> datetime | None:
    """A dateTime with its offset; a date alone is midnight UTC, a partial date its first day."""
    padded = text + "-01" * (2 - text.count("-")) if len(text) < 10 and text else text
    try:
        instant = datetime.fromisoformat(padded)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def when_of(resource: Json) -> str:
    """When the thing happened, as recorded: the type's own date elements, most telling first."""
    for element in (
        "onsetDateTime",
        "effectiveDateTime",
        "performedDateTime",
        "occurrenceDateTime",
        "authoredOn",
        "recordedDate",
        "date",
        "issued",
        "onsetString",
    ):
        if resource.get(element):
            return str(resource[element])
    for element in ("period", "effectivePeriod", "performedPeriod", "onsetPeriod"):
        start = (resource.get(element) or {}).get("start")
        if start:
            return str(start)
    return ""


def medication_text(resource: Json) -> str:
    """The name of what was requested or taken; a contained Medication is followed."""
    concept = resource.get("medicationCodeableConcept")
    if concept:
        return concept_text(concept)
    reference = resource.get("medicationReference") or {}
    target = str(reference.get("reference", ""))
    for contained in resource.get("contained", []):
        if target == f"#{contained.get('id')}":
            return concept_text(contained.get("code"))
    return str(reference.get("display", ""))


def dosage_text(resource: Json) -> str:
    """The first dosage as text, or its dose and timing put together."""
    dosage = first(resource.get("dosageInstruction") or resource.get("dosage"))
    if dosage.get("text"):
        return str(dosage["text"])
    dose = first(dosage.get("doseAndRate")).get("doseQuantity") or {}
    repeat = (dosage.get("timing") or {}).get("repeat") or {}
    parts = []
    if dose:
        parts.append(f"{dose.get('value', '')} {dose.get('unit', '')}".strip())
    if repeat.get("frequency") and repeat.get("period"):
        parts.append(f"{repeat['frequency']} / {repeat['period']} {repeat.get('periodUnit', '')}")
    return " ".join(parts)


def measurements(observation: Json) -> Iterator[Measured]:
    """Every value of an Observation: its own, then its components', in order."""
    if (own := _measured(observation, observation, "Observation.value")) is not None:
        yield own
    for position, component in enumerate(observation.get("component", [])):
        path = f"Observation.component[{position}].value"
        if (part := _measured(component, observation, path)) is not None:
            yield part


def _measured(holder: Json, observation: Json, path: str) -> Measured | None:
    value = unit = ""
    number: float | None = None
    if quantity := holder.get("valueQuantity"):
        if "value" not in quantity:
            return None
        value = str(quantity["value"])
        unit = str(quantity.get("unit") or quantity.get("code") or "")
        number = float(quantity["value"])
    elif "valueInteger" in holder:
        value, number = str(holder["valueInteger"]), float(holder["valueInteger"])
    elif concept := holder.get("valueCodeableConcept"):
        value = concept_text(concept)
    elif holder.get("valueString"):
        value = str(holder["valueString"])
    else:
        return None
    label = concept_text(holder.get("code"))
    system, code = concept_coding(holder.get("code"))
    interpretation = holder.get("interpretation") or observation.get("interpretation")
    limits = first(holder.get("referenceRange"))
    return Measured(
        path=path,
        label=label,
        system=system,
        code=code,
        text=f"{label} {value} {unit}".strip(),
        number=number,
        value=value,
        unit=unit,
        abnormal=_abnormal(first(interpretation)),
        low=_number(limits.get("low")),
        high=_number(limits.get("high")),
    )


def _abnormal(interpretation: Json) -> str:
    code = concept_coding(interpretation)[1]
    return code if code in {"H", "L", "HH", "LL", "A", "AA"} else ""


def _number(quantity: Json | None) -> float | None:
    return float(quantity["value"]) if quantity and "value" in quantity else None
