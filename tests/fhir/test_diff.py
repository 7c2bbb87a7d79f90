"""$diff: applied, the patch makes the one resource the other."""

import copy
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhir_bridge.documents import dumps, parse
from fhir_bridge.patches import fhirpath_patch
from fhir_bridge.patches.differences import differences
from fhir_bridge.validation import validate
from tests.fhir.record import Api, equal, observation, patient, refused

pytestmark = pytest.mark.django_db


def patched(old: dict[str, Any], new: dict[str, Any]) -> Any:
    """`old` after the patch, which has travelled as a valid resource."""
    patch = parse(dumps(differences(old, new)))
    if patch.value.get("parameter"):
        validate(patch)
    operations = fhirpath_patch.read(patch.value)
    return fhirpath_patch.applied(parse(dumps(old)).value, operations)


FULL = parse(
    b"""{"resourceType":"Patient","id":"p","meta":{"versionId":"3","tag":[{"code":"a"}]},
    "language":"en","text":{"status":"generated","div":"<div>x</div>"},
    "contained":[{"resourceType":"Organization","id":"o","name":"O"}],
    "extension":[{"url":"http://x.example/a","valueDecimal":1.50},
                 {"url":"http://x.example/b","extension":[{"url":"c","valueBoolean":true}]}],
    "name":[{"family":"Quill","given":["Ada","B."],"_given":[null,{"id":"g"}]},{"text":"AQ"}],
    "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}],
    "gender":"female","birthDate":"1950-02-03","_birthDate":{"extension":[
        {"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime",
         "valueDateTime":"1950-02-03T10:00:00Z"}]},
    "deceasedBoolean":false,"multipleBirthInteger":2,
    "contact":[{"relationship":[{"text":"r"}],"name":{"family":"K"}},{"gender":"male"}],
    "communication":[{"language":{"text":"fr"},"preferred":true}],
    "maritalStatus":{"coding":[{"code":"M"}]}}"""
).value
CHANGES: dict[str, Any] = {
    "nothing": {},
    "a primitive": {"gender": "male"},
    "a primitive with an extension beside it": {"birthDate": "1951"},
    "only what is beside it": {"_birthDate": {"id": "b"}},
    "no extension any more": {"_birthDate": None},
    "no value but an extension": {"birthDate": None},
    "another type of a choice": {"deceasedBoolean": None, "deceasedDateTime": "2020-01"},
    "a number's digits": {"multipleBirthInteger": 3},
    "a removed list": {"telecom": None},
    "a list in another order": {"telecom": FULL["telecom"][::-1]},
    "items before, between and after": {"telecom": [
        {"value": "0"}, FULL["telecom"][0], {"value": "1.5"}, FULL["telecom"][1], {"value": "3"}]},
    "an item of a list": {"telecom": [FULL["telecom"][0], {"system": "email", "value": "9"}]},
    "fewer items": {"telecom": FULL["telecom"][1:]},
    "a backbone element": {"contact": [{"relationship": [{"text": "s"}]}, {"gender": "other"}]},
    "a new backbone element": {"contact": [*FULL["contact"], {
        "name": {"family": "L", "_family": {"id": "f"}}, "period": {"start": "2020"}}]},
    "a primitive list with siblings": {"name": [
        {"given": ["A", "C"], "_given": [{"id": "1"}, None]}]},
    "a primitive list without a value": {"name": [{"_given": [{"id": "1"}]}]},
    "a narrative": {"text": {"status": "additional", "div": "<div>y</div>"}},
    "an extension's digits": {"extension": [{"url": "http://x.example/a",
                                             "valueDecimal": parse(b'{"v":1.5}').value["v"]}]},
    "an extension in an extension": {"extension": [
        FULL["extension"][0], {"url": "http://x.example/b", "extension": [
            {"url": "c", "valueCode": "d"}, {"url": "e", "valuePeriod": {"start": "2020"}}]}]},
    "a contained resource": {"contained": [
        {"resourceType": "Organization", "id": "o", "name": "P"}]},
    "another contained resource": {"contained": [
        {"resourceType": "Practitioner", "id": "d"}, *FULL["contained"]]},
    "everything": {key: None for key in FULL if key not in ("resourceType", "id", "meta")},
}  # fmt: skip


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(FULL) | changes
    return {key: value for key, value in made.items() if value is not None}


@pytest.mark.parametrize("name", CHANGES)
def test_the_patch_makes_the_one_the_other_and_back(name: str) -> None:
    other = changed(CHANGES[name])
    assert equal(patched(FULL, other), other)
    assert equal(patched(other, FULL), FULL)


def test_nothing_changed_is_an_empty_patch() -> None:
    assert differences(FULL, FULL) == {"resourceType": "Parameters"}


def test_a_small_change_is_a_small_patch() -> None:
    (operation,) = differences(FULL, changed({"gender": "male"}))["parameter"]
    parts = {each["name"]: each for each in operation["part"]}
    assert parts["type"]["valueCode"] == "replace"
    assert parts["path"]["valueString"] == "Patient.gender"
    assert parts["value"]["valueCode"] == "male"


# -- any two resources -----------------------------------------------------------------------------

text = st.text("abcé", min_size=1, max_size=3)
beside = st.builds(lambda id_: {"id": id_}, st.text("ab", min_size=1, max_size=2))
extension = st.fixed_dictionaries(
    {"url": st.sampled_from(["http://x.example/a", "http://x.example/b"])},
    optional={"valueString": text},
).filter(lambda each: "valueString" in each)


