"""Questions and their answers, read together: neither says a fact alone."""

import re

from summarizer.language import person_en, person_fr
from summarizer.language.assertion import asks_of_an_effect
from summarizer.language.lexicon import Mention
from summarizer.language.quantities import duration
from summarizer.language.text import clean, joined
from summarizer.steps.extract.board import Board
from summarizer.steps.extract.mentions import of_a_reaction
from summarizer.steps.units import Unit, reply_to
from summarizer.types import Assertion, Role

# What an open question asks for, and the words that answer it.
_OPEN: dict[str, tuple[tuple[str, re.Pattern[str], str], ...]] = {
    "en": (
        (
            "severity",
            re.compile(r"\b(?:scale|rate|out of (?:ten|10)|how (?:bad|severe))\b", re.I),
            r"\d",
        ),
        (
            "onset",
            re.compile(
                r"\b(?:how long|when did|how many (?:days|weeks|months|years)|since when|"
                r"how (?:recent|long ago))\b",
                re.I,
            ),
            r"day|week|month|year|hour|yesterday|morning|night|ago|since|\d",
        ),
        (
            "aggravating",
            re.compile(
                r"\bmakes? (?:it|that|the \w+) worse\b|\bbrings? it on\b|\btriggers?\b", re.I
            ),
            r"^(?!.*\b(?:better|helps?|relie\w+)\b).*\w",
        ),
        (
            "relieving",
            re.compile(
                r"\bmakes? (?:it|that|the \w+) (?:any )?better\b|\banything helps?\b|\bhelp(?:s|"
                r"ed)? (?:it|with)\b",
                re.I,
            ),
            r"^(?!.*\b(?:worse|aggravat\w+|hurts more)\b).*\w",
        ),
        (
            "tried",
            re.compile(
                r"\bwhat have you (?:tried|taken|been (?:doing|taking))|what are you (?:doing|"
                r"taking) for\b|\b(?:taken|tried|used) anything\b",
                re.I,
            ),
            r"\w",
        ),
        ("location", re.compile(r"\bwhere (?:does|is|exactly|do|it)\b", re.I), r"\w"),
        (
            "quality",
            re.compile(
                r"\b(?:what (?:kind|type|sort) of pain|describe (?:the|your|that) pain|"
                r"sharp or dull|is it (?:sharp|dull|burning))\b",
                re.I,
            ),
            r"sharp|dull|burn|ach|stab|throb|crush|pressure|tight|shoot|cramp|electric",
        ),
        (
            "occupation",
            re.compile(
                r"\bwhat do you do for (?:work|a living)|what(?:'s| is) your (?:job|occupation)"
                r"\b",
                re.I,
            ),
            r"\w",
        ),
    ),
    "fr": (
        (
            "severity",
            re.compile(
                r"\b(?:sur une échelle|de (?:0|zéro|1|un) à (?:10|dix)|combien sur dix|"
                r"quelle intensité)\b",
                re.I,
            ),
            r"\d|dix|neuf|huit|sept|six|cinq|quatre|trois|deux",
        ),
        (
            "onset",
            re.compile(
                r"\b(?:depuis (?:quand|combien)|ça (?:fait|dure) combien|quand (?:est-ce "
                r"que )?(?:ça|cela) a commencé|a commencé quand|combien de temps)\b",
                re.I,
            ),
            r"jour|semaine|mois|an|heure|hier|matin|nuit|soir|\d",
        ),
        ("aggravating", re.compile(r"\b(?:aggrave|déclenche|pire quand)\b", re.I), r"\w"),
        (
            "relieving",
            re.compile(r"\b(?:soulage|ça va mieux quand|calme la douleur)\b", re.I),
            r"\w",
        ),
        (
            "tried",
            re.compile(
                r"\b(?:qu'est[- ]ce que vous avez pris|avez[- ]vous pris (?:quelque chose|"
                r"des médicaments)|pris quelque chose)\b",
                re.I,
            ),
            r"\w",
        ),
        (
            "location",
            re.compile(
                r"\b(?:où (?:est-ce|avez|ça|la douleur|exactement)|à quel endroit|ça fait "
                r"mal où|mal où)\b",
                re.I,
            ),
            r"\w",
        ),
        (
            "quality",
            re.compile(
                r"\b(?:quel type de douleur|comment est la douleur|décri(?:re|vez) la "
                r"douleur)\b",
                re.I,
            ),
            r"brûl|serr|piqu|élanc|point|sourd|lourd|décharge|crampe|étau",
        ),
        (
            "occupation",
            re.compile(
                r"\b(?:quel(?:le)? est votre (?:métier|profession)|vous faites quoi (?:dans "
                r"la vie|comme)|vous travaillez dans)\b",
                re.I,
            ),
            r"\w",
        ),
    ),
}
_SECTION = {"occupation": "social"}
_SYMPTOM_SECTION = {"symptom": "ros", "condition": "pmh"}
_EXAMINING = {
    "en": re.compile(
        r"\b(?:(?:when|if|as) i (?:push|press|touch|move|bend|pull|tap|do|lift|"
        r"turn)|does (?:that|this|it) hurt|"
        r"(?:here|there|there'?s)\s*\?$|(?:pain|tender\w*|hurt\w*|sore\w*) (?:right )?"
        r"(?:in )?(?:here|there)\b|\bexamination of\b|"
        r"can you feel|squeeze|push against|follow my)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:quand (?:je|j')\s?(?:appuie|touche|bouge|palpe|presse)|là,? (?:ça|"
        r"je|j'appuie)|ici\s*\?|là\s*\?|serrez)\b",
        re.I,
    ),
}


