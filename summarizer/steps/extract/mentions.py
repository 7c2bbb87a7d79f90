"""Named things that stand on their own in a note: symptoms, conditions, medicines, allergies."""

import re

from summarizer.language.lexicon import THOUGHTS, Mention
from summarizer.language.quantities import frequency, route, whole_doses
from summarizer.language.text import clean, joined
from summarizer.steps.extract import present
from summarizer.steps.extract.board import Board
from summarizer.steps.units import Unit, reply_to
from summarizer.types import Assertion, Role

_ALLERGY = {
    "en": re.compile(
        r"\ballergic to\b|\ballerg(?:y|ies)(?: to| is| are|, i)\b|\bi(?:'m| am) allergic\b", re.I
    ),
    "fr": re.compile(r"\ballergi(?:que|e|es) (?:à|au|aux|connue)\b", re.I),
}
_NO_ALLERGY = {
    "en": re.compile(
        r"\b(?:no|any|not have any|don't have any)(?: known)?(?: \w+)? allergies\b|"
        r"\ballergic to (?:any|anything)\b",
        re.I,
    ),
    "fr": re.compile(r"\b(?:pas d'|aucune |des )allergies?\b|\ballergique à quelque chose\b", re.I),
}
_TAKING = {
    "en": re.compile(
        r"\b(?:i(?:'m| am|'ve been)? (?:still )?(?:tak(?:e|ing)|us(?:e|ing)|on)"
        r"|you(?:'re| are) (?:still )?(?:taking|on|using)|(?:have|has|put|started|got) you on|"
        r"you take|taking|she takes|he takes|"
        r"i (?:did|do|still)?\s*(?:take|use)|been on|am on|my)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:je (?:prends|suis sous|mets|utilise)|j'(?:utilise|ai pris|prends)"
        r"|vous (?:prenez|êtes sous)|il prend|elle prend|sous|traitement|comme "
        r"traitement|mon|ma|mes)\b",
        re.I,
    ),
}
_STOPPED = re.compile(
    r"\b(?:stopped|quit|no longer|used to|ran out|not taking|off of|discontinued|"
    r"don't take|arrêté|ne prends? plus|plus de)\b",
    re.I,
)


def from_mentions(board: Board) -> None:
    """Concept claims for the review of systems, history, medicines and allergies."""
    for unit in board.units:
        if _ALLERGY[board.language].search(joined(unit.raw)) or _NO_ALLERGY[board.language].search(
            joined(unit.raw)
        ):
            _allergy(board, unit)
            continue
        if _FAMILY_READ.match(unit.clean) and not unit.question:
            _read_family(board, unit)
            continue
        for mention, status in unit.mentions:
            if status.experiencer != "patient" or unit.question:
                continue
            if mention.concept.kind == "symptom":
                _symptom(board, unit, mention, status.assertion)
            elif mention.concept.kind == "condition":
                _condition(board, unit, mention, status.assertion)
            elif mention.concept.kind == "medication":
                _medicine(board, unit, mention, status.assertion)


# "for family history, it looks like there's high blood pressure and diabetes"
_FAMILY_READ = re.compile(
    r"(?:for|in|on|as for|looking at)?\s*(?:your |the )?(?:family history|antécédents familiaux)\b",
    re.I,
)


def _read_family(board: Board, unit: Unit) -> None:
    """Relatives' illnesses as they are read out of the history, each a claim of its own."""
    for mention, status in unit.mentions:
        if mention.concept.kind != "condition":
            continue
        if status.assertion not in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.DENIED):
            continue
        _relatives(board, unit, mention, status.assertion)


def _relatives(board: Board, unit: Unit, mention: Mention, assertion: Assertion) -> None:
    """An illness of the family's."""
    board.add(
        "family",
        "family",
        mention.surface,
        [unit],
        assertion=Assertion.DENIED if assertion is Assertion.DENIED else Assertion.AFFIRMED,
        experiencer="family",
        concept=mention.concept.key,
        concept_kind="condition",
        english=mention.concept.english,
        french=mention.concept.french,
        form="concept",
    )


def _concept(
    board: Board,
    kind: str,
    section: str,
    mention: Mention,
    unit: Unit,
    assertion: Assertion,
    **more: str,
) -> None:
    was_used = unit.index in board.used
    board.add(
        kind,
        section,
        mention.surface,
        [unit],
        assertion=assertion,
        concept=mention.concept.key,
        concept_kind=mention.concept.kind,
        english=mention.concept.english,
        french=mention.concept.french,
        system=mention.concept.system,
        side=mention.side,
        form="concept",
        at=str(unit.start),
        typed=more,
    )
    if not was_used and len(unit.clean.split()) > 12:
        board.used.discard(unit.index)


