"""A patient's documents, newest first.
https://hl7.org/fhir/us/core/OperationDefinition-docref.html"""

from urllib.parse import urlencode

from django.http import HttpResponse

from fhir_bridge import search
from fhir_bridge.asked import only, parameters_of
from fhir_bridge.operations import bundles, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response

DEFINITION = "http://hl7.org/fhir/us/core/OperationDefinition/docref"
MOST = 1_000


@operation("docref", DEFINITION, "DocumentReference")
def docref(request: Request) -> HttpResponse:
    """`patient`, and `start`, `end` (of the care that is documented) and `type` to narrow it.

    Documents are not made on demand.
    """
    given = parameters_of(request)
    asked = only(given, "patient", "start", "end", "type", "on-demand")
    if not asked.get("patient"):
        raise Invalid([Issue("required", "$docref needs the patient")])
    if asked.get("on-demand", "false") != "false":
        raise Invalid([Issue("not-supported", "Documents are not made on demand")])
    criteria = [("patient", asked["patient"]), ("_sort", "-date")]
    for name, parameter, prefix in (("start", "period", "ge"), ("end", "period", "le"),
                                    ("type", "type", "")):  # fmt: skip
        if asked.get(name):
            criteria.append((parameter, prefix + asked[name]))
    found = search.find(request.who, "DocumentReference", criteria, limit=MOST + 1)
    if len(found) > MOST:
        raise Invalid([Issue("too-costly", f"More than {MOST} documents: narrow the search")])
    query = urlencode(given, safe=":/|,")
    link = {"relation": "self", "url": f"{request.base}/DocumentReference/$docref?{query}"}
    return resource_response(bundles.searchset(request.base, found, links=[link], total=len(found)))