def from_questions(board: Board) -> None:
    """Claims out of each clinician's question and the reply right after it."""
    for unit in board.units:
        if not unit.question or unit.role is not Role.CLINICIAN:
            continue
        reply, reply_unit = reply_to(board.units, unit, board.language)
        if reply_unit is None:
            continue
        if _EXAMINING[board.language].search(unit.raw):
            continue
        if reply and _says_more(reply_unit, reply):
            continue
        if reply and _closed(board, unit, reply, reply_unit):
            continue
        _open(board, unit, reply_unit)


# "Not with you, but I did around 2009" neither denies nor confirms what was asked.
_BUT_IT_WAS = re.compile(
    r"\bbut (?:i|she|he|they|we|it) (?:\w+ )?(?:did|do|does|have|has|had|was|am|used)\b"
    r"(?! not\b|n't)|"
    r"\bmais (?:j'ai|j'avais|il a|elle a|je l'ai)\b",
    re.I,
)


def _says_more(reply_unit: Unit, reply: str) -> bool:
    return reply == "no" and _BUT_IT_WAS.search(joined(reply_unit.raw)) is not None


# "Smoking, drugs, alcohol?" - "no drugs": the others were not answered.
_NO_ONE_OF = re.compile(r"^\W*(?:no|nope|pas de|pas d')\s+(\w{4,})\W*$", re.I)


def _one_denied(unit: Unit, reply_unit: Unit) -> str:
    """The one of several things asked for that a "no" names; empty where it denies them all."""
    one = _NO_ONE_OF.match(joined(reply_unit.raw))
    asked = joined(unit.raw).lower()
    several = "," in asked or re.search(r"\b(?:or|and|ou|et)\b", asked)
    return one[1].lower() if one and several and one[1].lower()[:4] in asked else ""


