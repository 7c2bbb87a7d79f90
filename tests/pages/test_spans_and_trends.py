"""The pure parts: the words cut at evidence, and where a chart's points go."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ehr.selectors.shapes import Point, Series, UtteranceLine, Words
from ehr.templatetags.plume import fhir_date, unit
from ehr.templatetags.trends import trends
from ehr.views.spans import KeyedSpan, turns

TEXT = "Chest pain since Friday. No fever. 😀 Aspirin 81 mg."
LINES = ((0, 24), (25, 34), (35, len(TEXT)))


def words() -> Words:
    return Words(
        visit_text_id=1,
        text=TEXT,
        utterances=tuple(
            UtteranceLine(number, start, end, TEXT[start:end], "patient", "Patient")
            for number, (start, end) in enumerate(LINES)
        ),
        language="en",
        source_format="text",
        source_name="",
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
        submitted_by="",
    )


spans = st.builds(
    lambda a, b, key: KeyedSpan(min(a, b), max(a, b) + 1, f"s{key}"),
    st.integers(0, len(TEXT) - 1),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 4),
)


@given(st.lists(spans, max_size=8))
def test_the_pieces_are_the_words_and_every_letter_has_its_keys(
    given_spans: list[KeyedSpan],
) -> None:
    for turn in turns(words(), given_spans):
        assert "".join(piece.text for piece in turn.pieces) == turn.line.text
        place = turn.line.start
        for piece in turn.pieces:
            for offset in range(place, place + len(piece.text)):
                expected = {s.key for s in given_spans if s.start <= offset < s.end}
                assert set(piece.keys.split()) == expected
            place += len(piece.text)


def test_a_span_across_two_turns_lights_both() -> None:
    first, second, third = turns(words(), [KeyedSpan(20, 30, "s1")])
    assert first.pieces[-1].keys == second.pieces[0].keys == "s1"
    assert not any(piece.keys for piece in third.pieces)
    assert second.same


def series(*values: float, low: float | None = None, high: float | None = None) -> Series:
    points = tuple(
        Point(datetime(2020 + number, 1, 1, tzinfo=UTC), value, str(value), "H" if number else "")
        for number, value in enumerate(values)
    )
    return Series("k", "Potassium", "mmol/L", "laboratory", points, low=low, high=high)


def test_points_stay_inside_the_chart_and_the_band_too() -> None:
    (chart,) = trends([series(4.1, 5.4, low=3.5, high=5.1)])
    (line,) = chart.lines
    for mark in line.marks:
        assert 36 <= float(mark.x) <= 310
        assert 10 <= float(mark.y) <= 108
    assert line.band is not None
    assert float(line.band.height) > 0
    assert float(line.marks[0].y) > float(line.marks[1].y)  # higher values are drawn higher


def test_a_flat_and_a_single_series_are_drawn_without_dividing_by_nothing() -> None:
    flat, single = trends([series(0.0, 0.0)])[0], trends([series(7.0)])[0]
    assert flat.lines[0].path.startswith("M")
    assert single.single


def test_an_abnormal_point_has_another_shape() -> None:
    (chart,) = trends([series(4.1, 5.4)])
    normal, high = chart.lines[0].marks
    assert normal.polygon == ""
    assert len(high.polygon.split()) == 3


def test_dates_and_units_read_as_in_the_clinic() -> None:
    assert fhir_date("2026-11-23T10:00:00Z") == "23 Nov. 2026"
    assert fhir_date("2026-11") == "Nov. 2026"
    assert fhir_date("2026") == "2026"
    assert fhir_date("2026-99-99") == "2026-99-99"
    assert unit("10*3/uL") == "×10³/µL"
