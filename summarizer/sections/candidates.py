"""What a short dialogue says, statement by statement, in the third person and with its evidence.

A question and its answer are one statement; neither says a fact alone.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from summarizer.language import person_en, person_fr
from summarizer.language.assertion import answer, asks_of_an_effect
from summarizer.language.lexicon import Mention
from summarizer.language.plain import clinical, compact
from summarizer.language.recall import RECALLED
from summarizer.language.text import clean, joined, listed
from summarizer.sections.replies import reply_to
from summarizer.steps.extract.imperative_en import imperative_en
from summarizer.steps.units import Subject, Unit
from summarizer.steps.write.phrases import word
from summarizer.steps.write.wording import none_of
from summarizer.types import Assertion, Language, Role

Kind = Literal["told", "answered", "denied", "fragment", "clinician"]
_NAMED = ("symptom", "condition", "medication")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that may stand in the section. ``names``: the concepts that it rests on."""

    text: str
    kind: Kind
    units: tuple[Unit, ...]
    names: tuple[Mention, ...] = ()
    denied: bool = False
    experiencer: Literal["patient", "family", "other"] = "patient"


def candidates(units: list[Unit], language: Language, subject: Subject) -> list[Candidate]:
    """All statements, in the order in which they were said."""
    out: list[Candidate] = []
    taken: set[int] = set()
    for unit in units:
        if unit.index in taken:
            continue
        if unit.question and unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            out.extend(_asked(unit, reply_to(units, unit), language, subject, taken))
        elif unit.question:
            continue
        elif unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            out.extend(_stated(units, unit, language, subject))
        else:
            out.extend(_told(unit, language, subject))
    return out


def _asked(
    unit: Unit, reply: list[Unit], language: Language, subject: Subject, taken: set[int]
) -> list[Candidate]:
    if not reply or reply[0].question:
        return []
    first = reply[0]
    said = answer(joined(first.raw), language)
    asked = {mention.concept.key for mention, _ in unit.mentions}
    if said == "yes" and any(m.concept.key in asked for u in reply[1:] for m, _ in u.mentions):
        return []  # "Any nausea? Any vision changes?" - "Yes, often. No vision changes."
    if said:
        found = _closed(unit, first, said, language, subject)
        if found:
            if len(clean(first.raw, language).split()) < 4:
                taken.add(first.index)
            return [found]
        return []
    text = clean(first.raw, language)
    if len(text.split()) > 9 or not text or _PERSON[language].search(text):
        return []
    taken.add(first.index)
    return [Candidate(compact(text), "fragment", (unit, first))]


_PERSON = {
    "en": re.compile(r"\b(?:i|i'm|i've|we|you|my|your|me|it's|that's|he|she|they)\b", re.I),
    "fr": re.compile(r"\b(?:je|nous|vous|on|mon|ma|mes|il|elle|ils|elles|c'est|ça)\b|\bj'", re.I),
}
_FAMILY_ASKED = re.compile(
    r"\bfamil(?:y|ies|ial\w*|iaux|le)\b|\b(?:mother|father|parents?|siblings?|relatives?|parents|proches)\b",
    re.I,
)


# "No, I'm not married but I do have a son" denies not all that was asked.
_EXCEPTED = {
    "en": re.compile(r"\b(?:but|except|apart from|other than) (?!not\b|no\b|nothing\b)", re.I),
    "fr": re.compile(r"\b(?:mais|sauf|à part|hormis) (?!pas\b|non\b|rien\b)", re.I),
}


# "Any other allergies besides penicillin?" - "No": penicillin is not denied.
_BESIDES = {
    "en": re.compile(
        r"\b(?:besides|other than|apart from|aside from|except(?: for)?|in addition to|outside of)"
        r"(?: \w+){0,2} $",
        re.I,
    ),
    "fr": re.compile(r"\b(?:à part|hormis|en dehors d[eu]|sauf|outre)(?: \w+){0,2}[ ']$", re.I),
}


def _closed(
    unit: Unit, reply: Unit, said: str, language: Language, subject: Subject
) -> Candidate | None:
    spoken = joined(unit.raw)
    names = tuple(
        m
        for m, _ in unit.mentions
        if m.concept.kind in _NAMED and not _BESIDES[language].search(spoken[: m.start])
    )
    if said == "no" and _EXCEPTED[language].search(joined(reply.raw)):
        return None
    phrase = denied_phrase(unit, language) if said == "no" else ""
    of_family = bool(_FAMILY_ASKED.search(unit.raw))
    who: Literal["patient", "family"] = "family" if of_family else "patient"
    if phrase and not of_family:
        return Candidate(phrase, "denied", (unit, reply), names, True, who)
    present = not _HOW[language].search(unit.raw) and not asks_of_an_effect(unit.raw, language)
    told = said == "no" or (len(names) == 1 and names[0].concept.kind != "medication")
    if names and told and present:
        shown = [_HAD[language].sub("", clinical(m.surface, language)) for m in names]
        shown = list(dict.fromkeys(shown))
        if said == "no":
            text = none_of(shown, language)
        else:
            text = word("reports", language).format(listed(shown, language))
        if of_family:
            text = _family(shown, said, language)
        return Candidate(
            text, "denied" if said == "no" else "answered", (unit, reply), names, said == "no", who
        )
    spoken = spelled(joined(unit.raw))
    if language == "en":
        turned = person_en.declared(spoken, said, subject.pronouns)
    else:
        turned = person_fr.declared(clean(spoken, "fr"), said, subject.pronoms)
    if not turned:
        return None
    return Candidate(
        clinical(turned, language), "answered", (unit, reply), names, said == "no", who
    )


