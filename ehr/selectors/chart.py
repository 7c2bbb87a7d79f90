"""The chart: what the record holds about one patient, arranged to be read."""

from collections.abc import Callable
from typing import Any

from ehr.exceptions import NotFound
from ehr.models import Visit
from ehr.permissions import PHYSICIAN, actor_of
from ehr.selectors.people import patient_brief
from ehr.selectors.series import series_of
from ehr.selectors.shapes import Chart, ChartItem, PatientBrief, PatientDetails
from ehr.selectors.visits import visit_brief
from fhir_bridge import outcomes, search, store
from fhir_bridge.access import Actor
from fhir_bridge.mappings.readings import (
    Json,
    concept_coding,
    concept_text,
    dosage_text,
    first,
    medication_text,
    parse_date,
    when_of,
)
from fhir_bridge.store import Stored

OBSERVATIONS = 2000


def patients_find(user: Any, text: str, *, limit: int = 20) -> tuple[PatientBrief, ...]:
    """Patients whose name or identifier begins with the words of `text`; none for empty text."""
    actor = actor_of(user, PHYSICIAN)
    words = text.split()[:5]
    if not words:
        return ()
    by_name = search.find(
        actor, "Patient", [("name", _escaped(word)) for word in words], limit=limit
    )
    by_number = search.find(actor, "Patient", [("identifier", _escaped(text.strip()))], limit=limit)
    found = {stored.id: stored for stored in (*by_number, *by_name)}
    briefs = [patient_brief(stored.id, stored.resource) for stored in found.values()]
    briefs.sort(key=lambda brief: (brief.family.casefold(), brief.given.casefold(), brief.id))
    return tuple(briefs[:limit])


def _escaped(word: str) -> str:
    """A value in which `,`, `$` and `|` are letters (R4 search.html#escaping)."""
    return "".join(f"\\{char}" if char in "\\,$|" else char for char in word)


def chart(user: Any, patient_id: str) -> Chart:
    """The chart of one patient of the user's organisation.

    Raises:
        NotFound: no such patient in this organisation.
    """
    actor = actor_of(user, PHYSICIAN)
    try:
        patient = store.read(actor, "Patient", patient_id)
    except (outcomes.NotFound, outcomes.Gone) as error:
        raise NotFound from error
    conditions = _items(actor, patient_id, "Condition", _condition)
    medicines = _items(actor, patient_id, "MedicationRequest", _medication)
    observations = search.find(
        actor,
        "Observation",
        [("patient", patient_id), ("_sort", "-date")],
        limit=OBSERVATIONS,
    )
    visits = (
        Visit.objects.filter(organization_id=actor.organization_id, patient_id=patient_id)
        .select_related("clinician")
        .prefetch_related("notes")
        .order_by("-scheduled_at")
    )
    return Chart(
        patient=_details(patient),
        problems=tuple(item for item in conditions if item.active),
        past_problems=tuple(item for item in conditions if not item.active),
        medicines=tuple(item for item in medicines if item.active),
        past_medicines=tuple(item for item in medicines if not item.active),
        allergies=_items(actor, patient_id, "AllergyIntolerance", _allergy),
        procedures=_items(actor, patient_id, "Procedure", _procedure),
        immunizations=_items(actor, patient_id, "Immunization", _immunization),
        family=_items(actor, patient_id, "FamilyMemberHistory", _family),
        encounters=_items(actor, patient_id, "Encounter", _encounter),
        documents=_items(actor, patient_id, "DocumentReference", _document),
        vitals=series_of(observations, "vital-signs"),
        laboratory=series_of(observations, "laboratory"),
        visits=tuple(visit_brief(visit, visit.notes.last()) for visit in visits),
    )


def allergies(user: Any, patient_id: str) -> tuple[ChartItem, ...]:
    """The patient's allergies in force: what a banner shows on every page about the patient."""
    found = _items(actor_of(user, PHYSICIAN), patient_id, "AllergyIntolerance", _allergy)
    return tuple(item for item in found if item.active)


