"""UCUM units: which measure the same, and how a number of the one becomes a number of the other.

Conversions are computed by ucumvert and pint, once per installation for the units that FHIR names
as common (a file beside the other definitions), else on first use: loading the unit registry takes
seconds, which neither a start nor a search should wait for.

Source: https://ucum.org/ucum; the common units are http://hl7.org/fhir/ValueSet/ucum-common
"""

import os
import re
import tarfile
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from fhir_bridge.search.definitions import PACKAGE

FORMAT = 1
_COMMON = "package/ValueSet-ucum-common.json"
# Arbitrary units measure only what the same unit measures (UCUM 24), whatever pint makes of them.
_BRACKETED = re.compile(r"\[([^\]]+)\]")
_ARBITRARY = re.compile(
    r"iu|.+'u|ccid_50|tcid_50|eid_50|pfu|ffu|cfu|ir|bau|au|pnu|lf|feu|elu|eu|amb.*", re.IGNORECASE
)
_ANNOTATION = re.compile(r"\{[^}]*\}")  # alone it says what is counted, and counts differ
_FAR = 1e6  # where a straight line is told from a curve
_DIGITS = 12  # what is left of a float after the conversions, as significant digits


class Conversion(NamedTuple):
    """`number * scale + offset` in base units of the dimension."""

    dimension: str
    scale: float
    offset: float = 0.0


def conversion(code: str) -> Conversion | None:
    """How the unit converts; None for what is no UCUM unit or converts by no straight line (pH)."""
    known = _known()
    return known[code] if code in known else _computed(code)


def converted(number: Decimal, unit: Conversion, other: Conversion) -> Decimal:
    """The number of the one unit in the other, of the same dimension.

    >>> converted(Decimal("5.4"), Conversion("[mass]", 1e-3), Conversion("[mass]", 1e-6))
    Decimal('5400')
    """
    base = float(number) * (unit.scale / other.scale) + (unit.offset - other.offset) / other.scale
    return Decimal(f"{base:.{_DIGITS}g}") if isfinite(base) else number


def artifact_path() -> Path:
    """Where the conversions of the common units are kept."""
    return Path(settings.DATA_DIR) / f"ucum-v{FORMAT}.json"


def build() -> None:
    """Write the conversions of the common units, if this installation has none yet."""
    path = artifact_path()
    if path.exists():
        return
    table = {code: _computed(code) for code in _common()}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(table, default=tuple))
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _known.cache_clear()


@cache
def _known() -> dict[str, Conversion | None]:
    path = artifact_path()
    if not path.exists():
        return {}
    table = orjson.loads(path.read_bytes())
    return {code: Conversion(*entry) if entry else None for code, entry in table.items()}


def _common() -> Iterable[str]:
    with tarfile.open(Path(settings.ASSETS_DIR) / PACKAGE) as archive:
        file = archive.extractfile(_COMMON)
        assert file is not None
        value_set = orjson.loads(file.read())
    for part in value_set["compose"]["include"]:
        for concept in part.get("concept", ()):
            yield concept["code"]


@lru_cache(maxsize=4096)
def _computed(code: str) -> Conversion | None:
    if not code or len(code) > 100 or _ANNOTATION.fullmatch(code):
        return None
    try:
        unit = _registry().from_ucum(code)
        zero, half, whole = (_base(unit, number) for number in (0, _FAR / 2, _FAR))
    except Exception:  # the parser, the registry and pint each raise their own; none is a unit
        return None
    rise = whole - zero
    if not isfinite(rise) or rise == 0 or abs((half - zero) / rise - 0.5) > 1e-9:
        return None
    arbitrary = sorted(
        atom.lower() for atom in _BRACKETED.findall(code) if _ARBITRARY.fullmatch(atom)
    )
    dimension = " ".join([str(unit.dimensionality), *arbitrary])
    return Conversion(dimension, float(f"{rise / _FAR:.15g}"), float(f"{zero:.15g}"))


def _base(unit: Any, number: float) -> float:
    """This many of the unit, in base units."""
    registry = _registry()
    quantity = registry.Quantity(number * unit.magnitude, unit.units)
    return float(quantity.to_base_units().magnitude)


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry  # takes more than a second

    return PintUcumRegistry()
