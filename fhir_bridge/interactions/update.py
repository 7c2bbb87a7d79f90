"""Replace a resource, or create it under the client's id; with a query instead of an id, the one
resource that matches. https://hl7.org/fhir/R4/http.html#update and #cond-update"""

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, interaction, written_response


@interaction("update")
def update(request: Request) -> HttpResponse:
    access.require(request.who, "update", request.type)
    document = request.document()
    if document.value.get("id") is None:
        raise Invalid([Issue("required", "The resource needs its id", f"{request.type}.id")])
    stored, created = store.update_or_create(
        request.who, request.type, request.id, document, if_match=request.if_match()
    )
    return written_response(request, stored, created=created)


@interaction("conditional-update")
def update_conditionally(request: Request) -> HttpResponse:
    access.require(request.who, "update", request.type)
    stored, created = store.update_conditionally(
        request.who, request.type, request.query, request.document(), if_match=request.if_match()
    )
    return written_response(request, stored, created=created)
