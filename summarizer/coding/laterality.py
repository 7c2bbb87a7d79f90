"""The side of a condition that is told elsewhere in the visit (I.B.13).

"Lateral epicondylitis" in the assessment is of the right elbow where the story and the examination
speak of the right elbow only. A side is carried over to a code whose part of the body is the same,
and only when every present mention of that part that names a side names this one: two sides, or
one in the past, leave the question open.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from summarizer.coding import assertions, specificity, wording
from summarizer.coding.lookup import Terminology
from summarizer.coding.places import Line
from summarizer.coding.rules import Pick
from summarizer.coding.spans import narrowed
from summarizer.types import Assertion, Evidence

# Words of a description, folded ("upper+arm": both of them), and what people call the same part.
_PARTS: tuple[tuple[tuple[frozenset[str], ...], frozenset[str]], ...] = tuple(
    (
        tuple(frozenset(each.split("+")) for each in described.split()),
        frozenset(said.split()),
    )
    for described, said in (
        ("shoulder humerus clavicle", "shoulder humerus clavicle collarbone epaule clavicule"),
        ("elbow", "elbow coude"),
        ("forearm radius ulna", "forearm wrist radius ulna poignet"),
        ("wrist", "wrist poignet"),
        ("hand", "hand main"),
        ("thumb", "thumb pouce"),
        ("finger", "finger doigt"),
        ("upper+arm", "arm bras"),
        ("hip", "hip hanche"),
        ("thigh femur", "thigh femur cuisse"),
        ("knee patella", "knee patella kneecap genou rotule"),
        ("lower+leg tibia fibula", "leg shin calf tibia fibula jambe mollet"),
        ("ankle", "ankle cheville"),
        ("foot heel", "foot heel pied talon"),
        ("toe", "toe orteil"),
        ("ear otitis", "ear oreille"),
        ("eye conjunctivitis cataract glaucoma", "eye oeil"),
        ("breast", "breast sein"),
    )
)
# The upper and lower limb are named by any of their parts: a carpal tunnel is of a hand or wrist.
_UPPER = ("hand", "wrist", "arm", "finger", "main", "poignet", "bras")
_LOWER = ("leg", "knee", "ankle", "foot", "calf", "jambe", "genou", "cheville", "pied")
_LIMBS = (
    ({"upper", "limb"}, frozenset(_UPPER)),
    ({"lower", "limb"}, frozenset(_LOWER)),
)
_WITHIN = 3  # words between a side and its part: "right, uh, middle finger"
_NO_SIDE = {"now", "away", "here", "there", "after", "before"}  # "right now" is no side
_MOST = 2  # places that are cited for a side


def sides_carried(
    picks: Sequence[Pick], lines: Sequence[Line], terminology: Terminology
) -> list[Pick]:
    """The picks, each that lacks a side with the one that the visit tells of its part."""
    found: list[Pick] = []
    for pick in picks:
        found.extend(_with_side(pick, lines, terminology))
    return found


def _with_side(pick: Pick, lines: Sequence[Line], terminology: Terminology) -> list[Pick]:
    code = terminology.get(pick.code)
    if code is None or specificity.missing_detail(terminology, code) != "side":
        return [pick]
    names = names_of(code.description)
    told = [each for line in lines for each in _told(line, names)] if names else []
    sides = {side for side, _ in told}
    if len(sides) != 1:
        return [pick]
    side = sides.pop()
    evidence = tuple(dict.fromkeys(item for _, items in told for item in items))[:_MOST]
    stem, seventh = _stem(terminology, pick.code)
    sided = [
        next((c.code for c in terminology.children(other) if c.code[-1] == seventh), "")
        if seventh
        else other
        for other in specificity.with_side(terminology, stem, side)
        if other != stem
    ]
    if not sided or not all(sided):
        return [pick]
    return [
        replace(
            pick, code=other, evidence=tuple(dict.fromkeys((*pick.evidence, *evidence)))
        ).because(f"side:{side}", "side:elsewhere")
        for other in sided
    ]


def _stem(terminology: Terminology, code: str) -> tuple[str, str]:
    """The code that has siblings for each side, and its 7th character, "" where it has none."""
    found = terminology.get(code)
    parent = terminology.get(found.parent) if found else None
    return (parent.code, code[-1]) if parent and parent.seventh else (code, "")


def names_of(description: str) -> frozenset[str]:
    """What the part that a description names is called, empty where it names none with sides."""
    words = {word.text for word in wording.words(description)}
    for limb, names in _LIMBS:
        if limb <= words:
            return names
    for described, said in _PARTS:
        if any(each <= words for each in described):
            return said
    return frozenset()


def _told(line: Line, names: frozenset[str]) -> list[tuple[str, tuple[Evidence, ...]]]:
    """Each side that a line tells of the part as present and the patient's own."""
    tokens = [
        word
        for before, word, after in _in_context(wording.words(line.text))
        if word.text != "right" or (before != "all" and after not in _NO_SIDE)
    ]
    found = []
    for place, token in enumerate(tokens):
        if token.text not in names:
            continue
        around = [*tokens[max(0, place - _WITHIN) : place], *tokens[place + 1 : place + 2]]
        side = wording.side_of(word.text for word in around)
        if not side:
            continue
        status = line.status or assertions.status_of(line.text, token.start, token.end)
        if status.plain or status.assertion is Assertion.UNCERTAIN:
            words = line.text[min(w.start for w in around) : token.end]
            found.append((side, narrowed(line.evidence, re.sub(r"\s+", " ", words))))
    return found


def _in_context(words: list[wording.Word]) -> Iterator[tuple[str, wording.Word, str]]:
    """Each word with the texts of the one before and the one after."""
    texts = ["", *(word.text for word in words), ""]
    yield from zip(texts, words, texts[2:], strict=False)
