"""$summary: an International Patient Summary of what the record holds, and of nobody else."""

import re
from typing import Any

import pytest
from lxml import etree

from fhir_bridge.documents import parse
from fhir_bridge.validation import validate
from tests.fhir.record import Api, bundle, observation, patient, put, refused

pytestmark = pytest.mark.django_db
ABOUT = {"reference": "Patient/p"}
LOINC = "http://loinc.org"
PROBLEMS, ALLERGIES, MEDICATION = "11450-4", "48765-2", "10160-0"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"


def coded(text: str, code: str = "", system: str = LOINC) -> dict[str, Any]:
    return {"text": text} | ({"coding": [{"system": system, "code": code}]} if code else {})


def state(kind: str, code: str) -> dict[str, Any]:
    return coded(code, code, f"http://terminology.hl7.org/CodeSystem/{kind}")


def condition(id: str, text: str, clinical: str = "active", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": id, "subject": ABOUT, "code": coded(text),
            "clinicalStatus": state("condition-clinical", clinical), **more}  # fmt: skip


def measured(id: str, code: str, day: str, value: int, category: str) -> dict[str, Any]:
    return observation(
        "Patient/p", id=id, code=coded(f"Test {code}", code), effectiveDateTime=day,
        valueQuantity={"value": value, "unit": "mmol/L"},
        category=[state("observation-category", category)],
        encounter={"reference": "Encounter/e"},
    )  # fmt: skip


