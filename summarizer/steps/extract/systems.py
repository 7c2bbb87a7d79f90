"""Organ systems, by the words that a finding of each is told in."""

import re

from summarizer.types import Language

# System, and the words that a finding of it is told by.
_SYSTEMS: dict[Language, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "en": (
        ("vitals", re.compile(r"\bvital(?:s| signs)\b", re.I)),
        (
            "neck",
            re.compile(
                r"\b(?:neck|carotid|bruits?|thyroid|jvd|jugular|cervical|lymph nodes?|"
                r"lymphadenopathy)\b",
                re.I,
            ),
        ),
        (
            "ent",
            re.compile(
                r"\b(?:throat|tonsils?|ears?|nose|nasal|sinus(?:es)?|tympanic|pharynx|"
                r"mouth)\b",
                re.I,
            ),
        ),
        ("eyes", re.compile(r"\b(?:eyes?|pupils?|conjunctiva|vision)\b", re.I)),
        (
            "respiratory",
            re.compile(
                r"\b(?:lungs?|wheez\w+|rales|rhonchi|crackles|breath sounds|breathing)"
                r"\b",
                re.I,
            ),
        ),
        (
            "cardiovascular",
            re.compile(
                r"\b(?:heart|murmurs?|rhythm|gallops?|edema|pulses?|swelling in (?:your|"
                r"the) (?:legs|lower))\b",
                re.I,
            ),
        ),
        (
            "gastrointestinal",
            re.compile(
                r"\b(?:abdom\w+|belly|stomach|liver|spleen|bowel|rebound|guarding|quadrant|"
                r"peritoneal)\b",
                re.I,
            ),
        ),
        (
            "musculoskeletal",
            re.compile(
                r"\b(?:knee|shoulder|hip|ankle|foot|feet|wrist|hand|elbow|back|spine|range "
                r"of motion|effusion|joint|muscle|straight leg|toe|finger|thumb|leg|arm|"
                r"strength|ligament|varus|valgus|lachman|mcmurray|gait)\b",
                re.I,
            ),
        ),
        (
            "genitourinary",
            re.compile(
                r"\b(?:vagina\w*|labia|cervix|adnexal|bimanual|uter\w+|testic\w+|prostate|"
                r"pelvic)\b",
                re.I,
            ),
        ),
        (
            "neurological",
            re.compile(
                r"\b(?:reflex\w*|sensation|cranial|neuro\w*|coordination|alert|oriented|"
                r"facial)\b",
                re.I,
            ),
        ),
        (
            "skin",
            re.compile(
                r"\b(?:skin|rash|lesion|erythema|redness|bruis\w+|ecchymosis|incision|"
                r"wound|wart|scar)\b",
                re.I,
            ),
        ),
        ("psychiatric", re.compile(r"\b(?:affect|mood|eye contact)\b", re.I)),
    ),
    "fr": (
        ("vitals", re.compile(r"\bconstantes\b", re.I)),
        ("neck", re.compile(r"\b(?:cou|thyroïde|ganglions?|carotid\w+|jugulaires?)\b", re.I)),
        ("ent", re.compile(r"\b(?:gorge|amygdales?|oreilles?|tympans?|nez)\b", re.I)),
        ("eyes", re.compile(r"\b(?:yeux|pupilles?|conjonctives?)\b", re.I)),
        (
            "respiratory",
            re.compile(
                r"\b(?:poumons?|sibilan\w+|crépitants?|murmure|auscultation pulmonaire|"
                r"respir\w+)\b",
                re.I,
            ),
        ),
        (
            "cardiovascular",
            re.compile(r"\b(?:c(?:œ|oe)ur|souffle|rythme|œdèmes?|pouls|mollets?)\b", re.I),
        ),
        ("gastrointestinal", re.compile(r"\b(?:ventre|abdomen|foie|rate|défense)\b", re.I)),
        (
            "musculoskeletal",
            re.compile(
                r"\b(?:genou|épaule|hanche|cheville|pied|poignet|main|coude|dos|rachis|"
                r"mobilité|flexion|extension|articulation|muscle|jambe|bras|lasègue|démarche)"
                r"\b",
                re.I,
            ),
        ),
        ("neurological", re.compile(r"\b(?:réflexes?|sensibilité|neuro\w*|force)\b", re.I)),
        (
            "skin",
            re.compile(r"\b(?:peau|éruption|rougeur|cicatrice|plaie|pansement|hématome)\b", re.I),
        ),
        ("psychiatric", re.compile(r"\b(?:humeur|contact|regard)\b", re.I)),
    ),
}


def system_of(text: str, language: Language) -> str:
    """The organ system that a finding names, or ``general``."""
    found = [
        (match.start(), name)
        for name, pattern in _SYSTEMS[language]
        if (match := pattern.search(text))
    ]
    return min(found)[1] if found else "general"