def _symptom(board: Board, unit: Unit, mention: Mention, assertion: Assertion) -> None:
    if unit.role not in (Role.PATIENT, Role.CAREGIVER):
        return
    if mention.concept.key in THOUGHTS and assertion in (
        Assertion.UNCERTAIN,
        Assertion.HYPOTHETICAL,
    ):
        assertion = Assertion.AFFIRMED
    if assertion not in (Assertion.AFFIRMED, Assertion.DENIED):
        return
    if mention.concept.key == "pain" or of_a_reaction(board, unit):
        return
    before = joined(unit.raw)[: mention.start]
    after = joined(unit.raw)[mention.end :]
    if _THOUGHT_IT_WAS.search(before) or (
        assertion is Assertion.DENIED and _NOT_SURE.search(after)
    ):
        return
    if assertion is Assertion.AFFIRMED and (
        _is_over(board, unit, after) or present.gone(board, unit, mention)
    ):
        return
    if present.somebody_elses(board, unit, mention) or (
        assertion is Assertion.DENIED and present.denied_by_an_answer(unit, mention)
    ):
        return
    if mention.concept.key == "cough" and re.search(
        r"\b(?:when|if|quand|si|en) (?:\w+ )?$", before, re.I
    ):
        return  # "it pulls when i cough" reports no cough
    _concept(board, "symptom", "ros", mention, unit, assertion)


# "I thought it was just heartburn" explains another complaint.
_THOUGHT_IT_WAS = re.compile(
    r"\bthought (?:it|that|this) (?:was|is|might be|could be) (?:just |only )?(?:an? )?$|"
    r"\b(?:croyais|pensais) que c'était (?:juste |une? |des? )?$",
    re.I,
)
_NOT_SURE = re.compile(
    r"\b(?:not sure|don't know|n't know|pas sûre?|sais pas) (?:what|ce que)\b", re.I
)
_OVER = re.compile(
    r"\b(?:(?:it|that|they|which) (?:has |have |had )?(?:stopped|went away|gone away|resolved)|"
    r"(?:haven't|have not|have n't|hasn't|has not) had (?:any|it|them|one|that)(?: more)? since|"
    r"(?:c'est|ça s'est) (?:passé|arrêté))\b",
    re.I,
)


def _is_over(board: Board, unit: Unit, after: str) -> bool:
    """Told with its end: "it stopped after four days, and I haven't had any since"."""
    later = board.units[unit.index + 1 : unit.index + 2]
    said = [joined(u.raw) for u in later if u.utterance == unit.utterance]
    return _OVER.search(" ".join([after, *said])) is not None


def of_a_reaction(board: Board, unit: Unit) -> bool:
    """Told of an allergy or intolerance just asked about: not how the patient is now."""
    for near in reversed(board.units[max(0, unit.index - 10) : unit.index + 1]):
        if re.search(r"\ballerg|\bintol[eé]ran|\breaction to\b", near.raw, re.I):
            return True
        if near.question and near.role is Role.CLINICIAN and not near.has("symptom"):
            return False  # the talk has turned to something else
    return False


def _condition(board: Board, unit: Unit, mention: Mention, assertion: Assertion) -> None:
    told = unit.role in (Role.PATIENT, Role.CAREGIVER)
    if not told and (
        len(unit.clean.split()) < 4
        or not re.search(r"\b(?:you|your|you've|year[- ]old|vous|votre|vos)\b", unit.raw, re.I)
    ):
        return
    if unit.section in ("plan", "exam", "results") and not told:
        return
    if present.somebody_elses(board, unit, mention) or (told and unit.phase == "exam"):
        return
    if told and present.in_the_family(unit) and assertion is Assertion.AFFIRMED:
        _relatives(board, unit, mention, assertion)
        return
    if told and _LIKENED[board.language].search(joined(unit.raw)[: mention.start]):
        return
    if assertion in (Assertion.AFFIRMED, Assertion.HISTORICAL, Assertion.DENIED):
        _concept(board, "history", "pmh", mention, unit, assertion)


