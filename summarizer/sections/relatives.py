"""Which relative "he", "she" or "they" is, where the question just before names one."""

import re
from collections.abc import Sequence
from dataclasses import replace

from summarizer.language.plain import clinical
from summarizer.language.register_en import written
from summarizer.sections.candidates import Candidate
from summarizer.steps.units import Unit

_FITTING = {
    "he": ("father", "dad", "brother", "son", "husband", "grandfather", "grandpa", "uncle"),
    "she": ("mother", "mom", "sister", "daughter", "wife", "grandmother", "grandma", "aunt"),
    "they": ("parents", "brothers", "sisters", "sons", "daughters", "kids", "children", "siblings"),
}
_ASKED_OF = re.compile(
    rf"\b(?:your|her|his) ({'|'.join(name for names in _FITTING.values() for name in names)})\b",
    re.I,
)
_PRONOUN = re.compile(r"(he|she|they)\b", re.I)


def named(candidate: Candidate, units: Sequence[Unit]) -> Candidate:
    """``He died`` in reply to "how is your father?": ``Father died``, with the question among its
    evidence. Anything else stays as it is."""
    unit = candidate.units[0]
    before = units[unit.index - 1] if unit.index else unit
    text = written(candidate.text)
    opened = _PRONOUN.match(text)
    asked = {name.lower() for name in _ASKED_OF.findall(before.raw)}
    if (
        candidate.kind != "told"
        or before.role is unit.role
        or not opened
        or len(asked) != 1
        or not asked <= set(_FITTING[opened[1].lower()])
    ):
        return candidate
    text = clinical(asked.pop(), "en") + text[opened.end() :]
    return replace(candidate, text=text, units=(before, *candidate.units), experiencer="family")