_LEAD = {
    "en": re.compile(
        r"^(?:(?:and|so|but|okay|alright|now|um|uh|how about|what about|then|or|also|"
        r"well|good|great)[\s,]+)*(?:(?:do|did) you (?:currently |ever )?"
        r"(?:have|notice|experience)|"
        r"have you (?:ever |recently )?(?:had|noticed|felt|experienced|"
        r"been (?:having|experiencing))|"
        r"are you (?:currently )?(?:having|experiencing)|(?:is|are|was|were) there|no)?\s*"
        r"(?:any(?! other)\b|an?\b)?\s*(.+)$",
        re.I,
    ),
    "fr": re.compile(
        r"^(?:(?:et|donc|mais|sinon|alors|ok|d'accord)[\s,]+)*(?:(?:est-ce que )?vous avez|"
        r"avez-vous|"
        r"y a-t-il|pas)\s+(?:eu )?(?:d'|des|de la|de l'|du|de|une?)\s*(.+)$",
        re.I,
    ),
}
_NO_PHRASE = {
    "en": re.compile(
        r"\b(?:you|your|i|we|me|my|he|she|they|it|that|this|is|are|was|do|does|did|have|has|okay|"
        r"right|correct|anything|something|else|other|how|what|when|where|why|which)\b",
        re.I,
    ),
    "fr": re.compile(
        r"\b(?:vous|votre|vos|je|on|il|elle|ça|c'est|est|sont|avez|autre|quelque chose)\b", re.I
    ),
}


_VERB_FIRST = re.compile(
    r"(?:are|is|was|were|do|does|did|can|could|will|would|have|has|had|feeling|sick|been|ever|who|"
    r"okay|so|tell|let|est|sont|avez)\b",
    re.I,
)
_SPELLED = re.compile(r"\b(?:[A-Z] ){1,5}[A-Z]\b")


def spelled(text: str) -> str:
    """``I T``, ``B P`` and ``C T`` as they are written: letters read out one by one are joined."""
    return _SPELLED.sub(lambda match: match[0].replace(" ", ""), text)


def denied_phrase(unit: Unit, language: Language) -> str:
    """``Any mouth sores or ulcers?`` denied: ``No mouth sores or ulcers``; empty when the question
    does not ask by a bare noun."""
    text = clean(joined(unit.raw), language).strip(" ?.")
    match = _LEAD[language].match(text)
    if not match:
        return ""
    phrase = re.sub(r"\s+(?:you|that you|in your|to your|on your)\b.*$", "", match[1], flags=re.I)
    phrase = re.sub(
        r",? (?:or )?(?:any(?:thing)? (?:like that|else|other \w+)|or others)$", "", phrase
    )
    phrase = re.sub(r"\b(?:any|ever)\s+", "", phrase, flags=re.I).strip(" ,")
    if _VERB_FIRST.match(phrase):
        return ""
    if not 1 <= len(phrase.split()) <= 14 or _NO_PHRASE[language].search(phrase):
        return ""
    if phrase[1:2].islower():
        phrase = phrase[0].lower() + phrase[1:]
    if not re.search(r"\b(?:or|and|ou|et|ni)\b", phrase):  # "fever, chills" is said without it
        phrase = re.sub(r",\s+(?=[^,]+$)", " ou " if language == "fr" else " or ", phrase)
    return f"{'Pas de' if language == 'fr' else 'No'} {clinical(phrase, language)}"


def _family(shown: list[str], said: str, language: Language) -> str:
    if language == "fr":
        lead = "Pas d'antécédent familial : " if said == "no" else "Antécédents familiaux : "
        return lead + listed(shown, "fr")
    lead = "No family history of " if said == "no" else "Family history of "
    return lead + listed(shown, "en", last="or" if said == "no" else "and")


_HAD = {
    "en": re.compile(r"^(?:had|have|has|having|got|getting) (?:(?:any|an?|some) )?", re.I),
    "fr": re.compile(r"^(?:eu|avez|avoir) (?:(?:des?|une?|du) )?", re.I),
}
_HOW = {
    "en": re.compile(r"\b(?:how (?!about)|what(?! about)|when|where|which|why|who)\b", re.I),
    "fr": re.compile(r"\b(?:comment|combien|quand|quel\w*|où|pourquoi|qui)\b", re.I),
}