# "maybe if I run hard it's like a muscle strain" tells of no illness that was had.
_LIKENED = {
    "en": re.compile(
        r"\b(?:maybe|if i|like an?|might be|may be|could be|thought (?:it|i|maybe)|wonder\w*|"
        r"sounds? like|feels? like|felt like|scared|afraid)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:peut-être|si je|comme une?|on dirait|pourrait|je me demande|peur)\b", re.I
    ),
}


def _medicine(board: Board, unit: Unit, mention: Mention, assertion: Assertion) -> None:
    if assertion not in (Assertion.AFFIRMED,) or _STOPPED.search(unit.raw):
        return
    told = unit.role in (Role.PATIENT, Role.CAREGIVER)
    if not told and (unit.section == "plan" or _WILL_TAKE[board.language].search(joined(unit.raw))):
        return
    amount = _dose_of(unit, mention, board)
    if not told and amount and _WILL_BE.match(unit.clean):
        when = frequency(unit.clean, board.language)
        board.add(
            "plan",
            "plan",
            " ".join(part for part in ("prescribe", mention.surface, amount, when) if part),
            [unit],
            form="order",
            verb="prescribe",
            score=0.6 + unit.score,
            at=str(unit.start),
        )
        return
    if not told and unit.phase == "plan" and not _TAKING[board.language].search(unit.raw):
        return  # "okay, so tramadol, 50 milligrams": entered, and not taken yet
    phrase = _phrase(unit, board)
    taking = _TAKING[board.language].search(unit.raw) or _goes_on(board, unit)
    if not (taking or amount or phrase):
        return
    _concept(
        board,
        "medication",
        "medications",
        mention,
        unit,
        assertion,
        dose=amount,
        frequency=_frequency_of(unit, mention, board)
        if amount or len(_medicines(unit)) == 1
        else "",
        route=route(unit.clean),
        surface=mention.surface,
        phrase="" if amount else phrase,
    )


# "We'll try some Motrin 800 mg": what will be taken is no medicine of today.
_WILL_TAKE = {
    "en": re.compile(
        r"\b(?:i|we)(?:'ll| will|'m going to|'re going to| want to|'d like to| would like to|"
        r" can| could| might) (?:\w+ ){0,3}?(?:try|start|prescribe|give|add|order|put|get)\b|"
        r"\blet's (?:try|start|add)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:je vais|on va|je vous|nous allons) (?:vous )?(?:\w+ )?(?:mettre|mets|prescri\w+|"
        r"donner|donne|ajout\w+|commencer|débuter|essayer)\b",
        re.I,
    ),
}
# "It's going to be Mobic 15 mg once a day": the medicine just spoken of, named.
_WILL_BE = re.compile(r"(?:it|that|this)(?:'s going to be| is going to be| will be) ", re.I)
# A medicine with its number or time and no verb: "the apixaban, 5, morning and night".
_VERBLESS = re.compile(
    r"\b(?:i|i'm|i've|you|you're|it|it's|that's|he|she|we|they|was|were|is|are|makes?|if|je|j'ai|vous|il|elle|"
    r"on|c'est|était|est|sont|si|no|not|pas|\w+ed)\b",
    re.I,
)


# "I'm taking a farxiga. And lisinopril and the hydrochlorothiazide": the list goes on.
_AND = re.compile(r"(?:and|et)(?: also| aussi)?(?: the| my| le| la| mon| ma| du| de la)?\s", re.I)


def _goes_on(board: Board, unit: Unit) -> bool:
    """Opens with ``and`` and a medicine, right after a sentence that told of medicines taken."""
    opened = _AND.match(joined(unit.raw))
    before = board.units[unit.index - 1] if unit.index else None
    if not opened or before is None or before.utterance != unit.utterance:
        return False
    first = joined(unit.raw)[opened.end() :].lower()
    return any(first.startswith(m.surface.lower()) for m in _medicines(unit)) and bool(
        _medicines(before)
        and (_TAKING[board.language].search(before.raw) or _goes_on(board, before))
    )


def _phrase(unit: Unit, board: Board) -> str:
    text = re.sub(r"^(?:there's|there is|il y a|y a)\s+", "", unit.clean, flags=re.I)
    text = re.sub(r"^(?:(?:the|le|la|les|my|mon|ma|mes)\s+|l')", "", text, flags=re.I)
    text = re.sub(r",? (?:that's|it's|that is|c'est) (?=\d|one\b|two\b|once|twice|un)", ", ", text)
    if _VERBLESS.search(text) or len(text.split()) > 14 or len(_medicines(unit)) != 1:
        return ""
    timed = frequency(text, board.language) or re.search(
        r"\d|\b(?:morning|night|bedtime|evening|matin|soir|midi)\b", text, re.I
    )
    named = text.lower().find(_medicines(unit)[0].surface.lower())
    early = named >= 0 and len(text[:named].split()) < 4
    return text if timed and early and len(text.split()) > 1 else ""


