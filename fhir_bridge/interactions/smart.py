"""What of SMART App Launch this server does: scopes, and no authorization server.

Tokens are made at the command line (manage.py fhir_token), so there are no endpoints to name.
https://hl7.org/fhir/smart-app-launch/conformance.html
"""

import orjson
from django.http import HttpResponse

from fhir_bridge.rest import Request, interaction

_CONFIGURATION = {
    "scopes_supported": ["system/*.cruds", "user/*.cruds", "patient/*.cruds"],
    "capabilities": ["permission-patient", "permission-user", "permission-v1", "permission-v2"],
    "grant_types_supported": [],
    "code_challenge_methods_supported": [],
}


@interaction("smart-configuration", public=True, negotiated=False)
def configuration(request: Request) -> HttpResponse:
    return HttpResponse(orjson.dumps(_CONFIGURATION), content_type="application/json")
