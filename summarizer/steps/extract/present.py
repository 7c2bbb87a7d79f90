"""Whether a named symptom or illness is the patient's, and there now.

A word is no finding by itself: "patients with COVID", "skin cancer runs in my family", "the joint
pain has been going away" and "no, the weight loss has helped" report none.
"""

import re

from summarizer.language.lexicon import Mention
from summarizer.language.text import joined
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit
from summarizer.types import Role

_GOING = {
    "en": re.compile(
        r"^\W*(?:\w+ ){0,3}?(?:is|are|was|were|has|have|'s|seems?|feels?|got|getting)"
        r"(?: (?:been|really|much|a lot|so much|almost|all|pretty much|now|getting|so))*"
        r" (?:gone|going away|better|resolved|cleared up|improv\w+|under control)\b"
        r"(?! (?:when|if|with|after|than|for|by|in the))|"
        r"^\W*(?:that |which )?(?:went|goes) away\b(?! (?:when|if|with|after|for|by))",
        re.I,
    ),
    "fr": re.compile(
        r"^\W*(?:\w+ ){0,3}?(?:est|sont|a|ont|c'est|va)(?: (?:bien|beaucoup|presque|tout|été))* "
        r"(?:parti\w*|passé\w*|disparu\w*|mieux)\b(?! (?:quand|si|avec|après))",
        re.I,
    ),
}
_ONCE = {
    "en": re.compile(r"\b(?:used to (?:have|get|be)|no longer (?:have|get))\b[^,.;]*$", re.I),
    "fr": re.compile(r"\b(?:j'avais avant|n'ai plus)\b[^,.;]*$", re.I),
}
# "No, the weight loss has helped": the no answers what was asked before.
_ANSWERS_NO = re.compile(r"^\W*(?:no|nope)\W*,\s+(?:the|my|it|that|this|i)\b", re.I)
_NEGATED = re.compile(r"n't\b|\b(?:no|not|never|nor|without|denies)\b|,", re.I)
_THING_OF = re.compile(
    r"^\W*(?:clinics?|patients?|stud(?:y|ies)|tests?|testing|vaccin\w*|shots?|boosters?|"
    r"(?:your|the|my|his|her) (?:urine|pee)\b|"
    r"treatments?|season|programs?|awareness|nurses?|research|unit|ward|"
    r"patiente?s?|étude|vaccin\w*|service|dépistage)\b",
    re.I,
)
_OF_OTHERS = {
    "en": re.compile(
        r"\b(?:patients?|people|someone|somebody|friends?|those|anyone|residents?|kids|others|"
        r"cowork\w+|neighbou?rs?) (?:with|who (?:has|have|had)|has|have|had)\b[^,.;]*$|"
        r"\byou (?:said|mentioned|called it)\b[^,.;]*$",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:patients?|gens|quelqu'un|amie?s?|ceux|voisine?s?|collègues?) (?:avec|qui (?:a|ont|"
        r"avait)|ont)\b[^,.;]*$|\bvous avez dit\b[^,.;]*$",
        re.I,
    ),
}
_SOMEBODY_HAS = {
    "en": re.compile(
        r"\b(?:she|he|they) (?:does |did |also |just )?(?:has|have|had|was diagnosed with|got)\b"
        r"[^,.;]*$",
        re.I,
    ),
    "fr": re.compile(r"\b(?:elle|il) (?:a|avait|a eu|fait|faisait)\b[^,.;]*$", re.I),
}
_IN_THE_FAMILY = re.compile(
    r"\b(?:run|runs|running|ran) in (?:my|the|our|your|his|her) family\b|"
    r"\bc'est de famille\b|\bdans (?:ma|la) famille\b",
    re.I,
)


def _around(unit: Unit, mention: Mention) -> tuple[str, str]:
    spoken = joined(unit.raw)
    return spoken[: mention.start], spoken[mention.end :]


def gone(board: Board, unit: Unit, mention: Mention) -> bool:
    """Told as over or on its way out: in the story's words, and not among what the patient has."""
    before, after = _around(unit, mention)
    return bool(_GOING[board.language].search(after) or _ONCE[board.language].search(before))


def denied_by_an_answer(unit: Unit, mention: Mention) -> bool:
    """The "no" before it denies something else."""
    before, _ = _around(unit, mention)
    answered = _ANSWERS_NO.match(f"{before}x")
    return answered is not None and not _NEGATED.search(before, answered.end() - 1)


def somebody_elses(board: Board, unit: Unit, mention: Mention) -> bool:
    """The illness is somebody else's, or only the name of a clinic, a study or a test."""
    before, after = _around(unit, mention)
    if _THING_OF.search(after) or _OF_OTHERS[board.language].search(before):
        return True
    return (
        unit.role is Role.PATIENT
        and not board.subject.speaks_for(unit.role, unit.utterance)
        and _SOMEBODY_HAS[board.language].search(before) is not None
    )


def in_the_family(unit: Unit) -> bool:
    """``skin cancer does run in my family``"""
    return _IN_THE_FAMILY.search(joined(unit.raw)) is not None
