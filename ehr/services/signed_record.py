"""What a signature writes to the FHIR record, inside the signing transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from ehr.exceptions import RecordRefused
from ehr.models import Evidence, Note, NoteSentence, SignedNote, Visit
from fhir_bridge import mappings, outcomes, search, store
from fhir_bridge.access import Actor
from fhir_bridge.mappings.condition import (
    Diagnosis,
    condition_build,
    condition_confirmed,
    condition_withdrawn,
)
from fhir_bridge.mappings.encounter import FinishedVisit, encounter_build, encounter_finished
from fhir_bridge.mappings.narrative import NoteSectionText, note_text
from fhir_bridge.mappings.parts import Ref
from fhir_bridge.store import Put, Stored


@dataclass(frozen=True)
class Signature:
    """A note as it is being signed: `previous` is the signature that this one amends."""

    note: Note
    actor: Actor
    signer_name: str
    signed_at: datetime
    content: dict[str, Any]
    codes: list[dict[str, Any]]
    previous: SignedNote | None


@dataclass(frozen=True)
class Written:
    composition_id: str
    composition_version: int
    document_reference_id: str
    provenance_id: str
    encounter_id: str
    condition_ids: tuple[str, ...]


@dataclass
class _Plan:
    """The ids and references that the resources of one signature share."""

    signature: Signature
    composition_id: str
    document_id: str
    encounter_id: str
    subject: Ref
    encounter: Ref
    signer: Ref
    device: Ref
    title: str
    sections: tuple[NoteSectionText, ...]
    puts: list[Put] = field(default_factory=list)


def record_write(signature: Signature) -> Written:
    """Write everything that the signature means to the record: all of it, or an error.

    The Provenance names the versions of what it is about, so it is written after them, in the
    caller's transaction.

    Raises:
        RecordRefused: the record did not take a resource; the caller's transaction must end.
    """
    try:
        return _write(_plan(signature))
    except outcomes.FhirError as error:
        raise RecordRefused(
            note_id=signature.note.pk, status=error.status, expression=error.expression
        ) from error


def _write(plan: _Plan) -> Written:
    _device(plan)
    _encounter(plan)
    conditions = _conditions(plan)
    _composition(plan, conditions)
    _document(plan)
    stored = store.write(plan.signature.actor, plan.puts)
    by_id = {(item.type, item.id): item for item in stored}
    composition = by_id["Composition", plan.composition_id]
    provenance = _provenance(plan, stored)
    return Written(
        composition_id=plan.composition_id,
        composition_version=composition.version,
        document_reference_id=plan.document_id,
        provenance_id=provenance.id,
        encounter_id=plan.encounter_id,
        condition_ids=tuple(conditions),
    )


def _plan(signature: Signature) -> _Plan:
    note, visit, previous = signature.note, signature.note.visit, signature.previous
    practitioner = signature.actor.practitioner_id
    encounter_id = visit.encounter_id or str(uuid.uuid4())
    return _Plan(
        signature=signature,
        composition_id=previous.composition_id if previous else str(uuid.uuid4()),
        document_id=str(uuid.uuid4()),
        encounter_id=encounter_id,
        subject=Ref(f"Patient/{visit.patient_id}"),
        encounter=Ref(f"Encounter/{encounter_id}"),
        signer=Ref(
            f"Practitioner/{practitioner}" if practitioner else "", display=signature.signer_name
        ),
        device=Ref(f"Device/{mappings.device_id(note.draft.engine)}"),
        title=_title(signature),
        sections=tuple(
            NoteSectionText(
                key=section["key"],
                title=section["title"],
                sentences=tuple(sentence["text"] for sentence in section["sentences"]),
            )
            for section in signature.content["sections"]
        ),
    )


def _title(signature: Signature) -> str:
    """In the note's own language, whatever language the signer's pages are in."""
    with override(signature.content["language"]):
        name = gettext("Visit note")
    return f"{name}, {signature.note.visit.scheduled_at.date().isoformat()}"


def _current(actor: Actor, resource_type: str, resource_id: str) -> Stored | None:
    try:
        return store.read(actor, resource_type, resource_id)
    except (outcomes.NotFound, outcomes.Gone):
        return None


def _device(plan: _Plan) -> None:
    device = mappings.device_build(plan.signature.note.draft.engine)
    if _current(plan.signature.actor, "Device", device["id"]) is None:
        plan.puts.append(Put(device, device["id"]))


def _encounter(plan: _Plan) -> None:
    visit: Visit = plan.signature.note.visit
    current = (
        _current(plan.signature.actor, "Encounter", visit.encounter_id)
        if visit.encounter_id
        else None
    )
    if current is None:
        encounter = encounter_build(
            FinishedVisit(
                id=plan.encounter_id,
                subject=plan.subject,
                practitioner=plan.signer,
                start=visit.scheduled_at,
                reason=visit.reason,
            )
        )
        plan.puts.append(Put(encounter, plan.encounter_id))
    elif current.resource.get("status") != "finished":
        plan.puts.append(
            Put(encounter_finished(current.resource), current.id, if_match=current.version)
        )


def _conditions(plan: _Plan) -> list[str]:
    """A Condition for each accepted code: the patient's active one of that code, or a new one.

    What an earlier signature of this note created and this one no longer holds is withdrawn.
    """
    signature = plan.signature
    kept = []
    for code in signature.codes:
        diagnosis = Diagnosis(
            id=condition_id(signature.note, code["system"], code["code"]),
            system=code["system"],
            code=code["code"],
            description=code["description"],
            release=code["release"],
            subject=plan.subject,
            encounter=plan.encounter,
            asserter=plan.signer,
            recorded=signature.signed_at,
            composition=Ref(f"Composition/{plan.composition_id}"),
            by_model=code["by_model"],
        )
        existing = _active_condition(plan, code) or _current(
            signature.actor, "Condition", diagnosis.id
        )
        if existing is None:
            plan.puts.append(Put(condition_build(diagnosis), diagnosis.id))
            kept.append(diagnosis.id)
        elif existing.resource.get("clinicalStatus"):
            confirmed = condition_confirmed(existing.resource, diagnosis)
            if confirmed != existing.resource:
                plan.puts.append(Put(confirmed, existing.id, if_match=existing.version))
            kept.append(existing.id)
        else:  # withdrawn by an amendment, held again by this one
            plan.puts.append(
                Put(condition_build(diagnosis), existing.id, if_match=existing.version)
            )
            kept.append(existing.id)
    _withdraw(plan, kept)
    return kept


def _active_condition(plan: _Plan, code: dict[str, Any]) -> Stored | None:
    found = search.find(
        plan.signature.actor,
        "Condition",
        [
            ("patient", plan.signature.note.visit.patient_id),
            ("code", f"{code['system']}|{code['code']}"),
            ("clinical-status", "active"),
        ],
        limit=1,
    )
    return found[0] if found else None


def _withdraw(plan: _Plan, kept: list[str]) -> None:
    previous = plan.signature.previous
    if previous is None:
        return
    for code in previous.codes:
        created = condition_id(plan.signature.note, code["system"], code["code"])
        if created in kept or created not in previous.condition_ids:
            continue
        current = _current(plan.signature.actor, "Condition", created)
        if current is not None and current.resource.get("clinicalStatus"):
            plan.puts.append(
                Put(condition_withdrawn(current.resource), created, if_match=current.version)
            )


def condition_id(note: Note, system: str, code: str) -> str:
    """The id of the Condition that a note creates for a code: stable, so that an amendment finds
    its own and never withdraws one that the patient had before."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"plume:note:{note.pk}:{system}|{code}"))


