"""The addresses of this server as an OpenAPI description, for tools that know nothing of FHIR."""

from django.http import HttpResponse

from fhir_bridge import capabilities
from fhir_bridge.documents import dumps
from fhir_bridge.openapi import description
from fhir_bridge.rest import Request, interaction


@interaction("openapi", public=True, negotiated=False)
def openapi(request: Request) -> HttpResponse:
    content = dumps(description(request.base, capabilities.routes()))
    return HttpResponse(content, content_type="application/json")
