"""The summary as a document Bundle: the Composition, what its sections hold, and what that names.

Where nothing is known of problems, allergies or medication, an entry says exactly this, with the
codes that the guide has for it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fhir_bridge import store
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored
from fhir_bridge.mappings.parts import LOINC, concept
from fhir_bridge.mappings.readings import patient_name
from fhir_bridge.operations import bundles
from fhir_bridge.search import index
from fhir_bridge.summary import sections
from fhir_bridge.summary.narrative import line, narrative
from fhir_bridge.summary.sections import SECTIONS, Section

GUIDE = "http://hl7.org/fhir/uv/ips/StructureDefinition"
_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_UNKNOWN = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
# Resources that come along because others refer to them; beyond it references stay open.
_ALONG_MOST = 1_000
Json = Mapping[str, Any]


def summary(actor: Actor, patient: Stored, base: str) -> bytes:
    """The Bundle. Raises AccessDenied for who may not see what a summary must say."""
    sections.allowed_check(actor)
    held = [(section, sections.found(actor, patient.id, section)) for section in SECTIONS]
    stored: dict[str, Stored] = {patient.reference: patient}
    for listed in (each[1] for each in held):
        stored |= {each.reference: each for each in listed}
    stored |= _along(actor, patient, stored)
    parsed = {reference: each.resource for reference, each in stored.items()}
    language = get_language() or "en"
    about = f"{base}/{patient.reference}"
    made: list[dict[str, Any]] = []
    written = []
    for section, listed in held:
        nothing = None
        if not listed:
            if not section.absent:
                continue
            nothing = _generated(_nothing_known(section.absent, about))
            made.append(nothing)
        written.append(_section(section, listed, parsed, nothing, language, base))
    device = _generated({"resourceType": "Device", "deviceName": [
        {"name": "Plume", "type": "manufacturer-name"}]})  # fmt: skip
    composition = _composition(about, parsed[patient.reference], device, written, language)
    entries = [_made_entry(composition), *(bundles.entry(base, each) for each in stored.values())]
    entries += [_made_entry(each) for each in (*made, device)]
    identity = str(uuid.uuid4())
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "id": identity,
            "meta": {"profile": [f"{GUIDE}/Bundle-uv-ips"]},
            "language": language,
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{identity}"},
            "type": "document",
            "timestamp": _now(),
            "entry": entries,
        }
    )


def _along(actor: Actor, patient: Stored, held: Mapping[str, Stored]) -> dict[str, Stored]:
    """What is referred to, and what that refers to, until nothing new comes; of this patient's
    record or of nobody's in particular, as far as the actor may read it."""
    seen = {(each.type, each.id) for each in held.values()}
    fresh: list[Stored] = list(held.values())
    along: dict[str, Stored] = {}
    while fresh and len(along) < _ALONG_MOST:
        wanted = {key for each in fresh for key in bundles.local_targets(each)} - seen
        wanted = {key for key in wanted if key[0] not in ("Patient", "Group")}
        seen |= wanted
        keys = sorted(wanted)[: _ALONG_MOST - len(along)]
        found = store.read_many(actor, keys) if keys else {}
        fresh = [
            found[key]
            for key in keys
            if key in found and index.patients(key[0], found[key].resource) <= {patient.id}
        ]
        along |= {each.reference: each for each in fresh}
    return along


def _section(
    section: Section,
    listed: Sequence[Stored],
    parsed: Mapping[str, Json],
    nothing: Json | None,
    language: str,
    base: str,
) -> dict[str, Any]:
    held = sections.references(listed)
    lines = [line(parsed[each], parsed) for each in held]
    # Absolute: what has no address of its own cannot refer relative to it (bundle.html#references).
    references = [f"{base}/{each}" for each in held]
    if nothing is not None:
        references = [f"urn:uuid:{nothing['id']}"]
        lines = [_nothing_said(section.absent)]
    return {
        "title": str(section.title),
        "code": concept(LOINC, section.code, section.display),
        "text": narrative(lines, language),
        "entry": [{"reference": each} for each in references],
    }


def _nothing_said(code: str) -> str:
    return {
        "no-problem-info": _("There is no information about problems."),
        "no-allergy-info": _("There is no information about allergies."),
        "no-medication-info": _("There is no information about medication."),
    }[code]


def _nothing_known(code: str, patient: str) -> dict[str, Any]:
    """The resource that says that nothing is known, which is not that there is nothing."""
    about = {"reference": patient}
    displays = {
        "no-problem-info": "No information about problems",
        "no-allergy-info": "No information about allergies",
        "no-medication-info": "No information about medications",
    }
    coded = concept(_ABSENT, code, displays[code])
    if code == "no-allergy-info":
        active = concept(f"{_TERMINOLOGY}/allergyintolerance-clinical", "active")
        return {"resourceType": "AllergyIntolerance", "clinicalStatus": active, "code": coded,
                "patient": about}  # fmt: skip
    if code == "no-problem-info":
        active = concept(f"{_TERMINOLOGY}/condition-clinical", "active")
        return {"resourceType": "Condition", "clinicalStatus": active, "code": coded,
                "subject": about}  # fmt: skip
    unknown = {"extension": [{"url": _UNKNOWN, "valueCode": "unknown"}]}
    return {"resourceType": "MedicationStatement", "status": "unknown",
            "medicationCodeableConcept": coded, "subject": about,
            "_effectiveDateTime": unknown}  # fmt: skip


def _composition(
    about: str, person: Json, device: Json, written: list[dict[str, Any]], language: str
) -> dict[str, Any]:
    title = _("Patient summary")
    name = patient_name(person).full
    return _generated(
        {
            "resourceType": "Composition",
            "meta": {"profile": [f"{GUIDE}/Composition-uv-ips"]},
            "language": language,
            "text": narrative([f"{title}: {name}" if name else title], language),
            "status": "final",
            "type": concept(LOINC, "60591-5", "Patient summary Document"),
            "subject": {"reference": about},
            "date": _now(),
            "author": [{"reference": f"urn:uuid:{device['id']}"}],
            "title": title,
            "section": written,
        }
    )


def _generated(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource that exists in this document only."""
    return {"resourceType": resource["resourceType"], "id": str(uuid.uuid4()), **resource}


def _made_entry(resource: Json) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _now() -> str:
    now = datetime.now(UTC)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
