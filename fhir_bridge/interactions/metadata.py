"""What this server can do. https://hl7.org/fhir/R4/http.html#capabilities"""

from django.http import HttpResponse

from fhir_bridge import capabilities
from fhir_bridge.rest import Request, interaction, resource_response


@interaction("capabilities", public=True)
def metadata(request: Request) -> HttpResponse:
    return resource_response(capabilities.statement(request.base))
