"""The current version of a resource. https://hl7.org/fhir/R4/http.html#read"""

from django.http import HttpResponse, HttpResponseNotModified

from fhir_bridge import shaping, store
from fhir_bridge.rest import Request, interaction, not_modified, stored_response, version_headers


@interaction("read")
def read(request: Request) -> HttpResponse:
    stored = store.read(request.who, request.type, request.id)
    if not_modified(request, stored):
        return HttpResponseNotModified(headers=version_headers(stored))
    return stored_response(request, shaping.shaped(stored, request.query))
