"""One version of a resource. https://hl7.org/fhir/R4/http.html#vread"""

from django.http import HttpResponse, HttpResponseNotModified

from fhir_bridge import shaping, store
from fhir_bridge.outcomes import NotFound
from fhir_bridge.rest import Request, interaction, not_modified, stored_response, version_headers


@interaction("vread")
def vread(request: Request) -> HttpResponse:
    if not request.version.isascii() or not request.version.isdigit() or len(request.version) > 9:
        raise NotFound
    stored = store.vread(request.who, request.type, request.id, int(request.version))
    if not_modified(request, stored):
        return HttpResponseNotModified(headers=version_headers(stored))
    return stored_response(request, shaping.shaped(stored, request.query))