def some(items: Any, most: int = 3) -> Any:
    return st.lists(items, min_size=1, max_size=most)


@st.composite
def strings(draw: Any, name: str) -> dict[str, Any]:
    """A list of strings, some of them with ids beside."""
    values = draw(some(text))
    if not draw(st.booleans()):
        return {name: values}
    siblings = draw(st.lists(st.none() | beside, min_size=len(values), max_size=len(values)))
    return {name: values} | ({f"_{name}": siblings} if any(siblings) else {})


@st.composite
def names(draw: Any) -> dict[str, Any]:
    made: dict[str, Any] = draw(st.fixed_dictionaries(
        {"use": st.sampled_from(["usual", "old"])},
        optional={"family": text, "_family": beside, "extension": some(extension, 2)},
    ))  # fmt: skip
    return made | (draw(strings("given")) if draw(st.booleans()) else {})


contacts = st.fixed_dictionaries(
    {"gender": st.sampled_from(["male", "female"])},
    optional={"name": names(), "relationship": some(st.builds(lambda t: {"text": t}, text), 2)},
)
patients = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": st.just("p")},
    optional={
        "active": st.booleans(), "_active": beside,
        "name": some(names()), "contact": some(contacts),
        "gender": st.sampled_from(["male", "other"]), "extension": some(extension),
        "contained": some(st.builds(
            lambda i: {"resourceType": "Organization", "id": i, "name": i},
            st.text("ab", min_size=1, max_size=3)), 2),
        "text": st.builds(lambda t: {"status": "generated", "div": f"<div>{t}</div>"}, text),
    },
)  # fmt: skip
deceased = st.sampled_from([{}, {"deceasedBoolean": True}, {"deceasedDateTime": "2020"},
                            {"_deceasedBoolean": {"id": "d"}}])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(patients, deceased, patients, deceased)
def test_the_patch_between_any_two_patients_applies(
    old: dict[str, Any], was: dict[str, Any], new: dict[str, Any], now: dict[str, Any]
) -> None:
    old, new = old | was, new | now
    assert equal(patched(old, new), parse(dumps(new)).value)


@pytest.mark.shared
def test_the_patch_between_public_examples_of_a_type_applies(shared_data: Any) -> None:
    by_type: dict[str, list[Any]] = {}
    for file in sorted((shared_data / "us-core-examples").rglob("*.json")):
        value = parse(file.read_bytes()).value
        if value.get("resourceType") != "Bundle":
            by_type.setdefault(value["resourceType"], []).append(value)
    compared = 0
    for listed in by_type.values():
        for old, new in pairwise(listed):
            target = {**new, "id": old["id"], "meta": old.get("meta", {})}
            target = {key: value for key, value in target.items() if value != {}}
            old = {key: value for key, value in old.items() if value != {}}
            assert equal(patched(old, target), target)
            compared += 1
    assert compared > 20


# -- over HTTP -------------------------------------------------------------------------------------


def test_the_last_change_of_a_resource_sent_as_a_patch_makes_it_again() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", gender="male"))
    api.put("/Patient/p", patient(id="p", gender="female", active=True))
    answer = api.get("/Patient/p/$diff")
    assert answer.status_code == 200
    validate(parse(answer.content))
    api.put("/Patient/q", patient(id="q", gender="male"))
    sent = api.call("PATCH", "/Patient/q", answer.json())
    assert sent.status_code == 200
    assert (sent.json()["gender"], sent.json()["active"]) == ("female", True)
    back = api.get("/Patient/p/$diff?fromVersion=2&toVersion=1").json()
    assert "delete" in json.dumps(back)
    assert "parameter" not in api.get("/$diff?from=Patient/p&to=Patient/q").json()
    versions = "/$diff?from=Patient/p/_history/1&to=Patient/p/_history/2"
    assert api.get(versions).json() == answer.json()


def test_meta_is_looked_at_when_asked_for() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Patient/p", patient(id="p", meta={"tag": [{"code": "x"}]}))
    assert "parameter" not in api.get("/Patient/p/$diff").json()
    (operation,) = api.get("/Patient/p/$diff?includeMeta=true").json()["parameter"]
    assert operation["part"][1]["valueString"] == "Patient.meta"


def test_a_diff_shows_nobody_more_than_they_may_read() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Patient/q", patient(id="q"))
    api.put("/Observation/o", observation("Patient/p", id="o"))
    for path in ("/Patient/p/$diff", "/$diff?from=Patient/p&to=Patient/q"):
        refused(Api("other").get(path), 404, "not-found")
        refused(Api(scopes="system/Observation.rs").get(path), 403, "forbidden")
        refused(Api(scopes=None).get(path), 401, "login")
    own = Api(scopes="patient/*.rs", patient_id="p")
    refused(own.get("/$diff?from=Patient/p&to=Patient/q"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/Patient/p/$diff?fromVersion=9", 404), ("/Patient/p/$diff?fromVersion=0", 404),
     ("/Patient/p/$diff?fromVersion=x", 400), ("/Patient/p/$diff?includeMeta=1", 400),
     ("/$diff?from=Patient/p", 400), ("/$diff?from=Patient/p&to=Observation/o", 400),
     ("/$diff?from=Patient/p&to=http://else.example/Patient/p", 400),
     ("/Patient/p/$diff?x=1", 400)],
)  # fmt: skip
def test_a_wrong_request_is_refused(path: str, status: int) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Observation/o", observation("Patient/p", id="o"))
    refused(api.get(path), status)
