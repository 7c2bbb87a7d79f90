"""The drafting engine as a Device: https://hl7.org/fhir/R4/device.html"""

import hashlib
from collections.abc import Mapping
from typing import Any

from fhir_bridge.mappings.parts import SNOMED, concept, present


def device_id(engine: Mapping[str, str]) -> str:
    """The same engine has the same id: model, version, weights, template and code release."""
    identity = "\x1f".join(f"{name}={engine[name]}" for name in sorted(engine))
    return f"engine-{hashlib.sha256(identity.encode()).hexdigest()[:32]}"


def device_build(engine: Mapping[str, str]) -> dict[str, Any]:
    """Everything needed to say again which engine wrote a draft."""
    versions = [
        ("model version", engine.get("model_version", "")),
        ("weights sha256", engine.get("weights_sha256", "")),
        ("template version", engine.get("template_version", "")),
        ("code release", engine.get("code_release", "")),
    ]
    return present(
        {
            "resourceType": "Device",
            "id": device_id(engine),
            "status": "active",
            "deviceName": [
                {"name": f"Plume: {engine.get('model') or 'drafting'}", "type": "model-name"}
            ],
            "modelNumber": engine.get("backend", ""),
            "type": concept(SNOMED, "706687001", "Software"),
            "version": [
                {"type": {"text": kind}, "value": value} for kind, value in versions if value
            ],
        }
    )
