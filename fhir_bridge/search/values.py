"""How FHIR values become what the index stores; used alike for resources and for queries.

Dates are half-open intervals in microseconds since 1970 (UTC), numbers are floats, texts are folded
by case and accents, everything is cut to what the index columns hold.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

UCUM = "http://unitsofmeasure.org"
CODE_LENGTH = 200
TEXT_LENGTH = 300
URI_LENGTH = 400

# Open ends of a Period, and of a Quantity with a comparator.
EARLIEST, LATEST = -(2**62), 2**62
LOWEST, HIGHEST = -1e308, 1e308

_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_REFERENCE = re.compile(
    r"(?P<base>(?:https?|urn)://?[^?#]*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Lower case, without accents, white space joined: how a string search compares.

    >>> fold("  Élodie   MÜLLER ")
    'elodie muller'
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.lower().replace("\0", " ").split())[:TEXT_LENGTH]


def cut(text: object, length: int = CODE_LENGTH) -> str:
    """A text as a column of this length holds it; what is no text is none."""
    if not isinstance(text, str):
        return ""
    if "\0" in text:
        text = text.replace("\0", "")
    return text[:length]


def date_interval(text: str) -> tuple[int, int] | None:
    """The interval that a date, dateTime or instant covers: [low, high) in microseconds, UTC.

    Without an offset it is taken as UTC. None when it is no date (the 30th of February).

    >>> date_interval("1970")
    (0, 31536000000000)
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        if hour is None:
            return _days(int(year), month, day)
        start = date(int(year), int(month), int(day)).toordinal() - _EPOCH
        h, m, s = int(hour), int(minute), int(second or 0)
        if h > 24 or m > 59 or s > 60:
            return None
        low = start * _DAY + ((h * 60 + m) * 60 + min(s, 59)) * 1_000_000
        width = 60_000_000 if second is None else 1_000_000
        if fraction:
            low += int(fraction[:6].ljust(6, "0"))
            width = int(10 ** max(0, 6 - len(fraction)))
        if zone and zone != "Z":
            offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * 60_000_000
            low += offset if zone[0] == "-" else -offset
    except ValueError:
        return None
    return low, low + width


def _days(year: int, month: str | None, day: str | None) -> tuple[int, int]:
    low = date(year, int(month or 1), int(day or 1)).toordinal()
    if day:
        high = low + 1
    elif month:
        high = low - 1 + _month_length(year, int(month)) + 1
    else:
        high = low + (366 if _leap(year) else 365)
    return (low - _EPOCH) * _DAY, (high - _EPOCH) * _DAY


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if _leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def datetime_of(microseconds: int) -> datetime:
    """The instant that an index date is, clamped to what a datetime can hold."""
    limit = 253_402_300_799_000_000
    return _EPOCH_TIME + timedelta(
        microseconds=max(-62_135_596_800_000_000, min(microseconds, limit))
    )


def number_interval(text: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """A search number: its value, and the range that its digits imply, [low, high).

    `100` is 99.5 to 100.5, `100.00` is 99.995 to 100.005 (R4, search: number). There `1e2` is 95 to
    105: with an exponent, one digit more than is written.
    """
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # neither NaN nor infinite: the pattern has digits only
    if abs(exponent) > 300 or value.adjusted() > 300:
        return None
    finer = "e" in text.lower() and "." not in text
    half = Decimal(5).scaleb(exponent - (2 if finer else 1))
    return value, value - half, value + half


def reference_target(text: str) -> tuple[str, str] | None:
    """The (type, target) of a reference: a local id, or the whole URL of one kept elsewhere.

    A version at the end is dropped. None for a contained resource and an empty text.

    >>> reference_target("Patient/1/_history/2")
    ('Patient', '1')
    """
    if not text or text[0] == "#":
        return None
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return "", cut(text, URI_LENGTH)
    if match["base"] is None:
        return match["type"], match["id"]
    return match["type"], cut(text.split("/_history/")[0], URI_LENGTH)


def is_id(text: str) -> bool:
    """Whether this may be the id of a resource."""
    return _ID.fullmatch(text) is not None
