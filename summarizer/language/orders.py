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


# "I'll have you apply ice": verbs whose bare form after "have you" is an order, and no question.
ORDERED_OF = (
    "continue|come|take|use|start|stop|follow|see|go|keep|try|apply|do|get|ice|rest|wear|check|"
    "monitor|record|track|schedule|make|return|call|bring|drink|eat|avoid|increase|decrease|"
    "elevate|stay|work|complete|finish|begin|meet|switch|hold|write"
)
# The beginnings of those that only a patient does: "have you continue to watch your diet".
PATIENTS_ACTS = (
    "watch|tak|us|stay|avoid|limit|eat|drink|wear|rest|ice|elevate|exercise|monitor|check|record|"
    "weigh|work|try"
)
# "The x-rays show a kidney stone, okay?": told, and only whether it was followed is asked.
_ASSENT = re.compile(r"[\s,.;]*\b(?:okay|ok|alright|all right)\W*\?\s*$", re.I)
_INVERTED = re.compile(
    r"^(?:(?:and|so|but|okay|alright|all right|now|well|um+|uh+|then|or|yeah|yes)\b[\s,]*)*"
    r"(?:(?:do|does|did|is|are|was|were|has|can|could|would|will|should|may|any|how|what|when|"
    r"where|which|who|why|no)\b|have (?:you|they|we|he|she)\b"
    r"(?! (?:back|" + ORDERED_OF + r")\b))",
    re.I,
)
_SHORTEST_STATEMENT = 5  # words
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
    """The clinician says what will be done, or what is so, and asks only whether that is all right.
    A sentence with a question's word order stays a question."""
    if _TOLD_WITH_A_TAG[language].search(text):
        return True
    assent = _ASSENT.search(text) if language == "en" else None
    if not assent:
        return False
    told = text[: assent.start()]
    return len(told.split()) >= _SHORTEST_STATEMENT and not (_INVERTED.match(told) or "?" in told)
