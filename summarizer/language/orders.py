"""Steps of a plan by their words, in English and French: what must not be lost from a visit."""

import re

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
