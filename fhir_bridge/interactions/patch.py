"""Change a part of a resource by JSON Patch or FHIRPath Patch; with a query instead of an id, of
the one that matches. https://hl7.org/fhir/R4/http.html#patch"""

import base64
import binascii

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.documents import Document
from fhir_bridge.outcomes import Invalid, Issue, UnsupportedMediaType
from fhir_bridge.patches import fhirpath_patch, json_patch
from fhir_bridge.rest import Request, interaction, written_response
from fhir_bridge.store import Edit
from fhir_bridge.validation import validate

JSON_PATCH = "application/json-patch+json"


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
    if request.media_type() == JSON_PATCH:
        return _json_edit(request.body())
    return _parameters_edit(request.document(), "")


def edit_of(document: Document, at: str) -> Edit:
    """What the patch in a bundle's entry does: a JSON Patch travels as the data of a Binary."""
    value = document.value
    if value.get("resourceType") != "Binary":
        return _parameters_edit(document, at)
    validate(document, at=at)
    if value["contentType"] != JSON_PATCH:
        raise UnsupportedMediaType(f"A Binary that patches holds {JSON_PATCH}")
    return _json_edit(_data(str(value.get("data", "")), at))


def _parameters_edit(document: Document, at: str) -> Edit:
    value = document.value
    if value.get("resourceType") != "Parameters":
        raise UnsupportedMediaType(f"A patch is {JSON_PATCH}, or a FHIRPath Patch in Parameters")
    validate(document, at=at)
    operations = fhirpath_patch.read(value)
    return lambda resource: fhirpath_patch.applied(resource, operations)


def _json_edit(content: bytes) -> Edit:
    operations = json_patch.read(content)
    return lambda resource: json_patch.applied(resource, operations)


def _data(text: str, at: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        raise Invalid([Issue("value", "The data is no base64", f"{at}.data")]) from None
