"""Who speaks in the patient's place: the mother, the husband, the nurse, where the words say so,
and from where to where the patient speaks after all ("passez-la-moi")."""

import re

from summarizer.language.carers import CARERS
from summarizer.language.text import joined
from summarizer.language.words import words
from summarizer.types import Language, Role, Transcript

# By who speaks for the patient, and by the clinician to them.
_SAYS: dict[Language, tuple[str, str]] = {
    "en": (
        r"\b(?:i'm|i am|this is) (?:actually |also )?(?:his|her|their|the|[a-z]+'s) "
        r"(?:\w+ )?({})\b",
        r"\b(?:you're|you are|are you|you must be) (?:his|her|their|the|[a-z]+'s) (?:\w+ )?({})\b",
    ),
    "fr": (
        r"\b(?:je suis|c'est) (?:sa |son |la |le |l')({})\b",
        r"\b(?:vous êtes|êtes-vous|c'est) (?:bien )?(?:sa |son |la |le |l')({})\b",
    ),
}
_FEMALE = words("mother wife daughter sister grandmother aunt girlfriend")
_MALE = words("father husband son brother grandfather uncle boyfriend")


# Whom the visit or call is about tells who speaks: of "my son" a parent, of a colleague another.
_ABOUT: dict[Language, tuple[str, dict[str, str]]] = {
    "en": (
        r"\b(?:(?:call(?:ing|ed)?|here|in|come|came)(?: \w+){{0,2}} (?:for|about|with)|"
        r"brought|bring) (?:my|your) ({})\b",
        {
            "son": "parent", "daughter": "parent", "baby": "parent", "little boy": "parent",
            "little girl": "parent", "neighbor": "neighbor", "friend": "friend",
        },
    ),
    "fr": (
        r"\bappel\w* pour (?:mon|ma|votre|vôtre) ({})\b",
        {
            "fils": "le parent", "fille": "le parent", "enfant": "le parent", "bébé": "le parent",
            "voisin": "le voisin", "voisine": "le voisin", "collègue": "le collègue",
        },
    ),
}  # fmt: skip
_OF_WOMEN = {
    "parent": "mother", "le parent": "la mère", "le voisin": "la voisine",
    "le collègue": "la collègue",
}  # fmt: skip


def carer_of(transcript: Transcript, gender: str = "") -> str:
    """``mother``, in French ``la mère``, as it was said or as the speaker is labelled; empty where
    nothing says who speaks. ``gender``: the speaker's, where their words show it."""
    names = CARERS[transcript.language]
    named = "|".join(sorted(names, key=len, reverse=True))
    for turn in transcript.utterances:
        label = re.search(rf"\b({named})\b", turn.speaker, re.I)
        if turn.role is Role.CAREGIVER and label:
            return names[label[1].lower()]
    own, heard = (re.compile(p.format(named), re.I) for p in _SAYS[transcript.language])
    for turn in transcript.utterances:
        pattern = heard if turn.role is Role.CLINICIAN else own
        if match := pattern.search(transcript.text[turn.start : turn.end]):
            return names[match[1].lower()]
    called, whose = _ABOUT[transcript.language]
    if match := re.search(called.format("|".join(whose)), transcript.text, re.I):
        carer = whose[match[1].lower()]
        return _OF_WOMEN.get(carer, carer) if gender == "female" else carer
    return ""


_PASS = {
    "en": re.compile(
        r"\b(?:put|pass|get|give) (?:him|her|them) (?:on|to (?:the phone|me)|over|the phone)\b|"
        r"\b(?:speak|talk) (?:to|with) (?:him|her|them)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:re)?passe[rz]?[- ](?:moi[- ])?(?:le|la|lui|votre|monsieur|madame)\b|"
        r"\b(?:la|le) passer\b|\blui parler\b|\bparler (?:à|avec) (?:lui|elle|votre)\b",
        re.I,
    ),
}
_ANSWERED = re.compile(r"^\W*(?:(?:oui|yes|yeah|heu|euh)\W+)*(?:all[oô]|hello|hi|bonjour)\b", re.I)
_SOON = 8  # turns until somebody else answers the telephone


def own_turns(transcript: Transcript) -> range:
    """The utterances in which a patient who was spoken for speaks: from the first "hello" after the
    clinician asked to speak with them, until another is asked for."""
    bounds: list[int] = []
    asked = -2 * _SOON
    for turn in transcript.utterances:
        said = joined(transcript.text[turn.start : turn.end])
        if turn.role is Role.CLINICIAN and _PASS[transcript.language].search(said):
            asked = turn.index
        elif (
            turn.role is not Role.CLINICIAN
            and turn.index - asked <= _SOON
            and _ANSWERED.match(said)
        ):
            bounds.append(turn.index)
            asked = -2 * _SOON
    start, end, *_ = [*bounds, len(transcript.utterances), len(transcript.utterances)]
    return range(start, end)


def gender_of(carer: str) -> str:
    """``female``, ``male`` or, where the word does not tell, empty."""
    if carer in _FEMALE or carer.startswith("la ") or carer in ("l'épouse", "l'infirmière"):
        return "female"
    male = carer.startswith("le ") and carer != "le parent"
    return "male" if male or carer in _MALE or carer == "l'oncle" else ""
