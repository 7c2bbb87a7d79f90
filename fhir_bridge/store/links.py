"""Links of a transaction's resources to its entries, other than references.

R4 has elements of the types uri, url, oid and uuid rewritten, and the addresses of links and images
in narratives; canonicals stay: https://hl7.org/fhir/R4/http.html#trules
"""

import re
from collections.abc import Mapping
from typing import Any

from fhir_bridge.elements import children

_LINKS = frozenset(["uri", "url", "oid", "uuid"])
_ADDRESS = re.compile(r"""(\s(?:href|src)\s*=\s*)(["'])(.*?)\2""", re.DOTALL)


def rewrite(resource: dict[str, Any], targets: Mapping[str, str]) -> None:
    """Replace, in place, each such link that is a key of `targets` by its value. What R4 does not
    define is left alone: validation says so."""
    waiting: list[tuple[Any, str]] = [(resource, "")]
    while waiting:
        value, path = waiting.pop()
        if not isinstance(value, dict):
            continue
        try:
            elements = children(path or str(value.get("resourceType")))
        except KeyError:
            continue
        for key, held in value.items():
            element = elements.get(key)
            if element is None:
                # The extensions beside a primitive.
                if key.startswith("_"):
                    waiting.extend((each, "Element") for each in _listed(held))
            elif element.type in _LINKS:
                value[key] = _replaced(held, targets)
            elif element.type == "xhtml" and isinstance(held, str):
                value[key] = _ADDRESS.sub(lambda match: _address(match, targets), held)
            else:
                waiting.extend((each, element.inside) for each in _listed(held))


def _listed(held: Any) -> list[Any]:
    return held if isinstance(held, list) else [held]


def _replaced(held: Any, targets: Mapping[str, str]) -> Any:
    if isinstance(held, list):
        return [_replaced(each, targets) for each in held]
    return targets.get(held, held) if isinstance(held, str) else held


def _address(match: re.Match[str], targets: Mapping[str, str]) -> str:
    return f"{match[1]}{match[2]}{targets.get(match[3], match[3])}{match[2]}"
