"""Everything that a patient's compartment holds, in pages. Used by $everything."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fhir_bridge import audit
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored
from fhir_bridge.models import PatientCompartment
from fhir_bridge.store.reading import all_visible, stored_of


@dataclass(frozen=True)
class CompartmentPage:
    """Resources in the order of their creation; `next` is where the next page starts, 0: none."""

    resources: tuple[Stored, ...]
    next: int


def compartment_page(
    actor: Actor,
    patient_id: str,
    *,
    types: Collection[str] = (),
    since: datetime | None = None,
    after: int = 0,
    limit: int,
) -> CompartmentPage:
    """What the actor may read and search in the compartment of a patient, the patient included;
    of some `types`, changed since a moment, from the place that the page before names.

    Whether the actor may see the patient at all is to be asked before.
    """
    inside = PatientCompartment.objects.filter(patient_id=patient_id).values("resource_id")
    # Both, since scopes may limit one to a patient and not the other.
    found = all_visible(actor, "search") & all_visible(actor, "read")
    found = found.filter(pk__in=inside, deleted=False, pk__gt=after)
    if types:
        found = found.filter(type__in=types)
    if since is not None:
        found = found.filter(last_updated__gte=since)
    page = list(found.order_by("pk")[: limit + 1])
    kept = page[:limit]
    audit.record(
        actor, "search", "Patient", patient_id,
        detail={"operation": "everything", "matches": len(kept)},
    )  # fmt: skip
    return CompartmentPage(
        tuple(stored_of(row) for row in kept), kept[-1].pk if len(page) > limit else 0
    )
