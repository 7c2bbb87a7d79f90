"""Trend charts as plain values: where each point, line, band and label of an SVG goes.

Coordinates are ready strings, because templates write numbers with the language's decimal comma.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import template

from ehr.selectors.shapes import Point, Series

register = template.Library()

WIDTH, HEIGHT = 320, 132
LEFT, RIGHT, TOP, BOTTOM = 36, 310, 10, 108


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: a circle when normal, else a polygon whose shape says high, low or abnormal."""

    x: str
    y: str
    polygon: str
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """A reference range: its edges and the rectangle between them."""

    y: str
    height: str
    top: str | None
    bottom: str | None


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    path: str
    marks: tuple[Mark, ...]
    band: Band | None


@dataclass(frozen=True, slots=True)
class Tick:
    position: str
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A chart of one series, or of several that belong together (systolic and diastolic)."""

    key: str
    title: str
    unit: str
    series: tuple[Series, ...]
    lines: tuple[Line, ...]
    y_ticks: tuple[Tick, ...]
    first: datetime
    last: datetime
    count: int
    abnormal: str
    latest: str

    @property
    def single(self) -> bool:
        return self.first == self.last


@register.filter
def trends(series: Iterable[Series]) -> list[Trend]:
    """The charts of some series, in their order; those of one group share a chart."""
    groups: dict[str, list[Series]] = {}
    for one in series:
        if one.points:
            groups.setdefault(one.group or one.key, []).append(one)
    return [_trend(key, members) for key, members in groups.items()]


@register.filter
def measured_once(charts: Iterable[Trend]) -> list[Trend]:
    """Those with a single date: a table says them better than a chart."""
    return [chart for chart in charts if chart.single]


def _trend(key: str, series: Sequence[Series]) -> Trend:
    times = [point.at for one in series for point in one.points]
    first, last = min(times), max(times)
    low, high = _extent(series)

    def x(at: datetime) -> float:
        span = (last - first).total_seconds()
        if not span:
            return (LEFT + RIGHT) / 2
        return LEFT + (RIGHT - LEFT) * (at - first).total_seconds() / span

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    def line(one: Series) -> Line:
        places = [(x(point.at), y(point.value)) for point in one.points]
        path = "M" + " L".join(f"{_n(a)} {_n(b)}" for a, b in places)
        marks = tuple(_mark(point, *place) for point, place in zip(one.points, places, strict=True))
        return Line(one.label, path, marks, _band(one, y))

    newest = [one for one in series if one.latest.at == last] or list(series)
    return Trend(
        key=key,
        title=series[0].group or series[0].label,
        unit=series[0].unit,
        series=tuple(series),
        lines=tuple(line(one) for one in series),
        y_ticks=_ticks(series, y),
        first=first,
        last=last,
        count=sum(len(one.points) for one in series),
        abnormal=next((one.latest.abnormal for one in newest if one.latest.abnormal), ""),
        latest="/".join(one.latest.text for one in newest),
    )


def _extent(series: Sequence[Series]) -> tuple[float, float]:
    values = [point.value for one in series for point in one.points]
    values += [edge for one in series for edge in (one.low, one.high) if edge is not None]
    low, high = min(values), max(values)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _band(one: Series, y: Callable[[float], float]) -> Band | None:
    if one.low is None and one.high is None:
        return None
    top = TOP if one.high is None else y(one.high)
    bottom = BOTTOM if one.low is None else y(one.low)
    return Band(
        y=_n(top),
        height=_n(max(bottom - top, 0)),
        top=None if one.high is None else _n(top),
        bottom=None if one.low is None else _n(bottom),
    )


def _ticks(series: Sequence[Series], y: Callable[[float], float]) -> tuple[Tick, ...]:
    """The reference range's edges, or the extremes without one; never two on top of each other."""
    wanted = [edge for one in series for edge in (one.low, one.high) if edge is not None]
    wanted += [f(point.value for one in series for point in one.points) for f in (min, max)]
    ticks: list[Tick] = []
    taken: list[float] = []
    for value in wanted:
        place = y(value)
        if all(abs(place - other) >= 12 for other in taken):
            taken.append(place)
            ticks.append(Tick(_n(place), f"{value:.6g}"))
    return tuple(ticks)


def _mark(point: Point, x: float, y: float) -> Mark:
    shapes = {
        "H": ((0, -5), (4.5, 3.5), (-4.5, 3.5)),
        "L": ((0, 5), (4.5, -3.5), (-4.5, -3.5)),
        "A": ((0, -5), (5, 0), (0, 5), (-5, 0)),
    }
    shape = shapes.get(point.abnormal[:1], ())
    size = 1.35 if len(point.abnormal) == 2 else 1.0
    polygon = " ".join(f"{_n(x + size * dx)},{_n(y + size * dy)}" for dx, dy in shape)
    return Mark(_n(x), _n(y), polygon, point.text)


def _n(number: float) -> str:
    return f"{number:.1f}"
