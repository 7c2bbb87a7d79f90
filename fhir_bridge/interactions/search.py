"""Search by GET or POST, of a type, of the record, or in a compartment.
https://hl7.org/fhir/R4/search.html"""

from django.http import HttpResponse

from fhir_bridge.outcomes import NotSupported
from fhir_bridge.rest import Request, interaction


@interaction("search-type")
def of_type(request: Request) -> HttpResponse:
    raise NotSupported("Search is not there yet")


@interaction("search-system")
def system(request: Request) -> HttpResponse:
    raise NotSupported("Search is not there yet")


@interaction("search-compartment")
def inside(request: Request) -> HttpResponse:
    raise NotSupported("Search is not there yet")
