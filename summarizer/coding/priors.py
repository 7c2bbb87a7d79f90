"""What a site's earlier decisions on a code and its wording may change in a suggestion.

Within bounds: confidence moves by at most a tenth; a tick may be taken away and is never given,
for what is ticked is the rules' alone; and a code that is mostly refused goes behind the others,
yet never behind one that must be listed after it (I.A.13).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from summarizer.coding import wording
from summarizer.coding.lookup import Terminology
from summarizer.types import CodeSuggestion

LEAST = 5  # decisions; fewer say nothing
MOST_SHIFT = 0.1


@dataclass(frozen=True, slots=True)
class Prior:
    """How often a suggested code was accepted, replaced by another, or rejected."""

    accepted: int = 0
    replaced: int = 0
    rejected: int = 0

    @property
    def decisions(self) -> int:
        return self.accepted + self.replaced + self.rejected

    @property
    def rate(self) -> float:
        """The share that was accepted, as if one more had been and one had not (Laplace)."""
        return (self.accepted + 1) / (self.decisions + 2)


Key = tuple[str, str]  # a wording's key and a code


def key_of(suggestion: CodeSuggestion) -> Key:
    """By what a suggestion's prior is known: its wording without case and order, and its code."""
    return wording.key(suggestion.matched_term), suggestion.code


def with_priors(
    suggestions: Sequence[CodeSuggestion], priors: Mapping[Key, Prior], terminology: Terminology
) -> tuple[CodeSuggestion, ...]:
    """The suggestions as the site's decisions leave them; each that changed says so."""
    found = []
    refused = []
    for suggestion in suggestions:
        prior = priors.get(key_of(suggestion), Prior())
        if prior.decisions < LEAST:
            found.append(suggestion)
            continue
        shift = MOST_SHIFT * (2 * prior.rate - 1)
        changed = replace(
            suggestion,
            confidence=min(1.0, max(0.0, suggestion.confidence + shift)),
            preticked=suggestion.preticked and prior.rate >= 0.5,
            reasons=(*suggestion.reasons, f"site:{prior.accepted}/{prior.decisions}"),
        )
        found.append(changed)
        if prior.rate < 0.5:
            refused.append(changed)
    for suggestion in refused:
        _put_back(found, suggestion, terminology)
    return tuple(found)


def _put_back(
    found: list[CodeSuggestion], suggestion: CodeSuggestion, terminology: Terminology
) -> None:
    """Behind all others of its kind (Z codes stay last), unless another code needs it first."""
    for other in found:
        notes = terminology.notes(other.code, "code-first")
        if other is not suggestion and any(note.names(suggestion.code) for note in notes):
            return
    found.remove(suggestion)
    status = suggestion.code.startswith("Z")
    place = len(found)
    while not status and place and found[place - 1].code.startswith("Z"):
        place -= 1
    found.insert(place, suggestion)
