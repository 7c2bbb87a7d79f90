"""From elements, or from time, to a range of levels. Two of three elements make a level."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from summarizer.em.elements import Element, Line, Problem, data_of, problems_of, risk_of
from summarizer.types import Language

Patient = Literal["new", "established"]
# Numbers only: CPT's texts belong to the American Medical Association and are not here.
CODES: Mapping[Patient, Mapping[int, str]] = {
    "new": {1: "99202", 2: "99203", 3: "99204", 4: "99205"},
    "established": {1: "99212", 2: "99213", 3: "99214", 4: "99215"},
}
# Minutes on the day of the visit that must be met or exceeded (2024 on).
MINUTES: Mapping[Patient, Mapping[int, int]] = {
    "new": {1: 15, 2: 30, 3: 45, 4: 60},
    "established": {1: 10, 2: 20, 3: 30, 4: 40},
}
_TIME = re.compile(
    r"\b(?:(?:total|spent|spending|passé|durée totale)\b[^.;]{0,40}?(\d{1,3}) ?min\w*|"
    r"(\d{1,3}) ?min\w*[^.;]{0,30}?\b(?:was |were )?(?:spent|in total|au total|passées))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Support:
    """What the documentation supports.

    ``least`` and ``most`` are levels by medical decision making, without and with what the words
    leave open. ``minutes`` is the total time that the note states, None where it states none, and
    ``time_refs`` the sentences that state it.
    """

    elements: tuple[Element, Element, Element]
    least: int
    most: int
    minutes: int | None = None
    time_refs: tuple[int, ...] = ()

    def by_time(self, patient: Patient) -> int | None:
        """The level that the stated time supports; None without one, or with too little."""
        if self.minutes is None:
            return None
        reached = [lv for lv, needed in MINUTES[patient].items() if self.minutes >= needed]
        return max(reached, default=None)

    def within(self, code: str) -> Literal["less", "within", "more", "unknown"]:
        """What the documentation supports against a picked code: less than it, it, or more."""
        for patient, codes in CODES.items():
            for level, known in codes.items():
                if known == code:
                    timed = self.by_time(patient)
                    if max(self.most, timed or 0) < level:
                        return "less"
                    return "more" if max(self.least, timed or 0) > level else "within"
        return "unknown"


def support(problems: Sequence[Problem], lines: Sequence[Line], language: Language) -> Support:
    """The elements, their range, and the time, of a note's standing sentences.

    Deterministic and without a model: a web request may ask.
    """
    elements = (problems_of(problems, lines), data_of(lines, language), risk_of(lines, language))
    minutes, refs = _time(lines)
    return Support(
        elements,
        least=sorted(element.least for element in elements)[1],
        most=sorted(element.most for element in elements)[1],
        minutes=minutes,
        time_refs=refs,
    )


def codes_of(found: Support, patient: Patient) -> tuple[str, ...]:
    """The codes from the least to the most supported, time included."""
    timed = found.by_time(patient) or 0
    least, most = max(found.least, timed), max(found.most, timed)
    return tuple(code for level, code in CODES[patient].items() if least <= level <= most)


def _time(lines: Sequence[Line]) -> tuple[int | None, tuple[int, ...]]:
    for line in lines:
        match = _TIME.search(line.text)
        if match:
            return int(match[1] or match[2]), (line.ref,)
    return None, ()
