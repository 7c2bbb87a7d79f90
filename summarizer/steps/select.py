"""Which claims a note holds: repeats go, the most telling stay, in a length a person reads."""

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from summarizer.language.content import Content, content, differ
from summarizer.steps.segment import Encode
from summarizer.types import Claim

# At most so many free statements a section; concepts, measures and orders are never cut.
_LIMITS = {
    "hpi": 24,
    "pmh": 6,
    "social": 6,
    "family": 5,
    "exam": 30,
    "results": 12,
    "assessment": 16,
}
_SAME = 0.93
_EXPLAINED = 5  # explanations to the patient
_FREE = frozenset({"statement", "reasoning", "order"})


def select(claims: Sequence[Claim], encode: Encode) -> tuple[list[Claim], list[Claim]]:
    """(kept, left out), both in the order given."""
    left: set[int] = set()
    groups: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        if claim.attributes.get("form") in _FREE:
            groups[claim.section].append(place)
    left |= _opened(claims)
    told = [p for p, claim in enumerate(claims) if claim.attributes.get("verb") == "explain"]
    told.sort(key=lambda place: (-claims[place].score, place))
    left |= set(told[_EXPLAINED:])
    for section, places in groups.items():
        places = [place for place in places if place not in left]
        if not places:
            continue
        vectors = encode([claims[place].text for place in places])
        left |= _repeats(claims, places, vectors @ vectors.T)
        kept = [place for place in places if place not in left]
        limit = _LIMITS.get(section)
        free = [place for place in kept if claims[place].attributes.get("form") != "order"]
        if limit and len(free) > limit:
            ranked = sorted(free, key=lambda place: (-claims[place].score, place))
            left |= set(ranked[limit:])
    return (
        [claim for place, claim in enumerate(claims) if place not in left],
        [claim for place, claim in enumerate(claims) if place in left],
    )


_OPENING = re.compile(
    r"(?:she|he|the patient|elle|il|la patiente|le patient)(?: |(?='s))"
    r"(?:'s|is|was|came|comes|has come|vient|est venue?|consulte) (?:here|in|coming|today|pour)\b",
    re.I,
)


def _opened(claims: Sequence[Claim]) -> set[int]:
    """Statements of why the patient came, where the story opens with that already."""
    if not any(claim.attributes.get("form") == "presenting" for claim in claims):
        return set()
    return {
        place
        for place, claim in enumerate(claims)
        if claim.section == "hpi"
        and claim.attributes.get("form") == "statement"
        and _OPENING.match(claim.text)
        and len(claim.text.split()) <= 12
    }


def _repeats(claims: Sequence[Claim], places: list[int], similar: np.ndarray) -> set[int]:
    """Later statements that say again what an earlier one says, at least as fully."""
    out: set[int] = set()
    for row, place in enumerate(places):
        for other_row in range(row):
            other = places[other_row]
            if other in out or similar[row, other_row] < _SAME:
                continue
            said, again = _content(claims[other]), _content(claims[place])
            if (
                claims[place].assertion is not claims[other].assertion
                or again.numbers - said.numbers
                or differ(said, again)
            ):
                continue
            out.add(place)
            break
    return out


def _content(claim: Claim) -> Content:
    return content(claim.text, "fr" if claim.attributes.get("language") == "fr" else "en")
