"""What the parameters of a request say: numbers, moments, and the Parameters of an operation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fhir_bridge.documents import Document
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request
from fhir_bridge.search.values import date_interval, datetime_of
from fhir_bridge.validation import validate


def whole(text: str, name: str, default: int) -> int:
    """A whole number of at most nine digits; "" is the default. Raises Invalid."""
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid([Issue("value", f"{name} is a whole number")])
    return int(text)


def instant(text: str, name: str) -> datetime | None:
    """A moment with its zone; "" is None. Raises Invalid."""
    # In an address, the + of the zone may have become a space.
    text = text.replace(" ", "+")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid([Issue("value", f"{name} is an instant, with its zone")]) from None


def period(text: str, name: str) -> tuple[datetime, datetime] | None:
    """What a date or dateTime, partial too, covers: [start, end); "" is None. Raises Invalid."""
    if not text:
        return None
    interval = date_interval(text.replace(" ", "+"))
    try:
        if interval is not None:
            return datetime_of(interval[0]), datetime_of(interval[1])
    except (ValueError, OverflowError):
        pass
    raise Invalid([Issue("value", f"{name} is a date or dateTime")])


def parameters_of(request: Request) -> list[tuple[str, str]]:
    """An operation's simple parameters, of its address and of the Parameters that is its body.

    https://hl7.org/fhir/R4/operations.html#request
    """
    found = list(request.query)
    if request.method == "POST" and (request.entry is not None or request.body()):
        document = sent(request)
        for each in document.value.get("parameter", []):
            value = next((v for k, v in each.items() if k.startswith("value")), None)
            if isinstance(value, dict | list) or value is None:
                raise Invalid(
                    [Issue("value", "This operation takes simple values", "Parameters.parameter")]
                )
            found.append((str(each["name"]), _text(value)))
    return found


def sent(request: Request) -> Document:
    """The valid Parameters resource that is the body. Raises Invalid."""
    document = request.document()
    if document.value.get("resourceType") != "Parameters":
        raise Invalid([Issue("invalid", "The operation takes a Parameters resource", "Parameters")])
    validate(document, at=request.at)
    return document


def part(parameters: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The last parameter of this name, empty when there is none."""
    listed = parameters.get("parameter", [])
    return next((each for each in reversed(listed) if each.get("name") == name), {})


def only(parameters: list[tuple[str, str]], *known: str) -> dict[str, str]:
    """The parameters by name. Raises Invalid for one that the operation does not know: to leave
    it out would answer another question."""
    for name, _ in parameters:
        if name not in known and name not in ("_format", "_pretty"):
            raise Invalid([Issue("not-supported", f"This operation knows {', '.join(known)}")])
    return dict(parameters)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
