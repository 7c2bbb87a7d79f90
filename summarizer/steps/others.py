"""Two patients in one recording: where the clinician turns to somebody else, and back.

A recording may hold a mother and her child, or run on into the next visit. What is said between a
turn to another person and the turn back is not the patient's: no claim is made from it, it is
listed among what was set aside, and the draft says so.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from summarizer.language.text import joined
from summarizer.transcripts.labels import role_of
from summarizer.types import Flag, Role, Transcript

if TYPE_CHECKING:
    from summarizer.steps.units import Unit

_WHO = {
    "en": (
        r"mother|mom|mum|father|dad|wife|husband|partner|son|daughter|brother|sister|baby|"
        r"little (?:one|girl|boy)|grand(?:mother|father|ma|pa)"
    ),
    "fr": (
        r"mère|maman|père|papa|mari|femme|fils|fille|frère|sœur|soeur|bébé|petite?|"
        r"conjointe?|compagn(?:on|e)"
    ),
}
_TURN = {
    "en": re.compile(
        r"\b(?:let's|let me|i'll|we'll|i'd like to|i want to|i'm going to|can i|now)\b[^.?!]{0,25}?"
        r"\b(?:look at|examine|check(?: on)?|listen to|turn to|move on to|switch to) "
        rf"(?:your |the )?({_WHO['en']})\b(?!'s? (?:history|results?|records?|side))|"
        rf"\b(?:now for|and now) (?:you,? (?:mom|mum|dad)|your ({_WHO['en']}))\b|"
        rf"\bwhile (?:your )?({_WHO['en']})(?:'s| is) here\b|"
        r"\b(?:the|our|my) (?:next|second|other) patient\b|^next patient\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:on va|je vais|laissez-moi|maintenant|passons|on passe|j'aimerais)\b[^.?!]{0,25}?"
        r"\b(?:regarder|examiner|écouter|ausculter|voir|à)(?: maintenant)? "
        rf"(?:votre |la |le )({_WHO['fr']})\b|"
        rf"\b(?:et )?maintenant (?:vous,? (?:maman|papa)|votre ({_WHO['fr']}))\b|"
        r"\b(?:le |la |l')?(?:patiente? suivante?|autre patiente?)\b",
        re.I,
    ),
}
# Asked of who speaks for the patient: there "you" is another person.
_AND_YOU = {
    "en": re.compile(r"\b(?:how|what) about (?:you|yourself)\b", re.I),
    "fr": re.compile(
        r"\bet vous(?:-même)?,? (?:ça va|comment (?:ça va|allez)|vous (?:avez (?:mal|de la fièvre|"
        r"des symptômes)|toussez|êtes malade))",
        re.I,
    ),
}
_BACK = {
    "en": re.compile(
        r"\b(?:(?:coming |going |turn(?:ing)? |get(?:ting)? |now )?back to you|as for you|"
        r"now for you)\b(?!,? (?:mom|mum|dad)\b)",
        re.I,
    ),
    "fr": re.compile(r"\b(?:revenons à vous|pour revenir à vous|pour vous,? maintenant)\b", re.I),
}
_INTRODUCED = {
    "en": re.compile(
        r"\b([a-z]+)(?: \w+)? is an? (\d+|[a-z]+(?:[- ][a-z]+)?)[- ]year[- ]old\b", re.I
    ),
    "fr": re.compile(r"\b(?:mme|madame|m\.|monsieur) (\w+),? (?:a |âgée? de )?(\d+) ans\b", re.I),
}
_BEGUN = 40  # words: before them "the next patient is ..." opens this very visit
_TURNS = 2  # of a second speaker labelled as a patient


def of_others(
    transcript: Transcript, *, relatives: str, spoken_for: bool, given: str = ""
) -> frozenset[int]:
    """The utterances that belong to another person than the patient, who comes first.

    ``relatives`` is the pattern of words that mean the patient (``daughter``), ``given`` the
    patient's name: a turn to them is a turn back.
    """
    language = transcript.language
    out = set(_second_speakers(transcript))
    elsewhere = False
    introduced = ""
    words = 0
    for turn in transcript.utterances:
        said = joined(transcript.text[turn.start : turn.end])
        begun, words = words >= _BEGUN, words + len(said.split())
        if turn.role in (Role.CLINICIAN, Role.UNKNOWN):
            match = _TURN[language].search(said) if begun else None
            named = next((group for group in match.groups() if group), "") if match else ""
            patient = bool(
                (named and relatives and re.fullmatch(relatives, named, re.I))
                or (given and match and re.search(rf"\b{re.escape(given)}\b", said, re.I))
            )
            asked = spoken_for and _AND_YOU[language].search(said) is not None
            who = _INTRODUCED[language].search(said)
            other = bool(who and introduced and _differs(who, introduced))
            introduced = introduced or (f"{who[1]} {who[2]}".lower() if who else "")
            if patient or (elsewhere and _BACK[language].search(said)):
                elsewhere = False
            elif (match and not patient) or asked or other:
                elsewhere = True
        if elsewhere:
            out.add(turn.index)
    return frozenset(out)


def _differs(who: re.Match[str], introduced: str) -> bool:
    """Another name and another age than the first who was introduced."""
    name, _, age = introduced.partition(" ")
    return who[1].lower() != name and who[2].lower() != age


def _second_speakers(transcript: Transcript) -> set[int]:
    """Turns of a second speaker who is labelled as a patient, and the questions put to them."""
    turns: dict[str, list[int]] = {}
    for turn in transcript.utterances:
        if turn.role is Role.PATIENT and role_of(turn.speaker) is Role.PATIENT:
            turns.setdefault(turn.speaker.strip().lower(), []).append(turn.index)
    others = [
        index for places in list(turns.values())[1:] if len(places) >= _TURNS for index in places
    ]
    asked = {
        turn.index
        for turn in transcript.utterances
        if turn.index + 1 in others
        and turn.role is Role.CLINICIAN
        and transcript.text[turn.start : turn.end].rstrip().endswith("?")
    }
    return {*others, *asked}


def other_person(units: Sequence["Unit"]) -> tuple[Flag, ...]:
    """The notice that the words hold another person's visit, with where it begins."""
    first = next((unit for unit in units if unit.other), None)
    if first is None:
        return ()
    return (Flag("two-patients", "medium", {"from": first.raw[:120]}),)
