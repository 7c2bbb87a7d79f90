"""Generated numbers, quantities and positions: what is found equals a plain reading of R4.

The reading computes with exact fractions over the FHIR values themselves; it shares nothing with
the code that it judges (https://hl7.org/fhir/R4/search.html#number, #quantity).
"""

from decimal import Decimal
from fractions import Fraction
from math import asin, cos, inf, radians, sin, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fhir.search.generated import check, generated
from tests.fhir.search.records import UCUM, observation

pytestmark = pytest.mark.django_db

Number = Fraction | float

decimals = st.one_of(
    st.sampled_from(["100", "100.0", "99.5", "100.5", "5.4", "5.40", "5.35", "5.45", "0", "-1",
                     "5400", "0.0054", "1e2", "1.0e2"]),
    st.builds(lambda n, places: str(Decimal(n).scaleb(-places)), st.integers(-3, 3),
              st.integers(0, 3)),
)  # fmt: skip
prefixes = st.sampled_from(["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])


def implied(text: str) -> Fraction:
    """Half of what the last digit of a number stands for; `1e2` has one digit more (R4)."""
    written = Decimal(text).as_tuple().exponent
    assert isinstance(written, int)
    finer = "e" in text and "." not in text
    return Fraction(Decimal(5).scaleb(written - (2 if finer else 1)))


def matches(
    low: Number, high: Number, prefix: str, text: str, scale: Fraction = Fraction(1),
    offset: Fraction = Fraction(0),
) -> bool:  # fmt: skip
    """Whether a span meets a comparison with a number in a unit of this scale and offset."""

    def base(number: Fraction) -> Fraction:
        return number * scale + offset

    value = Fraction(Decimal(text))
    half = implied(text)
    within = base(value - half) <= low and high < base(value + half)
    margin = abs(value) / 10
    exact = base(value)
    return {
        "": within,
        "eq": within,
        "ne": not within,
        "gt": high > exact,
        "lt": low < exact,
        "ge": high >= exact,
        "le": low <= exact,
        "sa": low > exact,
        "eb": high < exact,
        "ap": low <= base(value + margin) and high >= base(value - margin),
    }[prefix]


def split(value: str) -> tuple[str, str]:
    prefix = value[:2] if value[:2].isalpha() else ""
    return prefix, value[len(prefix) :]


spans = st.one_of(
    st.tuples(decimals, st.none()),
    st.tuples(decimals, decimals).map(lambda pair: tuple(sorted(pair, key=Decimal))),
)


@generated
@given(
    st.lists(spans, min_size=1, max_size=8),
    st.lists(st.tuples(prefixes, decimals), min_size=1, max_size=8),
)
def test_number(targets: list[tuple[str, str | None]], values: list[tuple[str, str]]) -> None:
    def prediction(low: str, high: str | None) -> dict[str, Any]:
        if high is None:
            return {"probabilityDecimal": float(low)}
        return {"probabilityRange": {"low": {"value": float(low)}, "high": {"value": float(high)}}}

    resources = [
        {"resourceType": "RiskAssessment", "id": f"r{n}", "status": "final",
         "subject": {"display": "x"}, "prediction": [prediction(*span)]}
        for n, span in enumerate(targets)
    ]  # fmt: skip

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        low, high = targets[int(resource["id"][1:])]
        ends = Fraction(Decimal(low)), Fraction(Decimal(high or low))
        return matches(*ends, *split(value))

    check(resources, [("probability", prefix + value) for prefix, value in values], expected)


# What a unit measures, and how much of the first unit of that kind it is (UCUM's own figures).
UNITS = {
    "g": ("mass", Fraction(1), Fraction(0)),
    "kg": ("mass", Fraction(1000), Fraction(0)),
    "mg": ("mass", Fraction(1, 1000), Fraction(0)),
    "Cel": ("temperature", Fraction(1), Fraction(0)),
    "[degF]": ("temperature", Fraction(5, 9), Fraction(-160, 9)),
    "mm[Hg]": ("pressure", Fraction(1), Fraction(0)),
    "[pH]": ("acidity", Fraction(1), Fraction(0)),
    "furlongs": ("nothing known", Fraction(1), Fraction(0)),
}
units = st.sampled_from(list(UNITS))
comparators = st.sampled_from([None, None, None, "<", ">="])


@generated
@given(
    st.lists(st.tuples(decimals, units, comparators), min_size=1, max_size=8),
    st.lists(st.tuples(prefixes, decimals, units, st.integers(0, 3)), min_size=1, max_size=8),
)
def test_quantity(
    targets: list[tuple[str, str, str | None]], values: list[tuple[str, str, str, int]]
) -> None:
    def measured(number: str, unit: str, comparator: str | None) -> dict[str, Any]:
        known = {"value": float(number), "system": UCUM, "code": unit, "unit": unit}
        return known | ({"comparator": comparator} if comparator else {})

    resources = [
        observation(f"o{n}", valueQuantity=measured(*target)) for n, target in enumerate(targets)
    ]
    spans: dict[str, tuple[Number, Number, str]] = {}
    for resource, (number, unit, comparator) in zip(resources, targets, strict=True):
        point = Fraction(Decimal(number))
        low, high = (-inf if comparator == "<" else point), (inf if comparator == ">=" else point)
        spans[resource["id"]] = (low, high, unit)

    def written(prefix: str, number: str, unit: str, form: int) -> str:
        unit_part = ("", f"|{UCUM}|{unit}", f"|{UCUM}|{unit}", f"||{unit}")[form]
        return prefix + number + unit_part

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        text, _, unit = value.partition("|")
        low, high, own = spans[resource["id"]]
        system, _, wanted = unit.rpartition("|")
        if not wanted or own == wanted:
            return matches(low, high, *split(text))
        kind, scale, offset = UNITS[wanted]
        own_kind, own_scale, own_offset = UNITS[own]
        if not system or kind != own_kind:  # compared as it is written, or incomparable
            return False
        return matches(
            low * own_scale + own_offset, high * own_scale + own_offset, *split(text), scale, offset
        )

    check(resources, [("value-quantity", written(*value)) for value in values], expected)


# -- near ----------------------------------------------------------------------------------------

places = st.tuples(st.integers(-90, 90), st.integers(-180, 180))
EARTH = 6_371_008.8


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance in metres."""
    (lat1, lon1), (lat2, lon2) = ([radians(part) for part in each] for each in (one, other))
    root = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(min(1, sqrt(root)))


@generated
@given(
    st.lists(places, min_size=1, max_size=8),
    st.lists(st.tuples(places, st.sampled_from([333, 1234, 5555, 15_001])), min_size=1, max_size=5),
)
def test_near(locations: list[tuple[int, int]], values: list[tuple[tuple[int, int], int]]) -> None:
    resources = [
        {"resourceType": "Location", "id": f"l{n}",
         "position": {"latitude": latitude, "longitude": longitude}}
        for n, (latitude, longitude) in enumerate(locations)
    ]  # fmt: skip

    def expected(resource: dict[str, Any], name: str, value: str) -> bool:
        latitude, longitude, kilometres, _ = value.split("|")
        there = resource["position"]
        far = distance((there["latitude"], there["longitude"]), (float(latitude), float(longitude)))
        return far <= float(kilometres) * 1000

    queries = [("near", f"{lat}|{lon}|{far}|km") for (lat, lon), far in values]
    check(resources, queries, expected)
