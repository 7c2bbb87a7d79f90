"""A part of a resource is changed as the patch says, or nothing is."""

import base64
import json
from typing import Any

import pytest

from fhir_bridge import store
from fhir_bridge.documents import dumps
from tests.fhir.record import Api, bundle, patient, refused, system

pytestmark = pytest.mark.django_db
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"


def chart(**more: Any) -> Api:
    api = Api()
    api.put("/Patient/p", patient(id="p", gender="female", **more))
    return api


def changed(api: Api, operations: Any, path: str = "/Patient/p", **headers: str) -> Any:
    body = operations if isinstance(operations, bytes) else json.dumps(operations).encode()
    return api.call("PATCH", path, body, content_type=JSON_PATCH, **headers)


def operation(kind: str, path: str, *values: dict[str, Any]) -> dict[str, Any]:
    parts = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}, *values]
    return {"name": "operation", "part": parts}


def parameters(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(operations)}


def test_json_patch_does_each_operation_in_order() -> None:
    api = chart()
    response = changed(
        api,
        [
            {"op": "test", "path": "/name/0/family", "value": "Quill"},
            {"op": "replace", "path": "/name/0/family", "value": "Pen"},
            {"op": "add", "path": "/name/0/given/0", "value": "Eva"},
            {"op": "add", "path": "/name/0/given/-", "value": "Mae"},
            {"op": "copy", "from": "/name/0", "path": "/name/1"},
            {"op": "move", "from": "/name/0/given/0", "path": "/name/1/text"},
            {"op": "remove", "path": "/gender"},
        ],
    )
    assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
    assert response["Location"].endswith("/Patient/p/_history/2")
    made = response.json()
    assert made["name"] == [
        {"family": "Pen", "given": ["Ada", "Mae"]},
        {"family": "Pen", "given": ["Eva", "Ada", "Mae"], "text": "Eva"},
    ]
    assert "gender" not in made
    assert made["meta"]["versionId"] == "2"
    assert api.get("/Patient?family=Pen").json()["total"] == 1
    assert api.get("/Patient?family=Quill").json()["total"] == 0


def test_what_a_patch_does_not_touch_keeps_its_digits() -> None:
    api = Api()
    value = {"url": "http://x.example", "valueDecimal": 1}
    text = dumps(patient(id="p", extension=[value])).replace(
        b'valueDecimal":1', b'valueDecimal":1.00'
    )
    assert api.put("/Patient/p", text).status_code == 201
    patch = b'[{"op":"add","path":"/extension/-","value":{"url":"http://y.example","valueDecimal":2.50}}]'
    assert changed(api, patch).status_code == 200
    content = api.get("/Patient/p").content
    assert b'"valueDecimal":1.00' in content
    assert b'"valueDecimal":2.50' in content
    # 1.00 and 1.0 are the same number; true is not 1.
    assert changed(api, b'[{"op":"test","path":"/extension/0/valueDecimal","value":1.0}]')
    refused(changed(api, b'[{"op":"test","path":"/extension/0/valueDecimal","value":true}]'), 422)


BAD_PATCHES: dict[str, tuple[Any, int, str]] = {
    "no JSON": (b"[{", 400, "structure"),
    "two values": (b'[],"x":1', 400, "structure"),
    "an object": ({"op": "remove", "path": "/gender"}, 400, "structure"),
    "no operation": ([3], 400, "invalid"),
    "odd op": ([{"op": {}, "path": "/gender"}], 400, "invalid"),
    "unknown op": ([{"op": "rename", "path": "/gender"}], 400, "invalid"),
    "no value": ([{"op": "add", "path": "/gender"}], 400, "required"),
    "no path": ([{"op": "remove"}], 400, "value"),
    "no pointer": ([{"op": "remove", "path": "gender"}], 400, "value"),
    "bad escape": ([{"op": "remove", "path": "/a~2"}], 400, "value"),
    "too many": ([{"op": "test", "path": "/id", "value": "p"}] * 1_001, 400, "too-costly"),
    "too deep": ([{"op": "test", "path": "/a" * 300, "value": "p"}], 400, "too-costly"),
    "not there": ([{"op": "remove", "path": "/birthDate"}], 422, "processing"),
    "no such index": ([{"op": "replace", "path": "/name/1", "value": {}}], 422, "processing"),
    "index as 01": ([{"op": "remove", "path": "/name/00"}], 422, "processing"),
    "beyond the end": ([{"op": "add", "path": "/name/2", "value": {}}], 422, "processing"),
    "dash to read": ([{"op": "remove", "path": "/name/-"}], 422, "processing"),
    "test failed": ([{"op": "test", "path": "/gender", "value": "male"}], 422, "processing"),
    "into itself": ([{"op": "move", "from": "/name", "path": "/name/0/x"}], 422, "processing"),
    "all of it": ([{"op": "remove", "path": ""}], 422, "processing"),
    "not valid": ([{"op": "replace", "path": "/gender", "value": "x"}], 422, "code-invalid"),
    "no element": ([{"op": "add", "path": "/shoe", "value": 43}], 422, "structure"),
    "an empty array": ([{"op": "remove", "path": "/name/0/given/0"}], 422, "structure"),
    "the id": ([{"op": "replace", "path": "/id", "value": "q"}], 422, "business-rule"),
    "no id": ([{"op": "remove", "path": "/id"}], 422, "business-rule"),
    "the type": ([{"op": "replace", "path": "/resourceType", "value": "Group"}], 422,
                 "business-rule"),
    "the version": ([{"op": "replace", "path": "/meta/versionId", "value": "9"}], 422,
                    "business-rule"),
}  # fmt: skip


