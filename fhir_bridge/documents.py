"""FHIR JSON without loss: parse, write, and the frozen value that a stored resource is read as.

Numbers keep their digits: integers are int, everything else is Decimal (or Literal, a Decimal that
remembers a spelling such as 1e-22 which str() would change). Strings, orders and unknown content
are kept as they came; only whitespace between tokens goes. R4 makes precision significant:
https://hl7.org/fhir/R4/json.html#decimal
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from fhir_bridge.outcomes import Invalid, Issue, TooMany

# orjson writes at most 254 levels; deeper input is refused on the way in.
MAX_DEPTH = 254
# A real bundle has a value in 20 bytes or more. A body of 64 MB that is all commas would take
# minutes and gigabytes to find that out.
MAX_VALUES = 4_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NO_LINKS = ('"reference"', '"fullUrl"', '"value"')
_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class Literal(Decimal):
    """A number whose spelling Decimal would not give back ("1e-22", "-0", a 30-digit integer)."""

    literal: str

    def __new__(cls, literal: str) -> "Literal":
        number = super().__new__(cls, literal)
        number.literal = literal
        return number


@dataclass(frozen=True)
class Document:
    """A parsed resource. `references` are its objects with a `reference`, in document order;
    changing them in place changes `value`."""

    value: dict[str, Any]
    references: list[dict[str, Any]]
    has_siblings: bool = False  # some primitive has a `_` sibling, or an array a null
    linked: bool = False  # a urn:uuid stands where neither a reference nor a fullUrl is
    # id() of each object with a resourceType -> how many references were read when it closed.
    closings: dict[int, int] = field(default_factory=dict)

    def entry_documents(self) -> Iterator["Document | None"]:
        """The resource of each Bundle.entry as a document that shares its objects, or None."""
        start = 0
        for entry in self.value.get("entry", []):
            resource = entry.get("resource")
            if resource is None:
                yield None
                continue
            end = self.closings.get(id(resource), start)
            yield Document(resource, self.references[start:end], self.has_siblings, self.linked)
            start = end


@dataclass(frozen=True)
class Stored:
    """A version of a resource as it is served; `content` is empty when it is a deletion."""

    type: str
    id: str
    version: int
    last_updated: datetime
    content: bytes
    deleted: bool = False

    @property
    def resource(self) -> dict[str, Any]:
        """The parsed resource, numbers as int or Decimal; a fresh dict at each call."""
        return parse(self.content).value

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


def parse(content: bytes | str) -> Document:
    """Read one JSON object. Raises Invalid (structure) for what is not clean I-JSON:
    malformed or not UTF-8, a key twice, NaN, a lone surrogate, nesting beyond MAX_DEPTH; and
    TooMany for more than MAX_VALUES values. A byte order mark is passed over."""
    references: list[dict[str, Any]] = []
    closings: dict[int, int] = {}

    def object_made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise _Refused("An object names the same property twice")
        if "reference" in made:
            references.append(made)
        if "resourceType" in made:
            closings[id(made)] = len(references)
        return made

    if isinstance(content, bytes):
        content = content.removeprefix(_BYTE_ORDER_MARK)
        values_check(content, b",{[")
    try:
        text = content if isinstance(content, str) else str(content, "utf-8")
        value = json.loads(
            text,
            object_pairs_hook=object_made,
            parse_float=_fraction,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except _Refused as error:
        raise _structure(str(error)) from None
    except UnicodeDecodeError:
        raise _structure("The body is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _structure(f"The body is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(value, dict):
        raise _structure("A resource is a JSON object")
    if "\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH:
        # Only these can hold half a surrogate pair, or be too deep: writing it would fail.
        dumps(value)
    siblings = "null" in text or '"_' in text
    return Document(value, references, siblings, _is_linked(text), closings)


def values_check(content: bytes, marks: bytes) -> None:
    """Refuse a body in which the marks that come with a value are too many. Raises TooMany."""
    if len(content) > MAX_VALUES and sum(map(content.count, marks)) > MAX_VALUES:
        raise TooMany(MAX_VALUES)


def _is_linked(text: str) -> bool:
    """Whether a urn:uuid may be a link that is no Reference. Bundles are full of those that are,
    so what stands before each decides; an identifier's value is no link."""
    place = text.find("urn:uuid:")
    while place >= 0:
        before = text[max(place - 24, 0) : place].rstrip('"').rstrip().rstrip(":").rstrip()
        if not before.endswith(_NO_LINKS):
            return True
        place = text.find("urn:uuid:", place + 9)
    return False


def document(resource: "Mapping[str, Any] | bytes | str | Document") -> Document:
    """A Document from bytes, or from a caller's mapping, which is left untouched; one that is a
    Document already is handed on and will be written to."""
    if isinstance(resource, Document):
        return resource
    if isinstance(resource, bytes | str):
        return parse(resource)
    return parse(dumps(resource))


# What a write may be conditional on besides a version: that there is one, that there is none.
ANY_VERSION, NO_VERSION = -1, 0


def etag_version(etag: str) -> int:
    """The version in `W/"3"` (or "3"), ANY_VERSION for "*". Raises Invalid."""
    if etag.strip() == "*":
        return ANY_VERSION
    match = _ETAG.fullmatch(etag.strip())
    if match is None:
        raise Invalid([Issue("value", 'A version is matched as W/"3"')])
    return int(match[1])


def dumps(value: Any) -> bytes:
    """Compact UTF-8 JSON with every number as it was read. Raises Invalid (structure)."""
    try:
        return orjson.dumps(value, default=number_fragment)
    except orjson.JSONEncodeError as error:
        if "ecursion" in str(error):
            raise _too_deep() from None
        if "surrogates" in str(error) or "UTF-8" in str(error):
            raise _structure("A string holds half of a surrogate pair") from None
        raise


def number_fragment(value: object) -> orjson.Fragment:
    if isinstance(value, Literal):
        return orjson.Fragment(value.literal)
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)


def number(literal: str) -> int | Decimal:
    """A JSON number as `parse` gives it. Raises Invalid (structure) for one beyond reading."""
    try:
        return _fraction(literal) if set(literal) & set(".eE") else _integer(literal)
    except _Refused as error:
        raise _structure(str(error)) from None


class _Refused(Exception):
    pass


def _fraction(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise _Refused("A number is beyond what can be read") from None
    if len(literal) > 300 or abs(number.adjusted()) > 300:
        raise _Refused("A number is beyond what can be read")
    return number if str(number) == literal else Literal(literal)


def _integer(literal: str) -> int | Decimal:
    if len(literal) < 16 and literal != "-0":
        return int(literal)
    if len(literal) > 300:
        raise _Refused("A number is beyond what can be read")
    return Literal(literal)


def _constant(name: str) -> None:
    raise _Refused(f"{name} is no JSON number")


def _structure(diagnostics: str) -> Invalid:
    return Invalid([Issue("structure", diagnostics)])


def _too_deep() -> Invalid:
    return _structure(f"The body is nested deeper than {MAX_DEPTH} levels")
