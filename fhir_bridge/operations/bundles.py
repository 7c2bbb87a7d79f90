"""The Bundles that operations answer with, joined from stored bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from fhir_bridge.documents import Stored, parse

# What a patient's record points to outside of it: never a resource about somebody else.
AROUND = frozenset(
    ["Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation", "Location",
     "HealthcareService", "Endpoint", "Medication", "Substance", "Device", "Questionnaire"]
)  # fmt: skip


def entry(base: str, stored: Stored, mode: str = "") -> dict[str, Any]:
    """A Bundle.entry, with search.mode when it is an answer to a question."""
    made: dict[str, Any] = {
        "fullUrl": f"{base}/{stored.reference}",
        "resource": orjson.Fragment(stored.content),
    }
    return made | ({"search": {"mode": mode}} if mode else {})


def searchset(
    base: str,
    matches: Iterable[Stored],
    included: Iterable[Stored] = (),
    *,
    links: Sequence[Mapping[str, str]],
    total: int | None = None,
) -> bytes:
    """A searchset Bundle as bytes."""
    entries = [entry(base, each, "match") for each in matches]
    entries += [entry(base, each, "include") for each in included]
    made: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        made["total"] = total
    made["link"] = list(links)
    if entries:
        made["entry"] = entries
    return orjson.dumps(made)


def local_targets(stored: Stored) -> set[tuple[str, str]]:
    """(type, id) of what a resource refers to in this record."""
    found = set()
    for holder in parse(stored.content).references:
        steps = str(holder["reference"]).split("/")
        if len(steps) in (2, 4) and steps[0].isalpha():
            found.add((steps[0], steps[1]))
    return found
