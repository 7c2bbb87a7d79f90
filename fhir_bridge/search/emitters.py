"""One emitter for each search type and data type: a value in, index values out.

Values that are not what the data type says are passed over: validation reports them, the index
holds what can be found.

Source: https://hl7.org/fhir/R4/search.html#table (which elements of a data type each search type
looks at)
"""

from collections.abc import Callable, Mapping
from typing import Any

from fhir_bridge.search.expressions import Path, Step
from fhir_bridge.search.values import (
    EARLIEST,
    HIGHEST,
    LATEST,
    LOWEST,
    URI_LENGTH,
    cut,
    date_interval,
    fold,
    reference_target,
)

Row = tuple[Any, ...]
Emit = Callable[[Any, "Values"], None]

# The value columns of each table, in the order of the rows here (after param).
TABLES = ("token", "string", "reference", "date", "quantity", "uri")


class Values:
    """The index values of one resource, as rows (param, value...) by table.

    Rows of composites carry their group as the last field and are kept apart, in `grouped`.
    """

    __slots__ = (
        "date",
        "grouped",
        "groups",
        "quantity",
        "reference",
        "resource",
        "string",
        "token",
        "uri",
    )

    def __init__(self, resource: Mapping[str, Any]) -> None:
        self.resource = resource
        self.token: list[Row] = []
        self.string: list[Row] = []
        self.reference: list[Row] = []
        self.date: list[Row] = []
        self.quantity: list[Row] = []
        self.uri: list[Row] = []
        self.grouped: dict[str, list[Row]] = {}
        self.groups = 0

    def any(self) -> bool:
        """Whether there is a value at all."""
        return any(getattr(self, table) for table in TABLES)

    def add_group(self, part: "Values") -> None:
        """Add a component's rows to the group being built."""
        for table in TABLES:
            rows = getattr(part, table)
            if rows:
                self.grouped.setdefault(table, []).extend((*row, self.groups) for row in rows)


def emitter(search_type: str, path: Path, number: int) -> Emit:
    """What to do with a value found at `path`.

    Raises:
        KeyError: the data type has no value of this search type.
    """
    if search_type == "reference" and path.datatype == "Reference":
        return _reference(number, frozenset(path.targets))
    if search_type == "token" and path.datatype == "code":
        return _code(number, path.system)
    return _EMITTERS[search_type][path.datatype](number)


def exists_not_false(number: int, steps: tuple[Step, ...]) -> Emit:
    """`deceased`: true when the choice has a value that is not false, false also when absent."""

    def emit(value: Any, found: Values) -> None:
        known = any(value.get(step, False) is not False for step in steps)
        found.token.append((number, "true" if known else "false", "", ""))

    return emit


def _list(value: Any) -> list[Any]:
    return value if type(value) is list else []


# -- token ---------------------------------------------------------------------------------------


