"""Where in a note something stands, and how firmly that place states a diagnosis.

An assessment states diagnoses; a history mentions them; an examination mostly denies them.
"""

import re
from dataclasses import dataclass

from summarizer.coding.assertions import Status
from summarizer.types import Assertion, Claim, Evidence, Section, Sentence

# Section keys are matched by their words, so that templates may name sections as they like.
_PLACES: tuple[tuple[str, float, bool, str], ...] = (
    ("assessment|impression|diagnos|problem|evaluation|conclusion|synthese", 0.95, True, "assessment"),
    ("family", 0.0, False, "family"),
    ("review|ros|exam|objective|vital|result|laborator|imaging|procedure", 0.2, False, "findings"),
    ("surgical", 0.3, False, "history"),
    ("past|history_medical|medical_history|pmh|antecedent|history$", 0.5, False, "history"),
    ("plan|instruction|recommend", 0.55, False, "plan"),
    ("allerg", 0.3, False, "allergies"),
    ("medic|drug|treatment", 0.3, False, "medications"),
    ("social|habit", 0.35, False, "social"),
    ("subjective|hpi|illness|chief|complaint|reason|cc|interval|motif", 0.42, False, "subjective"),
)  # fmt: skip
_UNKNOWN = (0.45, False, "other")
_BULLET = re.compile(r"^\s*(?:[-•*–]|\(?\d{1,2}[.)]|#\d*)\s*")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|should|can|may|continue|start|order|refer|follow|"
    r"presents?|reports?|denies|states|discussed|recommend\w*|advised|we|i|he|she|they|patient|"
    r"est|sont|a|ont|va|sera|poursuivre|débuter|nous|je|il|elle|patiente?)\b",
    re.IGNORECASE,
)
_PHRASE_WORDS = 14


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the note as the coder reads it.

    ``phrase`` is the noun phrase that states a diagnosis, or ""; ``stated`` says that it does so;
    ``past`` and ``passing`` that the place only tells history or mentions in passing; ``status``
    what the drafting step already knows of a sentence made from one claim.
    """

    text: str
    evidence: tuple[Evidence, ...]
    weight: float
    stated: bool
    phrase: str = ""
    past: bool = False
    passing: bool = False
    status: Status | None = None
    reasons: tuple[str, ...] = ()


def lines_of(sections: tuple[Section, ...]) -> list[Line]:
    """The lines worth reading, in order; sections that speak of the family are left out."""
    lines = []
    for section in sections:
        weight, stating, place = _place(section.key)
        if not weight:
            continue
        for sentence in section.sentences:
            if sentence.evidence and sentence.text.strip():
                lines.append(_line(sentence, weight, stating, place))
    return lines


def _place(key: str) -> tuple[float, bool, str]:
    folded = key.lower().replace("-", "_").replace(" ", "_")
    for pattern, weight, stating, place in _PLACES:
        if re.search(pattern, folded):
            return weight, stating, place
    return _UNKNOWN


def _line(sentence: Sentence, weight: float, stating: bool, place: str) -> Line:
    claim = _only_claim(sentence)
    status = _status(claim) if claim else None
    diagnosed = any(claim.kind == "diagnosis" for claim in sentence.claims)
    phrase = ""
    if stating or diagnosed:
        phrase = _phrase(sentence.text)
    stated = diagnosed or (stating and bool(phrase))
    if diagnosed:
        weight = max(weight, 0.95)
    elif stating and not phrase:
        weight = 0.72
    reasons = [f"section:{place}"]
    if stated:
        reasons.append("stated-as-diagnosis")
    return Line(
        text=sentence.text,
        evidence=sentence.evidence,
        weight=weight,
        stated=stated,
        phrase=phrase,
        past=False,
        passing=place not in ("assessment", "plan") and not diagnosed,
        status=status,
        reasons=tuple(reasons),
    )


def _only_claim(sentence: Sentence) -> Claim | None:
    return sentence.claims[0] if len(sentence.claims) == 1 else None


def _status(claim: Claim) -> Status | None:
    """What the drafting step knows; where it only says "affirmed", the words are read again."""
    if claim.experiencer == "family":
        return Status(family=True)
    return Status(claim.assertion) if claim.assertion is not Assertion.AFFIRMED else None


def _phrase(text: str) -> str:
    """The diagnosis that a line states: what stands before a colon or dash, or the whole line."""
    line = _BULLET.sub("", text.strip())
    head = re.split(r":\s|\s[-–—]\s|\.\s|;\s|\n", line, maxsplit=1)[0].strip().rstrip(".:;")
    if not head or len(head.split()) > _PHRASE_WORDS or _VERB.search(head):
        return ""
    return head