def chart() -> Api:
    api = Api()
    answer = api.post("", bundle(
        put({"resourceType": "Organization", "id": "org", "name": "Org"}),
        put({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Martin"}]}),
        put({"resourceType": "Location", "id": "l", "name": "Ward",
             "managingOrganization": {"reference": "Organization/org"}}),
        put(patient(id="p", identifier=[{"system": "urn:x", "value": "7"}])),
        put(patient(id="q")),
        put({"resourceType": "Encounter", "id": "e", "status": "finished", "subject": ABOUT,
             "class": {"code": "AMB"}, "location": [{"location": {"reference": "Location/l"}}]}),
        put(condition("c1", "Asthma <b>& more</b>", encounter={"reference": "Encounter/e"})),
        put(condition("c2", "Broken arm", "resolved")),
        put(condition("c3", "Wrong", verificationStatus=state(
            "condition-ver-status", "entered-in-error"))),
        put({"resourceType": "AllergyIntolerance", "id": "a1", "patient": ABOUT,
             "code": coded("Penicillin"), "reaction": [{"manifestation": [coded("Rash")]}],
             "clinicalStatus": state("allergyintolerance-clinical", "active"),
             "recorder": {"reference": "Practitioner/d"}}),
        put({"resourceType": "Medication", "id": "m", "code": coded("Salbutamol")}),
        put({"resourceType": "MedicationRequest", "id": "r1", "status": "active",
             "intent": "order", "subject": ABOUT, "medicationReference": {
                 "reference": "Medication/m"}, "dosageInstruction": [{"text": "2 puffs"}]}),
        put({"resourceType": "MedicationRequest", "id": "r2", "status": "stopped",
             "intent": "order", "subject": ABOUT,
             "medicationCodeableConcept": coded("Stopped")}),
        put({"resourceType": "Immunization", "id": "i", "status": "completed", "patient": ABOUT,
             "vaccineCode": coded("Tetanus"), "occurrenceDateTime": "2020-05-06"}),
        put({"resourceType": "Procedure", "id": "pr", "status": "completed", "subject": ABOUT,
             "code": coded("Appendectomy")}),
        put(measured("l1", "1-1", "2020-01-01", 4, "laboratory")),
        put(measured("l2", "1-1", "2021-01-01", 5, "laboratory")),
        put(measured("v1", "8867-4", "2021-01-01", 70, "vital-signs")),
        put(observation("Patient/p", id="preg", code=coded("Pregnant", "82810-3"),
                        valueCodeableConcept=coded("no"))),
        put(condition("other", "Not his") | {"subject": {"reference": "Patient/q"}}),
    ))  # fmt: skip
    assert answer.status_code == 200, answer.content
    return api


def summary(api: Api, path: str = "/Patient/p/$summary", **headers: str) -> Any:
    answer = api.get(path, **headers)
    assert answer.status_code == 200, answer.content
    validate(parse(answer.content))
    return answer.json()


def sections(document: Any) -> dict[str, Any]:
    composition = document["entry"][0]["resource"]
    return {each["code"]["coding"][0]["code"]: each for each in composition["section"]}


def resources(document: Any, code: str) -> list[Any]:
    """The resources of a section, by its references."""
    by_url = {each["fullUrl"]: each["resource"] for each in document["entry"]}
    return [by_url[each["reference"]] for each in sections(document)[code]["entry"]]


def ids(document: Any, code: str) -> set[str]:
    return {each["id"] for each in resources(document, code)}


def test_a_summary_is_a_document_that_begins_with_its_composition() -> None:
    document = summary(chart())
    assert document["type"] == "document"
    assert document["identifier"]["value"].startswith("urn:uuid:")
    composition = document["entry"][0]["resource"]
    assert composition["resourceType"] == "Composition"
    assert composition["type"]["coding"][0]["code"] == "60591-5"
    assert len({each["fullUrl"] for each in document["entry"]}) == len(document["entry"])


def test_sections_hold_what_is_theirs_and_leave_out_what_is_over_or_wrong() -> None:
    document = summary(chart())
    assert ids(document, PROBLEMS) == {"c1"}
    assert ids(document, "11348-0") == {"c2"}
    assert ids(document, ALLERGIES) == {"a1"}
    assert ids(document, MEDICATION) == {"r1"}
    assert ids(document, "11369-6") == {"i"}
    assert ids(document, "47519-4") == {"pr"}
    assert ids(document, "30954-2") == {"l2"}
    assert ids(document, "8716-3") == {"v1"}
    assert ids(document, "10162-6") == {"preg"}
    assert "18776-5" not in sections(document)
    assert "Not his" not in str(document)


def test_every_reference_resolves_inside_the_bundle() -> None:
    document = summary(chart())
    urls = {each["fullUrl"] for each in document["entry"]}
    base = document["entry"][1]["fullUrl"].rpartition("/Patient/")[0]
    found = set(re.findall(r"'reference': '([^']+)'", str(document)))
    assert found
    for each in found:
        assert each in urls or f"{base}/{each}" in urls, each
    assert f"{base}/Organization/org" in urls


def test_narratives_say_the_entries_escaped() -> None:
    held = sections(summary(chart()))
    for each in held.values():
        assert each["text"]["status"] == "generated"
        etree.fromstring(each["text"]["div"])
    assert "Asthma &lt;b&gt;&amp; more&lt;/b&gt;" in held[PROBLEMS]["text"]["div"]
    assert "Penicillin, Rash" in held[ALLERGIES]["text"]["div"]
    assert "Salbutamol, 2 puffs" in held[MEDICATION]["text"]["div"]
    assert "Test 1-1: 5 mmol/L, 2021-01-01" in held["30954-2"]["text"]["div"]


def test_where_nothing_is_known_it_says_so_and_not_that_there_is_nothing() -> None:
    api = chart()
    document = summary(api, "/Patient/q/$summary")
    assert ids(document, PROBLEMS) == {"other"}
    codes = {
        code: resources(document, code)[0] for code in (ALLERGIES, MEDICATION)
    }  # fmt: skip
    assert codes[ALLERGIES]["code"]["coding"][0] == {
        "system": ABSENT, "code": "no-allergy-info",
        "display": "No information about allergies"}  # fmt: skip
    drug = codes[MEDICATION]
    assert drug["medicationCodeableConcept"]["coding"][0]["code"] == "no-medication-info"
    assert drug["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown"
    assert set(sections(document)) == {PROBLEMS, ALLERGIES, MEDICATION}


def test_titles_are_in_the_language_that_was_asked_for() -> None:
    api = chart()
    english = sections(summary(api, accept_language="en"))
    french = summary(api, "/Patient/q/$summary", accept_language="fr")
    assert english[PROBLEMS]["title"] == "Problems"
    assert french["language"] == "fr"
    assert french["entry"][0]["resource"]["title"] == "Résumé du patient"
    assert sections(french)[PROBLEMS]["title"] == "Problèmes"
    assert "Aucune information" in sections(french)[ALLERGIES]["text"]["div"]
    assert 'lang="fr"' in sections(french)[ALLERGIES]["text"]["div"]


def test_a_patient_is_named_by_an_identifier_too() -> None:
    api = chart()
    document = summary(api, "/Patient/$summary?identifier=urn:x|7")
    assert document["entry"][0]["resource"]["subject"]["reference"].endswith("/Patient/p")
    refused(api.get("/Patient/$summary?identifier=urn:x|8"), 404, "not-found")
    refused(api.get("/Patient/$summary"), 400, "required")
    refused(api.get("/Patient/p/$summary?profile=http://other.example"), 400, "not-supported")
    refused(api.get("/Patient/p/$summary?x=1"), 400, "not-supported")
    refused(api.get("/Patient/none/$summary"), 404, "not-found")


def test_nobody_gets_a_summary_of_what_they_may_not_see() -> None:
    chart()
    refused(Api("other").get("/Patient/p/$summary"), 404, "not-found")
    refused(Api("other").get("/Patient/$summary?identifier=urn:x|7"), 404, "not-found")
    refused(Api(scopes=None).get("/Patient/p/$summary"), 401, "login")
    part = "system/Patient.rs system/Condition.rs system/AllergyIntolerance.rs"
    refused(Api(scopes=part).get("/Patient/p/$summary"), 403, "forbidden")
    few = Api(scopes=f"{part} system/MedicationRequest.rs system/MedicationStatement.rs")
    document = summary(few)
    assert set(sections(document)) == {PROBLEMS, ALLERGIES, MEDICATION, "11348-0"}
    assert not {"Practitioner", "Encounter", "Medication"} & {
        each["resource"]["resourceType"] for each in document["entry"]
    }
    own = Api(scopes="patient/*.rs", patient_id="p")
    assert ids(summary(own), PROBLEMS) == {"c1"}
    refused(own.get("/Patient/q/$summary"), 404, "not-found")


def test_what_is_another_patients_stays_out_though_something_refers_to_it() -> None:
    api = chart()
    api.put("/Observation/baby", observation("Patient/q", id="baby", hasMember=[
        {"reference": "Observation/inner"}]))  # fmt: skip
    api.put("/Observation/inner", observation("Patient/q", id="inner"))
    evidence = [{"reference": "Observation/baby"}, {"reference": "Observation/v1"}]
    api.put("/Condition/c1", condition("c1", "Asthma", evidence=[{"detail": evidence}]))
    held = {each["resource"].get("id") for each in summary(api)["entry"]}
    assert "v1" in held
    assert not held & {"q", "baby", "inner"}
