"""FHIR XML -> the JSON value that documents.parse would give, every digit and narrative kept.

One pass of expat, which tells where in the bytes an element lies, so that a narrative is taken as
it was sent. A document type declaration is refused at its first word: no entity is ever declared,
none resolved, no file or address opened. Elements may come in any order, as JSON's do; what R4 does
not define, or allows once and comes twice, is refused. Whether values are valid is validation.py's
question. https://hl7.org/fhir/R4/xml.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from fhir_bridge import definitions
from fhir_bridge.documents import MAX_DEPTH, number, values_check
from fhir_bridge.elements import Element, children
from fhir_bridge.formats.namespaces import FHIR, XHTML
from fhir_bridge.outcomes import Invalid, Issue

_INTEGERS = frozenset(["integer", "unsignedInt", "positiveInt"])
_INTEGER = re.compile(r"(-?(?:0|[1-9][0-9]*))|\+([1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}
_START_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_OWN_NAMESPACE = re.compile(
    rb"""<div\s(?:[^>"']|"[^"]*"|'[^']*')*?xmlns\s*=\s*["']http://www\.w3\.org/1999/xhtml["']"""
)
_XML = "http://www.w3.org/XML/1998/namespace "
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance "


def xml_read(content: bytes) -> dict[str, Any]:
    """The resource in an XML document. Raises Invalid (structure) for what is no well-formed XML
    in UTF-8, has a document type declaration, is nested too deep, or is no FHIR; and TooMany."""
    return _Reader(content).read()


@dataclass
class _Held:
    """What came for one property: its values, and in step the ids and extensions beside them."""

    many: bool
    values: list[Any] = field(default_factory=list)
    beside: list[Any] = field(default_factory=list)


