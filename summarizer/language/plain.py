"""Clinicians' words for everyday ones that mean the same, and phrases without their subject."""

import re
from collections.abc import Mapping

from summarizer.types import Language

# Only words that mean the same thing: what is written may be shorter, never more than was said.
CLINICAL: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"mom|mum|mommy", "mother"),
        (r"dad|daddy", "father"),
        (r"grandma", "grandmother"),
        (r"grandpa", "grandfather"),
        (r"kids", "children"),
        (r"high blood pressure", "hypertension"),
        (r"high cholesterol", "hyperlipidemia"),
        (r"heart attacks?", "myocardial infarction"),
        (r"short of breath|trouble breathing", "shortness of breath"),
        (r"belly|tummy", "abdomen"),
        (r"(?:belly|stomach|tummy) (?:pain|ache)|stomachaches?", "abdominal pain"),
        (r"throwing up", "vomiting"),
        (r"threw up", "vomited"),
        (r"passed away", "died"),
        (r"meds", "medications"),
        (r"tubes tied", "tubal ligation"),
        (r"c[- ]section", "cesarean section"),
        (r"by myself", "alone"),
    ),
    "fr": (
        (r"maman", "mère"),
        (r"papa", "père"),
        (r"crise cardiaque", "infarctus du myocarde"),
        (r"trop de cholestérol", "hypercholestérolémie"),
        (r"de la tension|hypertension", "hypertension"),
    ),
}
_TABLE = {
    language: [(re.compile(rf"\b(?:{said})\b", re.I), written) for said, written in rows]
    for language, rows in CLINICAL.items()
}
_SUBJECT = re.compile(
    r"^(?:the patient|he|she|they)\s+(?:(?:also|just|only|currently|still)\s+)?"
    r"(?:has had|have had|had had|has|have|had|was diagnosed with|is taking|takes|is on|was on|"
    r"got|did have|does have|underwent)\s+(?:(?:a|an|some|my|his|her|their|the)\s+)?",
    re.I,
)


_SITES = (
    r"abdomen|stomach|jaw|chest|neck|throat|ear|tooth|back|lower back|upper back|flank|groin|hip|"
    r"shoulder|arm|elbow|wrist|hand|finger|thumb|thigh|leg|knee|calf|ankle|heel|foot|toe|breast"
)
_PAIN_IN = re.compile(
    r"\bpain in (?:(?:my|the|his|her|your) )?"
    rf"(?:(left|right|lower|upper|mid) )?({_SITES})\b(?! (?:area|side|and|or|pain)\b)",
    re.I,
)
_REMOVALS = {
    "gallbladder": "cholecystectomy", "gall bladder": "cholecystectomy",
    "appendix": "appendectomy", "tonsils": "tonsillectomy", "adenoids": "adenoidectomy",
    "uterus": "hysterectomy", "womb": "hysterectomy", "ovary": "oophorectomy",
    "ovaries": "oophorectomy", "spleen": "splenectomy", "prostate": "prostatectomy",
}  # fmt: skip
_ORGAN = rf"(?:(?:my|the|her|his|your) )?(?:{'|'.join(_REMOVALS)})"
_REMOVED = re.compile(
    rf"\b({_ORGAN}(?:(?:,| and|, and) {_ORGAN})*) "
    r"(?:surgically )?(?:removed|taken out|out|removal|surgery(?! on))\b",
    re.I,
)
_EACH_ORGAN = re.compile(_ORGAN, re.I)
_ADJECTIVES = {"abdomen": "abdominal", "stomach": "abdominal"}


def clinical(text: str, language: Language) -> str:
    """The same statement in clinicians' words."""
    for pattern, written in _TABLE[language]:
        text = pattern.sub(written, text)
    if language == "fr":
        return text
    return _REMOVED.sub(_removal, _PAIN_IN.sub(_sited, text))


def _removal(match: re.Match[str]) -> str:
    """``appendix and tonsils removed``: ``appendectomy and tonsillectomy``."""
    return _EACH_ORGAN.sub(lambda organ: _REMOVALS[_bare(organ[0])], match[1])


def _bare(organ: str) -> str:
    return re.sub(r"^(?:my|the|her|his|your) ", "", organ.lower())


def _sited(match: re.Match[str]) -> str:
    """``pain in the left knee``: ``left knee pain``."""
    site = _ADJECTIVES.get(match[2].lower(), match[2].lower())
    return " ".join(part for part in (match[1], site, "pain") if part)


def compact(text: str) -> str:
    """``the patient had a hysterectomy`` -> ``hysterectomy``: a list's form."""
    return _SUBJECT.sub("", text)
