"""Where the words and the record disagree: dose, allergy, side. Both sides are shown."""

import re
from dataclasses import replace

from summarizer.language.lexicon import SIDE_OF, fold, lexicon, tokens
from summarizer.language.words import words
from summarizer.steps.record import NONE_KNOWN
from summarizer.types import Assertion, Claim, Flag, Section, Sentence, VisitContext

_CLASSES: dict[str, frozenset[str]] = {
    "penicillins": frozenset({"penicillin", "amoxicillin", "amoxicillin/clavulanate"}),
    "sulfonamides": frozenset({"trimethoprim/sulfamethoxazole", "sulfasalazine"}),
    "nsaids": frozenset(
        {"ibuprofen", "naproxen", "diclofenac", "ketoprofen", "meloxicam", "celecoxib", "ketorolac"}
        | {"indomethacin", "aspirin"}
    ),
    "cephalosporins": frozenset(
        {"cephalexin", "ceftriaxone", "cefuroxime", "cefdinir", "cefpodoxime"}
    ),
    "macrolides": frozenset({"azithromycin", "clarithromycin", "erythromycin"}),
    "quinolones": frozenset({"ciprofloxacin", "levofloxacin", "moxifloxacin"}),
    "opioids": frozenset({"codeine", "morphine", "oxycodone", "hydrocodone", "tramadol"}),
    "statins": frozenset({"atorvastatin", "rosuvastatin", "simvastatin", "pravastatin"}),
    "ace inhibitors": frozenset(
        {"lisinopril", "ramipril", "enalapril", "perindopril", "captopril"}
    ),
}
_CLASS_WORDS = {
    "penicillins": ("penicillin", "penicilline", "beta-lactam"),
    "sulfonamides": ("sulfa", "sulfonamide", "sulfamide", "sulphonamide"),
    "nsaids": ("nsaid", "ains", "anti-inflammatoire", "anti-inflammatory"),
    "cephalosporins": ("cephalosporin", "cephalosporine"),
}
_STOPPING = words("stop discontinue avoid hold arrêter éviter suspendre quit")
_DOSE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(mg|mcg|µg|g|units?|ui|iu)\b", re.I)
_SIDE = re.compile(r"\b(left|right|gauche|droite?)\b", re.I)


def with_contradictions(
    sections: tuple[Section, ...], context: VisitContext, said: list[Claim]
) -> tuple[Section, ...]:
    """The same sections, with a flag on each sentence that the record speaks against."""
    allergies = _allergies(context, said)
    return tuple(
        replace(
            section,
            sentences=tuple(
                _flagged(sentence, context, allergies) for sentence in section.sentences
            ),
        )
        for section in sections
    )


def _flagged(
    sentence: Sentence, context: VisitContext, allergies: list[tuple[str, str]]
) -> Sentence:
    flags = list(sentence.flags)
    for claim in sentence.claims:
        if claim.attributes.get("form") == "record":
            continue
        flags.extend(_dose(claim, context))
        flags.extend(_allergy(claim, allergies))
        flags.extend(_denied_allergy(claim, context))
        flags.extend(_side(claim, context))
    unique = {(flag.code, tuple(sorted(flag.detail.items()))): flag for flag in flags}
    return replace(sentence, flags=tuple(unique.values()))


def _concepts(text: str) -> set[str]:
    return {
        mention.concept.key
        for language in ("en", "fr")
        for mention in lexicon(language).find(text)
        if mention.concept.kind == "medication"
    }


def _allergies(context: VisitContext, said: list[Claim]) -> list[tuple[str, str]]:
    """(medicine or class, where it is known from) of every allergy, recorded or said."""
    known: list[tuple[str, str]] = []
    for fact in context.facts:
        if fact.kind == "allergy":
            plain = fact.label.casefold()
            known.extend((key, fact.text) for key in sorted(_concepts(fact.label)))
            known.extend(
                (name, fact.text)
                for name, words in _CLASS_WORDS.items()
                if any(fold(word) in fold(plain) for word in words)
            )
    for claim in said:
        if (
            claim.kind == "allergy"
            and claim.assertion is Assertion.AFFIRMED
            and claim.attributes.get("concept")
        ):
            known.append((claim.attributes["concept"], claim.evidence[-1].quote))
    return known


