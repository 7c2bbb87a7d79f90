"""The standing users of every workflow test: owner, colleague, outsider, biller and nobody."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model

from ehr.models import Draft, Note, Visit
from ehr.services.drafting import draft_run
from ehr.services.drafts import draft_claim, owner_new
from ehr.services.visits import visit_create, visit_text_submit
from fhir_bridge import store
from fhir_bridge.access import actor_for_user, loader_actor, membership_set, organization_ensure

WORDS = (
    "Doctor: What brings you in today?\n"
    "Patient: I have had chest pain for three days.\n"
    "Doctor: Any fever?\n"
    "Patient: No fever at all.\n"
    "Doctor: We will get an electrocardiogram and start aspirin 81 mg daily.\n"
)


@dataclass(frozen=True)
class World:
    owner: Any
    colleague: Any
    outsider: Any
    biller: Any
    nobody: Any  # signed in, of no organisation
    organization_id: int
    other_organization_id: int
    patient_id: str
    other_patient_id: str


def world_make() -> World:
    ours = organization_ensure(slug="ours", name="Ours", fhir_id="org-ours")
    theirs = organization_ensure(slug="theirs", name="Theirs", fhir_id="org-theirs")
    for organization_id in (ours, theirs):
        actor = loader_actor(organization_id)
        for resource in RESOURCES:
            store.update(actor, resource["resourceType"], resource["id"], resource)
    their_patient = {**RESOURCES[1], "id": "their-patient"}
    store.update(loader_actor(theirs), "Patient", "their-patient", their_patient)
    return World(
        owner=person("owner", ours),
        colleague=person("colleague", ours),
        outsider=person("outsider", theirs),
        biller=person("biller", ours, role="biller"),
        nobody=get_user_model().objects.create_user("nobody", password="pw"),
        organization_id=ours,
        other_organization_id=theirs,
        patient_id="patient-1",
        other_patient_id="their-patient",
    )


def person(name: str, organization_id: int, *, role: str = "physician") -> Any:
    user = get_user_model().objects.create_user(
        name, password="pw", first_name=name.title(), last_name="Test"
    )
    membership_set(
        user=user,
        organization_id=organization_id,
        role=role,
        practitioner_id="practitioner-1" if role == "physician" else "",
    )
    return user


def visit_make(world: World, *, user: Any = None) -> Visit:
    return visit_create(
        actor=actor_for_user(user or world.owner),
        patient_id=world.patient_id,
        scheduled_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
        reason="Chest pain",
    )


def draft_make(world: World, *, words: str = WORDS, visit: Visit | None = None) -> Draft:
    visit = visit or visit_make(world)
    return visit_text_submit(user=world.owner, visit_id=visit.pk, data=words.encode())


def note_make(world: World, *, words: str = WORDS, visit: Visit | None = None) -> Note:
    """A note under review, made by the engine that the test put in place."""
    draft = draft_make(world, words=words, visit=visit)
    owner = owner_new()
    assert draft_claim(draft_id=draft.pk, owner=owner)
    assert draft_run(draft_id=draft.pk, owner=owner), Draft.objects.get(pk=draft.pk).failure_code
    return Note.objects.get(draft=draft)


RESOURCES: list[dict[str, Any]] = [
    {
        "resourceType": "Practitioner",
        "id": "practitioner-1",
        "name": [{"family": "Test", "given": ["Owner"]}],
    },
    {
        "resourceType": "Patient",
        "id": "patient-1",
        "identifier": [
            {
                "type": {
                    "coding": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}
                    ]
                },
                "system": "urn:example:mrn",
                "value": "MRN-4711",
            }
        ],
        "name": [{"use": "official", "family": "Zimmermann", "given": ["Ada"]}],
        "gender": "female",
        "birthDate": "1961-02-03",
    },
    {
        "resourceType": "Condition",
        "id": "condition-1",
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                    "code": "active",
                }
            ]
        },
        "code": {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/sid/icd-10-cm",
                    "code": "I10",
                    "display": "Essential (primary) hypertension",
                }
            ]
        },
        "subject": {"reference": "Patient/patient-1"},
        "onsetDateTime": "2015-06-01",
    },
    {
        "resourceType": "AllergyIntolerance",
        "id": "allergy-1",
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                    "code": "active",
                }
            ]
        },
        "code": {"text": "Penicillin"},
        "patient": {"reference": "Patient/patient-1"},
        "reaction": [{"manifestation": [{"text": "Hives"}], "severity": "moderate"}],
    },
    {
        "resourceType": "MedicationRequest",
        "id": "medication-1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Lisinopril 10 mg tablet"},
        "subject": {"reference": "Patient/patient-1"},
        "authoredOn": "2025-01-10",
        "dosageInstruction": [{"text": "one tablet daily"}],
    },
    {
        "resourceType": "Observation",
        "id": "pressure-1",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }
                ]
            }
        ],
        "code": {"text": "Blood pressure"},
        "subject": {"reference": "Patient/patient-1"},
        "effectiveDateTime": "2026-01-05T08:00:00Z",
        "component": [
            {
                "code": {
                    "coding": [{"system": "http://loinc.org", "code": "8480-6"}],
                    "text": "Systolic",
                },
                "valueQuantity": {"value": 142, "unit": "mmHg"},
            },
            {
                "code": {
                    "coding": [{"system": "http://loinc.org", "code": "8462-4"}],
                    "text": "Diastolic",
                },
                "valueQuantity": {"value": 88, "unit": "mmHg"},
            },
        ],
    },
    *(
        {
            "resourceType": "Observation",
            "id": f"potassium-{number}",
            "status": "final",
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        }
                    ]
                }
            ],
            "code": {
                "coding": [{"system": "http://loinc.org", "code": "2823-3"}],
                "text": "Potassium",
            },
            "subject": {"reference": "Patient/patient-1"},
            "effectiveDateTime": f"202{number}-03-05",
            "valueQuantity": {"value": value, "unit": "mmol/L"},
            "referenceRange": [{"low": {"value": 3.5}, "high": {"value": 5.1}}],
        }
        for number, value in ((3, 4.1), (4, 4.6), (5, 5.4))
    ),
]
