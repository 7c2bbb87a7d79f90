"""What this server can do. https://hl7.org/fhir/R4/http.html#capabilities"""

from django.http import HttpResponse

from fhir_bridge import capabilities
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, interaction, resource_response
from fhir_bridge.terminology.capabilities import terminology_capabilities


@interaction("capabilities", public=True)
def metadata(request: Request) -> HttpResponse:
    """`mode=terminology` asks for the TerminologyCapabilities."""
    match request.parameter("mode"):
        case "" | "full" | "normative":
            return resource_response(capabilities.statement(request.base))
        case "terminology":
            return resource_response(
                terminology_capabilities(request.base, date=capabilities.started())
            )
    raise Invalid([Issue("value", "mode is one of full, normative, terminology")])
