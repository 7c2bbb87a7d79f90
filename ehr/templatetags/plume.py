"""What every template may use: icons, ages, initials, and words for codes from the record."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ehr.selectors.labels import STEPS
from ehr.selectors.shapes import ChartItem, PatientBrief
from summarizer.types import RecordEvidence

register = template.Library()

_RESOURCES = {
    "AllergyIntolerance": gettext_lazy("Allergy"),
    "Condition": gettext_lazy("Problem"),
    "Encounter": gettext_lazy("Visit"),
    "FamilyMemberHistory": gettext_lazy("Family history"),
    "Immunization": gettext_lazy("Immunisation"),
    "MedicationRequest": gettext_lazy("Prescription"),
    "MedicationStatement": gettext_lazy("Medicine"),
    "Observation": gettext_lazy("Measurement"),
    "Patient": gettext_lazy("Patient"),
    "Procedure": gettext_lazy("Procedure"),
}
# SNOMED CT's statements that there is no allergy: of any kind, drug, food, environmental, latex.
_NO_KNOWN = {"716186003", "409137002", "429625007", "428607008", "1003774007"}
_ABNORMAL = {
    "H": gettext_lazy("High"),
    "HH": gettext_lazy("Critically high"),
    "L": gettext_lazy("Low"),
    "LL": gettext_lazy("Critically low"),
    "A": gettext_lazy("Abnormal"),
}
_UNITS = (
    ("10*3/", "×10³/"),
    ("10*6/", "×10⁶/"),
    ("10*9/", "×10⁹/"),
    ("uL", "µL"),
    ("ug", "µg"),
    ("umol", "µmol"),
    ("/m2", "/m²"),
    (" m2", " m²"),
)
_SEVERITIES = {
    "high": gettext_lazy("High risk"),
    "low": gettext_lazy("Low risk"),
    "severe": gettext_lazy("Severe"),
    "moderate": gettext_lazy("Moderate"),
    "mild": gettext_lazy("Mild"),
    "unable-to-assess": gettext_lazy("Risk unknown"),
}
_STATUS_ICONS = {
    "planned": "clock",
    "drafting": "dots",
    "in-review": "pencil",
    "signed": "seal",
    "cancelled": "x",
    "amending": "pencil",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative picture out of static/img/icons.svg; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def status_icon(status: str) -> str:
    """The name of a visit status's icon, so that a status never differs by colour alone."""
    return _STATUS_ICONS.get(status, "clock")


@register.filter
def age(patient: PatientBrief) -> str:
    """ "4 months" under two years, else "61 years"; empty without a birth date."""
    if patient.age_years is None:
        return ""
    if patient.age_years < 2 and patient.age_months is not None:
        months = patient.age_months
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    years = patient.age_years
    return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}


@register.filter
def initials(user: Any) -> str:
    """Two letters for the account menu."""
    letters = f"{user.first_name[:1]}{user.last_name[:1]}"
    return (letters or user.get_username()[:2]).upper()


@register.filter
def resource_label(resource_type: str) -> Any:
    """What a resource type is called in the clinic."""
    return _RESOURCES.get(resource_type, resource_type)


@register.filter
def sources(evidence: Iterable[RecordEvidence]) -> str:
    """What a sentence was read from, each kind once: "Measurement, Problem"."""
    kinds = dict.fromkeys(str(resource_label(item.resource_type)) for item in evidence)
    return ", ".join(kinds)


@register.filter
def abnormal_label(code: str) -> Any:
    """The words of an interpretation code (H, L, HH, LL, A); empty for a normal value."""
    return _ABNORMAL.get(code, "")


@register.filter
def percent_of(part: int, whole: int) -> int:
    """`part` of `whole` in whole percent, 0 for nothing."""
    return round(100 * part / whole) if whole else 0


@register.filter
def language_name(code: str) -> str:
    """The name of a language that words or a note are in, in the page's language."""
    return {"en": _("English"), "fr": _("French")}.get(code, code)


@register.filter
def step_label(step: str) -> Any:
    """What the worker is doing, said to a person."""
    return STEPS.get(step, _("Drafting"))


@register.filter
def severity_label(code: str) -> Any:
    """How severe an allergy or a reaction is (FHIR's criticality and severity codes)."""
    return _SEVERITIES.get(code, code)


@register.filter
def fhir_date(text: str) -> str:
    """A FHIR date or dateTime, maybe only a year or a month, in the page's language."""
    parts = text[:10].split("-")
    try:
        if len(parts) == 3:
            return date_format(date.fromisoformat(text[:10]), "j N Y")
        if len(parts) == 2:
            return date_format(date.fromisoformat(f"{text[:7]}-01"), "N Y")
    except ValueError:
        return text
    return parts[0]


@register.filter
def real_allergies(items: Iterable[ChartItem]) -> list[ChartItem]:
    """Allergies in force, without the statements that none is known."""
    return [item for item in items if item.active and item.code not in _NO_KNOWN]


@register.filter
def unit(text: str) -> str:
    """A UCUM unit as it is written in the clinic: 10*3/uL is ×10³/µL, kg/m2 is kg/m²."""
    for code, written in _UNITS:
        text = text.replace(code, written)
    return text
