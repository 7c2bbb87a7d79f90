"""Search by GET and by POST _search: of a type, of the whole record, in a compartment.

`Prefer: handling=strict` refuses unknown parameters; lenient, the default, leaves them out and says
so in an OperationOutcome entry. https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Sequence

from django.http import HttpResponse

from fhir_bridge import search, shaping
from fhir_bridge.documents import Stored
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, interaction, resource_response
from fhir_bridge.search.bundle import searchset


@interaction("search-type")
def of_type(request: Request) -> HttpResponse:
    return _answer(request, request.type, _parameters(request))


@interaction("search-system")
def system(request: Request) -> HttpResponse:
    parameters = _parameters(request)
    types = [value for name, value in parameters if name == "_type"]
    if len(types) != 1 or "," in types[0]:
        raise Invalid(
            [Issue("not-supported", "A search of the whole record needs _type with one type")]
        )
    rest = [(name, value) for name, value in parameters if name != "_type"]
    return _answer(request, types[0], rest)


@interaction("search-compartment")
def in_compartment(request: Request) -> HttpResponse:
    """`[compartment]/[id]/[type]`: the address names `compartment` and `compartment_id` too."""
    compartment = request.extra["compartment"], request.extra["compartment_id"]
    return _answer(request, request.type, _parameters(request), compartment)


def _parameters(request: Request) -> list[tuple[str, str]]:
    if request.method != "POST":
        return request.query
    # A POSTed search may have parameters in its address as well: http.html#search.
    return [*request.query, *request.form()]


def _answer(
    request: Request,
    type: str,
    parameters: Sequence[tuple[str, str]],
    compartment: tuple[str, str] | None = None,
) -> HttpResponse:
    found = search.page(
        request.who,
        type,
        parameters,
        base=request.base,
        strict="handling=strict" in request.headers.get("Prefer", ""),
        compartment=compartment,
    )
    query = found.query
    wanted = [("_summary", query.summary), ("_elements", ",".join(query.elements))]
    wanted = [(name, value) for name, value in wanted if value]

    def shape(stored: Stored) -> bytes:
        return shaping.content_shaped(stored.content, stored.type, wanted)

    within = f"{compartment[0]}/{compartment[1]}/" if compartment else ""
    address = f"{request.base}/{within}{type}"
    return resource_response(searchset(found, base=request.base, address=address, shape=shape))
