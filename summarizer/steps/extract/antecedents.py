"""What an order leaves to the sentences around it: its medicine, and the condition it stands under.

"I'll give you some Motrin. Take it every six hours with food": the second sentence is an order of
Motrin. "If those tests come back fine, then we'll ...": the second half is no order without the
first.
"""

import re

from summarizer.language.quantities import doses, frequency
from summarizer.language.text import joined
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit
from summarizer.types import Evidence

_NEAR = 3  # sentences of the same turn
_TAKEN = re.compile(
    r"((?:not |also |just |continue to |keep |start |go ahead and )?(?:take|taking|use|using|"
    r"continue|start|starting|stop|stopping|give|prescribe|alternate|"
    r"hold|resume|refill|increase|decrease|swallow|apply)) (it|them|that|those)\b"
    r"(?! (?:area|one|problem|side|spot|kind|sort|type|dose|dosage|amount|pain|much|long|easy|"
    r"slow|down|up|from|of|is|was|are|were|way|day|week|month|time)\b)",
    re.I,
)
# "give 600 mg every 6 hours", "do 40 mg daily": how much, of what was just named.
_DOSE_ALONE = re.compile(
    r"(?P<verb>(?:give|do|take|start|prescribe|continue|use|keep|order|get)) (?:about |around )?"
    r"(?P<dose>(?:an? |one |two |\d[\d.,/]*[ -]?)"
    r"(?:(?:to|or) (?:two|three|\d) )?(?:mg|milligrams?|mcg|micrograms?|grams?|ml|units?|puffs?|"
    r"tablets?|capsules?|pills?|(?:\w+ ){0,2}(?:week|day|month)s? supply)\b)"
    r"(?! (?:of|tablets? of)\b)",
    re.I,
)


_TOLD_TO_TAKE = re.compile(
    r"(?:(?:and|so|then|just|you|i want you to|you'll|you can|you should|you need to|please)\s+)*"
    r"(?:take|use|apply) (?:it|them|that|this|those|one|two)\b",
    re.I,
)


def told_to_take(unit: Unit) -> bool:
    """``take it every six hours with food``: how a medicine named before is to be taken."""
    return bool(_TOLD_TO_TAKE.match(unit.clean) and frequency(unit.clean, "en"))


def with_medicine(
    board: Board, unit: Unit, order: str
) -> tuple[str, tuple[Evidence, ...], dict[str, str]]:
    """(order, evidence, typed parts): an order of "it" or of a bare dose, with the one medicine
    that the sentences around it name; as it was where they name none or several."""
    unchanged: tuple[str, tuple[Evidence, ...], dict[str, str]] = (order, (), {})
    if board.language != "en" or unit.has("medication", "test"):
        return unchanged
    taken, dosed = _TAKEN.match(order), _DOSE_ALONE.match(order)
    if not taken and not dosed:
        return unchanged
    found = _medicine(board, unit, ahead=bool(dosed))
    if found is None:
        return unchanged
    said, mention_text, typed = found
    if dosed:
        amount = dosed["dose"]
        rest = order[dosed.end() :]
        text = f"{dosed['verb']} {amount} of {mention_text}{rest}"
        typed = (
            {**typed, "dose": f"{doses(amount)[0][2]} {doses(amount)[0][3]}"}
            if doses(amount)
            else typed
        )
    else:
        assert taken is not None
        text = f"{order[: taken.start(2)]}{mention_text}{order[taken.end(2) :]}"
    return text, (said.evidence,), typed


def _medicine(board: Board, unit: Unit, *, ahead: bool) -> tuple[Unit, str, dict[str, str]] | None:
    """The one medicine of the nearest sentence that names any: before in the turn or, for a dose
    alone, right behind it."""
    before = [
        near
        for near in reversed(board.units[max(0, unit.index - _NEAR) : unit.index])
        if near.utterance == unit.utterance
    ]
    behind = [
        near
        for near in board.units[unit.index + 1 : unit.index + 2]
        if ahead and near.utterance == unit.utterance
    ]
    for near in (*before, *behind):
        named = {m.concept.key: m for m, _ in near.mentions if m.concept.kind == "medication"}
        if not named:
            continue
        if len(named) > 1 or near.question:
            return None
        mention = next(iter(named.values()))
        return (
            near,
            mention.surface,
            {
                "concept": mention.concept.key,
                "concept_kind": "medication",
                "english": mention.concept.english,
                "french": mention.concept.french,
                "surface": mention.surface,
            },
        )
    return None


_CONDITION = re.compile(r"\bif (?:(?!\bif\b)[^.?!])+$", re.I)
_THEN = re.compile(r"\W*then\b\W*", re.I)


def conditioned(board: Board, unit: Unit, text: str) -> tuple[str, tuple[Evidence, ...]]:
    """A sentence that opens with "then", with the condition that the one before it ends in: "then
    we'll do a scan" -> "we'll do a scan if those tests come back fine"."""
    if board.language != "en" or unit.index == 0 or not _THEN.match(joined(unit.raw)):
        return text, ()
    before = board.units[unit.index - 1]
    said = _CONDITION.search(joined(before.raw).rstrip(" ,.-"))
    if before.utterance != unit.utterance or said is None:
        return text, ()
    condition = said[0].strip(" ,")
    return f"{_THEN.sub('', text, count=1).rstrip(' ,.')} {condition}", (before.evidence,)


_ACTING = re.compile(
    r"\b(?:my|the|an?|dr\.?) (?:(?:other|own|old|regular|last) )?"
    r"(?P<who>(?:primary care |family |new |eye |foot |heart )?"
    r"(?:doctor|pcp|physician|specialist|surgeon|nurse|therapist|psychiatrist|podiatrist|"
    r"dermatologist|cardiologist|neurologist|urologist|oncologist|gastroenterologist|"
    r"rheumatologist|endocrinologist|orthopedist|chiropractor|dentist))\b",
    re.I,
)
_WITHIN = 6  # sentences


def clinician_told_of(board: Board, unit: Unit) -> tuple[str, Unit] | None:
    """Whom a patient's "he" or "she" stands for, with the sentence that names the clinician; None
    where no clinician was named: "he ordered a scan" is not the patient's doing."""
    for before in reversed(board.units[max(0, unit.index - _WITHIN) : unit.index]):
        if before.role is unit.role and (named := _ACTING.search(joined(before.raw))):
            return named["who"].lower(), before
    return None
