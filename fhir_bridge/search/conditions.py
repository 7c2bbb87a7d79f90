"""One search value -> the SQL condition on an index row, by search type, prefix and modifier.

Source: https://hl7.org/fhir/R4/search.html (prefixes: 3.1.1.5.6; string, token, reference, uri,
date, number and quantity: the sections of those names)
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import inf, nextafter

from django.db import connection

from fhir_bridge.search.fragments import Sql, any_of
from fhir_bridge.search.problems import BadValue
from fhir_bridge.search.values import (
    HIGHEST,
    LOWEST,
    TEXT_LENGTH,
    UCUM,
    URI_LENGTH,
    cut,
    date_interval,
    datetime_of,
    fold,
    number_interval,
    reference_target,
)

# A UCUM code, and what turns a number in the searched unit into a number in this one.
Alternative = tuple[str, Callable[[Decimal], Decimal]]
# Sorts after every text that starts with what is before it, in UTF-8 order.
LAST = "\U0010ffff"
_EXPECTED_DATE = "a date: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with an offset"
_PREFIX = re.compile(r"(eq|ne|gt|ge|lt|le|sa|eb|ap)(?=[\d+\-.])")


def split(text: str, separator: str) -> list[str]:
    r"""Split at separators that no backslash escapes; the escapes stay.

    >>> split("a,b\\,c", ",")
    ['a', 'b\\,c']
    """
    if "\\" not in text:
        return text.split(separator)
    parts, current, at = [], "", 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            current += text[at : at + 2]
            at += 2
        elif text[at] == separator:
            parts.append(current)
            current = ""
            at += 1
        else:
            current += text[at]
            at += 1
    parts.append(current)
    return parts


def unescape(text: str) -> str:
    r"""`\,` `\|` `\$` and `\\` as themselves."""
    return re.sub(r"\\([,|$\\])", r"\1", text) if "\\" in text else text


# -- token ---------------------------------------------------------------------------------------


def token(value: str) -> Sql:
    """code, system|code, |code (no system) or system| (any code of it)."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) > 2 or not any(parts):
        raise BadValue("a code, system|code, |code or system|")
    if len(parts) == 1:
        return Sql("{t}.code = %s", (cut(parts[0]),))
    system, code = parts
    if not code:
        return Sql("{t}.system = %s AND {t}.code <> ''", (cut(system, URI_LENGTH),))
    return Sql("{t}.code = %s AND {t}.system = %s", (cut(code), cut(system, URI_LENGTH)))


def token_is_ordered(value: str) -> bool:
    """Whether the rows of this value are one run of the index."""
    return bool(split(value, "|")[-1])


def token_text(value: str) -> Sql:
    """`:text`: a word of the display, or of the concept's text, starts so."""
    folded = _folded(value)
    words = "' ' || {t}.text"
    position = "strpos" if connection.vendor == "postgresql" else "instr"
    return Sql(f"{position}({words}, %s) > 0", (" " + folded,))


def of_type(value: str) -> Sql:
    """`:of-type`: system|code|value of an identifier."""
    parts = [unescape(part) for part in split(value, "|")]
    if len(parts) != 3 or not all(parts):
        raise BadValue("type system|type code|value")
    system, code, text = parts
    return Sql(
        "{t}.code = %s AND {t}.system = %s", (cut(text), cut(f"{system}|{code}", URI_LENGTH))
    )


# -- string and uri ------------------------------------------------------------------------------


def string(value: str) -> Sql:
    """Starts with, whatever the case and the accents."""
    return starts_with("folded", _folded(value))


def string_exact(value: str) -> Sql:
    text = unescape(value)
    return Sql("{t}.folded = %s AND {t}.exact = %s", (fold(text), cut(text, TEXT_LENGTH)))


def string_contains(value: str) -> Sql:
    position = "strpos" if connection.vendor == "postgresql" else "instr"
    return Sql(f"{position}({{t}}.folded, %s) > 0", (_folded(value),))


def starts_with(column: str, text: str) -> Sql:
    """A range of the index: every text from `text` up to the last that starts so."""
    return Sql(f"{{t}}.{column} >= %s AND {{t}}.{column} < %s", (text, text + LAST))


def _folded(value: str) -> str:
    folded = fold(unescape(value))
    if not folded:
        raise BadValue("a text")
    return folded


