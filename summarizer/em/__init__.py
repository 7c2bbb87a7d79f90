"""Evaluation and management: what a note documents of medical decision making, with its evidence.

Office and other outpatient visits. The machine names elements and a range; a person picks the
level.
"""

from summarizer.em.elements import DECIDED, Element, Item, Line, Problem
from summarizer.em.levels import CODES, MINUTES, Patient, Support, codes_of, support

__all__ = [
    "CODES", "DECIDED", "MINUTES", "Element", "Item", "Line", "Patient", "Problem", "Support",
    "codes_of", "support",
]  # fmt: skip
