"""What the clinician had heard before the visit: "the nurse told me that you have a tick bite"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from summarizer.language.lexicon import Mention, lexicon
from summarizer.language.person_en import third_person
from summarizer.language.text import joined
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit, reply_to
from summarizer.types import Assertion, Role, TextEvidence

_FIRST = 8  # units
_HEARD = re.compile(
    r"\b(?:told me|i hear|i heard|i understand|i see|i saw|looks like|sounds like|it says)\b"
    r"(?!.{0,30}\bthink\b).{0,40}?"
    r"\byou(?:'re|'ve|'d| are| have| had)?(?: been| also| just| come in| came in| here| coming in)*"
    r"(?: (?:have|had|having|with|for|experiencing|dealing with|suffering from))?(?: for)? "
    r"(?:an? |some |this |that |the |these |a little |a bit of |your )*(?P<what>[a-z].*)$|"
    r"\byou were (?:just |recently )?in the (?:hospital|er|emergency (?:room|department)) "
    r"(?:for|with) (?:an? |some )?(?P<stay>[a-z].*)$|"
    r"\b(?:sent|referred) (?:you|her|him|them) (?:over |here |to us |to me )*for "
    r"(?:an? |some |this |that |the |your )*(?P<sent>[a-z].*)$|"
    r"\byou(?:'ve| have) been having "
    r"(?:an? |some |this |that |the )*(?P<having>[a-z].*)$",
    re.I,
)
_LIMBS = "knee|ankle|foot|toe|hip|leg|arm|wrist|hand|finger|thumb|elbow|shoulder|neck|back"
_INJURED = re.compile(
    r"\byou (?P<how>hurt|injured|twisted) your (?P<where>(?:(?:left|right) )?(?:\w+ )?"
    rf"(?:{_LIMBS}|head))\b",
    re.I,
)
_EMERGENCY = re.compile(
    r"\byou were (?:just |recently )?in the (emergency (?:room|department))\b", re.I
)
_ENDS = re.compile(
    r",|\?|\b(?:is that|and why|and how|what|how|when|so|today|since|because|but|do you|did you|"
    r"can you|tell me|let's|i'd|you're|you|he|she|to see me|right now)\b|"
    r"\bfor (?:the|a|an|about|almost|over|several|\d+) |\bover (?:the|a) |"
    r"\bin (?:my|the) (?:notes|chart|record)",
    re.I,
)
_VERBAL = re.compile(
    r"(?:in|on|at|to|been|not|doing|going|taking|gotten|seen|went|did|were|was|just|by|up|out|able|"
    r"feeling|trying|here|it|that|this|there)\b",
    re.I,
)
_LONGEST = 7  # words


def heard_before(board: Board) -> bool:
    """The complaint as the clinician's first sentences repeat it, where the patient does not say
    otherwise. English: the French openings are read in ``reason``."""
    if board.language != "en":
        return False
    for unit in board.units[:_FIRST]:
        if unit.role is not Role.CLINICIAN:
            continue
        text = unit.clean
        if injured := _INJURED.search(text):
            pain = lexicon("en").find(f"{injured['where']} pain")
            if injured["how"].lower() == "injured" or not pain:
                _said(board, unit, f"{injured['where']} injury")
            else:
                concern(board, pain[0], [unit])
            return True
        match = _HEARD.search(text)
        if match is None and (stay := _EMERGENCY.search(text)):
            _said(board, unit, f"{stay[1]} follow-up")
            return True
        if match is None:
            continue
        what = next(part for part in match.groups() if part)
        what = _ENDS.split(what)[0].strip(" ,.")
        if not what or len(what.split()) > _LONGEST or _VERBAL.match(what):
            continue
        named = [
            mention
            for mention, status in unit.mentions
            if mention.concept.kind in ("symptom", "condition")
            and status.experiencer == "patient"
            and status.assertion is not Assertion.DENIED
            and mention.surface.lower() in text[match.start() :].lower()
        ]
        if named:
            mention, units = placed(board, named[0], unit)
            concern(board, *_righted(board, mention, units))
        else:
            turned = third_person(what, board.english, speaker="clinician")
            if not turned or not _ILL.search(what):
                continue
            _said(board, unit, turned)
        return True
    return False


# "It's the left knee", "no, it's the left knee".
RIGHT_SIDE = re.compile(r"^(?P<no>no\W+)?it(?:'s| is| was) (?:the|my) (?P<side>left|right)\b", re.I)
_NO = re.compile(r"no\W+", re.I)


def _righted(
    board: Board, mention: Mention, units: list[Unit]
) -> tuple[Mention, list[Unit], tuple[TextEvidence, ...]]:
    """The complaint with the side that the patient puts right, and the words that do: of "no, it's
    the left knee", what follows the no."""
    for unit in board.units[units[-1].index + 1 : units[-1].index + 1 + _FIRST]:
        said = RIGHT_SIDE.match(joined(unit.raw))
        side = said["side"].lower() if said else ""
        if said and unit.role is not Role.CLINICIAN and mention.side not in ("", side):
            no = _NO.match(unit.raw)
            start = no.end() if no else 0
            words = TextEvidence(unit.start + start, unit.end, unit.raw[start:])
            return replace(mention, side=side), units, (words,)
    return mention, units, ()


