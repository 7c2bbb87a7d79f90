"""Whether confidence means what it says: expected calibration error and Brier score.

Each visit's suggestions get the likelihood that the visits before it have taught, as at a site
whose coder decides as the gold codes do; nothing of a visit is known before it is scored.
"""

from collections.abc import Sequence
from typing import Any

from summarizer.coding.calibration import BANDS, Band, band_of, likelihood

BINS = 10
_Scored = list[tuple[float, bool]]


def calibration(cases: Sequence[dict[str, Any]], *, settled: int = 20) -> dict[str, Any]:
    """``cases`` as `evaluate_codes` writes them, in their order.

    ``raw`` scores the coder's own score, ``first`` the likelihoods before any decision, ``settled``
    those of the visits after the first ``settled``; each with ``ece`` and ``brier`` (0 is best),
    and ``bands`` counts suggestions and right ones.
    """
    decided: dict[Band, tuple[int, int]] = dict.fromkeys(BANDS, (0, 0))
    raw: _Scored = []
    first: _Scored = []
    later: _Scored = []
    for number, case in enumerate(cases):
        seen = [
            (band_of(each["reasons"]), each["code"] in case["gold"], each["confidence"])
            for each in case["suggestions"]
        ]
        raw += [(score, right) for _, right, score in seen]
        first += [(likelihood(band), right) for band, right, _ in seen]
        if number >= settled:
            later += [(likelihood(band, *decided[band]), right) for band, right, _ in seen]
        for band, right, _ in seen:
            accepted, total = decided[band]
            decided[band] = (accepted + right, total + 1)
    return {
        "raw": _scores(raw),
        "first": _scores(first),
        "settled": _scores(later),
        "bands": {band: {"count": n, "right": right} for band, (right, n) in decided.items() if n},
    }


def _scores(scored: _Scored) -> dict[str, float]:
    """Expected calibration error over ten bins (Guo 2017, https://arxiv.org/abs/1706.04599), and
    the Brier score; both 0 without anything scored."""
    if not scored:
        return {"ece": 0.0, "brier": 0.0}
    bins: dict[int, _Scored] = {}
    for probability, right in scored:
        bins.setdefault(min(BINS - 1, int(probability * BINS)), []).append((probability, right))
    error = sum(
        abs(sum(probability for probability, _ in held) - sum(right for _, right in held))
        for held in bins.values()
    )
    brier = sum((probability - right) ** 2 for probability, right in scored)
    return {"ece": round(error / len(scored), 4), "brier": round(brier / len(scored), 4)}
