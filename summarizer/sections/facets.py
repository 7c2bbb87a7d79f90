"""Habits and whole sections that are denied: what a clinician writes in one short line.

A facet (tobacco, alcohol, drugs) is denied when the patient says no to a question that names it, or
denies it in a statement, and nothing else that was said affirms it.
"""

import re
from collections.abc import Sequence

from summarizer.language.assertion import answer
from summarizer.language.text import joined, listed
from summarizer.sections.replies import reply_to
from summarizer.steps.units import Unit
from summarizer.types import Assertion, Language, Role

FACETS: dict[str, tuple[re.Pattern[str], str, str]] = {
    "tobacco": (
        re.compile(r"\b(?:smok\w*|tobacco|cigarettes?|cigars?|fum\w+|tabac)\b", re.I),
        "tobacco",
        "tabac",
    ),
    "alcohol": (
        re.compile(r"\b(?:alcohol\w*|drink(?:ing|s)?|beer|wine|liquor|bois|buvez|alcool)\b", re.I),
        "alcohol",
        "alcool",
    ),
    "drugs": (
        re.compile(
            r"\b(?:(?:illicit|illegal|recreational|street|hard|other|any|do|use|no|or|and|about) "
            r"(?:kinds? of )?(?:\w+ )?drugs?|substances?|marijuana|cocaine|heroin|meth|cannabis|"
            r"drogues?)\b",
            re.I,
        ),
        "illicit drugs",
        "drogues",
    ),
}
_DENYING = re.compile(
    r"\b(?:no|not|never|none|don't|doesn't|didn't|haven't|neither|nor|nope|nothing|"
    r"pas|jamais|aucune?|non|ni)\b",
    re.I,
)
_BUT = re.compile(
    r"\b(?:but|used to|quit|only|except|occasional\w*|social\w*|sometimes|anymore|any more|"
    r"mais|sauf|arrêté|parfois)\b",
    re.I,
)


_EACH = re.compile(
    r"\b(?:(?:don't|doesn't|does not|do not|never) (?:do |did |done |use |have |had )?(?:any|none|"
    r"either|all) of (?:that|those|them|it|the above)|never (?:have|has|did)|no to (?:both|all)|"
    r"none of (?:that|those|them|the above)|neither|(?:same|likewise) (?:goes )?for)\b",
    re.I,
)


def denied_facets(units: Sequence[Unit], language: Language) -> dict[str, list[Unit]]:
    """The units that deny each facet; a facet that is affirmed anywhere is left out."""
    denied: dict[str, list[Unit]] = {}
    affirmed: set[str] = set()
    for unit in units:
        named = [key for key, (pattern, _, _) in FACETS.items() if pattern.search(unit.raw)]
        if not named:
            continue
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN):
            reply = _next_turn(units, unit, alike=_HABIT)
            said = answer(joined(reply.raw), language) if reply and unit.question else ""
            if reply and unit.question and _EACH.search(reply.raw):
                said = "no"
            for key in named:
                if said == "no" and reply:
                    denied.setdefault(key, []).extend((unit, reply))
                elif said == "yes":
                    affirmed.add(key)
        elif unit.question:
            continue
        elif _BUT.search(unit.raw) or not _DENYING.search(unit.raw):
            affirmed.update(named)
        else:
            for key in named:
                denied.setdefault(key, []).append(unit)
    return {key: found for key, found in denied.items() if key not in affirmed}


def _next_turn(
    units: Sequence[Unit], question: Unit, *, alike: re.Pattern[str] | None = None
) -> Unit | None:
    """The first unit that answers, where it asks nothing itself."""
    reply = reply_to(units, question, alike=alike)
    return reply[0] if reply and not reply[0].question else None


def turn_of(units: Sequence[Unit], unit: Unit) -> str:
    """All that was said in the unit's turn."""
    return " ".join(joined(u.raw) for u in units if u.utterance == unit.utterance)


_HABIT = re.compile("|".join(pattern.pattern for pattern, _, _ in FACETS.values()), re.I)


def facets_text(keys: Sequence[str], language: Language) -> str:
    """``Denies tobacco, alcohol, or illicit drug use.``"""
    names = [
        french if language == "fr" else english
        for key, (_, english, french) in FACETS.items()
        if key in keys
    ]
    if language == "fr":
        return "Pas de consommation de " + listed(names, "fr", last="ni de")
    if names[-1] == "illicit drugs":
        names[-1] = "illicit drug"
    return f"Denies {listed(names, 'en', last='or')} use"


# What is asked about as a whole, and what stands in the section when all of it is denied.
NONE: dict[str, tuple[re.Pattern[str], str, str]] = {
    "ALLERGY": (
        re.compile(r"allerg", re.I),
        "No known drug allergies",
        "Pas d'allergie connue",
    ),
    "MEDICATIONS": (
        re.compile(r"medic|médic|prescri|meds|pills|drugs|supplement|trait", re.I),
        "None",
        "Aucun traitement",
    ),
    "PASTSURGICAL": (
        re.compile(r"surg|operat|opérat|chirurg|opéré|procedure", re.I),
        "No previous surgeries",
        "Pas d'antécédent chirurgical",
    ),
    "PASTMEDICALHX": (
        re.compile(r"medical|condition|problem|health|illness|disease|history|antécéd|malad", re.I),
        "None",
        "Pas d'antécédent médical",
    ),
    "FAM/SOCHX": (
        re.compile(r"famil|parent|mother|father|sibling|relative|home.*sick|sick.*home", re.I),
        "Noncontributory",
        "Pas d'antécédent familial notable",
    ),
}