def _allergy(claim: Claim, allergies: list[tuple[str, str]]) -> list[Flag]:
    medicine = claim.attributes.get("concept", "")
    if claim.kind not in ("plan", "instruction", "medication") or not medicine:
        return []
    if (
        claim.attributes.get("concept_kind") != "medication"
        or claim.attributes.get("verb") in _STOPPING
    ):
        return []
    for allergen, source in allergies:
        group = next((name for name, members in _CLASSES.items() if medicine in members), "")
        same_class = group and (allergen == group or allergen in _CLASSES[group])
        if allergen == medicine or same_class:
            return [
                Flag(
                    "allergy-conflict",
                    "high",
                    {"said": claim.evidence[0].quote, "recorded": source, "medicine": medicine},
                )
            ]
        if group == "cephalosporins" and (
            allergen == "penicillins" or allergen in _CLASSES["penicillins"]
        ):
            return [
                Flag(
                    "allergy-cross-reaction",
                    "medium",
                    {"said": claim.evidence[0].quote, "recorded": source, "medicine": medicine},
                )
            ]
    return []


def _denied_allergy(claim: Claim, context: VisitContext) -> list[Flag]:
    if claim.kind != "allergy" or claim.assertion is not Assertion.DENIED:
        return []
    concept = claim.attributes.get("concept")
    for fact in context.facts:
        if NONE_KNOWN.search(fact.label) or NONE_KNOWN.search(fact.text):
            continue  # the record says the same: no allergy is known
        if fact.kind == "allergy" and (concept is None or concept in _concepts(fact.label)):
            return [
                Flag(
                    "allergy-denied",
                    "medium",
                    {"said": claim.evidence[-1].quote, "recorded": fact.text},
                )
            ]
    return []


def _dose(claim: Claim, context: VisitContext) -> list[Flag]:
    """A dose said to be taken now that differs from the recorded prescription."""
    if claim.kind != "medication" or not claim.attributes.get("dose"):
        return []
    said = _amounts(claim.attributes["dose"])
    for fact in context.facts:
        if fact.kind != "medication" or claim.attributes.get("concept") not in _concepts(
            fact.label + " " + fact.text
        ):
            continue
        recorded = _amounts(fact.text)
        if said and recorded and not said & recorded:
            return [
                Flag(
                    "dose-conflict",
                    "high",
                    {
                        "said": claim.evidence[0].quote,
                        "recorded": fact.text,
                        "medicine": claim.attributes["concept"],
                    },
                )
            ]
    return []


def _amounts(text: str) -> set[tuple[float, str]]:
    found: set[tuple[float, str]] = set()
    for amount, unit in _DOSE.findall(text):
        value, name = float(amount.replace(",", ".")), unit.lower().rstrip("s")
        if name == "g":
            value, name = value * 1000, "mg"
        elif name in ("mcg", "µg"):
            value, name = value / 1000, "mg"
        found.add((round(value, 6), {"ui": "iu", "unit": "iu"}.get(name, name)))
    return found


def _side(claim: Claim, context: VisitContext) -> list[Flag]:
    """The same thing said of the other side than the record has it on."""
    side = claim.attributes.get("side")
    if side not in ("left", "right"):
        return []
    words = {
        t.form
        for t in tokens(
            " ".join([claim.text, *(claim.attributes.get(k, "") for k in ("english", "french"))])
        )
    }
    words -= {
        "left",
        "right",
        "pain",
        "douleur",
        "mal",
        "gauche",
        "droit",
        "droite",
        "de",
        "la",
        "du",
        "au",
        "my",
        "in",
    }
    for fact in context.facts:
        if fact.kind not in ("condition", "procedure"):
            continue
        recorded = _SIDE.search(fact.label)
        if not recorded or SIDE_OF[recorded[1].lower()] == side:
            continue
        if words & {t.form for t in tokens(fact.label) if len(t.form) > 3}:
            return [
                Flag(
                    "side-conflict",
                    "medium",
                    {"said": claim.evidence[0].quote, "recorded": fact.text},
                )
            ]
    return []
