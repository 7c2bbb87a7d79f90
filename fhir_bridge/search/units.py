"""The UCUM units that an organisation's quantities have: what a search in one unit looks at.

Writes note a unit when they first meet it (index.py); a search for `5.4|http://unitsofmeasure.org|g`
then also asks for the same range in each unit of mass that is in use. Values are stored as written.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from fhir_bridge.models import UnitInUse
from fhir_bridge.search import ucum
from fhir_bridge.search.conditions import Alternative
from fhir_bridge.search.ucum import Conversion

_MAX_UNITS = 1000  # of one organisation that are looked at
_MAX_ALTERNATIVES = 40


def alternatives(organization_id: int, code: str) -> Sequence[Alternative]:
    """The other units in use that measure what `code` measures."""
    used = UnitInUse.objects.filter(organization_id=organization_id).exclude(code=code)
    others = list(used.order_by("code").values_list("code", flat=True)[:_MAX_UNITS])
    unit = ucum.conversion(code) if others else None
    if unit is None:
        return ()
    found: list[Alternative] = []
    for other in others:
        measure = ucum.conversion(other)
        if measure is not None and measure.dimension == unit.dimension:
            found.append((other, partial(_converted, unit=unit, other=measure)))
    return found[:_MAX_ALTERNATIVES]


def _converted(number: Decimal, *, unit: Conversion, other: Conversion) -> Decimal:
    return ucum.converted(number, unit, other)
