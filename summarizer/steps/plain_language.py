"""The same sentences for the patient: "you", everyday words, the same claims and evidence.

Words change only for others that mean the same. What no longer holds against its evidence after the
change stands as it was.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from summarizer.language.text import sentence as finished
from summarizer.steps.verify import failures
from summarizer.types import Language, Sentence, Transcript

PLAIN: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"hypertension", "high blood pressure"),
        (r"hyperlipidemia|dyslipidemia|hypercholesterolemia", "high cholesterol"),
        (r"myocardial infarction", "heart attack"),
        (r"cerebrovascular accident", "stroke"),
        (r"dyspnea", "shortness of breath"),
        (r"edema", "swelling"),
        (r"emesis", "vomiting"),
        (r"pruritus", "itching"),
        (r"urticaria", "hives"),
        (r"gastroesophageal reflux disease|GERD", "acid reflux"),
        (r"osteoarthritis", "wear of the joint (osteoarthritis)"),
        (r"hemoglobin A1c", "average blood sugar (hemoglobin A1c)"),
        (r"renal", "kidney"),
        (r"hepatic", "liver"),
        (r"PRN", "as needed"),
        (r"b\.?i\.?d\.?", "twice a day"),
        (r"t\.?i\.?d\.?", "three times a day"),
        (r"q\.?d\.?", "once a day"),
        (r"p\.?o\.?", "by mouth"),
        (r"analgesics?", "painkillers"),
        (r"discontinue", "stop"),
    ),
    "fr": (
        (r"hypertension(?: artérielle)?|HTA", "tension trop élevée"),
        (r"dyslipidémie|hypercholestérolémie", "cholestérol trop élevé"),
        (r"infarctus du myocarde", "crise cardiaque"),
        (r"accident vasculaire cérébral", "AVC (attaque cérébrale)"),
        (r"une dyspnée", "un essoufflement"),
        (r"dyspnée", "essoufflement"),
        (r"œdèmes?", "gonflement"),
        (r"prurit", "démangeaisons"),
        (r"céphalées?", "maux de tête"),
        (r"hémoglobine glyquée|HbA1c", "moyenne du sucre dans le sang (HbA1c)"),
        (r"antalgiques?", "médicaments contre la douleur"),
        (r"per os", "par la bouche"),
        (r"posologie", "dose"),
    ),
}
_WORDS = {
    language: [(re.compile(rf"(?<![\w-])(?:{said})(?![\w-])", re.I), plain) for said, plain in rows]
    for language, rows in PLAIN.items()
}
_VERBS = {
    "has": "have",
    "is": "are",
    "was": "were",
    "does": "do",
    "doesn't": "don't",
    "isn't": "aren't",
    "wasn't": "weren't",
    "hasn't": "haven't",
    "reports": "report",
    "denies": "deny",
    "takes": "take",
    "uses": "use",
    "feels": "feel",
    "needs": "need",
    "states": "say",
    "goes": "go",
    "gets": "get",
    "wants": "want",
    "had": "had",
}
_SUBJECT = re.compile(r"\b(the patient|patient)(?= (?:will|should|can|may|must)\b)", re.I)
_ORDER = re.compile(r"^(?:the )?patient to (?=\w)", re.I)
_WITH_VERB = re.compile(
    rf"\b(?:the patient|he|she) ({'|'.join(map(re.escape, _VERBS))})(?=\W|$)", re.I
)
_OWNED = re.compile(r"\b(?:the patient's|his|her|their)\b(?= \w)", re.I)
_FRENCH = (
    (re.compile(r"\b(?:le patient|la patiente) a\b", re.I), "vous avez"),
    (re.compile(r"\b(?:le patient|la patiente) est\b", re.I), "vous êtes"),
    (re.compile(r"\b(?:le patient|la patiente) prend\b", re.I), "vous prenez"),
    (re.compile(r"\b(?:le patient|la patiente) doit\b", re.I), "vous devez"),
)
_OTHERS = re.compile(
    r"\b(?:mother|father|sister|brother|wife|husband|son|daughter|doctor|clinician|caregiver|"
    r"mère|père|sœur|frère|femme|mari|fils|fille|médecin)\b",
    re.I,
)


def for_the_patient(
    sentences: Sequence[Sentence], transcript: Transcript, language: Language
) -> list[Sentence]:
    """Each sentence in plain words where that still holds against its evidence."""
    out = []
    for sentence in sentences:
        plain = replace(sentence, text=finished(spoken_to(sentence.text, language)))
        out.append(sentence if failures(plain, transcript, language) else plain)
    return out


def spoken_to(text: str, language: Language) -> str:
    """``text`` about the patient, said to the patient. Where others are named, pronouns stay."""
    for pattern, plain in _WORDS[language]:
        text = pattern.sub(plain, text)
    if language == "fr":
        for pattern, said in _FRENCH:
            text = pattern.sub(said, text)
        return text
    text = _ORDER.sub("", text)
    if _OTHERS.search(text):
        return text
    text = _WITH_VERB.sub(lambda match: f"you {_VERBS[match[1].lower()]}", text)
    text = _SUBJECT.sub("you", text)
    if re.search(r"\byou\b", text, re.I) or not re.search(r"\b(?:he|she|they)\b", text, re.I):
        text = _OWNED.sub("your", text)
    return text
