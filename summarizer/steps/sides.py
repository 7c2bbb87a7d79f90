"""A side that is said once where the rest of the visit says the other: a slip, or worth a look.

Speakers mix up left and right. A sentence that rests on the one "left" of a visit about a right
elbow is exact against its evidence, and may still be wrong.
"""

import re
from collections import Counter
from dataclasses import replace

from summarizer.language.lexicon import SIDE_OF
from summarizer.language.text import joined
from summarizer.types import Flag, Language, Section, Sentence, Transcript

_PARTS = {
    "en": (
        r"(?:knee|ankle|foot|toe|hip|leg|thigh|arm|wrist|hand|finger|thumb|elbow|shoulder|ear|eye|"
        r"breast|calf|heel|forearm)s?"
    ),
    "fr": (
        r"(?:genou|cheville|pied|orteil|hanche|jambe|cuisse|bras|poignet|main|doigt|pouce|coude|"
        r"épaule|oreille|œil|sein|mollet|talon|avant-bras)"
    ),
}
_SIDED = {
    "en": re.compile(rf"\b(left|right) (?:\w+ ){{0,2}}?{_PARTS['en']}\b", re.I),
    "fr": re.compile(rf"\b{_PARTS['fr']} (?:\w+ )?(gauche|droit)e?\b", re.I),
}
# So often at least is the one side said, for each time that the other is.
_MOSTLY, _OFTEN, _SELDOM = 3, 3, 2


def with_side_slips(
    sections: tuple[Section, ...], transcript: Transcript, language: Language
) -> tuple[Section, ...]:
    """The same sections, with the flag ``side-slip`` on each sentence that names, of all sides of
    the visit, only the one that hardly anybody said."""
    said = Counter(_sides(joined(transcript.text), transcript.language))
    if len(said) != 2:
        return sections
    (usual, often), (other, seldom) = said.most_common()
    if seldom > _SELDOM or often < max(_OFTEN, _MOSTLY * seldom):
        return sections
    shown = _NAMES[language]
    flag = Flag("side-slip", "medium", {"said": shown[other], "elsewhere": shown[usual]})
    return tuple(
        replace(
            section,
            sentences=tuple(
                replace(sentence, flags=(*sentence.flags, flag))
                if _slips(sentence, other, language)
                else sentence
                for sentence in section.sentences
            ),
        )
        for section in sections
    )


_NAMES: dict[Language, dict[str, str]] = {
    "en": {"left": "left", "right": "right"},
    "fr": {"left": "gauche", "right": "droite"},
}


def _sides(text: str, language: Language) -> list[str]:
    return [SIDE_OF[match[1].lower()] for match in _SIDED[language].finditer(text)]


def _slips(sentence: Sentence, other: str, language: Language) -> bool:
    return set(_sides(sentence.text, language)) == {other}
