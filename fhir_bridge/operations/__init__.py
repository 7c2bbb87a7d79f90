"""Operations: what a FHIR client asks for by $name. One file each, registered in urls.py.

https://hl7.org/fhir/R4/operations.html
"""

from collections.abc import Callable

from django.http.response import HttpResponseBase

from fhir_bridge.rest import Operation, Request

CORE = "http://hl7.org/fhir/OperationDefinition"


def operation(
    name: str, definition: str, *types: str, system: bool = False
) -> Callable[[Callable[[Request], HttpResponseBase]], Operation]:
    """Declare a function as the operation of this name, defined at a canonical URL, offered on
    these types (none: on every type), or at the base address of the server."""

    def declared(handle: Callable[[Request], HttpResponseBase]) -> Operation:
        return Operation(name, handle, definition=definition, types=types, system=system)

    return declared