def uri(value: str) -> Sql:
    return Sql("{t}.value = %s", (cut(unescape(value), URI_LENGTH),))


def uri_below(value: str) -> Sql:
    return starts_with("value", cut(unescape(value), URI_LENGTH))


def uri_above(value: str) -> Sql:
    """The URI itself, or one that it lies below: cut at each slash."""
    text = cut(unescape(value), URI_LENGTH)
    ends = [at for at, char in enumerate(text) if char == "/"]
    above = {text, *(text[:at] for at in ends), *(text[: at + 1] for at in ends)}
    wanted = tuple(sorted(above - {""}))
    return Sql(f"{{t}}.value IN ({', '.join(['%s'] * len(wanted))})", wanted)


# -- reference -----------------------------------------------------------------------------------


def reference(value: str, *, only: tuple[str, ...], base: str) -> Sql:
    """id, Type/id, an absolute URL (of this server or another) or a canonical.

    `only` are the types that the target may have (empty: any), `base` this server's address.
    """
    text = unescape(value)
    local = text
    if base and text.startswith(base + "/"):
        local = text[len(base) + 1 :]
    target = reference_target(local)
    if target is None or not target[1]:
        raise BadValue("an id, Type/id or a URL")
    kind, found = target
    wanted = {found}
    if local != text:
        wanted.add(cut(text.split("/_history/")[0], URI_LENGTH))
    ids = tuple(sorted(wanted))
    condition = Sql("{t}.target_id = %s" if len(ids) == 1 else "{t}.target_id IN (%s, %s)", ids)
    if kind and only and kind not in only:
        return Sql("1 = 0")
    if kind and "/" not in found:
        only = (kind,)
    if not only or "/" in found or ":" in found:
        return condition
    types = ", ".join(["%s"] * len(only))
    return Sql(f"{condition.text} AND {{t}}.target_type IN ({types})", condition.params + only)


# -- date ----------------------------------------------------------------------------------------


def prefixed(value: str) -> tuple[str, str]:
    """The comparison prefix (eq when there is none) and the rest."""
    match = _PREFIX.match(value)
    return (match[1], value[2:]) if match else ("eq", value)