def _composition(plan: _Plan, conditions: list[str]) -> None:
    signature = plan.signature
    previous = signature.previous
    composition = mappings.composition_build(
        mappings.SignedComposition(
            id=plan.composition_id,
            title=plan.title,
            language=signature.content["language"],
            template=signature.content["template"],
            sections=plan.sections,
            subject=plan.subject,
            encounter=plan.encounter,
            device=plan.device,
            signer=plan.signer,
            signed_at=signature.signed_at,
            conditions=tuple(Ref(f"Condition/{item}") for item in conditions),
            replaces=_version_of(previous) if previous else "",
            appends="" if previous else _earlier_note(signature.note),
        )
    )
    plan.puts.append(Put(composition, plan.composition_id, protect=True))


def _version_of(signed: SignedNote) -> str:
    return f"Composition/{signed.composition_id}/_history/{signed.composition_version}"


def _earlier_note(note: Note) -> str:
    """The Composition of an earlier signed note of the same visit, which this one adds to."""
    earlier = (
        SignedNote.objects.filter(note__visit_id=note.visit_id)
        .exclude(note=note)
        .order_by("-signed_at")
        .first()
    )
    return f"Composition/{earlier.composition_id}" if earlier else ""


def _document(plan: _Plan) -> None:
    signature = plan.signature
    replaced = signature.previous.document_reference_id if signature.previous else ""
    document = mappings.document_reference_build(
        mappings.SignedDocument(
            id=plan.document_id,
            title=plan.title,
            language=signature.content["language"],
            template=signature.content["template"],
            text=note_text(plan.title, plan.sections),
            subject=plan.subject,
            encounter=plan.encounter,
            device=plan.device,
            signer=plan.signer,
            composition=Ref(f"Composition/{plan.composition_id}"),
            visit_start=signature.note.visit.scheduled_at,
            signed_at=signature.signed_at,
            replaces=f"DocumentReference/{replaced}" if replaced else "",
        )
    )
    plan.puts.append(Put(document, plan.document_id, protect=True))
    if replaced and (old := _current(signature.actor, "DocumentReference", replaced)):
        superseded = {**old.resource, "status": "superseded"}
        plan.puts.append(Put(superseded, old.id, if_match=old.version, protect=True))


def _provenance(plan: _Plan, stored: list[Stored]) -> Stored:
    signature = plan.signature
    previous = signature.previous
    targets = [
        f"{item.type}/{item.id}/_history/{item.version}"
        for item in stored
        if item.type in ("Composition", "DocumentReference", "Condition")
    ]
    provenance = mappings.provenance_build(
        mappings.SignedProvenance(
            targets=tuple(targets),
            recorded=signature.signed_at,
            device=plan.device,
            signer=plan.signer,
            words_sha256=signature.note.draft.visit_text.sha256,
            sources=_cited(signature),
            person_wrote=any(
                sentence["status"] == NoteSentence.Status.EDITED
                for section in signature.content["sections"]
                for sentence in section["sentences"]
            ),
            revises=_version_of(previous) if previous else "",
            reason=signature.note.amendment_reason,
        )
    )
    provenance["id"] = str(uuid.uuid4())
    return store.write(signature.actor, [Put(provenance, provenance["id"], protect=True)])[0]


def _cited(signature: Signature) -> tuple[str, ...]:
    """The record versions that the signed sentences rest on."""
    sentences = [
        sentence["id"]
        for section in signature.content["sections"]
        for sentence in section["sentences"]
    ]
    cited = (
        Evidence.objects.filter(sentence_id__in=sentences)
        .exclude(resource_type="")
        .order_by("resource_type", "resource_id", "resource_version")
        .values_list("resource_type", "resource_id", "resource_version")
        .distinct()
    )
    return tuple(f"{kind}/{fhir_id}/_history/{version}" for kind, fhir_id, version in cited)
