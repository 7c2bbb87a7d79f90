"""Store a resource under a new id; with If-None-Exist or a query, only when
nothing matches.
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
    stored, created = store.create_conditionally(
        request.who, document, if_none_exist=_criteria(request)
    )
    return written_response(request, stored, created=created)


def _criteria(request: Request) -> list[tuple[str, str]] | None:
    """What must match nothing: If-None-Exist, else the query. R4 gives a create's query no
    meaning; clients that send criteria there (fhirpy) would get a duplicate if it were ignored."""
    header = request.headers.get("If-None-Exist")
    if header is not None:
        return query_parse(header.rpartition("?")[2])
    selecting = any(not name.startswith("_") for name, _ in request.query)
    return request.query if selecting else None