def _told(unit: Unit, language: Language, subject: Subject) -> list[Candidate]:
    text = spelled(unit.clean)
    if len(text.split()) < 2:
        return []
    speaker = "caregiver" if subject.speaks_for(unit.role, unit.utterance) else "patient"
    if language == "en":
        text = _AGREED.sub("", text)
        turned = person_en.third_person(text, subject.pronouns, speaker=speaker)
        turned = once(person_en.telegraphic(turned)) if turned else turned
    else:
        turned = person_fr.third_person(text, subject.pronoms, speaker=speaker)
    if not turned:
        return []
    return [_candidate(turned, "told", unit, language)]


# "Yes doctor, that's correct, she just had her birthday": what is told stands behind the yes.
_AGREED = re.compile(
    r"^(?:(?:yes|yeah|doctor|doc|sir|ma'am)\b,? )*(?:that(?:'s| is) (?:correct|right|true))\b[, ]+"
    r"(?=\w)|^(?:(?:yes|yeah),? |(?:good )?(?:morning|afternoon|evening),? )?"
    r"(?:doctor|doc|sir|ma'am), |"
    r"^(?:i|we|he|she|they) (?:do|did|am|have|was|were|does|has|is)(?:,? actually)?, "
    r"(?=(?:i|i'm|i've|we|we've|he|he's|she|she's|they|they're|my|it|it's|our)\b)",
    re.I,
)
_OPENED = re.compile(r"The (\w+) (?!')", re.I)


def once(text: str) -> str:
    """``The patient used to smoke, but the patient quit``, with the subject of both verbs once."""
    match = _OPENED.match(text)
    if not match:
        return text
    again = rf"(?<=[\w,]) (and|but|or|then) the {match[1]} (?=(?:\w+s|\w+ed|had|did|quit)\b)"
    return re.sub(again, r" \1 ", text)


# "What I feel is you have a strain": written as what is likely.
_THOUGHT = re.compile(
    r"(?:and |so |but )*(?:what i (?:feel|think|believe) is|the other impression i have is|"
    r"i (?:also )?(?:do )?(?:think|believe|feel|suspect)|my (?:assessment|impression|diagnosis) "
    r"(?:is|would be))(?: that)? (?=\w)",
    re.I,
)
_HEDGED = re.compile(
    r"\b(?:may|might|could|would|should|can|probabl\w+|possibl\w+|likely|maybe|perhaps)\b", re.I
)
# Says that what the clinician just said is so; "okay" or "sure" would only have heard it.
_CERTAIN = {
    "en": re.compile(
        r"(?:(?:yes|yeah|yep|yup|uh|um)\b[,.]? ?)*(?:yes|yeah|yep|yup|correct|exactly|right|"
        r"that(?:'s| is) (?:right|correct|it))\b",
        re.I,
    ),
    "fr": re.compile(r"(?:oui|ouais|exact\w*|c'est ça|tout à fait|effectivement)\b", re.I),
}


def _stated(units: list[Unit], unit: Unit, language: Language, subject: Subject) -> list[Candidate]:
    text = RECALLED[language].sub("", spelled(unit.clean))
    thought = _THOUGHT.match(text) if language == "en" else None
    if thought and unit.has("condition", "symptom"):
        text = text[thought.end() :]
        likely = "" if _HEDGED.search(text) else "likely "
    else:
        likely = ""
    if len(text.split()) < 3:
        return []
    if language == "en":
        turned = person_en.third_person(text, subject.pronouns, speaker="clinician")
        if not turned and (order := imperative_en(text, subject.pronouns)):
            turned = order[0]
    else:
        turned = person_fr.third_person(text, subject.pronoms, speaker="clinician")
    if not turned:
        return []
    turned = likely + turned
    reply = reply_to(units, unit)
    agreed = bool(reply) and answer(joined(reply[0].raw), language) == "yes"
    if agreed and _CERTAIN[language].match(joined(reply[0].raw)):
        confirmed = _candidate(turned, "answered", unit, language)
        return [replace(confirmed, units=(unit, reply[0]))]
    return [_candidate(turned, "clinician", unit, language)]


def _candidate(text: str, kind: Kind, unit: Unit, language: Language) -> Candidate:
    named = [(m, s) for m, s in unit.mentions if m.concept.kind in _NAMED]
    denied = bool(named) and all(s.assertion is Assertion.DENIED for _, s in named)
    about = {s.experiencer for _, s in named}
    return Candidate(
        clinical(text, language),
        kind,
        (unit,),
        tuple(m for m, _ in named),
        denied,
        "family" if about == {"family"} else "patient",
    )
