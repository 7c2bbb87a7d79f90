"""The elements of R4's types by their JSON property, for whoever walks a resource with its types.

https://hl7.org/fhir/R4/json.html, https://hl7.org/fhir/R4/formats.html#choice
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fhir_bridge import definitions


@dataclass(frozen=True)
class Element:
    """One property. `inside` is the path whose `children` its own content has: "HumanName",
    "Patient.contact"; "" for a resource, which says its type itself."""

    key: str  # "valueQuantity"
    name: str  # "value[x]"
    type: str  # "Quantity"
    many: bool
    inside: str
    attribute: bool  # XML writes it as an attribute


@lru_cache(maxsize=4_096)
def children(path: str) -> Mapping[str, Element]:
    """The elements of a type or backbone element by property, in the order of the definition.

    Raises KeyError for a path that R4 does not define.
    """
    found: dict[str, Element] = {}
    for raw in definitions.structure(path.partition(".")[0])["snapshot"]["element"]:
        if raw["path"].rpartition(".")[0] == path and raw["max"] != "0":
            for each in _elements(raw):
                found[each.key] = each
    return found


def choices(path: str, name: str) -> tuple[Element, ...]:
    """The properties that an element of this name may be: `value` -> valueQuantity ...

    None for a name or a path that R4 does not define.
    """
    named = (name, f"{name}[x]")
    try:
        return tuple(each for each in children(path).values() if each.name in named)
    except KeyError:
        return ()


def _elements(raw: Mapping[str, Any]) -> list[Element]:
    name = raw["path"].rpartition(".")[2]
    many = raw["max"] != "1"
    if "contentReference" in raw:
        inside = raw["contentReference"].lstrip("#")
        return [Element(name, name, "BackboneElement", many, inside, False)]
    made = []
    for each in raw["type"]:
        code, system = each["code"], each["code"].startswith("http://hl7.org/fhirpath/System.")
        if system:
            code = "string"
        key = name.replace("[x]", code[:1].upper() + code[1:])
        inside = "" if code == "Resource" else code
        if code in ("BackboneElement", "Element"):
            inside = raw["path"]
        attribute = "xmlAttr" in raw.get("representation", ())
        made.append(Element(key, name, code, many, inside, attribute))
    return made