@dataclass
class _Open:
    """An element that has begun. `inside` is the path of its own elements, "" for one that holds a
    resource."""

    at: str
    inside: str
    element: Element | None = None  # None: a resource
    value: dict[str, Any] = field(default_factory=dict)
    primitive: str | None = None
    resource: dict[str, Any] | None = None
    properties: dict[str, _Held] = field(default_factory=dict)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content = content.removeprefix(b"\xef\xbb\xbf")
        values_check(self.content, b"<")
        values_check(self.content, b"=")
        self.open: list[_Open] = []
        self.depth = 0
        self.result: dict[str, Any] | None = None
        # A narrative that is being read: where it began, and its text where that is not verbatim.
        self.div_depth = 0
        self.div_start: int | None = None
        self.div_parts: list[str] = []
        self.parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.XmlDeclHandler = self._declared

    def read(self) -> dict[str, Any]:
        try:
            self.parser.Parse(self.content, True)
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset + 1}"
            raise _structure(
                f"The body is not XML: {expat.ErrorString(error.code)} at {place}"
            ) from None
        assert self.result is not None
        return self.result

    def _doctype(self, *_: Any) -> None:
        raise _structure("A document type declaration is not allowed")

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii"):
            raise _structure("The XML is to be in UTF-8")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _structure(f"The body is nested deeper than {MAX_DEPTH} levels")
        if self.div_depth:
            self._div_start(name, attributes)
            return
        space, _, local = name.rpartition(" ")
        parent = self.open[-1] if self.open else None
        if parent is None or (parent.inside == "" and parent.primitive is None):
            self._resource_start(parent, space, local, attributes)
            return
        element = children(parent.inside).get(local)
        if element is not None and element.type == "xhtml" and space == XHTML:
            self.div_depth, self.div_start, self.div_parts = self.depth, self._place(), []
            self._div_start(name, attributes)
            return
        if element is None or element.attribute or space != FHIR or element.type == "xhtml":
            raise _structure("R4 defines no such element here", _shown(parent.at, local))
        self._element_start(parent, element, attributes)

    def _resource_start(
        self, parent: _Open | None, space: str, local: str, attributes: dict[str, str]
    ) -> None:
        at = parent.at if parent is not None else local
        if space != FHIR or local not in definitions.resource_types():
            where = at if parent is not None else ""
            raise _structure(f"The element is no R4 resource in the namespace {FHIR}", where)
        if parent is not None and parent.resource is not None:
            raise _structure("This element holds one resource", at)
        made = _Open(at, local, value={"resourceType": local})
        _attributes_check(made, attributes, {})
        self.open.append(made)

    def _element_start(self, parent: _Open, element: Element, attributes: dict[str, str]) -> None:
        key = element.key
        at = f"{parent.at}.{key}"
        held = parent.properties.setdefault(key, _Held(element.many))
        if element.many:
            at += f"[{len(held.values)}]"
        elif held.values:
            raise _structure("R4 allows this element once", at)
        # Its place; filled in when it ends.
        held.values.append(None)
        held.beside.append(None)
        primitive = element.type if element.type in definitions.primitive_types() else None
        inside = "Element" if primitive else element.inside
        made = _Open(at, inside, element, primitive=primitive)
        known = {} if element.type == "Resource" else children(inside)
        _attributes_check(made, attributes, known)
        if primitive and "value" in attributes:
            held.values[-1] = _primitive(primitive, attributes["value"], at)
        self.open.append(made)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.div_depth:
            self._div_end(name)
            return
        ended = self.open.pop()
        value = ended.value | _properties(ended.properties)
        if ended.element is None:
            if self.open:
                self.open[-1].resource = value
            else:
                self.result = value
            return
        held = self.open[-1].properties[ended.element.key]
        if ended.primitive:
            held.beside[-1] = value or None
            if held.values[-1] is None and not value:
                raise _structure("An element has a value or extensions", ended.at)
        elif ended.inside == "":
            if ended.resource is None:
                raise _structure("This element holds one resource", ended.at)
            held.values[-1] = ended.resource
        else:
            held.values[-1] = value

    def _text(self, text: str) -> None:
        if self.div_depth:
            self.div_parts.append(escape(text))
        elif text.strip(" \t\r\n"):
            where = self.open[-1].at if self.open else ""
            raise _structure("FHIR's XML has values in attributes, not as text", where)

    # -- narratives ------------------------------------------------------------------------------

    def _place(self) -> int:
        return self.parser.CurrentByteIndex

    def _div_start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if space != XHTML:
            raise _structure("A narrative holds XHTML alone", f"{self.open[-1].at}.div")
        own = f' xmlns="{XHTML}"' if self.depth == self.div_depth else ""
        written = "".join(
            f" {key.replace(_XML, 'xml:')}={quoteattr(value)}" for key, value in attributes.items()
        )
        self.div_parts.append(f"<{local}{own}{written}>")

    def _div_end(self, name: str) -> None:
        self.div_parts.append(f"</{name.rpartition(' ')[2]}>")
        if self.depth >= self.div_depth:
            return
        self.div_depth = 0
        parent = self.open[-1]
        if "div" in parent.properties:
            raise _structure("R4 allows this element once", f"{parent.at}.div")
        text = self._verbatim() or "".join(self.div_parts)
        parent.properties["div"] = _Held(False, [text], [None])

    def _verbatim(self) -> str:
        """The narrative as it was sent, "" where it is no XML by itself (its namespace is declared
        further out)."""
        start = self.div_start
        assert start is not None
        tag = _START_TAG.match(self.content, start)
        if tag is None or not _OWN_NAMESPACE.match(self.content, start, tag.end()):
            return ""
        end = tag.end()
        if not tag[0].endswith(b"/>"):
            end = self.content.index(b">", self._place()) + 1
        return self.content[start:end].decode()


def _attributes_check(
    made: _Open, attributes: Mapping[str, str], known: Mapping[str, Element]
) -> None:
    """Take the attributes that are elements of the definition (id, url)."""
    for name, text in attributes.items():
        element = known.get(name)
        if element is not None and element.attribute:
            made.value[name] = text
        elif not (made.primitive and name == "value") and not name.startswith(_SCHEMA_INSTANCE):
            raise _structure("R4 defines no such attribute here", _shown(made.at, name))


def _properties(properties: Mapping[str, _Held]) -> dict[str, Any]:
    """What came, by property as JSON has it, with the `_` siblings of primitives."""
    found: dict[str, Any] = {}
    for key, held in properties.items():
        for name, listed in ((key, held.values), (f"_{key}", held.beside)):
            if any(each is not None for each in listed):
                found[name] = listed if held.many else listed[0]
    return found


def _primitive(type: str, text: str, at: str) -> Any:
    """The JSON value of a primitive. Raises Invalid."""
    if type == "boolean":
        if text in _BOOLEANS:
            return _BOOLEANS[text]
    elif type in _INTEGERS:
        if match := _INTEGER.fullmatch(text):
            return number(match[1] or match[2])
    elif type == "decimal":
        if _DECIMAL.fullmatch(text):
            return number(text)
    else:
        return text
    raise Invalid([Issue("value", f"This is no valid {type}", at)])


def _shown(at: str, name: str) -> str:
    return f"{at}.{name}" if re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,63}", name) else at


def _structure(diagnostics: str, at: str = "") -> Invalid:
    return Invalid([Issue("structure", diagnostics, at)])
