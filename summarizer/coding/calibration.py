"""How likely a suggestion is to be accepted, learned from how suggestions like it were decided.

A coder's score says how well a wording matched and how firmly the place states it; it is no
probability. Suggestions are therefore told apart in a few bands that a person can read, and the
confidence shown is the share of the band that was accepted: by the site, as far as it has decided,
and before that by us, who read the suggestions of 16 ACI-BENCH train visits without published codes
and of the demo's ten visits (`FIRST`). Ours weigh as little as `WEIGHT` decisions: sites differ in
what they code (a medicine's status code, say) far more than wordings do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, get_args

from summarizer.types import CodeSuggestion

Band = Literal["stated", "stated-open", "near", "told", "mentioned", "medicine", "circumstance"]
BANDS: tuple[Band, ...] = get_args(Band)
# Accepted, and read, of each band.
FIRST: Mapping[Band, tuple[int, int]] = {
    "stated": (25, 30),
    "stated-open": (18, 21),
    "near": (3, 6),
    "told": (3, 4),
    "mentioned": (12, 19),
    "medicine": (13, 13),
    "circumstance": (4, 6),
}
WEIGHT = 5


def band_of(reasons: Iterable[str]) -> Band:
    """The band of a suggestion with these reasons.

    stated: as a diagnosis, in a wording of the list; stated-open: so, and more could be said;
    near: stated in other words; told: by the clinician to the patient; mentioned: in passing;
    medicine: the status code of one; circumstance: how an injury came about.
    """
    held = set(reasons)
    if "matched:medicine" in held:
        return "medicine"
    if "matched:words" in held:
        return "circumstance"
    if "stated-as-diagnosis" in held:
        if "matched:near" in held:
            return "near"
        return "stated-open" if any(each.startswith("prompt:") for each in held) else "stated"
    return "told" if "section:told" in held else "mentioned"


def likelihood(band: Band, accepted: int = 0, decided: int = 0) -> float:
    """The share expected to be accepted, from 0 to 1, after a site's decisions on the band."""
    good, read = FIRST[band]
    first = (good + 1) / (read + 2)
    return (accepted + WEIGHT * first) / (decided + WEIGHT)


def calibrated(
    suggestions: Iterable[CodeSuggestion], decided: Mapping[Band, tuple[int, int]]
) -> tuple[CodeSuggestion, ...]:
    """The suggestions with likelihoods as their confidence; ``decided`` holds what a site accepted
    and decided of each band. Order and ticks stay: they rest on rules, not on likelihood."""
    found = []
    for each in suggestions:
        band = band_of(each.reasons)
        chance = likelihood(band, *decided.get(band, (0, 0)))
        found.append(replace(each, confidence=round(chance, 3)))
    return tuple(found)
