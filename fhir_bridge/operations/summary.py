"""A patient's International Patient Summary.
https://hl7.org/fhir/uv/ips/OperationDefinition-summary.html"""

from django.http import HttpResponse

from fhir_bridge import search, store
from fhir_bridge.asked import only, parameters_of
from fhir_bridge.operations import operation
from fhir_bridge.outcomes import Invalid, Issue, NotFound, PreconditionFailed
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.summary.document import GUIDE
from fhir_bridge.summary.document import summary as summary_of

DEFINITION = "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"
_PROFILES = frozenset(["", f"{GUIDE}/Bundle-uv-ips", f"{GUIDE}/Composition-uv-ips"])


@operation("summary", DEFINITION, "Patient")
def summary(request: Request) -> HttpResponse:
    """Of `Patient/[id]`, or of the patient with an `identifier` (`system|value`). Titles and texts
    of ours are in the language of Accept-Language; the record's own words stay as they are."""
    known = ("profile",) if request.id else ("identifier", "profile")
    asked = only(parameters_of(request), *known)
    if asked.get("profile", "").partition("|")[0] not in _PROFILES:
        raise Invalid([Issue("not-supported", "The profile is that of Bundle-uv-ips")])
    id_ = request.id or _identified(request, asked.get("identifier", ""))
    patient = store.read(request.who, "Patient", id_)
    return resource_response(summary_of(request.who, patient, request.base))


def _identified(request: Request, identifier: str) -> str:
    if not identifier:
        raise Invalid([Issue("required", "Name the patient: Patient/[id], or an identifier")])
    found = search.find(request.who, "Patient", [("identifier", identifier)], limit=2)
    if not found:
        raise NotFound("No patient has this identifier")
    if len(found) > 1:
        raise PreconditionFailed("Several patients have this identifier", "multiple-matches")
    return found[0].id
