"""Change a part of a resource by JSON Patch, FHIRPath Patch or JSON Merge Patch; with a query
instead of an id, of the one that matches. https://hl7.org/fhir/R4/http.html#patch"""

import base64
import binascii
from typing import Any

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.documents import Document
from fhir_bridge.outcomes import Invalid, Issue, UnsupportedMediaType
from fhir_bridge.patches import fhirpath_patch, json_patch, merge_patch
from fhir_bridge.rest import Request, interaction, written_response
from fhir_bridge.store import Edit
from fhir_bridge.validation import validate

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"


@interaction("patch")
def patch(request: Request) -> HttpResponse:
    access.require(request.who, "update", request.type)
    stored = store.patch(
        request.who, request.type, request.id, _edit(request), if_match=request.if_match()
    )
    return written_response(request, stored, created=False)


@interaction("conditional-patch")
def patch_conditionally(request: Request) -> HttpResponse:
    access.require(request.who, "update", request.type)
    stored = store.patch_conditionally(
        request.who, request.type, request.query, _edit(request), if_match=request.if_match()
    )
    return written_response(request, stored, created=False)


def _edit(request: Request) -> Edit:
    """What the patch that was sent does."""
    if request.entry is not None:
        return edit_of(request.entry, request.at)
    match request.media_type():
        case "application/json-patch+json":
            return _json_edit(request.body())
        case "application/merge-patch+json":
            return _merge_edit(merge_patch.read(request.body()))
        case "application/json":
            # FHIR's own type says that a resource comes; plain JSON may be just what changes.
            change = merge_patch.read(request.body())
            if change.get("resourceType") != "Parameters":
                return _merge_edit(change)
    return _parameters_edit(request.document(), "")


def edit_of(document: Document, at: str) -> Edit:
    """What the patch in a bundle's entry does: a JSON Patch travels as the data of a Binary."""
    value = document.value
    if value.get("resourceType") != "Binary":
        return _parameters_edit(document, at)
    validate(document, at=at)
    content = _data(str(value.get("data", "")), at)
    match value["contentType"]:
        case "application/json-patch+json":
            return _json_edit(content)
        case "application/merge-patch+json":
            return _merge_edit(merge_patch.read(content))
    raise UnsupportedMediaType(f"A Binary that patches holds {JSON_PATCH} or {MERGE_PATCH}")


def _parameters_edit(document: Document, at: str) -> Edit:
    value = document.value
    if value.get("resourceType") != "Parameters":
        raise UnsupportedMediaType(
            f"A patch is {JSON_PATCH}, {MERGE_PATCH}, or a FHIRPath Patch in Parameters"
        )
    validate(document, at=at)
    operations = fhirpath_patch.read(value)
    return lambda resource: fhirpath_patch.applied(resource, operations)


def _json_edit(content: bytes) -> Edit:
    operations = json_patch.read(content)
    return lambda resource: json_patch.applied(resource, operations)


def _merge_edit(change: dict[str, Any]) -> Edit:
    return lambda resource: merge_patch.applied(resource, change)


def _data(text: str, at: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise Invalid([Issue("value", "The data is no base64", f"{at}.data")]) from None