def _details(patient: Stored) -> PatientDetails:
    resource = patient.resource
    phones = [
        str(item.get("value", ""))
        for item in resource.get("telecom", [])
        if item.get("system") == "phone"
    ]
    address = first(resource.get("address"))
    place = [*address.get("line", []), address.get("postalCode"), address.get("city")]
    languages = first(resource.get("communication")).get("language")
    return PatientDetails(
        brief=patient_brief(patient.id, resource),
        phone=phones[0] if phones else "",
        address=", ".join(str(part) for part in place if part),
        language=concept_text(languages),
        deceased=parse_date(str(resource.get("deceasedDateTime", ""))),
        version=patient.version,
    )


Reader = Callable[[Json], dict[str, Any]]


def _items(
    actor: Actor, patient_id: str, resource_type: str, read: Reader
) -> tuple[ChartItem, ...]:
    """The patient's resources of a type as lines, newest first, without entries in error."""
    found = search.find(actor, resource_type, [("patient", patient_id)])
    items = [
        _item(stored, resource, read(resource))
        for stored in found
        if _stands(resource := stored.resource)
    ]
    items.sort(key=lambda item: item.since, reverse=True)
    return tuple(items)


def _stands(resource: Json) -> bool:
    verification = concept_coding(resource.get("verificationStatus"))[1]
    return "entered-in-error" not in (resource.get("status"), verification)


def _item(stored: Stored, resource: Json, parts: dict[str, Any]) -> ChartItem:
    parts.setdefault("since", when_of(resource)[:10])
    parts.setdefault("status", str(resource.get("status", "")))
    return ChartItem(
        resource_type=stored.type, resource_id=stored.id, version=stored.version, **parts
    )


def _coded(resource: Json, element: str = "code") -> dict[str, Any]:
    concept = resource.get(element)
    if isinstance(concept, list):
        concept = first(concept)
    system, code = concept_coding(concept)
    return {"label": concept_text(concept), "system": system, "code": code}


def _condition(resource: Json) -> dict[str, Any]:
    status = concept_coding(resource.get("clinicalStatus"))[1]
    return {
        **_coded(resource),
        "kind": "condition",
        "status": status,
        "active": status in {"active", "recurrence", "relapse", ""},
        "until": str(resource.get("abatementDateTime", ""))[:10],
        "severity": concept_text(resource.get("severity")),
    }


def _medication(resource: Json) -> dict[str, Any]:
    return {
        **_coded(resource, "medicationCodeableConcept"),
        "label": medication_text(resource),
        "kind": "medication",
        "active": resource.get("status") in {"active", "on-hold", "draft"},
        "detail": dosage_text(resource),
    }


def _allergy(resource: Json) -> dict[str, Any]:
    status = concept_coding(resource.get("clinicalStatus"))[1]
    reaction = first(resource.get("reaction"))
    return {
        **_coded(resource),
        "kind": "allergy",
        "status": status,
        "active": status in {"active", ""},
        "detail": concept_text(first(reaction.get("manifestation"))),
        "severity": str(reaction.get("severity") or resource.get("criticality") or ""),
    }


def _procedure(resource: Json) -> dict[str, Any]:
    return {**_coded(resource), "kind": "procedure", "active": False}


def _immunization(resource: Json) -> dict[str, Any]:
    return {**_coded(resource, "vaccineCode"), "kind": "immunization", "active": False}


def _family(resource: Json) -> dict[str, Any]:
    conditions = [concept_text(item.get("code")) for item in resource.get("condition", [])]
    return {
        **_coded(resource, "relationship"),
        "kind": "family",
        "detail": ", ".join(part for part in conditions if part),
    }


def _encounter(resource: Json) -> dict[str, Any]:
    reason = concept_text(first(resource.get("reasonCode")))
    kind = _coded(resource, "type")
    return {
        **kind,
        "label": kind["label"] or reason or str((resource.get("class") or {}).get("display", "")),
        "kind": "encounter",
        "active": resource.get("status") in {"arrived", "triaged", "in-progress"},
        "until": str((resource.get("period") or {}).get("end", ""))[:10],
        "detail": reason,
    }


def _document(resource: Json) -> dict[str, Any]:
    return {
        **_coded(resource, "type"),
        "label": str(resource.get("description") or concept_text(resource.get("type"))),
        "kind": "document",
        "active": resource.get("status") == "current",
        "detail": str(first(resource.get("author")).get("display", "")),
    }
