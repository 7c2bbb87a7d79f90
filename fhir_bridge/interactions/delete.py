"""Delete a resource; its versions stay readable by vread. With a query, the one that matches.
https://hl7.org/fhir/R4/http.html#delete and #3.1.0.7.1"""

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.rest import JSON, Answer, Request, done, interaction


@interaction("delete")
def delete(request: Request) -> HttpResponse:
    access.require(request.who, "delete", request.type)
    stored = store.delete(request.who, request.type, request.id, if_match=request.if_match())
    return _answer(request, {"ETag": f'W/"{stored.version}"'} if stored.version else {})


@interaction("conditional-delete")
def delete_conditionally(request: Request) -> HttpResponse:
    access.require(request.who, "delete", request.type)
    store.delete_conditionally(
        request.who, request.type, request.query, if_match=request.if_match()
    )
    return _answer(request, {})


def _answer(request: Request, headers: dict[str, str]) -> HttpResponse:
    if request.preference("return") != "OperationOutcome":
        return HttpResponse(status=204, headers=headers)
    return Answer(done(204), headers=headers, content_type=JSON)
