"""Small records for the search tests: two organisations, resources by name."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fhir_bridge import access, search, store
from fhir_bridge.access import Actor

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def owner() -> Actor:
    """A client of the first organisation that may do everything there."""
    return access.loader_actor(
        access.organization_ensure(slug="first", name="First", fhir_id="first")
    )


def outsider() -> Actor:
    """A client of another organisation that may do everything in its own."""
    return access.loader_actor(
        access.organization_ensure(slug="other", name="Other", fhir_id="other")
    )


def patient_client(actor: Actor, patient_id: str) -> Actor:
    """A client that may see one patient of the actor's organisation."""
    return Actor(
        organization_id=actor.organization_id,
        role="client",
        name="token:1",
        scopes=("patient/*.rs",),
        patient_id=patient_id,
    )


def put(actor: Actor, *resources: Mapping[str, Any]) -> None:
    """Store resources under the ids they bring."""
    for resource in resources:
        store.update_or_create(actor, resource["resourceType"], resource["id"], resource)


def ids(actor: Actor, type_: str, query: str = "", **options: Any) -> list[str]:
    """The ids that a query string finds, in the search's order."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return [stored.id for stored in search.find(actor, type_, pairs, **options)]


def patient(id_: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_, **more}


def observation(id_: str, **more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": LOINC, "code": "1-8"}]}
    return {"resourceType": "Observation", "id": id_, "status": "final", "code": code, **more}


def quantity(value: float, unit: str = "kg") -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def concept(code: str, system: str = LOINC, **more: Any) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **more}