def date(value: str) -> Sql:
    """Compare the interval [low, high) of the resource with the interval of the search date.

    The conditions are those of the specification's table; `ge`, which says "the range above
    overlaps or the search range contains", is the same as low >= start or high > end. Where a
    condition speaks of one end, a second one that follows from it lets an index be used.
    """
    prefix, text = prefixed(unescape(value))
    interval = date_interval(text.replace(" ", "+"))
    if interval is None:
        raise BadValue(_EXPECTED_DATE)
    low, high = interval
    if prefix == "ap":
        distance = abs(_now() - (low + high) // 2) // 10
        low, high = low - distance, high + distance
    return _DATE[prefix](low, high)


def date_overlaps(value: str) -> Sql:
    """The two intervals have a moment in common (`po` of `_filter`)."""
    interval = date_interval(value.replace(" ", "+"))
    if interval is None:
        raise BadValue(_EXPECTED_DATE)
    return Sql("{t}.low < %s AND {t}.high > %s", (interval[1], interval[0]))


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


_DATE: Mapping[str, Callable[[int, int], Sql]] = {
    "eq": lambda low, high: Sql(
        "{t}.low >= %s AND {t}.low < %s AND {t}.high <= %s", (low, high, high)
    ),
    "ne": lambda low, high: Sql("{t}.low < %s OR {t}.high > %s", (low, high)),
    "gt": lambda low, high: Sql("{t}.high > %s", (high,)),
    "lt": lambda low, high: Sql("{t}.low < %s", (low,)),
    "ge": lambda low, high: Sql(
        "{t}.high > %s AND ({t}.low >= %s OR {t}.high > %s)", (low, low, high)
    ),
    "le": lambda low, high: Sql(
        "{t}.low < %s AND ({t}.low < %s OR {t}.high <= %s)", (high, low, high)
    ),
    "sa": lambda low, high: Sql("{t}.low >= %s", (high,)),
    "eb": lambda low, high: Sql("{t}.high <= %s", (low,)),
    "ap": lambda low, high: Sql("{t}.low < %s AND {t}.high > %s", (high, low)),
}


def instant(value: str, column: str) -> Sql:
    """The same for a column that holds a moment: `_lastUpdated`."""
    prefix, text = prefixed(unescape(value))
    interval = date_interval(text.replace(" ", "+"))
    if interval is None:
        raise BadValue("a date or an instant")

    low, high = interval
    if prefix == "ap":
        distance = abs(_now() - (low + high) // 2) // 10
        low, high, prefix = low - distance, high + distance, "eq"
    ends = tuple(connection.ops.adapt_datetimefield_value(datetime_of(end)) for end in (low, high))
    text = {
        "eq": "{c} >= %s AND {c} < %s",
        "ne": "({c} < %s OR {c} >= %s)",
        "ge": "{c} >= %s",
        "lt": "{c} < %s",
        "eb": "{c} < %s",
        "gt": "{c} >= %s",
        "sa": "{c} >= %s",
        "le": "{c} < %s",
    }[prefix].replace("{c}", f"{{t}}.{column}")
    if prefix in ("eq", "ne"):
        return Sql(text, ends)
    return Sql(text, (ends[1] if prefix in ("gt", "sa", "le") else ends[0],))


# -- number and quantity -------------------------------------------------------------------------


def number(value: str) -> Sql:
    """Compare the span [low, high] of the resource (a point, but for Range and comparators).

    `eq` and `ne` take the range that the digits imply, `ap` a tenth of the value on each side; the
    others take the number as it is (R4 search, number).
    """
    return _number(value, lambda part: part)


def _number(value: str, converted: Callable[[Decimal], Decimal]) -> Sql:
    """As `number`, with every bound of the search converted to another unit first."""
    prefix, text = prefixed(unescape(value))
    interval = number_interval(text)
    if interval is None:
        raise BadValue("a number")
    exact, low, high = (_clamped(converted(part)) for part in interval)
    # Sixteen digits imply a range that is narrower than what a float tells apart.
    high = max(high, nextafter(exact, inf))
    if prefix == "eq":
        return Sql("{t}.low >= %s AND {t}.low < %s AND {t}.high < %s", (low, high, high))
    if prefix == "ne":
        return Sql("{t}.low < %s OR {t}.high >= %s", (low, high))
    if prefix == "ap":
        margin = abs(interval[0]) / 10
        low = _clamped(converted(interval[0] - margin))
        high = _clamped(converted(interval[0] + margin))
        return Sql("{t}.low <= %s AND {t}.high >= %s", (high, low))
    return Sql(_NUMBER[prefix], (exact,))


def quantity(value: str, alternatives: Callable[[str], Sequence[Alternative]]) -> Sql:
    """number, number|system|code or number||code (a code or a unit as written).

    `alternatives` gives, for a UCUM code, the other codes that measure the same, each with what
    turns a number of the one into a number of the other.
    """
    parts = split(value, "|")
    if len(parts) not in (1, 3):
        raise BadValue("a number, number|system|code or number||code")
    condition = number(parts[0])
    if len(parts) == 1:
        return condition
    system, code = (unescape(part) for part in parts[1:])
    if system and code:
        either = [_in_unit(condition, system, code)]
        if system == UCUM:
            for other, converted in alternatives(code):
                either.append(_in_unit(_number(parts[0], converted), system, other))
        return any_of(either)
    if code:
        unit = any_of([Sql("{t}.code = %s", (cut(code),)), Sql("{t}.unit = %s", (cut(code),))])
    elif system:
        unit = Sql("{t}.system = %s", (cut(system, URI_LENGTH),))
    else:
        return condition
    return Sql(f"({condition.text}) AND ({unit.text})", condition.params + unit.params)


def _in_unit(condition: Sql, system: str, code: str) -> Sql:
    return Sql(
        f"({condition.text}) AND {{t}}.system = %s AND {{t}}.code = %s",
        (*condition.params, cut(system, URI_LENGTH), cut(code)),
    )


_NUMBER: Mapping[str, str] = {
    "gt": "{t}.high > %s",
    "ge": "{t}.high >= %s",
    "lt": "{t}.low < %s",
    "le": "{t}.low <= %s",
    "sa": "{t}.low > %s",
    "eb": "{t}.high < %s",
}


def _clamped(value: Decimal) -> float:
    return max(LOWEST, min(HIGHEST, float(value)))
