"""JSON Merge Patch on a parsed resource. https://www.rfc-editor.org/rfc/rfc7386

R4 does not name it. Clients that send the elements to be changed and nothing else (fhirpy) mean it.
"""

from collections.abc import Mapping
from typing import Any

from fhir_bridge.documents import parse


def read(content: bytes) -> dict[str, Any]:
    """The elements that change. Raises Invalid for what is no JSON object."""
    return parse(content).value


def applied(resource: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with the change: null takes an element away, an object changes a part of one,
    whatever else (an array, too) replaces it. `resource` itself is used up."""
    for name, value in change.items():
        if value is None:
            resource.pop(name, None)
        elif isinstance(value, dict):
            before = resource.get(name)
            resource[name] = applied(before if isinstance(before, dict) else {}, value)
        else:
            resource[name] = value
    return resource
