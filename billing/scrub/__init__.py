"""The claim scrubber: what a payer would refuse, said before anything is sent.

Each rule is a named function with the guide or rule that it comes from. `scrub` runs them all.
"""

from billing.scrub import charges, diagnoses, institutional, lines, parties, patient, text
from billing.scrub.edits import RULES, Edit, Surroundings
from billing.shapes import Claim

__all__ = [
    "RULES",
    "Edit",
    "Surroundings",
    "charges",
    "diagnoses",
    "institutional",
    "lines",
    "open_edits",
    "parties",
    "patient",
    "scrub",
    "text",
]


def scrub(claim: Claim, around: Surroundings) -> tuple[Edit, ...]:
    """Every edit of a claim, those that a person confirmed too, in the order of the rules."""
    return tuple(edit for named in RULES for edit in named.edits(claim, around))


def open_edits(claim: Claim, around: Surroundings) -> tuple[Edit, ...]:
    """The edits that still keep the claim from being sent."""
    return tuple(
        edit
        for edit in scrub(claim, around)
        if not (edit.confirmable and edit.key in claim.confirmed)
    )