@pytest.mark.parametrize(("patch", "status", "code"), BAD_PATCHES.values(), ids=BAD_PATCHES.keys())
def test_a_patch_that_does_not_fit_changes_nothing(patch: Any, status: int, code: str) -> None:
    api = chart()
    refused(changed(api, patch), status, code)
    assert store.read(system(), "Patient", "p").version == 1


def test_copies_cannot_grow_without_bound(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    api = chart()
    doubling = [{"op": "copy", "from": "/name", "path": "/name/-"}] * 60
    refused(changed(api, doubling), 413, "too-long")


def test_if_match_and_conditions_guard_a_patch() -> None:
    api = chart(identifier=[{"system": "urn:mrn", "value": "7"}])
    patch = [{"op": "replace", "path": "/gender", "value": "other"}]
    refused(changed(api, patch, if_match='W/"4"'), 412, "conflict")
    # The version is asked before the patch is: nobody learns from it what is there.
    refused(changed(api, [{"op": "remove", "path": "/no"}], if_match='W/"4"'), 412, "conflict")
    assert changed(api, patch, if_match='W/"1"').status_code == 200
    refused(changed(api, patch, "/Patient/none"), 404, "not-found")
    assert changed(api, patch, "/Patient?identifier=urn:mrn|7").json()["gender"] == "other"
    refused(changed(api, patch, "/Patient?identifier=urn:mrn|8"), 404, "not-found")
    refused(changed(api, patch, "/Patient"), 400, "invalid")
    api.put("/Patient/q", patient(id="q", gender="female"))
    refused(changed(api, patch, "/Patient?family=Quill"), 412, "multiple-matches")
    api.delete("/Patient/q")
    refused(changed(api, patch, "/Patient/q"), 410, "deleted")
    refused(api.call("PATCH", "/Patient/p", b"x", content_type="text/plain"), 415)
    refused(api.call("PATCH", "/Patient/p", patient(id="p")), 415, "not-supported")


def test_who_may_not_read_does_not_patch() -> None:
    chart()
    patch = [{"op": "test", "path": "/gender", "value": "female"}]
    refused(changed(Api("other"), patch), 404, "not-found")
    refused(changed(Api(scopes="system/Patient.r"), patch), 403, "forbidden")
    refused(changed(Api(scopes="system/Patient.u"), patch), 403, "forbidden")
    mine = Api(scopes="patient/*.cruds", patient_id="q")
    refused(changed(mine, patch), 404, "not-found")


def test_fhirpath_patch_does_each_operation() -> None:
    api = chart(telecom=[{"system": "phone", "value": "1"}, {"system": "email", "value": "a@b"}])
    phone = "Patient.telecom.where(system='phone')"
    response = api.call("PATCH", "/Patient/p", parameters(
        operation("replace", f"{phone}.value", {"name": "value", "valueString": "2"}),
        operation("add", phone, {"name": "name", "valueString": "use"},
                  {"name": "value", "valueCode": "home"}),
        operation("delete", "Patient.gender"),
        operation("delete", "Patient.birthDate"),
        operation("add", "Patient", {"name": "name", "valueString": "deceased"},
                  {"name": "value", "valueBoolean": True}),
        operation("replace", "Patient.deceased", {"name": "value", "valueDateTime": "2020"}),
        operation("insert", "Patient.name[0].given", {"name": "index", "valueInteger": 0},
                  {"name": "value", "valueString": "Eva"}),
        operation("move", "Patient.telecom", {"name": "source", "valueInteger": 1},
                  {"name": "destination", "valueInteger": 0}),
        operation("add", "Patient", {"name": "name", "valueString": "contact"},
                  {"name": "value", "part": [
                      {"name": "name", "valueHumanName": {"text": "Ann"}},
                      {"name": "telecom", "valueContactPoint": {"value": "3"}}]}),
    ))  # fmt: skip
    assert response.status_code == 200, response.content
    made = response.json()
    assert made["telecom"] == [
        {"system": "email", "value": "a@b"},
        {"system": "phone", "value": "2", "use": "home"},
    ]
    assert made["deceasedDateTime"] == "2020"
    assert made["name"][0]["given"] == ["Eva", "Ada"]
    assert made["contact"] == [{"name": {"text": "Ann"}, "telecom": [{"value": "3"}]}]
    assert not {"gender", "deceasedBoolean"} & set(made)


@pytest.mark.parametrize(
    ("patch", "status", "code"),
    [
        (operation("rename", "Patient.name"), 400, "invalid"),
        (operation("add", "Patient"), 400, "required"),
        (operation("add", "Patient.name[0].nope", {"name": "name", "valueString": "x"},
                   {"name": "value", "valueString": "x"}), 422, "processing"),
        (operation("delete", "Patient.name.exists()"), 400, "not-supported"),
        (operation("delete", "Group.name"), 400, "not-supported"),
        (operation("delete", "Patient.id"), 422, "business-rule"),
        (operation("delete", "Patient.name.given"), 422, "processing"),
        (operation("replace", "Patient.photo", {"name": "value", "valueString": "x"}), 422, ""),
        (operation("replace", "Patient.gender", {"name": "value", "valueCode": "x"}), 422,
         "code-invalid"),
        (operation("replace", "Patient.name[0]", {"name": "value"}), 400, ""),
        (operation("add", "Patient", {"name": "name", "valueString": "shoe"},
                   {"name": "value", "valueString": "x"}), 422, "structure"),
        (operation("add", "Patient.gender", {"name": "name", "valueString": "x"},
                   {"name": "value", "valueString": "x"}), 422, "processing"),
        (operation("insert", "Patient.name", {"name": "index", "valueInteger": 5},
                   {"name": "value", "valueHumanName": {"text": "x"}}), 422, "processing"),
        (operation("move", "Patient.name", {"name": "source", "valueString": "0"},
                   {"name": "destination", "valueInteger": 1}), 422, "processing"),
    ],
)  # fmt: skip
def test_a_fhirpath_patch_that_does_not_fit_changes_nothing(
    patch: dict[str, Any], status: int, code: str
) -> None:
    api = chart(name=[{"given": ["Ada", "Eva"]}])
    refused(api.call("PATCH", "/Patient/p", parameters(patch)), status, code)
    assert store.read(system(), "Patient", "p").version == 1


def test_a_batch_patches_by_parameters_and_by_a_binary() -> None:
    api = chart()
    patch = json.dumps([{"op": "remove", "path": "/gender"}]).encode()
    data = base64.b64encode(patch).decode()
    binary = {"resourceType": "Binary", "contentType": JSON_PATCH, "data": data}
    request = {"method": "PATCH", "url": "Patient/p"}
    response = api.post("", bundle(
        {"resource": binary, "request": request},
        {"resource": parameters(operation("delete", "Patient.active")), "request": request},
        {"resource": patient(), "request": request}, type="batch",
    ))  # fmt: skip
    statuses = [each["response"]["status"][:3] for each in response.json()["entry"]]
    assert statuses == ["200", "200", "415"]
    assert "gender" not in api.get("/Patient/p").json()


@pytest.mark.parametrize("content_type", [MERGE_PATCH, "application/json"])
def test_a_merge_patch_says_what_an_element_is_to_be(content_type: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", gender="female", maritalStatus={"text": "A", "id": "m"}))
    change = (
        b'{"gender": null, "maritalStatus": {"text": "B"}, "active": true,'
        b' "extension": [{"url": "http://x.example", "valueDecimal": 1.50}]}'
    )
    answer = api.call("PATCH", "/Patient/p", change, content_type=content_type)
    assert answer.status_code == 200
    assert b"1.50" in answer.content
    found = answer.json()
    assert found["maritalStatus"] == {"text": "B", "id": "m"}
    assert (found["active"], found["name"][0]["family"]) == (True, "Quill")
    assert "gender" not in found


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (b'{"gender": "mauve"}', 422),
        (b'{"colour": "red"}', 422),
        (b'{"name": []}', 422),
        (b'{"resourceType": "Observation"}', 422),
        (b'{"id": "q"}', 422),
        (b'{"gender": "male", "gender": "female"}', 400),
        (b'["gender"]', 400),
        (b"", 400),
    ],
)
def test_a_merge_patch_that_does_not_fit_changes_nothing(change: bytes, status: int) -> None:
    api = Api()
    before = api.put("/Patient/p", patient(id="p")).content
    answer = api.call("PATCH", "/Patient/p", change, content_type=MERGE_PATCH)
    refused(answer, status)
    assert api.get("/Patient/p").content == before


def test_a_batch_takes_a_merge_patch_as_a_binary() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    data = base64.b64encode(b'{"gender": "male"}').decode()
    sent = {"resourceType": "Binary", "contentType": MERGE_PATCH, "data": data}
    entry = {"resource": sent, "request": {"method": "PATCH", "url": "Patient/p"}}
    answer = api.post("", bundle(entry, type="batch"))
    assert answer.json()["entry"][0]["response"]["status"].startswith("200")
    assert api.get("/Patient/p").json()["gender"] == "male"
