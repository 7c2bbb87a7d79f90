"""FHIR JSON -> FHIR XML: elements in the order of the R4 definitions, nothing added or lost.

Numbers keep their digits, a narrative's XHTML is written as it is stored. What XML cannot hold at
all (U+FFFE, control characters in a narrative) becomes U+FFFD.
https://hl7.org/fhir/R4/xml.html
"""

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from html.entities import html5
from typing import Any
from xml.parsers import expat

from fhir_bridge import definitions
from fhir_bridge.elements import Element, children
from fhir_bridge.formats.namespaces import FHIR, XHTML

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = frozenset(["amp", "lt", "gt", "quot", "apos"])
# Parsers turn raw line ends and tabs in attributes into spaces.
_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;",
     "\t": "&#9;"}
)  # fmt: skip


def xml_write(resource: Mapping[str, Any], *, pretty: bool = False) -> bytes:
    """A parsed, valid resource as UTF-8 XML; `pretty` indents all but the narratives."""
    writer = _Writer(pretty)
    writer.resource(resource, f' xmlns="{FHIR}"', 0)
    text = _NO_CHARACTER.sub("\ufffd", "".join(writer.parts))
    return f"{_HEAD}{text}\n".encode() if pretty else f"{_HEAD}{text}".encode()


class _Writer:
    def __init__(self, pretty: bool) -> None:
        self.pretty = pretty
        self.parts: list[str] = []

    def resource(self, value: Mapping[str, Any], namespace: str, depth: int) -> None:
        name = str(value["resourceType"])
        inside = {key: each for key, each in value.items() if key != "resourceType"}
        self._element(name, namespace, inside, name, depth)

    def _element(
        self, name: str, attributes: str, value: Mapping[str, Any], path: str, depth: int
    ) -> None:
        """One element with the properties of `value`, whose definitions are those of a path."""
        places = _places(path)
        inner = []
        for key in value:
            place, element = places[key.removeprefix("_")]
            if element.attribute:
                attributes += f' {element.key}="{_escaped(value[key])}"'
            elif not key.startswith("_") or key[1:] not in value:
                inner.append((place, element))
        inner.sort(key=lambda each: each[0])
        self._line(depth)
        if not inner:
            self.parts.append(f"<{name}{attributes}/>")
            return
        self.parts.append(f"<{name}{attributes}>")
        for _, element in inner:
            self._property(element, value, depth + 1)
        self._line(depth)
        self.parts.append(f"</{name}>")

    def _property(self, element: Element, owner: Mapping[str, Any], depth: int) -> None:
        held, beside = owner.get(element.key), owner.get(f"_{element.key}")
        if not element.many:
            held, beside = [held], [beside]
        length = max(len(held or ()), len(beside or ()))
        for index in range(length):
            value: Any = held[index] if held else None
            if element.type == "Resource":
                self._line(depth)
                self.parts.append(f"<{element.key}>")
                self.resource(value, "", depth + 1)
                self._line(depth)
                self.parts.append(f"</{element.key}>")
            elif element.type == "xhtml":
                self._line(depth)
                self.parts.append(_narrative(str(value)))
            elif element.type in definitions.primitive_types():
                shown = "" if value is None else f' value="{_escaped(value)}"'
                more = (beside[index] if beside else None) or {}
                self._element(element.key, shown, more, "Element", depth)
            else:
                self._element(element.key, "", value, element.inside, depth)

    def _line(self, depth: int) -> None:
        if self.pretty:
            self.parts.append("\n" + "  " * depth)


def _escaped(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else getattr(value, "literal", None) or str(value)
    return text.translate(_ATTRIBUTE)


def _narrative(text: str) -> str:
    """The XHTML as stored; what is no XML is shown as the text that it is."""
    found = _ENTITY.sub(_entity, text).strip()
    try:
        expat.ParserCreate().Parse(found, True)
    except expat.ExpatError:
        return f'<div xmlns="{XHTML}">{html.escape(text)}</div>'
    return found


def _entity(match: re.Match[str]) -> str:
    """HTML's entities are none of XML's."""
    name = match[1]
    return match[0] if name in _OF_XML else html5.get(f"{name};", match[0])


@lru_cache(maxsize=4_096)
def _places(path: str) -> Mapping[str, tuple[int, Element]]:
    return {key: (place, each) for place, (key, each) in enumerate(children(path).items())}
