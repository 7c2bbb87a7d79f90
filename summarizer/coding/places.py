"""Where in a note something stands, and how firmly that place states a diagnosis.

An assessment states diagnoses; a history mentions them; an examination mostly denies them.
"""

import re
from dataclasses import dataclass

from summarizer.coding.assertions import Status
from summarizer.language.sentences import sentence_spans
from summarizer.types import (
    Assertion,
    Claim,
    Evidence,
    Role,
    Section,
    Sentence,
    TextEvidence,
    Transcript,
)

# Section keys are matched by their words, so that templates may name sections as they like.
PLACES: tuple[tuple[str, float, bool, str], ...] = (
    ("assessment|impression|diagnos|problem|conclusion|synthese", 0.95, True, "assessment"),
    ("family", 0.0, False, "family"),
    ("subjective|hpi|illness|chief|complaint|reason|cc|interval|motif", 0.42, False, "subjective"),
    ("review|ros|exam|objective|vital|result|laborator|imaging|procedure", 0.2, False, "findings"),
    ("surgical", 0.3, False, "history"),
    ("past|medical|pmh|antecedent|history$", 0.5, False, "history"),
    ("plan|instruction|recommend", 0.55, False, "plan"),
    ("allerg", 0.3, False, "allergies"),
    ("medic|drug|treatment", 0.3, False, "medications"),
    ("social|habit", 0.35, False, "social"),
)  # fmt: skip
_UNKNOWN = (0.45, False, "other")
_BULLET = re.compile(r"^\s*(?:[-•*–]|\(?\d{1,2}[.)]|#\d*)\s*")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|should|can|may|continue|start|order|refer|follow|"
    r"presents?|reports?|denies|states|discussed|recommend\w*|advised|we|i|he|she|they|patient|"
    r"est|sont|a|ont|va|sera|poursuivre|débuter|nous|je|il|elle|patiente?)\b",
    re.IGNORECASE,
)
_PHRASE_WORDS = 16
_SPEAKERS = {Role.CLINICIAN: 0.5, Role.PATIENT: 0.45, Role.CAREGIVER: 0.42}
TOLD = 0.7
# Where a clinician tells the patient what it is. What comes soon after is the diagnosis.
_TELLS = re.compile(
    r"\b(?:(?:i think|i believe|i do (?:think|believe)|so|problem,?|okay|and|now|but|shows?) "
    r"(?:that )?(?:it's|it is|this is|that's|you(?:'ve got| do have| have got| have)|"
    r"(?:s?he|we) (?:has|have))|you(?: a|')re positive for|what you have is|"
    r"(?:we|they) call(?: this| it| that)?|(?:something|it's|this is) called|"
    r"(?:the|your|my) (?:\w+ )?diagnosis (?:is|would be|here is|of)|your (?:\w+ ){0,2}shows?|"
    r"c'est|il s'agit d'une?|vous avez|il a|elle a|tu as|on a|il fait|elle fait|"
    r"vous faites)\b(?: that)?|^(?:it's|it is|this is|that's|you have|you've got)\b",
    re.IGNORECASE,
)
_TELLS_WITHIN = 45  # characters from there to the name of the disease
# A clinician's question, with or without its mark: it affirms nothing.
_ASKS = re.compile(
    r"\b(?:(?<!what )(?<!what i )(?:do|did|have|are|were|had) you"
    r"(?! (?:go|come|take|use|start|stop|follow|see)\b)|does (?:it|that|the|your|he|she)|"
    r"any (?:other|history|family|issues)|how (?:about|long|often|are|is)|what about|"
    r"have (?:you )?ever|est-ce qu|avez-vous|êtes-vous|prenez-vous|avez vous|as-tu)\b",
    re.IGNORECASE,
)
_HEAD_END = re.compile(r":\s|\s[-–—]\s|\.\s|;\s|\n")
# The guess or the cause keeps its cue: "likely X" is then read as uncertain.
# What the clinician concludes, in a sentence that has a verb.
_OPINION = re.compile(
    r"\b(?:impression is that|diagnosis is|diagnosed with|believes? (?:that )?|"
    r"impression du clinicien est que|le diagnostic est|conclut à)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r",?\s+(?=(?:most )?(?:likely|consistent with|suspicious for|suspected|concerning for|probable|"
    r"possible|versus|vs\.?|compatible avec|probablement)\b)|"
    r",?(?<!likely)\s+(?:(?:due|secondary) to|caused by|in the setting of|related to|dus? à|"
    r"secondaire à)\s+(?:an? |the |une? )?",
    re.IGNORECASE,
)
# What stands before a colon in a note without being a diagnosis.
_LABEL = re.compile(
    r"(?:medical|clinical)? ?(?:reasoning|treatment|decision|plan|impression|assessment)s?$|"
    r"additional|specialist|patient|follow|education|counsel|instruction|medication|imaging|labs?\b|"
    r"referral|procedure|orders?$|return|monitor|agreement|date|time|recommend|next|"
    r"traitement|bilan|conduite|suivi|surveillance|conseils?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the note as the coder reads it.

    ``phrases`` are the noun phrases that state a diagnosis, as offsets into ``text``; ``passing``
    says that the place only mentions in passing; ``status`` is what the drafting step
    already knows of a sentence made from one claim; ``tells`` are the offsets behind words by which
    a clinician tells a diagnosis.
    """

    text: str
    evidence: tuple[Evidence, ...]
    weight: float
    phrases: tuple[tuple[int, int], ...] = ()
    passing: bool = False
    status: Status | None = None
    place: str = ""
    tells: tuple[int, ...] = ()

    def told(self, start: int) -> bool:
        """Whether the words before ``start`` tell the patient what it is."""
        return any(0 <= start - end <= _TELLS_WITHIN for end in self.tells)


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


def spoken_lines(transcript: Transcript) -> list[Line]:
    """What was said outright, a sentence a line: questions are left out, they affirm nothing.

    A clinician who tells what it is ("so it's a ...") counts more than one who mentions it.
    """
    lines = []
    for turn in transcript.utterances:
        weight = _SPEAKERS.get(turn.role, 0.4)
        for start, end in sentence_spans(
            transcript.text, turn.start, turn.end, transcript.language
        ):
            quote = transcript.text[start:end]
            clinician = turn.role is Role.CLINICIAN
            if quote.endswith("?") or (_ASKS.search if clinician else _ASKS.match)(quote):
                continue
            lines.append(
                Line(
                    text=quote,
                    evidence=(TextEvidence(start, end, quote),),
                    weight=weight,
                    passing=True,
                    place="spoken",
                    tells=tuple(m.end() for m in _TELLS.finditer(quote)) if clinician else (),
                )
            )
    return lines


def _place(key: str) -> tuple[float, bool, str]:
    folded = key.lower().replace("-", "_").replace(" ", "_")
    for pattern, weight, stating, place in PLACES:
        if re.search(pattern, folded):
            return weight, stating, place
    return _UNKNOWN


def _line(sentence: Sentence, weight: float, stating: bool, place: str) -> Line:
    status = _status(sentence.claims)
    diagnosed = any(claim.kind == "diagnosis" for claim in sentence.claims)
    phrases = _phrases(sentence.text) if stating or diagnosed else ()
    if diagnosed:
        weight = max(weight, 0.95)
        phrases = phrases or ((0, len(sentence.text)),)
        opinion = _OPINION.search(sentence.text)
        if opinion:
            phrases = (*phrases, (opinion.end(), len(sentence.text)))
    return Line(
        text=sentence.text,
        evidence=sentence.evidence,
        weight=weight,
        phrases=phrases,
        passing=place not in ("assessment", "plan") and not diagnosed,
        status=status,
        place=place,
    )


def _status(claims: tuple[Claim, ...]) -> Status | None:
    """What the drafting step knows, where it says one thing of the whole sentence; where it only
    says "affirmed", the words are read again."""
    if not claims:
        return None
    if all(claim.experiencer == "family" for claim in claims):
        return Status(family=True)
    known = {claim.assertion for claim in claims}
    if len(known) == 1 and Assertion.AFFIRMED not in known:
        return Status(known.pop())
    return None


def _phrases(text: str) -> tuple[tuple[int, int], ...]:
    """The noun phrases by which a line states diagnoses: a heading before a colon or dash, or a
    line without a verb, each part of it where a cause or a guess is named after a comma."""
    bullet = _BULLET.match(text)
    start = bullet.end() if bullet else 0
    head = _HEAD_END.split(text[start:], maxsplit=1)[0].rstrip(" .:;")
    labelled = text[start + len(head) :].lstrip().startswith(":") and _LABEL.search(head)
    if not head or labelled or len(head.split()) > _PHRASE_WORDS or _VERB.search(head):
        return ()
    found, place = [], start
    for part in _PARTS.split(head):
        where = text.index(part, place)
        place = where + len(part)
        if part.strip():
            found.append((where + len(part) - len(part.lstrip()), where + len(part.rstrip())))
    return tuple(found)
