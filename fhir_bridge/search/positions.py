"""`near`: the locations within a distance of a point (https://hl7.org/fhir/R4/location.html#search).

A position is one row of the quantity index: low is the latitude, high the longitude. The latitude's
range is read from the index, the distance on the sphere is computed for what lies in it.
"""

from math import degrees, inf, pi, sin

from fhir_bridge.search import ucum
from fhir_bridge.search.conditions import split, unescape
from fhir_bridge.search.fragments import Rows, Sql, Test
from fhir_bridge.search.parameters import Parameter
from fhir_bridge.search.problems import BadValue

EARTH_RADIUS = 6_371_008.8  # metres, the mean of WGS 84
DEFAULT_DISTANCE = 50.0  # where none is given: the specification leaves it to the server
_EXPECTED = "latitude|longitude|distance|units, a UCUM length (km when there is none)"


def near(parameter: Parameter, value: str) -> Test:
    """The test of `latitude|longitude[|distance[|units]]`.

    Raises:
        BadValue: no such point, or no distance.
    """
    parts = [unescape(part).strip() for part in split(value, "|")]
    if not 2 <= len(parts) <= 4:
        raise BadValue(_EXPECTED)
    latitude, longitude = _number(parts[0], 90), _number(parts[1], 180)
    distance = _metres(parts[2] if len(parts) > 2 else "", parts[3] if len(parts) > 3 else "")
    half = min(distance / (2 * EARTH_RADIUS), pi / 2)
    span = degrees(2 * half)
    haversine = (
        "SIN(RADIANS({t}.low - %s) / 2) * SIN(RADIANS({t}.low - %s) / 2) "
        "+ COS(RADIANS({t}.low)) * COS(RADIANS(%s)) "
        "* SIN(RADIANS({t}.high - %s) / 2) * SIN(RADIANS({t}.high - %s) / 2)"
    )
    condition = Sql(
        f"{{t}}.low >= %s AND {{t}}.low <= %s AND {haversine} <= %s",
        (
            latitude - span,
            latitude + span,
            latitude,
            latitude,
            latitude,
            longitude,
            longitude,
            sin(half) ** 2,
        ),
    )
    return Rows("quantity", parameter.rows, condition)


def _number(text: str, limit: float) -> float:
    try:
        number = float(text)
    except ValueError:
        raise BadValue(_EXPECTED) from None
    if not -limit <= number <= limit:
        raise BadValue(_EXPECTED)
    return number


def _metres(distance: str, unit: str) -> float:
    if not distance and unit:
        raise BadValue(_EXPECTED)
    number = _number(distance, 1e9) if distance else DEFAULT_DISTANCE
    length = ucum.conversion(unit or "km")
    metre = ucum.conversion("m")
    if length is None or metre is None or length.dimension != metre.dimension:
        raise BadValue(_EXPECTED)
    metres = number * length.scale / metre.scale
    if not 0 <= metres < inf:
        raise BadValue(_EXPECTED)
    return metres
