"""Which format an answer is to have: `_format`, else Accept with its weights, else what was sent.

https://hl7.org/fhir/R4/http.html#mime-type, https://www.rfc-editor.org/rfc/rfc9110#name-accept
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from fhir_bridge.outcomes import NotAcceptable

Format = Literal["json", "xml"]
CONTENT_TYPES: Mapping[Format, str] = {
    "json": "application/fhir+json; charset=utf-8",
    "xml": "application/fhir+xml; charset=utf-8",
}
# How the parameters of a POSTed search come.
FORM = "application/x-www-form-urlencoded"
# What means each format, in an address, an Accept or a Content-Type.
NAMES: Mapping[str, Format] = {
    "application/fhir+json": "json",
    "application/json": "json",
    "text/json": "json",
    "json": "json",
    "application/fhir+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "xml": "xml",
}
MEDIA_TYPES: Mapping[str, Format] = {name: each for name, each in NAMES.items() if "/" in name}


@lru_cache(maxsize=1_024)
def answer_format(format_parameter: str, accept: str, sent: str = "") -> Format:
    """The format for the `_format` parameter, the Accept header and the Content-Type of what was
    sent, each "" when it is absent. Raises NotAcceptable."""
    if format_parameter:
        found = _best(format_parameter, NAMES, "")
    elif accept.strip():
        found = _best(accept, MEDIA_TYPES, sent)
    else:
        found = MEDIA_TYPES.get(_name(sent), "json")
    if found is None:
        raise NotAcceptable
    return found


class _Range(NamedTuple):
    name: str
    weight: float
    place: int


def _best(text: str, names: Mapping[str, Format], sent: str) -> Format | None:
    """The format of the greatest weight; of equals the one named first, and of those that only a
    wildcard names the one that was sent, else JSON."""
    ranges = {each.name: each for each in _ranges(text)}
    best: tuple[float, float, bool] | None = None
    found: Format | None = None
    for name, format_ in names.items():
        # A wildcard means the format's own name, which the answer will bear.
        for wider in (name, "application/*", "*/*") if "fhir+" in name else (name,):
            if wider in ranges:
                named = ranges[wider]
                place = float("inf") if "*" in wider else named.place
                rank = named.weight, -place, MEDIA_TYPES.get(_name(sent)) == format_
                if named.weight > 0 and (best is None or rank > best):
                    best, found = rank, format_
                break
    return found


def _ranges(text: str) -> list[_Range]:
    found = []
    for place, each in enumerate(text.split(",")):
        name, *options = (part.strip().lower() for part in each.split(";"))
        # In an address, the + of application/fhir+json may have become a space.
        found.append(_Range(name.replace(" ", "+"), _weight(options), place))
    return found


def _weight(options: list[str]) -> float:
    weight = 1.0
    for option in options:
        key, _, value = (part.strip(' "') for part in option.partition("="))
        if key == "fhirversion" and value not in ("4.0", "4.0.1"):
            return 0.0
        if key == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
    return weight


def _name(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
