"""How a summary's entries read: a line each, every word of the record escaped."""

from collections.abc import Mapping, Sequence
from typing import Any

from fhir_bridge.mappings.narrative import NoteSectionText, section_div
from fhir_bridge.mappings.readings import (
    concept_text,
    dosage_text,
    first,
    measurements,
    medication_text,
    when_of,
)

Json = Mapping[str, Any]


def narrative(lines: Sequence[str], language: str) -> dict[str, str]:
    """A section's text."""
    return {
        "status": "generated",
        "div": section_div(NoteSectionText("", "", tuple(lines)), language),
    }


def line(resource: Json, others: Mapping[str, Json]) -> str:
    """One entry as text; `others` are the resources that it may refer to, by [type]/[id]."""
    type_ = str(resource["resourceType"])
    if type_ in ("MedicationRequest", "MedicationStatement"):
        parts = [_medication(resource, others), dosage_text(resource)]
    elif type_ == "Observation":
        parts = [_observation(resource)]
    elif type_ == "AllergyIntolerance":
        reactions = [
            concept_text(each)
            for reaction in resource.get("reaction", [])
            for each in reaction.get("manifestation", [])
        ]
        parts = [concept_text(resource.get("code")), ", ".join(filter(None, reactions))]
    elif type_ == "Immunization":
        parts = [concept_text(resource.get("vaccineCode"))]
    elif type_ == "DeviceUseStatement":
        device = others.get(_target(resource.get("device")), {})
        name = str(first(device.get("deviceName")).get("name", ""))
        parts = [name or concept_text(device.get("type")) or _display(resource.get("device"))]
    elif type_ == "CarePlan":
        parts = [str(resource.get("title") or "") or concept_text(first(resource.get("category")))]
    else:
        parts = [concept_text(resource.get("code"))]
    parts.append(when_of(resource)[:10])
    return ", ".join(part for part in parts if part) or type_


def _observation(resource: Json) -> str:
    own = concept_text(resource.get("code"))
    measured = list(measurements(resource))
    if not measured:
        return own
    texts = [" ".join(filter(None, (each.value, each.unit))) for each in measured]
    if len(measured) > 1 or measured[0].label != own:
        texts = [each.text for each in measured]
    return f"{own}: {', '.join(texts)}"


def _medication(resource: Json, others: Mapping[str, Json]) -> str:
    known = others.get(_target(resource.get("medicationReference")), {})
    return concept_text(known.get("code")) or medication_text(resource)


def _target(reference: Any) -> str:
    return str((reference or {}).get("reference", ""))


def _display(reference: Any) -> str:
    return str((reference or {}).get("display", ""))