def _closed(board: Board, unit: Unit, reply: str, reply_unit: Unit) -> bool:
    answered_elsewhere = {
        m.concept.key
        for said in board.units[reply_unit.index :]
        if said.utterance == reply_unit.utterance
        for m, _ in said.mentions
    }
    kept_back = _excepted(board, reply_unit)
    asked = [
        (mention, status)
        for mention, status in unit.mentions
        if mention.concept.kind in ("symptom", "condition", "medication", "test")
        and mention.concept.key not in answered_elsewhere
        and not (kept_back & _word_roots(mention.concept.english, mention.surface))
    ]
    only = _one_denied(unit, reply_unit)
    if only:
        asked = [(m, s) for m, s in asked if only[:4] in m.surface.lower()]
        if not asked:
            return True
    ill = ("symptom", "condition")
    if any(m.concept.kind in ill for m, _ in unit.mentions) and not any(
        m.concept.kind in ill for m, _ in asked
    ):
        return True  # the reply names them itself: "no fever, some chills"
    symptoms = [
        (mention, status)
        for mention, status in asked
        if (mention.concept.kind == "symptom" and mention.concept.key != "pain")
        or (mention.concept.kind == "condition" and _about_having(unit.raw))
    ]
    several = len({m.concept.key for m, _ in unit.mentions if m.concept.kind == "symptom"}) > 1
    if reply == "yes" and several:
        return False  # "nausea or vomiting?" - "yes": which of them was not said
    if symptoms and of_a_reaction(board, unit):
        return True
    # "vomiting, but no rash?" - "no": only what was asked in the negative is surely denied.
    mixed = len({status.assertion is Assertion.DENIED for _, status in symptoms}) == 2
    if symptoms and _plain_question(unit, board):
        for mention, status in symptoms:
            if mixed and status.assertion is not Assertion.DENIED:
                continue
            if status.assertion is Assertion.DENIED and reply == "yes":
                continue  # "no fever?" - "yes" may confirm either
            _claim(board, mention, unit, reply, reply_unit, status.experiencer)
        return True
    return bool(only) or _statement(board, unit, reply, reply_unit)


# "No, just my typical arthritic pain": what is excepted is not denied.
_EXCEPTION = {
    "en": re.compile(
        r"\b(?:except|other than|besides|apart from|aside from|just|only|"
        r"my (?:usual|typical|normal|regular))\b(.*)$",
        re.I | re.S,
    ),
    "fr": re.compile(
        r"\b(?:sauf|à part|hormis|juste|seulement|que (?:mes|ma|mon)|"
        r"(?:mes|ma|mon) \w+ habituel\w*)\b(.*)$",
        re.I | re.S,
    ),
}


def _excepted(board: Board, reply_unit: Unit) -> frozenset[str]:
    """The roots of the words that a reply excepts from its no, anywhere in its turn."""
    turn = " ".join(joined(u.raw) for u in board.units if u.utterance == reply_unit.utterance)
    match = _EXCEPTION[board.language].search(turn)
    return _word_roots(match[0]) if match else frozenset()


def _word_roots(*texts: str) -> frozenset[str]:
    return frozenset(w[:4].lower() for text in texts for w in re.findall(r"[^\W\d_]{4,}", text))


def _about_having(text: str) -> bool:
    return (
        re.search(
            r"\b(?:history of|have you (?:ever )?(?:had|been diagnosed)|do you have|"
            r"any (?:history|issues|problems)|"
            r"avez[- ]vous|vous avez|antécédents?|déjà eu)\b",
            text,
            re.I,
        )
        is not None
    )


_LEAD = {
    "en": re.compile(
        r"\b(?:any|have you (?:had|been|noticed|experienced|ever|felt|got)|do "
        r"you (?:have|feel|get|notice|ever|experience)|"
        r"are you (?:having|feeling|experiencing)|no|did you (?:have|notice|feel|"
        r"get)|does|has|is there|are there|"
        r"feeling|how about|what about|experienc\w+|with (?:any|that))\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:avez[- ]vous|est[- ]ce qu|vous avez|vous (?:toussez|vomissez|sentez|"
        r"ressentez|êtes)|pas de|pas d'|des|de la|du|une?|il y a|"
        r"et|il a|elle a|a-t-(?:il|elle))\b",
        re.I,
    ),
}