# "No past medical history?" - "Yes, sir."
_DENIED_IN_IT = re.compile(
    r"(?:(?:so|and|okay|alright)\b,? )*(?:no|you (?:have no|don't have|do not have|have not had|"
    r"haven't had)|pas d)\b",
    re.I,
)
# A question for the rest, or about what came of it, denies nothing as a whole.
_OF_THE_REST = re.compile(
    r"\b(?:others?|(?<!anybody )(?<!anyone )else|besides|more|complications?|autres?)\b", re.I
)
_OPERATED = re.compile(
    r"\b(?:\w+(?:ectomy|plasty|ostomy|otomy)|(?:removed|taken out|replaced|operated|fused)\b|"
    r"(?:had|did|have|underwent) (?:\w+ ){0,4}(?:surger(?:y|ies)|operations?|bypass|c[- ]section)|"
    r"(?:cesarean|caesarean|bypass|stents?|transplant|laparo\w+)|\w+ectomie|opérée?s?)\b",
    re.I,
)


_INJURED = re.compile(
    r"\b(?:broke|broken|fractured?|dislocated|diagnosed with|cassée?|fracture)\b", re.I
)


def _told_otherwise(units: Sequence[Unit], header: str) -> bool:
    """Somebody names what the section is about as something that was."""
    told = [unit for unit in units if not unit.question and not _DENYING.search(unit.raw)]
    if header == "PASTSURGICAL":
        return any(_OPERATED.search(unit.raw) for unit in told)
    if header == "PASTMEDICALHX":
        return any(_INJURED.search(u.raw) or _OPERATED.search(u.raw) for u in told) or any(
            mention.concept.kind == "condition"
            and status.assertion is Assertion.AFFIRMED
            and status.experiencer == "patient"
            for unit in told
            for mention, status in unit.mentions
        )
    return False


def all_denied(units: Sequence[Unit], header: str, language: Language) -> list[Unit]:
    """The units of the question and its no, when the section's subject was denied as a whole."""
    if header not in NONE or _told_otherwise(units, header):
        return []
    pattern = NONE[header][0]
    found: list[Unit] = []
    for unit in units:
        if unit.role in (Role.CLINICIAN, Role.UNKNOWN) and unit.question:
            if not pattern.search(unit.raw) or _OF_THE_REST.search(unit.raw):
                continue
            if header == "FAM/SOCHX" and agreement(units, unit, language):
                return []
            reply = _next_turn(units, unit)
            if reply and _UNKNOWN.search(turn_of(units, reply)):
                continue
            said = answer(joined(reply.raw), language) if reply else ""
            if said == "yes" and _DENIED_IN_IT.match(unit.raw):
                said = "no"
            if (
                not said
                and reply
                and re.search(
                    r"\b(?:don't|no|not|never|none|healthy|pas|aucune?)\b", reply.raw, re.I
                )
            ):
                said = "no"
            if (
                reply
                and said == "no"
                and not _BUT.search(reply.raw)
                and not reply.has("condition", "medication", "symptom")
            ):
                found += [unit, reply]
        elif header == "FAM/SOCHX" and not unit.question and _NOBODY.search(unit.raw):
            found.append(unit)
    return list({unit.index: unit for unit in found}.values())


_UNKNOWN = re.compile(
    r"\b(?:(?:do|did|does)(?: not|n't| n't) (?:really |even )?(?:know|remember|recall)"
    r"(?! of\b| about (?:any|a)\b| any (?:such|prob|dis|med|cond))|no (?:idea|clue)|"
    r"(?:could|can)(?:not|n't| n't) (?:really )?(?:tell|say|remember|recall)|"
    r"not (?:really |too |entirely |quite |very )?sure|"
    r"(?:ne )?(?:sais|sait|souviens|rappelle) pas|aucune idée)\b",
    re.I,
)


def unknown(units: Sequence[Unit], header: str) -> list[Unit]:
    """The units of the question about the section's subject and the reply that it is not known."""
    if header not in NONE:
        return []
    for unit in units:
        asked = unit.question and unit.role in (Role.CLINICIAN, Role.UNKNOWN)
        if asked and NONE[header][0].search(unit.raw):
            reply = _next_turn(units, unit)
            if reply and _UNKNOWN.search(turn_of(units, reply)):
                return [unit, *(u for u in units if u.utterance == reply.utterance)]
    return []


def unknown_text(language: Language) -> str:
    """What stands in the section when its subject is not known to who was asked."""
    return "Inconnus" if language == "fr" else "Unknown"


def agreement(units: Sequence[Unit], question: Unit, language: Language) -> tuple[Unit, ...]:
    """The reply that says yes to the clinician's question; nothing when none does."""
    if not question.question or question.role not in (Role.CLINICIAN, Role.UNKNOWN):
        return ()
    reply = _next_turn(units, question)
    return (reply,) if reply and answer(joined(reply.raw), language) == "yes" else ()


_NOBODY = re.compile(
    r"\b(?:no ?(?:one|body) (?:in|from|on) (?:my|our|the|either) (?:family|side)|"
    r"(?:my|our|the) (?:whole |entire )?family(?:'s| is| are| has (?:always )?been) "
    r"(?:\w+ )?(?:healthy|well)|(?:we|they)(?:'re| are) (?:all |an? )?(?:\w+ )?healthy(?: family)?|"
    r"(?:everyone|everybody|all of them|they're all)\b.{0,25}\bhealthy|"
    r"(?:personne|rien) dans (?:ma|la|notre) famille)\b",
    re.I,
)


def healthy(units: Sequence[Unit]) -> bool:
    """Says only that nobody in the family is ill."""
    return all(_NOBODY.search(unit.raw) for unit in units)


def none_text(header: str, language: Language) -> str:
    """What stands in the section when its subject was denied as a whole."""
    _, english, french = NONE[header]
    return french if language == "fr" else english
