"""The signed note as a document that any reader opens.

https://hl7.org/fhir/R4/documentreference.html, category of US Core's clinical notes.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_bridge.mappings.composition import NOTE_TYPES
from fhir_bridge.mappings.parts import AI_LABEL, LOINC, Ref, concept, instant, present

CLINICAL_NOTE = concept(
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "clinical-note",
    "Clinical Note",
)


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """The note as plain text. `replaces` is the DocumentReference of the version it amends."""

    id: str
    title: str
    language: str
    template: str
    text: str
    subject: Ref
    encounter: Ref
    device: Ref
    signer: Ref
    composition: Ref
    visit_start: datetime
    signed_at: datetime
    replaces: str = ""


def document_reference_build(document: SignedDocument) -> dict[str, Any]:
    """The DocumentReference; `attachment.hash` is the SHA-1 that R4 asks for."""
    code, display = NOTE_TYPES.get(document.template, NOTE_TYPES["soap"])
    data = document.text.encode()
    return present(
        {
            "resourceType": "DocumentReference",
            "id": document.id,
            "meta": {"security": [AI_LABEL]},
            "language": document.language,
            "status": "current",
            "docStatus": "amended" if document.replaces else "final",
            "type": concept(LOINC, code, display),
            "category": [CLINICAL_NOTE],
            "subject": document.subject.build(),
            "date": instant(document.signed_at),
            "author": [document.signer.build(), document.device.build()],
            "authenticator": document.signer.build(),
            "relatesTo": [{"code": "replaces", "target": {"reference": document.replaces}}]
            if document.replaces
            else None,
            "description": document.title,
            "securityLabel": [
                concept("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "N", "normal")
            ],
            "content": [
                {
                    "attachment": {
                        "contentType": "text/plain; charset=utf-8",
                        "language": document.language,
                        "data": base64.b64encode(data).decode(),
                        "size": len(data),
                        "hash": attachment_hash(data),
                        "title": document.title,
                        "creation": instant(document.signed_at),
                    }
                }
            ],
            "context": {
                "encounter": [document.encounter.build()],
                "period": {"start": instant(document.visit_start)},
                "related": [document.composition.build()],
            },
        }
    )


def attachment_hash(data: bytes) -> str:
    """Base64 of the SHA-1 of the bytes (R4 datatypes.html#Attachment); not a security measure."""
    return base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
