"""The patient's record as the drafting engine sees it: plain facts, each tied to its element.

Facts come from the record through its own search, as the worker (read only, one organisation). The
text of a fact is built from its resource alone by `facts_of`, so that evidence can be checked again
from the stored version.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ehr.models import Visit
from fhir_bridge import search, store
from fhir_bridge.access import Actor, worker_actor
from fhir_bridge.mappings.readings import (
    Json,
    concept_coding,
    concept_text,
    dosage_text,
    measurements,
    medication_text,
    patient_name,
    when_of,
)
from fhir_bridge.store import Stored
from summarizer.types import Patient, RecordFact, VisitContext

OBSERVATIONS = 600  # the newest ones that are looked at
PER_CODE = 3  # the latest value and two before it, for the trend
SEVERAL = 40  # procedures and immunizations, the newest
ENCOUNTERS = 5


def context_gather(visit: Visit, *, actor: Actor | None = None) -> VisitContext:
    """Everything that drafting may know besides the words, read as ``actor`` or the worker.

    Raises:
        fhir_bridge.outcomes.FhirError: the patient is not in the organisation's record.
    """
    actor = actor or worker_actor(visit.organization_id)
    patient = store.read(actor, "Patient", visit.patient_id)
    about = patient.resource
    visit_date = visit.scheduled_at.date().isoformat()
    encounters = [
        (stored, resource)
        for stored, resource in _find(actor, "Encounter", visit)
        if when_of(resource)[:10] < visit_date
    ][:ENCOUNTERS]
    found = [
        (patient, about),
        *_find(actor, "Condition", visit),
        *_find(actor, "MedicationRequest", visit),
        *_find(actor, "AllergyIntolerance", visit),
        *_find(actor, "Procedure", visit)[:SEVERAL],
        *_find(actor, "FamilyMemberHistory", visit),
        *_find(actor, "Immunization", visit)[:SEVERAL],
        *encounters,
    ]
    facts = [fact for stored, resource in found for fact in _facts(stored, resource)]
    facts += _latest_per_code(_find(actor, "Observation", visit, limit=OBSERVATIONS))
    name = patient_name(about)
    return VisitContext(
        patient=Patient(
            given=name.given,
            family=name.family,
            gender=str(about.get("gender", "")),
            birth_date=str(about.get("birthDate", "")),
        ),
        facts=tuple(facts),
        visit_date=visit_date,
        last_visit_date=when_of(encounters[0][1])[:10] if encounters else "",
        specialty=visit.specialty,
        reason=visit.reason,
    )


Read = tuple[Stored, Json]  # a stored version with its content parsed, once


def _find(
    actor: Actor, resource_type: str, visit: Visit, *, limit: int | None = None
) -> list[Read]:
    """The patient's resources of a type, newest first: those that stand and that were known on the
    day of the visit. Of Observations, of which there may be thousands, the newest `limit`."""
    params = [("patient", visit.patient_id)]
    if limit is not None:
        params.append(("_sort", "-date"))
    found = search.find(actor, resource_type, params, limit=limit)
    last = visit.scheduled_at.date().isoformat()
    read = [
        (when_of(resource), stored, resource)
        for stored in found
        if _stands(resource := stored.resource)
    ]
    read.sort(key=lambda item: item[0], reverse=True)
    return [(stored, resource) for when, stored, resource in read if when[:10] <= last]


def _stands(resource: Json) -> bool:
    return (
        resource.get("status") not in {"entered-in-error", "cancelled"}
        and concept_coding(resource.get("verificationStatus"))[1] != "entered-in-error"
    )


def _latest_per_code(observations: Iterable[Read]) -> Iterator[RecordFact]:
    seen: dict[tuple[str, str], int] = {}
    for stored, resource in observations:
        for fact in _facts(stored, resource):
            key = (fact.system, fact.code or fact.label)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] <= PER_CODE:
                yield fact


# -- one resource -> its facts ---------------------------------------------------------------------


def facts_of(stored: Stored) -> list[RecordFact]:
    """The facts that one version of one resource states; none for a type that says nothing here."""
    return [] if stored.deleted else _facts(stored, stored.resource)


def _facts(stored: Stored, resource: Json) -> list[RecordFact]:
    reader = _READERS.get(stored.type)
    return reader(stored, resource) if reader else []


def _fact(stored: Stored, **parts: Any) -> RecordFact:
    return RecordFact(
        resource_type=stored.type, resource_id=stored.id, version=stored.version, **parts
    )


def _patient(stored: Stored, resource: Json) -> list[RecordFact]:
    return [
        _fact(
            stored,
            kind="patient",
            path=f"Patient.{element}",
            text=str(resource[element]),
            label=element,
            value=str(resource[element]),
        )
        for element in ("birthDate", "gender")
        if resource.get(element)
    ]


def _condition(stored: Stored, resource: Json) -> list[RecordFact]:
    return _coded(
        stored,
        resource,
        kind="condition",
        path="Condition.code",
        status=concept_coding(resource.get("clinicalStatus"))[1],
        category=concept_coding((resource.get("category") or [None])[0])[1],
    )


def _medication(stored: Stored, resource: Json) -> list[RecordFact]:
    label = medication_text(resource)
    if not label:
        return []
    system, code = concept_coding(resource.get("medicationCodeableConcept"))
    dose = dosage_text(resource)
    return [
        _fact(
            stored,
            kind="medication",
            path=f"{stored.type}.medication",
            text=f"{label}, {dose}" if dose else label,
            label=label,
            code=code,
            system=system,
            value=dose,
            when=when_of(resource),
            status=str(resource.get("status", "")),
        )
    ]


def _allergy(stored: Stored, resource: Json) -> list[RecordFact]:
    reactions = ", ".join(
        concept_text(manifestation)
        for reaction in resource.get("reaction", [])
        for manifestation in reaction.get("manifestation", [])
    )
    return _coded(
        stored,
        resource,
        kind="allergy",
        path="AllergyIntolerance.code",
        status=concept_coding(resource.get("clinicalStatus"))[1],
        category=str((resource.get("category") or [""])[0]),
        value=reactions,
    )


def _coded(
    stored: Stored, resource: Json, *, kind: str, path: str, element: str = "code", **parts: Any
) -> list[RecordFact]:
    label = concept_text(resource.get(element))
    if not label:
        return []
    system, code = concept_coding(resource.get(element))
    parts.setdefault("status", str(resource.get("status", "")))
    return [
        _fact(
            stored,
            kind=kind,
            path=path,
            text=label,
            label=label,
            code=code,
            system=system,
            when=when_of(resource),
            **parts,
        )
    ]


def _observation(stored: Stored, resource: Json) -> list[RecordFact]:
    category = concept_coding((resource.get("category") or [None])[0])[1]
    return [
        _fact(
            stored,
            kind="observation",
            path=measured.path,
            text=measured.text,
            label=measured.label,
            code=measured.code,
            system=measured.system,
            value=measured.value,
            unit=measured.unit,
            when=when_of(resource),
            status=str(resource.get("status", "")),
            abnormal=measured.abnormal or _outside(measured.number, measured.low, measured.high),
            category=category,
        )
        for measured in measurements(resource)
    ]


def _outside(number: float | None, low: float | None, high: float | None) -> str:
    if number is None:
        return ""
    if high is not None and number > high:
        return "H"
    return "L" if low is not None and number < low else ""


def _procedure(stored: Stored, resource: Json) -> list[RecordFact]:
    return _coded(stored, resource, kind="procedure", path="Procedure.code")


def _immunization(stored: Stored, resource: Json) -> list[RecordFact]:
    return _coded(
        stored,
        resource,
        kind="immunization",
        path="Immunization.vaccineCode",
        element="vaccineCode",
    )


def _family(stored: Stored, resource: Json) -> list[RecordFact]:
    relation = concept_text(resource.get("relationship"))
    facts = []
    for position, condition in enumerate(resource.get("condition", [])):
        label = concept_text(condition.get("code"))
        if not label:
            continue
        system, code = concept_coding(condition.get("code"))
        facts.append(
            _fact(
                stored,
                kind="family",
                path=f"FamilyMemberHistory.condition[{position}].code",
                text=f"{relation}: {label}",
                label=label,
                code=code,
                system=system,
                value=relation,
                when=when_of(resource),
                status=str(resource.get("status", "")),
            )
        )
    return facts


def _encounter(stored: Stored, resource: Json) -> list[RecordFact]:
    label = concept_text((resource.get("type") or [None])[0])
    if not label:
        return []
    system, code = concept_coding(resource["type"][0])
    reason = concept_text((resource.get("reasonCode") or [None])[0])
    return [
        _fact(
            stored,
            kind="encounter",
            path="Encounter.type[0]",
            text=f"{label}: {reason}" if reason else label,
            label=label,
            code=code,
            system=system,
            value=reason,
            when=when_of(resource),
            status=str(resource.get("status", "")),
            category=str((resource.get("class") or {}).get("code", "")),
        )
    ]


_READERS: dict[str, Callable[[Stored, Json], list[RecordFact]]] = {
    "Patient": _patient,
    "Condition": _condition,
    "MedicationRequest": _medication,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
    "Procedure": _procedure,
    "Immunization": _immunization,
    "FamilyMemberHistory": _family,
    "Encounter": _encounter,
}
