"""Search by GET and by POST _search: of a type, of the whole record, in a compartment.

`Prefer: handling=strict` refuses unknown parameters; lenient, the default, leaves them out and says
so in an OperationOutcome entry. https://hl7.org/fhir/R4/http.html#search
"""

from collections.abc import Sequence

from django.http import HttpResponse

from fhir_bridge import access, definitions, search, shaping
from fhir_bridge.documents import Stored
from fhir_bridge.outcomes import NotSupported
from fhir_bridge.rest import Request, interaction, resource_response
from fhir_bridge.search.bundle import searchset


@interaction("search-type")
def of_type(request: Request) -> HttpResponse:
    return _answer(request, request.type, _parameters(request))


@interaction("search-system")
def system(request: Request) -> HttpResponse:
    parameters = _parameters(request)
    types = [each for name, value in parameters if name == "_type" for each in value.split(",")]
    rest = [(name, value) for name, value in parameters if name != "_type"]
    if len(types) == 1:
        return _answer(request, types[0], rest)
    for each in types:
        access.require(request.who, "search", each)
    return _several(request, types or sorted(definitions.resource_types()), parameters)


@interaction("search-compartment")
def in_compartment(request: Request) -> HttpResponse:
    """`[compartment]/[id]/[type]`, or `*` for every type: the address names `compartment` and
    `compartment_id` too."""
    compartment = request.extra["compartment"], request.extra["compartment_id"]
    if request.type == "*":
        access.require(request.who, "search", compartment[0])
        types = search.types_of_compartment(compartment[0])
        if not types:
            raise NotSupported("R4 has no such compartment")
        return _several(request, types, _parameters(request), compartment)
    return _answer(request, request.type, _parameters(request), compartment)


def _parameters(request: Request) -> list[tuple[str, str]]:
    if request.method != "POST":
        return request.query
    # Already read from the body; whatever else was sent is refused.
    request.form()
    return request.query


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
        strict=request.preference("handling") == "strict",
        compartment=compartment,
    )
    return _bundle(request, found, _within(compartment) + type)


def _several(
    request: Request,
    types: Sequence[str],
    parameters: Sequence[tuple[str, str]],
    compartment: tuple[str, str] | None = None,
) -> HttpResponse:
    """A search over several types; `_type` stays in the links, since it says which."""
    listed = [value for name, value in parameters if name == "_type"]
    if compartment and listed:
        asked = {each for value in listed for each in value.split(",")}
        types = [each for each in types if each in asked]
    found = search.several(
        request.who,
        types,
        [pair for pair in parameters if pair[0] != "_type"],
        base=request.base,
        compartment=compartment,
    )
    found.query.used = [*(("_type", value) for value in listed), *found.query.used]
    return _bundle(request, found, f"{_within(compartment)}*" if compartment else "")


def _within(compartment: tuple[str, str] | None) -> str:
    return f"{compartment[0]}/{compartment[1]}/" if compartment else ""


def _bundle(request: Request, found: search.Found, path: str) -> HttpResponse:
    """The answer; `path` is the address of the search below the base."""
    query = found.query
    wanted = [("_summary", query.summary), ("_elements", ",".join(query.elements))]
    wanted = [(name, value) for name, value in wanted if value]

    def shape(stored: Stored) -> bytes:
        if not wanted:
            return stored.content
        return shaping.content_shaped(stored.content, stored.type, wanted)

    address = f"{request.base}/{path}".removesuffix("/")
    return resource_response(searchset(found, base=request.base, address=address, shape=shape))
