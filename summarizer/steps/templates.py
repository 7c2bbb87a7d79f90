"""The note's templates: which sections, in which order, under which titles in each language.

A template is a list of section keys; claims are written for the keys that a template has, and what
belongs to no section of it is set aside. ``TEMPLATE_VERSION`` changes when wording does.
"""

from collections.abc import Mapping

from summarizer.exceptions import SummarizerError
from summarizer.types import Language

TEMPLATE_VERSION = "1"

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
    "after-visit": ("chief_complaint", "medications", "allergies", "plan", "followup"),
}


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
