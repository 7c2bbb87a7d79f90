"""The mappings by themselves: valid R4 by the record's own check and by fhir.resources' models."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given
from hypothesis import strategies as st

from fhir_bridge import mappings
from fhir_bridge.documents import document
from fhir_bridge.mappings.condition import condition_confirmed, condition_withdrawn
from fhir_bridge.mappings.narrative import NoteSectionText, note_div, note_text
from fhir_bridge.mappings.parts import Ref, instant
from fhir_bridge.validation import validate

NOW = datetime(2026, 5, 4, 10, 15, 30, 123456, tzinfo=UTC)
SECTIONS = (
    NoteSectionText("subjective", "Subjective", ("Chest pain for three days.", "No fever.")),
    NoteSectionText("assessment", "Évaluation & <suite>", ("Probable angina.",)),
)
ENGINE = {
    "backend": "claims",
    "model": "all-MiniLM-L6-v2",
    "model_version": "1",
    "weights_sha256": "a" * 64,
    "template_version": "soap-1",
    "code_release": "",
}
PATIENT, ENCOUNTER, DEVICE = Ref("Patient/p"), Ref("Encounter/e"), Ref("Device/d")
SIGNER = Ref("Practitioner/x", display="Dr Who")


def composition(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "c",
        "title": "Visit note",
        "language": "fr",
        "template": "soap",
        "sections": SECTIONS,
        "subject": PATIENT,
        "encounter": ENCOUNTER,
        "device": DEVICE,
        "signer": SIGNER,
        "signed_at": NOW,
        "conditions": (Ref("Condition/1"),),
        **changes,
    }
    return mappings.composition_build(mappings.SignedComposition(**values))


def diagnosis() -> mappings.Diagnosis:
    return mappings.Diagnosis(
        id="1",
        system="http://hl7.org/fhir/sid/icd-10-cm",
        code="R07.9",
        description="Chest pain, unspecified",
        release="ICD-10-CM 2026-04-01",
        subject=PATIENT,
        encounter=ENCOUNTER,
        asserter=SIGNER,
        recorded=NOW,
        composition=Ref("Composition/c"),
    )


def document_reference(**changes: Any) -> dict[str, Any]:
    values = {
        "id": "d",
        "title": "Visit note",
        "language": "en",
        "template": "soap",
        "text": note_text("Visit note", SECTIONS),
        "subject": PATIENT,
        "encounter": ENCOUNTER,
        "device": DEVICE,
        "signer": SIGNER,
        "composition": Ref("Composition/c"),
        "visit_start": NOW,
        "signed_at": NOW,
        **changes,
    }
    return mappings.document_reference_build(mappings.SignedDocument(**values))


def provenance(**changes: Any) -> dict[str, Any]:
    values = {
        "targets": ("Composition/c/_history/1",),
        "recorded": NOW,
        "device": DEVICE,
        "signer": SIGNER,
        "words_sha256": "b" * 64,
        **changes,
    }
    return mappings.provenance_build(mappings.SignedProvenance(**values))


RESOURCES = {
    "composition": composition(),
    "amended composition": composition(replaces="Composition/c/_history/1", conditions=()),
    "appended composition": composition(appends="Composition/earlier"),
    "signer without a Practitioner": composition(signer=Ref(display="Dr Who")),
    "unknown template": composition(template="one-of-ours"),
    "document": document_reference(),
    "amended document": document_reference(replaces="DocumentReference/before"),
    "provenance": provenance(),
    "full provenance": provenance(
        sources=("Condition/1/_history/2",),
        person_wrote=True,
        revises="Composition/c/_history/1",
        reason="Wrong side",
    ),
    "condition": mappings.condition_build(diagnosis()),
    "confirmed condition": condition_confirmed(mappings.condition_build(diagnosis()), diagnosis()),
    "withdrawn condition": condition_withdrawn(mappings.condition_build(diagnosis())),
    "device": mappings.device_build(ENGINE),
    "device of an engine that says little": mappings.device_build({"backend": "x"}),
    "encounter": mappings.encounter_build(
        mappings.FinishedVisit("e", PATIENT, SIGNER, NOW, "Chest pain")
    ),
    "encounter without a reason": mappings.encounter_build(
        mappings.FinishedVisit("e", PATIENT, SIGNER, NOW)
    ),
}


@pytest.mark.parametrize("name", RESOURCES)
def test_a_mapping_is_valid_r4(name: str) -> None:
    validate(document(RESOURCES[name]))


@pytest.mark.parametrize("name", RESOURCES)
def test_an_independent_model_agrees(name: str) -> None:
    resource = RESOURCES[name]
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("name", RESOURCES)
def test_nothing_is_empty(name: str) -> None:
    def look(value: Any) -> None:
        assert value not in ("", None, [], {})
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, (dict, list)):
                look(item)
            else:
                assert item not in ("", None)

    look(RESOURCES[name])


def test_the_same_engine_is_the_same_device() -> None:
    assert mappings.device_id(ENGINE) == mappings.device_id(dict(reversed(ENGINE.items())))
    assert mappings.device_id(ENGINE) != mappings.device_id({**ENGINE, "model_version": "2"})


def test_a_confirmed_condition_says_each_thing_once() -> None:
    before = mappings.condition_build(diagnosis())
    once = condition_confirmed(before, diagnosis())
    assert condition_confirmed(once, diagnosis()) == once
    assert len(once["evidence"]) == len(once["category"]) == 1


def test_an_instant_needs_a_time_zone() -> None:
    assert instant(NOW) == "2026-05-04T10:15:30.123+00:00"
    with pytest.raises(ValueError, match="time zone"):
        instant(NOW.replace(tzinfo=None))


@given(st.text(min_size=1, max_size=200))
def test_any_words_become_well_formed_narrative(words: str) -> None:
    from xml.etree import ElementTree

    try:
        words.encode()
    except UnicodeEncodeError:
        return
    div = note_div("Title", (NoteSectionText("plan", words, (words,)),), "en")
    root = ElementTree.fromstring(div)
    assert {child.tag.rpartition("}")[2] for child in root} <= {"h1", "h2", "p"}
    assert all(len(child) == 0 for child in root)
