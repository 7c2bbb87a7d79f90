"""Measurements over time, ready to be drawn."""

from collections.abc import Iterable
from dataclasses import replace

from ehr.selectors.shapes import Point, Series
from fhir_bridge.mappings.readings import (
    Json,
    Measured,
    concept_coding,
    concept_text,
    measurements,
    parse_instant,
    when_of,
)
from fhir_bridge.store import Stored

# What a clinician looks at first; the rest follows by name.
_FIRST = (
    "8480-6",  # systolic
    "8462-4",  # diastolic
    "8867-4",  # heart rate
    "29463-7",  # weight
    "39156-5",  # body mass index
    "8310-5",  # temperature
    "4548-4",  # haemoglobin A1c
    "2339-0",  # glucose
    "2160-0",  # creatinine
)


def series_of(observations: Iterable[Stored], category: str) -> tuple[Series, ...]:
    """One series for each measured code and unit of a category, each oldest first."""
    collected: dict[tuple[str, str], Series] = {}
    for stored in observations:
        resource = stored.resource
        if resource.get("status") in {"entered-in-error", "cancelled"}:
            continue
        if category not in _categories(resource):
            continue
        at = parse_instant(when_of(resource))
        if at is None:
            continue
        parts = [part for part in measurements(resource) if part.number is not None]
        group = concept_text(resource.get("code")) if len(parts) > 1 else ""
        for measured in parts:
            key = (measured.code or measured.label, measured.unit)
            point = Point(
                at=at,
                value=measured.number or 0.0,
                text=measured.value,
                abnormal=_abnormal(measured),
                resource_id=stored.id,
            )
            series = collected.get(key)
            if series is None:
                series = Series(
                    key=key[0],
                    label=measured.label,
                    unit=measured.unit,
                    category=category,
                    points=(),
                    group=group,
                )
            collected[key] = _with(series, point, measured)
    found = [_finished(series) for series in collected.values()]
    found.sort(key=lambda series: (_rank(series.key), series.label.casefold()))
    return tuple(found)


def _categories(resource: Json) -> set[str]:
    return {concept_coding(category)[1] for category in resource.get("category", [])}


def _abnormal(measured: Measured) -> str:
    """The laboratory's own interpretation, else the value against its range."""
    if measured.abnormal or measured.number is None:
        return measured.abnormal
    if measured.high is not None and measured.number > measured.high:
        return "H"
    return "L" if measured.low is not None and measured.number < measured.low else ""


def _with(series: Series, point: Point, measured: Measured) -> Series:
    """One more point; the reference range is that of the latest point that has one."""
    newest = all(point.at >= item.at for item in series.points)
    has_range = measured.low is not None or measured.high is not None
    unknown = series.low is None and series.high is None
    if has_range and (newest or unknown):
        series = replace(series, low=measured.low, high=measured.high)
    return replace(series, points=(*series.points, point))


def _finished(series: Series) -> Series:
    points = tuple(sorted(series.points, key=lambda point: point.at))
    values = [point.value for point in points]
    values += [limit for limit in (series.low, series.high) if limit is not None]
    return replace(series, points=points, minimum=min(values), maximum=max(values))


def _rank(key: str) -> int:
    return _FIRST.index(key) if key in _FIRST else len(_FIRST)
