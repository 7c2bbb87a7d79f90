"""A Composition as a document: a Bundle of it and of what it refers to.
https://hl7.org/fhir/R4/composition-operation-document.html"""

import uuid
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.asked import only, parameters_of
from fhir_bridge.operations import CORE, bundles, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response


@operation("document", f"{CORE}/Composition-document", "Composition")
def document(request: Request) -> HttpResponse:
    """What the caller may not read is left out; `persist=true` is refused: nothing is stored."""
    asked = only(parameters_of(request), "persist")
    if asked.get("persist", "false") != "false":
        raise Invalid([Issue("not-supported", "The document is not stored: fetch it, then POST")])
    composition = store.read(request.who, "Composition", request.id)
    targets = bundles.local_targets(composition) - {("Composition", request.id)}
    # In the order of the keys, so that the same record gives the same document.
    parts = sorted(store.read_many(request.who, targets).items()) if targets else []
    entries = [bundles.entry(request.base, composition)]
    entries += [bundles.entry(request.base, each) for _, each in parts]
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    identity = str(uuid.uuid4())
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": identity,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{identity}"},
        "type": "document",
        "timestamp": now,
        "entry": entries,
    }
    return resource_response(orjson.dumps(bundle))
