"""Frozen values -> R4 resources, pure. One file a resource; `readings` goes the other way."""

from fhir_bridge.mappings.composition import SignedComposition, composition_build
from fhir_bridge.mappings.condition import Diagnosis, condition_build
from fhir_bridge.mappings.device import device_build, device_id
from fhir_bridge.mappings.document_reference import SignedDocument, document_reference_build
from fhir_bridge.mappings.encounter import FinishedVisit, encounter_build
from fhir_bridge.mappings.provenance import SignedProvenance, provenance_build

__all__ = [
    "Diagnosis",
    "FinishedVisit",
    "SignedComposition",
    "SignedDocument",
    "SignedProvenance",
    "composition_build",
    "condition_build",
    "device_build",
    "device_id",
    "document_reference_build",
    "encounter_build",
    "provenance_build",
]
