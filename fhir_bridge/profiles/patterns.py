"""`fixed[x]` and `pattern[x]`: is a value this one, does it hold at least this?

https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_
"""

from decimal import Decimal
from typing import Any


def equals(value: Any, fixed: Any) -> bool:
    """Whether a value is exactly the fixed one; numbers by their value."""
    if isinstance(fixed, dict):
        return (
            isinstance(value, dict)
            and value.keys() == fixed.keys()
            and all(equals(value[key], each) for key, each in fixed.items())
        )
    if isinstance(fixed, list):
        return (
            isinstance(value, list) and len(value) == len(fixed) and all(map(equals, value, fixed))
        )
    return _same(value, fixed)


def fits(value: Any, pattern: Any) -> bool:
    """Whether a value has everything that the pattern has: more is fine; of an array, each item of
    the pattern has to fit one of the value's."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and fits(value[key], each) for key, each in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(fits(item, each) for item in value) for each in pattern
        )
    return _same(value, pattern)


def _same(value: Any, other: Any) -> bool:
    numbers = (int, float, Decimal)
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, numbers) and isinstance(other, numbers):
        return Decimal(str(value)) == Decimal(str(other))
    return bool(value == other)
