"""The note's templates: which sections, in which order, under which titles in each language.

A template is a list of section keys; claims are written for the keys that a template has, and what
belongs to no section of it is set aside. ``TEMPLATE_VERSION`` changes when wording does.
"""

from collections.abc import Mapping

from summarizer.exceptions import SummarizerError
from summarizer.types import Language

TEMPLATE_VERSION = "2"

TITLES: Mapping[str, Mapping[Language, str]] = {
    "chief_complaint": {"en": "Chief complaint", "fr": "Motif de consultation"},
    "hpi": {"en": "History of present illness", "fr": "Histoire de la maladie"},
    "ros": {"en": "Review of systems", "fr": "Revue des systèmes"},
    "pmh": {"en": "Medical history", "fr": "Antécédents"},
    "medications": {"en": "Medications", "fr": "Traitements en cours"},
    "allergies": {"en": "Allergies", "fr": "Allergies"},
    "social": {"en": "Social history", "fr": "Mode de vie"},
    "family": {"en": "Family history", "fr": "Antécédents familiaux"},
    "vitals": {"en": "Vital signs", "fr": "Constantes"},
    "exam": {"en": "Physical exam", "fr": "Examen clinique"},
    "results": {"en": "Results", "fr": "Résultats"},
    "assessment": {"en": "Assessment", "fr": "Synthèse"},
    "plan": {"en": "Plan", "fr": "Conduite à tenir"},
    "followup": {"en": "Instructions and follow-up", "fr": "Consignes et suivi"},
}

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "soap": (
        "chief_complaint",
        "hpi",
        "ros",
        "pmh",
        "medications",
        "allergies",
        "social",
        "family",
        "vitals",
        "exam",
        "results",
        "assessment",
        "plan",
        "followup",
    ),
    "h&p": (
        "chief_complaint",
        "hpi",
        "pmh",
        "medications",
        "allergies",
        "family",
        "social",
        "ros",
        "vitals",
        "exam",
        "results",
        "assessment",
        "plan",
        "followup",
    ),
    "progress": (
        "chief_complaint",
        "hpi",
        "vitals",
        "exam",
        "results",
        "assessment",
        "plan",
        "followup",
    ),
    "consult-letter": (
        "chief_complaint",
        "hpi",
        "pmh",
        "medications",
        "allergies",
        "exam",
        "results",
        "assessment",
        "plan",
        "followup",
    ),
    "referral-letter": (
        "chief_complaint",
        "hpi",
        "pmh",
        "medications",
        "allergies",
        "vitals",
        "exam",
        "results",
        "assessment",
        "plan",
    ),
    "discharge-summary": (
        "chief_complaint",
        "hpi",
        "pmh",
        "allergies",
        "vitals",
        "exam",
        "results",
        "assessment",
        "medications",
        "plan",
        "followup",
    ),
    "after-visit": (
        "chief_complaint",
        "assessment",
        "medications",
        "allergies",
        "plan",
        "followup",
    ),
}
# Documents for other readers than the record's name some sections for that reader.
_OTHER_TITLES: Mapping[str, Mapping[str, Mapping[Language, str]]] = {
    "consult-letter": {
        "chief_complaint": {"en": "Reason for consultation", "fr": "Motif de la consultation"},
        "assessment": {"en": "Opinion", "fr": "Avis"},
        "plan": {"en": "Recommendations", "fr": "Propositions"},
    },
    "referral-letter": {
        "chief_complaint": {"en": "Reason for referral", "fr": "Motif de l'adressage"},
        "assessment": {"en": "Impression so far", "fr": "Hypothèses à ce jour"},
        "plan": {"en": "Plan and questions", "fr": "Conduite à tenir et questions posées"},
    },
    "discharge-summary": {
        "chief_complaint": {"en": "Reason for admission", "fr": "Motif d'hospitalisation"},
        "hpi": {"en": "Course", "fr": "Évolution"},
        "assessment": {"en": "Diagnoses", "fr": "Diagnostics"},
        "medications": {"en": "Medicines at discharge", "fr": "Traitement de sortie"},
        "plan": {"en": "Plan after discharge", "fr": "Suites prévues"},
    },
    "after-visit": {
        "chief_complaint": {"en": "Why you came", "fr": "Pourquoi vous êtes venu"},
        "assessment": {"en": "What was found", "fr": "Ce qui a été constaté"},
        "medications": {"en": "Your medicines", "fr": "Vos médicaments"},
        "allergies": {"en": "Your allergies", "fr": "Vos allergies"},
        "plan": {"en": "What happens next", "fr": "La suite"},
        "followup": {"en": "What to do and when to come back", "fr": "À faire et à surveiller"},
    },
}
# Who reads it: a patient is spoken to in plain words.
FOR_THE_PATIENT = frozenset({"after-visit"})


def title_of(template: str, key: str, language: Language) -> str:
    """The title of a section in a template."""
    titles = _OTHER_TITLES.get(template, {}).get(key, TITLES[key])
    return titles[language]


class UnknownTemplate(SummarizerError):
    """No template has that name."""

    code = "unknown-template"


def sections_of(template: str) -> tuple[str, ...]:
    """The section keys of a template, in order; raises UnknownTemplate."""
    try:
        return TEMPLATES[template]
    except KeyError:
        names = ", ".join(sorted(TEMPLATES))
        raise UnknownTemplate(f"no template named {template[:40]!r}; there are: {names}") from None