def _coding(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is dict:
            code, display = value.get("code"), value.get("display")
            if code or display:
                found.token.append(
                    (
                        number,
                        cut(code),
                        cut(value.get("system"), URI_LENGTH),
                        fold(display) if type(display) is str else "",
                    )
                )

    return emit


def _concept(number: int) -> Emit:
    coding = _coding(number)

    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        rows = found.token
        start = len(rows)
        for one in _list(value.get("coding")):
            coding(one, found)
        text = value.get("text")
        if text and type(text) is str:
            folded = fold(text)
            if not any(row[3] == folded for row in rows[start:]):
                rows.append((number, "", "", folded))

    return emit


def _identifier(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        code = value.get("value")
        if not code or type(code) is not str:
            return
        kind = value.get("type")
        named = kind.get("text") if type(kind) is dict else None
        text = fold(named) if type(named) is str else ""
        code = cut(code)
        found.token.append((number, code, cut(value.get("system"), URI_LENGTH), text))
        if type(kind) is dict:
            for one in _list(kind.get("coding")):
                if type(one) is not dict:
                    continue
                of_type = f"{one.get('system', '')}|{one.get('code', '')}"
                found.token.append((-number, code, cut(of_type, URI_LENGTH), ""))

    return emit


def _contact_point(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is dict and type(value.get("value")) is str:
            row = (number, cut(value["value"]), cut(value.get("system")), "")
            found.token.append(row)

    return emit


def _code(number: int, system: str) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is str:
            found.token.append((number, cut(value), system, ""))

    return emit


def _plain_token(number: int) -> Emit:
    return _code(number, "")


def _boolean(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is bool:
            found.token.append((number, "true" if value else "false", "", ""))

    return emit


# -- string --------------------------------------------------------------------------------------


def _string(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is str:
            folded = fold(value)
            if folded:
                found.string.append((number, folded, cut(value, 300)))

    return emit


def _parts(*names: str) -> Callable[[int], Emit]:
    def make(number: int) -> Emit:
        string = _string(number)

        def emit(value: Any, found: Values) -> None:
            if type(value) is not dict:
                return
            for name in names:
                part = value.get(name)
                if type(part) is list:
                    for one in part:
                        string(one, found)
                elif part:
                    string(part, found)

        return emit

    return make


# -- reference and uri ---------------------------------------------------------------------------


def _reference(number: int, targets: frozenset[str]) -> Emit:
    """A Reference; its identifier goes to the token rows of the same parameter (`:identifier`)."""
    identifier = _identifier_only(number)

    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        text = value.get("reference")
        target = reference_target(text) if type(text) is str else None
        kind = (target[0] if target else "") or cut(value.get("type"))
        if targets and kind not in targets:
            return
        if target:
            found.reference.append((number, target[1], cut(kind, 40)))
        if "identifier" in value:
            identifier(value["identifier"], found)

    return emit


def _identifier_only(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is dict and type(value.get("value")) is str:
            system = cut(value.get("system"), URI_LENGTH)
            found.token.append((number, cut(value["value"]), system, ""))

    return emit


def _canonical(number: int) -> Emit:
    """A canonical is found by its URL, and by URL|version when it names one."""

    def emit(value: Any, found: Values) -> None:
        if type(value) is not str or not value or value[0] == "#":
            return
        url = value.split("|", 1)[0]
        target = reference_target(url)
        if target is None:
            return
        found.reference.append((number, target[1], target[0]))
        if url != value:
            found.reference.append((number, cut(value, URI_LENGTH), ""))

    return emit


def _uri(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is str and value:
            found.uri.append((number, cut(value, URI_LENGTH)))

    return emit


def _canonical_uri(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is str and value:
            found.uri.append((number, cut(value, URI_LENGTH)))
            url, bar, _ = value.partition("|")
            if bar:
                found.uri.append((number, cut(url, URI_LENGTH)))

    return emit


# -- date ----------------------------------------------------------------------------------------


def _date(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is str:
            interval = date_interval(value)
            if interval:
                found.date.append((number, *interval))

    return emit


def _bounds(value: Any) -> tuple[int, int] | None:
    """The interval of a Period; an end that is absent is open."""
    if type(value) is not dict:
        return None
    start, end = value.get("start"), value.get("end")
    low = date_interval(start) if type(start) is str else None
    high = date_interval(end) if type(end) is str else None
    if low is None and high is None:
        return None
    return (low[0] if low else EARLIEST), (high[1] if high else LATEST)


def _period(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        interval = _bounds(value)
        if interval:
            found.date.append((number, *interval))

    return emit


def _timing(number: int) -> Emit:
    """A Timing: only its outer limits matter (R4 search, date)."""

    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        intervals = [date_interval(one) for one in _list(value.get("event")) if type(one) is str]
        repeat = value.get("repeat")
        if type(repeat) is dict:
            intervals.append(_bounds(repeat.get("boundsPeriod")))
        known = [one for one in intervals if one]
        if known:
            low, high = min(one[0] for one in known), max(one[1] for one in known)
            found.date.append((number, low, high))

    return emit


# -- number and quantity -------------------------------------------------------------------------


def _float(value: Any) -> float | None:
    if type(value) is bool or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if LOWEST <= number <= HIGHEST else None


def _number(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        point = _float(value)
        if point is not None:
            found.quantity.append((number, point, point, "", "", ""))

    return emit


def _quantity(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        point = _float(value.get("value"))
        if point is None:
            return
        low = high = point
        comparator = value.get("comparator")
        if comparator in ("<", "<="):
            low = LOWEST
        elif comparator in (">", ">="):
            high = HIGHEST
        found.quantity.append((number, low, high, *_unit(value)))

    return emit


def _unit(value: dict[str, Any]) -> tuple[str, str, str]:
    return (
        cut(value.get("system"), URI_LENGTH),
        cut(value.get("code")),
        cut(value.get("unit")),
    )


def _money(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        point = _float(value.get("value")) if type(value) is dict else None
        if point is not None:
            currency = cut(value.get("currency"))
            found.quantity.append((number, point, point, "urn:iso:std:iso:4217", currency, ""))

    return emit


def _range(number: int) -> Emit:
    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        ends = [end if type(end := value.get(name)) is dict else {} for name in ("low", "high")]
        low, high = _float(ends[0].get("value")), _float(ends[1].get("value"))
        if low is None and high is None:
            return
        unit = _unit(ends[0] if low is not None else ends[1])
        found.quantity.append(
            (number, LOWEST if low is None else low, HIGHEST if high is None else high, *unit)
        )

    return emit


def _position(number: int) -> Emit:
    """A position: the latitude as the row's low, the longitude as its high (see positions.py)."""

    def emit(value: Any, found: Values) -> None:
        if type(value) is not dict:
            return
        latitude, longitude = _float(value.get("latitude")), _float(value.get("longitude"))
        if latitude is not None and longitude is not None:
            found.quantity.append((number, latitude, longitude, "", "", ""))

    return emit


_TEXT = ("string", "markdown", "code", "id", "uri", "url", "canonical")
_EMITTERS: Mapping[str, Mapping[str, Callable[[int], Emit]]] = {
    "token": {
        "Coding": _coding,
        "CodeableConcept": _concept,
        "Identifier": _identifier,
        "ContactPoint": _contact_point,
        "boolean": _boolean,
        **dict.fromkeys((*_TEXT, "oid", "uuid"), _plain_token),
    },
    "string": {
        "HumanName": _parts("text", "family", "given", "prefix", "suffix"),
        "Address": _parts("text", "line", "city", "district", "state", "postalCode", "country"),
        **dict.fromkeys(_TEXT, _string),
    },
    "reference": dict.fromkeys(("canonical", "uri", "url", "oid", "uuid"), _canonical),
    "date": {
        **dict.fromkeys(("date", "dateTime", "instant"), _date),
        "Period": _period,
        "Timing": _timing,
    },
    "number": {
        **dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), _number),
        "Range": _range,
    },
    "quantity": {
        **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), _quantity),
        "Money": _money,
        "Range": _range,
    },
    "uri": {**dict.fromkeys(("uri", "url", "oid", "uuid"), _uri), "canonical": _canonical_uri},
    "special": {"BackboneElement": _position},
}