def _plain_question(unit: Unit, board: Board) -> bool:
    """It asks whether something is there, and not how it began or what was done about it."""
    if asks_of_an_effect(joined(unit.raw), board.language):
        return False
    if re.search(
        r"\b(?:how long|how often|when|where|why|what|which|comment|quand|combien|pourquoi|où)\b",
        unit.raw,
        re.I,
    ) and not re.search(r"\b(?:what|how) about\b", unit.raw, re.I):
        return False
    words = len(joined(unit.raw).split())
    return words <= 6 or _LEAD[board.language].search(unit.raw) is not None


def _claim(
    board: Board, mention: Mention, unit: Unit, reply: str, reply_unit: Unit, experiencer: str
) -> None:
    concept = mention.concept
    section = _SYMPTOM_SECTION.get(concept.kind, "ros")
    if experiencer == "family" or re.search(
        r"\bfamily history|antécédents familiaux|dans (?:la|votre) famille", unit.raw, re.I
    ):
        if concept.kind == "symptom":
            return  # "vous appelez pour votre mère": a relative's complaint is no family history
        section, experiencer = "family", "family"
    board.add(
        "symptom" if concept.kind == "symptom" else "history",
        section,
        mention.surface,
        [unit, reply_unit],
        assertion=Assertion.AFFIRMED if reply == "yes" else Assertion.DENIED,
        experiencer=experiencer,
        concept=concept.key,
        concept_kind=concept.kind,
        english=concept.english,
        french=concept.french,
        system=concept.system,
        side=mention.side,
        form="concept",
        source="answer",
    )
    if len(joined(reply_unit.raw).split()) > 6:
        board.used.discard(reply_unit.index)


def _statement(board: Board, unit: Unit, reply: str, reply_unit: Unit) -> bool:
    spoken = joined(unit.raw)
    if len(spoken.split()) < 4 or len(spoken.split()) > 24:
        return False
    if not (unit.has("symptom", "condition", "medication", "test") or unit.section in _WORTH):
        return False
    if board.language == "en":
        text = person_en.declared(spoken, reply, board.english)
    else:
        text = person_fr.declared(clean(spoken, "fr"), reply, board.french)
    if not text or len(text.split()) < 4:
        return False
    section = unit.section if unit.section in _WORTH else "hpi"
    about_medicine = unit.has("medication") or re.search(
        r"medic|médic|pill|tak|pren|trait", spoken, re.I
    )
    if section == "medications" and not about_medicine:
        section = "hpi"
    board.add(
        "history",
        section,
        text,
        [unit, reply_unit],
        assertion=Assertion.AFFIRMED if reply == "yes" else Assertion.DENIED,
        score=max(unit.score, 0.2),
        form="statement",
        source="answer",
        at=str(unit.start),
    )
    if len(joined(reply_unit.raw).split()) > 6:
        board.used.discard(reply_unit.index)
    return True


# "How long does it take you to pass the other stones?" asks for no onset.
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:tak(?:e|es|en|ing)|took|pass|other|last time|us(?:e|ed|ing)|smok\w+|work\w*|liv\w+|"
    r"married|see (?:me|us|him|her|them)|back in)\b",
    re.I,
)
_WORTH = frozenset({"hpi", "pmh", "medications", "allergies", "social", "family"})


def _open(board: Board, unit: Unit, reply_unit: Unit) -> None:
    said = clean(reply_unit.raw, board.language)
    words = said.split()
    if not words or len(words) > 9 or reply_unit.question:
        return
    if re.search(
        r"\b(?:i|i'm|i've|you|we|my|je|vous|j'\w+|don't know|not sure|sais pas)\b|\bj'", said, re.I
    ):
        return
    for topic, question, needed in _OPEN[board.language]:
        if question.search(unit.raw) and re.search(needed, said, re.I):
            if topic == "onset" and _OF_SOMETHING_ELSE.search(unit.raw):
                continue
            if (
                topic == "onset"
                and not duration(f"for {said} ago", board.language)
                and not re.search(r"\d|yesterday|hier|since|depuis", said)
            ):
                continue
            board.add(
                "history",
                _SECTION.get(topic, "hpi"),
                said,
                [unit, reply_unit],
                score=0.5,
                form="topic",
                topic=topic,
                at=str(unit.start),
            )
            return
