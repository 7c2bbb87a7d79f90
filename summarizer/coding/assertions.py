"""Whether a mention may be coded: denied, uncertain, hypothetical, past, or another person's.

What counts as uncertain is section IV.H of the Official Guidelines: an outpatient visit codes no
"probable", "suspected", "rule out", "compatible with", "consistent with" or "working" diagnosis.
The cues and their scopes are those of `context`.
"""

from dataclasses import dataclass

from summarizer.language.context import context_of
from summarizer.types import Assertion

# An outpatient visit codes none of these (IV.H).
NOT_CODED = (Assertion.DENIED, Assertion.HYPOTHETICAL, Assertion.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Status:
    """What is said about a mention: its assertion, and whose condition it is."""

    assertion: Assertion = Assertion.AFFIRMED
    family: bool = False
    cue: str = ""

    @property
    def plain(self) -> bool:
        """Whether the patient has it now, for all that is said."""
        return self.assertion is Assertion.AFFIRMED and not self.family


def status_of(sentence: str, start: int, end: int) -> Status:
    """The status of the mention at ``sentence[start:end]``, by the cues around it."""
    found = context_of(sentence, start, end)
    if found.experiencer == "other":
        return Status(Assertion.AFFIRMED, family=True, cue=found.experiencer_cue)
    if found.negation == "negated":
        return Status(Assertion.DENIED, cue=found.negation_cue)
    if found.temporality == "hypothetical":
        return Status(Assertion.HYPOTHETICAL, cue=found.temporality_cue)
    if found.negation == "possible":
        return Status(Assertion.UNCERTAIN, cue=found.negation_cue)
    if found.temporality == "historical" and not found.lasting:
        return Status(Assertion.HISTORICAL, cue=found.temporality_cue)
    return Status()
