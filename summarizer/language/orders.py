"""Steps of a plan by their words, in English and French: what must not be lost from a visit."""

import re

from summarizer.types import Language

# Steps of a plan that are no medicine and no test of the lexicon's.
PLAN_STEPS = {
    name: re.compile(pattern, re.I)
    for name, pattern in {
        "physical therapy": r"\bphysical therap|\bphysio|\bkinésithérap",
        "referral": r"\brefer|\bconsult(?:ation)? (?:to|with)\b|\badress",
        "follow-up": r"\bfollow[- ]?up\b|\breturn (?:in|to)\b|\bcome back\b|"
        r"\bsee you (?:in|back)\b",
        "surgery": r"\bsurg(?:ery|ical)\b|\boperat",
        "injection": r"\binject",
        "brace or splint": r"\bbrace|\bsplint|\bsling|\bboot\b|\bcast\b",
        "ice": r"\bice\b|\bicing\b",
        "compression": r"\bcompression\b",
        "elevation": r"\belevat",
        "diet": r"\bdiet|\bsalt|\bsodium intake",
        "exercise": r"\bexercis",
        "blood pressure at home": r"\b(?:home|daily|cuff).{0,30}blood pressure|"
        r"blood pressure.{0,30}\b(?:home|daily|cuff|log)\b",
        "colonoscopy": r"\bcolonoscop",
        "biopsy": r"\bbiops",
        "labs": r"\blabs?\b|\bblood ?work\b|\blipid panel\b",
        "vaccination": r"\bvaccin|\bflu shot",
    }.items()
}


def plan_steps(text: str) -> frozenset[str]:
    """The names of the steps that ``text`` speaks of."""
    return frozenset(name for name, pattern in PLAN_STEPS.items() if pattern.search(text))


# "I'm going to prescribe meloxicam, okay?" asks for assent, not for a fact.
_TOLD_WITH_A_TAG = {
    "en": re.compile(
        r"\b(?:(?:i|we)(?:'m|'re| am| are) (?:going to|gon ?na)|(?:i|we)(?:'ll| will|'d like| want|"
        r" would like| wan ?na)|let's|i recommend)\b.*"
        r"\b(?:okay|alright|all right|sound good)\W*\?$",
        re.I | re.S,
    ),
    "fr": re.compile(
        r"\b(?:je (?:vais|vous)|on va|nous allons)\b.*\b(?:d'accord|ok|ça vous va)\W*\?$",
        re.I | re.S,
    ),
}


def told_with_a_tag(text: str, language: Language) -> bool:
    """The clinician says what will be done and asks only whether that is all right."""
    return _TOLD_WITH_A_TAG[language].search(text) is not None