# What a complaint without a name of the lexicon's is told by.
_ILL = re.compile(
    r"\b(?:pain|problems?|trouble|issues?|difficult\w*|bite|injur\w+|lump|rash|bleed\w*|swelling|"
    r"infections?|symptoms?|abnormal|elevated|high|low|loss|weakness|wound|sprain|strain|"
    r"fracture|follow[- ]?up|check-?up|exam|physical|evaluation|referral|consult\w*)\b",
    re.I,
)


def _said(board: Board, unit: Unit, text: str) -> None:
    text = re.sub(r"^(?:an?|her|his|their|the|some|the patient's)\s+", "", text)
    board.add("reason", "chief_complaint", text, [unit], form="text")
    board.used.discard(unit.index)


_PART = {
    "en": re.compile(
        r"\b(?:my|the|your|his|her|that) (?P<side>left |right )?(?:\w+ )?"
        rf"(?P<part>{_LIMBS}|ear|eye|throat|jaw|flank|groin|calf|heel|chest)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:l[ae]s? |l['’]|au |du |mon |ma |mes |votre |vos )(?P<part>poitrine|thorax|bras|dos|"
        r"ventre|genou|cheville|pied|hanche|jambe|épaule|coude|poignet|main|gorge|oreille|mâchoire|"
        r"mollet|doigt|orteil|tête)\b(?P<side> (?:gauche|droite?))?",
        re.I,
    ),
}
_PAIN = {
    "en": ("{side}{part} pain",),
    "fr": ("douleur {part}{side}", "douleur à la {part}{side}", "douleur au {part}{side}"),
}
_ASKED_WITHIN = 6  # units


def placed(board: Board, mention: Mention, unit: Unit) -> tuple[Mention, list[Unit]]:
    """A bare pain with the one part of the body that its sentence names, or that the clinician
    names behind it and the patient confirms: ``my wrist started to hurt`` is wrist pain. With the
    sentences that say so."""
    if mention.concept.key != "pain":
        return mention, [unit]
    if here := _pain_of(board, unit):
        return here, [unit]
    for asked in board.units[unit.index + 1 : unit.index + 1 + _ASKED_WITHIN]:
        if asked.role is not Role.CLINICIAN or not asked.question:
            continue
        _, answered = reply_to(board.units, asked, board.language)
        there = _pain_of(board, asked, pointed=True)
        if there and answered and _YES.search(answered.raw):
            return there, [unit, asked, answered]
    return mention, [unit]


_YES = re.compile(r"\b(?:oui|ouais|yes|yeah|exactly|exactement)\b", re.I)


def _pain_of(board: Board, unit: Unit, *, pointed: bool = False) -> Mention | None:
    """The pain of the one part of the body that a sentence names; of a question, the last one:
    ``avec toute la main, au milieu de la poitrine ?``"""
    parts = [
        ((m["side"] or "").lower(), m["part"].lower())
        for m in _PART[board.language].finditer(joined(unit.raw))
    ]
    if not parts or (len(set(parts)) != 1 and not pointed):
        return None
    side, part = parts[-1]
    for name in _PAIN[board.language]:
        found = lexicon(board.language).find(name.format(side=side, part=part))
        if found and found[0].concept.key != "pain":
            return found[0]
    return None


def concern(
    board: Board,
    mention: Mention,
    units: Sequence[Unit],
    evidence: Sequence[TextEvidence] = (),
) -> None:
    """Write a complaint that the lexicon names."""
    board.add(
        "reason",
        "chief_complaint",
        mention.surface,
        units,
        evidence=evidence,
        concept=mention.concept.key,
        concept_kind=mention.concept.kind,
        english=mention.concept.english,
        french=mention.concept.french,
        side=mention.side,
        form="concept",
    )
    board.used.difference_update(unit.index for unit in units)
