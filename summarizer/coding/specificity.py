"""From what a phrase names to the most specific code that the words support (section I.B.2).

Each step only ever uses what is said in the sentence: a side, an exacerbation, a stage, the kind of
encounter. What is not said stays unspecified and becomes a prompt, never a guess.
"""

import re

from summarizer.coding import wording
from summarizer.coding.lookup import Code, Terminology

_UNSPECIFIED = re.compile(r"\bunspecified\b|\bNOS\b|not specified", re.IGNORECASE)
_PLAIN = re.compile(
    r"without (?:complication|mention|aura|bleeding|obstruction|hemorrhage|coma|rupture|esophagitis"
    r"|spontaneous|behavioral|loss|status|neurogenic)|uncomplicated|not intractable|single episode",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(
    r"\b(?:follow[- ]?up|healing|healed|post[- ]?op\w*|status post|s/p|weeks? (?:out|ago)|"
    r"months? (?:out|ago)|since surgery|cast removal|suivi|contrôle|consolidation)\b",
    re.IGNORECASE,
)
_SEQUELA = re.compile(r"\b(?:sequela\w*|late effects? of|séquelles?)\b", re.IGNORECASE)
_WEAK = wording.NOISE | frozenset(
    [
        "with",
        "without",
        "type",
        "other",
        "specified",
        "primary",
        "site",
        "current",
        "not",
        "due",
        "region",
        "elsewhere",
        "classified",
        "initial",
        "encounter",
        "closed",
        "part",
        "more",
        "than",
        "one",
        "use",
    ]
)
# What a code says of a condition of which nothing more is said; a more specific one drops it.
_UNSAID = frozenset({"uncomplicated", "complication", "single", "episode", "intractable"})
# "Osteoarthritis" alone is coded to primary (Alphabetic Index: Osteoarthritis, see also primary).
PRIMARY_JOINTS = {"M16": ("M16.0", "M16.11", "M16.12"), "M17": ("M17.0", "M17.11", "M17.12")}


def default_code(terminology: Terminology, heading: str) -> str:
    """The code below a heading that says no more than the heading does (I.A.9, "unspecified").

    A code that still takes a 7th character is returned without it. "" when every child says more.
    """
    found = terminology.get(heading)
    while found is not None and not found.billable and not found.seventh:
        found = _plainest(terminology.children(found.code))
    return found.code if found else ""


def _plainest(children: list[Code]) -> Code | None:
    if len(children) == 1:
        return children[0]

    def said(code: Code) -> tuple[int, int, str]:
        silent = len(_UNSPECIFIED.findall(code.description)) * 2
        silent += 2 * bool(_PLAIN.search(code.description)) + (code.code[-1] == "9")
        return (-silent, len(code.description), code.code)

    ranked = sorted(children, key=said)
    return ranked[0] if ranked and said(ranked[0])[0] < 0 else None


def with_side(terminology: Terminology, code: str, side: str) -> list[str]:
    """The siblings of ``code`` for that side, or ``code`` when it has no sides (I.B.13).

    Bilateral, where no bilateral code exists, is the code of each side.
    """
    joint = PRIMARY_JOINTS.get(code[:3])
    if side and joint and code in (f"{code[:3]}.9", f"{code[:3]}.10"):
        return [joint[("bilateral", "right", "left").index(side)]]
    found = terminology.get(code)
    if found is None or not side or _side_of(found.description):
        return [code]
    wanted = _side_free(found.description)
    sides = {
        _side_of(other.description): other.code
        for other in terminology.siblings(code)
        if _side_free(other.description) == wanted
    }
    if side in sides:
        return [sides[side]]
    if side == "bilateral" and {"right", "left"} <= set(sides):
        return [sides["right"], sides["left"]]
    return [code]


def with_qualifiers(terminology: Terminology, code: str, said: set[str]) -> str:
    """The sibling whose additional words are all said in the sentence, if any (I.B.2).

    ``said`` are the sentence's folded words. The sibling that adds most wins; a sibling that denies
    something ("without") adds nothing that words could support.
    """
    found = terminology.get(code)
    if found is None:
        return code
    own = _content(found.description)
    best, most = code, 0
    for other in terminology.siblings(code):
        if _UNSPECIFIED.search(other.description):
            continue
        extra = _content(other.description) - own
        lost = own - _content(other.description)
        if extra and extra <= said and lost <= _UNSAID and len(extra) > most:
            # A heading of the same rank (a joint, say) stands for its own unspecified code.
            below = default_code(terminology, other.code)
            if below:
                best, most = below, len(extra)
    return best


def with_seventh(
    terminology: Terminology, code: str, sentence: str, *, returning: bool = False
) -> str:
    """The full code of an injury or fracture: A, D or S by the kind of encounter (I.C.19.a).

    ``returning``: the note says that the patient comes back for it. A closed fracture is the
    default (I.C.19.c). Where the 7th character says something else (an eye, a fetus) it is 9 or 0
    when nothing in the words decides, and the code stays incomplete where neither exists.
    """
    found = terminology.get(code)
    if found is None or found.billable or not found.seventh:
        return code
    if "A" in found.seventh:
        char = "A"
        if _SEQUELA.search(sentence) and "S" in found.seventh:
            char = "S"
        elif (returning or _FOLLOW_UP.search(sentence)) and "D" in found.seventh:
            char = "D"
    else:
        char = next((c for c in "90" if c in found.seventh), "")
    full = next((c.code for c in terminology.children(code) if c.code[-1] == char), "")
    return full or code


def missing_detail(terminology: Terminology, code: Code) -> str:
    """What a more specific sibling would need, as a stable word, or "" (I.B.18).

    side, detail.
    """
    if not _UNSPECIFIED.search(code.description):
        return ""
    parent = terminology.get(code.parent)
    stem = parent if parent and parent.seventh else code
    siblings = terminology.siblings(stem.code)
    wanted = _side_free(stem.description)
    if not _side_of(stem.description) and any(
        _side_of(other.description) and _side_free(other.description) == wanted
        for other in siblings
    ):
        return "side"
    return "detail" if siblings else ""


def side_beside(unsided: str, description: str) -> str:
    """The side that a description adds to another one, "" where it says anything else too."""
    same = _side_free(unsided) == _side_free(description)
    return _side_of(description) if same else ""


def _content(description: str) -> set[str]:
    tokens = {word.text for word in wording.words(wording.plain(description))}
    return tokens - _WEAK - wording.SIDES


def _side_free(description: str) -> str:
    return wording.key_of(wording.without_sides(w.text for w in wording.words(description)))


def _side_of(description: str) -> str:
    return wording.side_of(word.text for word in wording.words(description))
