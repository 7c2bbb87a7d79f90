"""Confidence is how often suggestions like it are accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.coding.calibration import BANDS, FIRST, Band, band_of, calibrated, likelihood
from summarizer.evaluation.calibration import calibration
from summarizer.types import CodeSuggestion


@pytest.mark.parametrize(
    ("reasons", "band"),
    [
        (["matched:synonym", "section:assessment", "stated-as-diagnosis"], "stated"),
        (["matched:synonym", "stated-as-diagnosis", "prompt:detail"], "stated-open"),
        (["matched:near", "stated-as-diagnosis", "prompt:side"], "near"),
        (["matched:synonym", "section:told"], "told"),
        (["matched:synonym", "section:plan"], "mentioned"),
        (["matched:medicine", "rule:I.C.21.c.3"], "medicine"),
        (["matched:words", "rule:I.C.20"], "circumstance"),
    ],
)
def test_a_band_is_told_by_the_reasons(reasons: list[str], band: Band) -> None:
    assert band_of(reasons) == band


@given(st.sampled_from(BANDS), st.integers(0, 500), st.integers(0, 500))
def test_a_likelihood_is_one_and_approaches_what_was_decided(
    band: Band, accepted: int, refused: int
) -> None:
    found = likelihood(band, accepted, accepted + refused)
    assert 0 < found < 1
    if accepted + refused >= 100:
        assert found == pytest.approx(accepted / (accepted + refused), abs=0.06)
    assert likelihood(band, accepted + 1, accepted + refused + 1) > found


def test_every_band_was_read_before_it_is_shown() -> None:
    assert set(FIRST) == set(BANDS)
    assert all(0 <= accepted <= read for accepted, read in FIRST.values())


def test_calibration_changes_confidence_and_neither_order_nor_ticks() -> None:
    given_ = [
        CodeSuggestion("s", code, "", "r", (), "t", 0.5, reasons, preticked=ticked)
        for code, reasons, ticked in (
            ("I10", ("stated-as-diagnosis",), True),
            ("R05.9", ("section:plan",), False),
        )
    ]
    found = calibrated(given_, {"mentioned": (0, 50)})
    assert [each.code for each in found] == ["I10", "R05.9"]
    assert [each.preticked for each in found] == [True, False]
    assert found[0].confidence == pytest.approx(likelihood("stated"), abs=1e-3)
    assert found[1].confidence < 0.1


def suggestion(code: str, *reasons: str) -> dict[str, object]:
    return {"code": code, "reasons": list(reasons), "confidence": 1.0}


def test_a_visit_is_scored_by_what_the_visits_before_it_taught() -> None:
    cases = [
        {"gold": [], "suggestions": [suggestion("R05.9", "section:plan")]} for _visit in range(40)
    ]
    found = calibration(cases, settled=30)
    assert found["raw"] == {"ece": 1.0, "brier": 1.0}
    assert found["first"]["ece"] == pytest.approx(likelihood("mentioned"), abs=1e-3)
    assert found["settled"]["ece"] < 0.1
    assert found["bands"] == {"mentioned": {"count": 40, "right": 0}}
    assert calibration([])["settled"] == {"ece": 0.0, "brier": 0.0}
