"""Patients and users, as lists show them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from ehr.selectors.labels import GENDERS, labelled
from ehr.selectors.shapes import PatientBrief
from fhir_bridge import store
from fhir_bridge.access import Actor
from fhir_bridge.mappings.readings import Json, parse_date, patient_identifier, patient_name


def user_name(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())


def patient_brief(patient_id: str, patient: Json) -> PatientBrief:
    """A patient's line; the age is today's, or the one at death."""
    name = patient_name(patient)
    birth = parse_date(str(patient.get("birthDate", "")))
    until = parse_date(str(patient.get("deceasedDateTime", ""))) or timezone.localdate()
    gender = str(patient.get("gender", ""))
    return PatientBrief(
        id=patient_id,
        name=name.full,
        given=name.given,
        family=name.family,
        gender=gender,
        gender_label=labelled(GENDERS, gender) if gender else "",
        birth_date=birth,
        age_years=_years(birth, until) if birth else None,
        age_months=_months(birth, until) if birth else None,
        identifier=patient_identifier(patient),
    )


def patient_briefs(actor: Actor, patient_ids: Iterable[str]) -> dict[str, PatientBrief]:
    """The lines of many patients in one query; one that is not in the record has no name."""
    wanted = sorted(set(patient_ids))
    found = store.read_many(actor, [("Patient", patient_id) for patient_id in wanted])
    return {
        patient_id: patient_brief(patient_id, stored.resource)
        if (stored := found.get(("Patient", patient_id))) is not None
        else PatientBrief(id=patient_id, name="")
        for patient_id in wanted
    }


def _years(birth: date, until: date) -> int:
    return until.year - birth.year - ((until.month, until.day) < (birth.month, birth.day))


def _months(birth: date, until: date) -> int:
    months = (until.year - birth.year) * 12 + until.month - birth.month
    return months - (until.day < birth.day)