def _medicines(unit: Unit) -> list[Mention]:
    return [m for m, _ in unit.mentions if m.concept.kind == "medication"]


def _place(unit: Unit, mention: Mention, board: Board) -> int:
    """Where a mention stands in the unit's cleaned words; -1 where it does not."""
    return unit.clean.lower().find(clean(mention.surface, board.language).lower())


def _frequency_of(unit: Unit, mention: Mention, board: Board) -> str:
    """How often this medicine is taken: of several, what is said up to the next one's name."""
    text = unit.clean
    places = sorted(p for m in _medicines(unit) if (p := _place(unit, m, board)) >= 0)
    own = _place(unit, mention, board)
    if len(places) < 2 or own < 0:
        return frequency(text, board.language)
    after = [place for place in places if place > own]
    return frequency(text[own : after[0] if after else len(text)], board.language)


_PUT_RIGHT = re.compile(
    r"\b(?:excuse me|(?:i'm |i am )?sorry|i mean|correction|no wait|pardon|je veux dire)\b",
    re.I,
)


def _dose_of(unit: Unit, mention: Mention, board: Board) -> str:
    """The dose nearest to the name, on its side of the other names; none when in doubt."""
    text = unit.clean
    if _PUT_RIGHT.search(unit.raw) and len(whole_doses(text)) > 1:
        return ""  # "5000 units, or 50,000 units, excuse me"
    place = _place(unit, mention, board)
    if place < 0:
        return ""
    others = [
        text.lower().find(m.surface.lower())
        for m in _medicines(unit)
        if m.concept.key != mention.concept.key
    ]
    best = ("", 10**6)
    for start, end, amount, unit_name in whole_doses(text):
        if unit_name == "%":
            continue
        distance = start - place if start > place else place - end + 2
        crossed = any(
            min(place, start) < other < max(place, start) for other in others if other >= 0
        )
        if distance < best[1] and distance < 60 and not crossed:
            best = (f"{amount} {unit_name}", distance)
    return best[0]


# "Any other allergies?" - "no, just penicillin": there is one.
_ANY_OTHER = re.compile(r"\b(?:other|else|besides|apart from|autres?|à part)\b", re.I)


def _allergy(board: Board, unit: Unit) -> None:
    language = board.language
    if unit.question:
        reply, reply_unit = reply_to(board.units, unit, language)
        named = [m for m, _ in unit.mentions if m.concept.kind == "medication"]
        if reply == "no" and reply_unit and not named and not _ANY_OTHER.search(unit.raw):
            board.add(
                "allergy",
                "allergies",
                "none",
                [unit, reply_unit],
                assertion=Assertion.DENIED,
                form="none",
            )
        elif reply_unit and named:
            for mention in named:
                if reply:
                    _concept(
                        board,
                        "allergy",
                        "allergies",
                        mention,
                        unit,
                        Assertion.AFFIRMED if reply == "yes" else Assertion.DENIED,
                    )
        elif reply_unit:
            for mention, status in reply_unit.mentions:
                if mention.concept.kind == "medication" and status.assertion is Assertion.AFFIRMED:
                    board.add(
                        "allergy",
                        "allergies",
                        mention.surface,
                        [unit, reply_unit],
                        form="concept",
                        concept=mention.concept.key,
                        concept_kind="medication",
                        english=mention.concept.english,
                        french=mention.concept.french,
                        surface=mention.surface,
                    )
        return
    stated = _ALLERGY[language].search(joined(unit.raw))
    for mention, status in unit.mentions:
        if (
            mention.concept.kind == "medication"
            and stated
            and status.assertion in (Assertion.AFFIRMED, Assertion.DENIED)
        ):
            if mention.start < stated.start() and language == "en":
                continue
            _concept(
                board,
                "allergy",
                "allergies",
                mention,
                unit,
                status.assertion,
                surface=mention.surface,
            )
    if (
        not unit.mentions
        and unit.role is not Role.CLINICIAN
        and re.search(r"\b(?:no|not|none|pas|aucune)\b", unit.raw, re.I)
    ):
        board.add("allergy", "allergies", "none", [unit], assertion=Assertion.DENIED, form="none")
