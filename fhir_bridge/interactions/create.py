"""Store a resource under a new id; with If-None-Exist, only when nothing matches.
https://hl7.org/fhir/R4/http.html#create and #ccreate"""

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, interaction, query_parse, written_response
from fhir_bridge.validation import resource_type


@interaction("create")
def create(request: Request) -> HttpResponse:
    # Refused before the body is read: what was sent decides nothing for who may not send it.
    access.require(request.who, "create", request.type)
    document = request.document()
    if resource_type(document.value) != request.type:
        raise Invalid(
            [Issue("invalid", "The resource is of another type than its address", request.type)]
        )
    criteria = request.headers.get("If-None-Exist")
    stored, created = store.create_conditionally(
        request.who,
        document,
        if_none_exist=None if criteria is None else query_parse(criteria.rpartition("?")[2]),
    )
    return written_response(request, stored, created=created)
