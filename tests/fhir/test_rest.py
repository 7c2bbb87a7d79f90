"""The REST interface: statuses, headers, and an OperationOutcome for everything that goes wrong."""

import json
import time
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError

from fhir_bridge import store, transfer
from fhir_bridge.documents import dumps, parse
from tests.fhir.record import (
    Api,
    bundle,
    observation,
    patient,
    posted,
    put,
    refused,
    system,
    without_server_parts,
)

pytestmark = pytest.mark.django_db


def test_create_tells_where_and_which_version() -> None:
    response = Api().post("/Patient", patient())
    assert response.status_code == 201
    made = response.json()
    assert response["Location"].endswith(f"/fhir/Patient/{made['id']}/_history/1")
    assert response["ETag"] == 'W/"1"'
    assert response["Last-Modified"].endswith("GMT")
    assert response["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert response["Cache-Control"] == "no-store"


def test_a_read_serves_the_bytes_as_they_are_stored() -> None:
    stored = store.create(system(), patient())
    response = Api().get(f"/Patient/{stored.id}")
    assert response.status_code == 200
    assert response.content == stored.content


def test_head_is_a_read_without_its_body() -> None:
    stored = store.create(system(), patient())
    response = Api().call("HEAD", f"/Patient/{stored.id}")
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == str(len(stored.content))


def test_a_version_that_the_client_has_is_not_sent_again() -> None:
    api = Api()
    made = api.post("/Patient", patient())
    path = f"/Patient/{made.json()['id']}"
    assert api.get(path, if_none_match='W/"1"').status_code == 304
    assert api.get(path, if_none_match='"7", W/"1"').status_code == 304
    assert api.get(path, if_none_match='W/"2"').status_code == 200
    assert api.get(path, if_modified_since=made["Last-Modified"]).status_code == 304
    assert api.get(path, if_modified_since="Mon, 01 Jan 2024 00:00:00 GMT").status_code == 200
    assert api.get(path, if_modified_since="yesterday").status_code == 200


def test_update_answers_201_for_new_and_200_for_replaced() -> None:
    api = Api()
    assert api.put("/Patient/p", patient(id="p")).status_code == 201
    second = api.put("/Patient/p", patient(id="p"), if_match='W/"1"')
    assert (second.status_code, second["ETag"]) == (200, 'W/"2"')
    refused(api.put("/Patient/p", patient(id="p"), if_match='W/"1"'), 412, "conflict")
    refused(api.put("/Patient/p", patient(id="p"), if_match="nonsense"), 400, "value")
    refused(api.put("/Patient/p", patient(id="q")), 400, "invalid", "Patient.id")
    refused(api.put("/Patient/p", patient()), 400, "required", "Patient.id")
    refused(api.put("/Patient/p", {"resourceType": "Group", "id": "p"}), 400, "invalid")


@pytest.mark.parametrize(
    ("prefer", "type"),
    [("return=minimal", None), ("return=representation", "Patient"),
     ("return=OperationOutcome", "OperationOutcome"), ("handling=strict", "Patient")],
)  # fmt: skip
def test_prefer_says_what_a_write_returns(prefer: str, type: str | None) -> None:
    response = Api().post("/Patient", patient(), prefer=prefer)
    assert response.status_code == 201
    assert (response.json()["resourceType"] if response.content else None) == type


def test_deleted_is_gone_and_its_history_tells_the_story() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    assert api.delete("/Patient/p").status_code == 204
    assert api.delete("/Patient/p").status_code == 204
    refused(api.get("/Patient/p"), 410, "deleted")
    refused(api.get("/Patient/p/_history/2"), 410, "deleted")
    assert api.get("/Patient/p/_history/1").status_code == 200
    history = api.get("/Patient/p/_history").json()
    assert (history["type"], history["total"]) == ("history", 2)
    methods = [each["request"]["method"] for each in history["entry"]]
    assert methods == ["DELETE", "POST"]
    assert "resource" not in history["entry"][0]


def test_history_comes_in_pages_that_link_on() -> None:
    api = Api()
    for number in range(3):
        api.put("/Patient/p", patient(id="p", multipleBirthInteger=number))
    first = api.get("/Patient/_history?_count=2").json()
    assert (first["total"], len(first["entry"])) == (3, 2)
    (following,) = [each["url"] for each in first["link"] if each["relation"] == "next"]
    rest = api.get(following.partition("/fhir")[2]).json()
    assert [each["resource"]["meta"]["versionId"] for each in rest["entry"]] == ["1"]
    assert api.get("/_history?_since=2100-01-01T00:00:00Z").json()["total"] == 0
    refused(api.get("/_history?_since=soon"), 400, "value")
    refused(api.get("/_history?_count=-1"), 400, "value")


def test_history_at_a_time_holds_what_was_current_then() -> None:
    api = Api()
    moments = []
    for number in range(3):
        made = api.put("/Patient/p", patient(id="p", multipleBirthInteger=number))
        moments.append(made.json()["meta"]["lastUpdated"])
        time.sleep(0.003)
    api.put("/Patient/q", patient(id="q"))

    def versions(path: str, at: str) -> list[str]:
        answer = api.get(f"{path}/_history?_at={at}").json()
        assert answer["total"] == len(answer.get("entry", []))
        return [each["resource"]["meta"]["versionId"] for each in answer.get("entry", [])]

    assert versions("/Patient/p", moments[0]) == ["1"]
    assert versions("/Patient/p", moments[1]) == ["2"]
    assert versions("/Patient/p", moments[2]) == ["3"]
    assert versions("/Patient/p", moments[0][:4]) == ["3", "2", "1"]
    assert versions("/Patient/p", "2000") == []
    assert versions("/Patient/p", "2100-01-01T00:00:00%2B02:00") == ["3"]
    assert versions("/Patient", moments[1]) == ["2"]
    assert versions("", "2100") == ["1", "3"]
    assert versions("", "9999-12-31") == ["1", "3"]
    for wrong in ("soon", "2024-02-30", "0000", "99999"):
        refused(api.get(f"/_history?_at={wrong}"), 400, "value")
    assert Api("other").get("/Patient/_history?_at=2100").json()["total"] == 0


BAD_BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "malformed": (b'{"resourceType":', "application/fhir+json", 400, "structure"),
    "empty": (b"", "application/fhir+json", 400, "required"),
    "an array": (b"[]", "application/json", 400, "structure"),
    "no type": (b"{}", "application/json", 400, "required"),
    "binary": (bytes(range(256)), "application/json", 400, "structure"),
    "text": (b"hello", "text/plain", 415, "not-supported"),
    "xml": (b"<Patient/>", "application/fhir+xml", 400, "structure"),
    "turtle": (b"[]", "application/fhir+turtle", 415, "not-supported"),
    "latin-1": (b"{}", "application/json; charset=latin-1", 415, "not-supported"),
    "500 levels": (b'{"a":' * 500 + b"1" + b"}" * 500, "application/json", 400, "structure"),
    "key twice": (b'{"id":"a","id":"b"}', "application/json", 400, "structure"),
    "another type": (b'{"resourceType":"Group"}', "application/json", 400, "invalid"),
    "unknown type": (b'{"resourceType":"Nope"}', "application/json", 400, "not-supported"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES.keys()
)
def test_bad_bodies_are_refused_with_an_outcome(
    body: bytes, kind: str, status: int, code: str
) -> None:
    response = Api().post("/Patient", body, content_type=kind, accept="application/fhir+json")
    refused(response, status, code)
    assert store.history_page(system()).total == 0


def test_a_body_that_is_too_large_is_refused(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    refused(Api().post("/Patient", patient(language="x" * 2_000)), 413, "too-long")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Nope/1", 404),
        ("GET", "/Nope", 404),
        ("GET", "/Patient/1", 404),
        ("GET", "/Patient/1/_history", 404),
        ("GET", "/Patient/1/_history/1", 404),
        ("GET", "/Patient/1/_history/x", 404),
        ("GET", "/nothing/at/all/here", 404),
        ("GET", "/Patient/" + "x" * 65, 404),
        ("GET", "/Patient/a%20b", 404),
        ("GET", "/Patient/1/$everything-else", 404),
        ("GET", "/%0a", 404),
        ("POST", "/Nope", 404),
        ("PATCH", "/Patient/1/_history", 405),
        ("DELETE", "/metadata", 405),
        ("PUT", "", 405),
        ("POST", "/Patient/1", 405),
        ("BREW", "/Patient", 405),
    ],
)
def test_wrong_addresses_and_methods_answer_with_an_outcome(
    method: str, path: str, status: int
) -> None:
    response = Api().call(method, path, patient() if method in ("POST", "PUT") else None)
    refused(response, status)
    assert ("Allow" in response) == (status == 405)


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", "application/fhir+json", 200),
        ("", "application/json;q=0.9, text/html", 200),
        ("", "*/*", 200),
        ("", "application/fhir+json; fhirVersion=4.0", 200),
        ("?_format=json", "application/fhir+xml", 200),
        ("?_format=application/fhir%2Bjson", "", 200),
        ("?_format=application/fhir+json", "", 200),
        ("", "application/fhir+xml;q=0", 406),
        ("", "application/fhir+json; fhirVersion=5.0", 406),
        ("?_format=ttl", "", 406),
    ],
)
def test_what_cannot_be_served_is_not_acceptable(query: str, accept: str, status: int) -> None:
    made = store.create(system(), patient())
    response = Api().get(f"/Patient/{made.id}{query}", accept=accept)
    assert response.status_code == status
    if status != 200:
        refused(response, status, "not-supported")


def test_pretty_and_parts_on_request() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", gender="female", contact=[{"gender": "male"}]))
    pretty = api.get("/Patient/p?_pretty=true")
    assert b"\n  " in pretty.content
    assert pretty.json() == api.get("/Patient/p").json()
    part = api.get("/Patient/p?_elements=gender").json()
    assert part.keys() == {"resourceType", "id", "meta", "gender"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"
    summary = api.get("/Patient/p?_summary=true").json()
    assert "name" in summary
    assert "contact" not in summary
    refused(api.get("/Patient/p?_summary=maybe"), 400, "value")


def test_if_none_exist_creates_once() -> None:
    api = Api()
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    first = api.post("/Patient", mine, if_none_exist="identifier=urn:mrn|1")
    again = api.post("/Patient", mine, if_none_exist="identifier=urn:mrn|1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again["Location"] == first["Location"]
    api.post("/Patient", mine)
    refused(api.post("/Patient", mine, if_none_exist="identifier=urn:mrn|1"), 412)
    refused(api.post("/Patient", mine, if_none_exist=""), 400)


def test_conditional_update_and_delete() -> None:
    api = Api()
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    path = "/Patient?identifier=urn:mrn|1"
    assert api.put(path, mine).status_code == 201
    assert api.put(path, mine).status_code == 200
    api.post("/Patient", mine)
    refused(api.put(path, mine), 412)
    refused(api.delete(path), 412)
    refused(api.delete("/Patient"), 400)
    assert store.history_page(system()).total == 3


def test_a_transaction_answers_for_each_entry() -> None:
    person = "urn:uuid:7b3a7a2e-1c1d-4d9a-9f43-2f6f4f7a1a01"
    response = Api().post(
        "",
        bundle(
            {"request": {"method": "GET", "url": "Patient/p"}},
            posted(observation(person)),
            posted(patient(), person),
            put(patient(id="p")),
        ),
    )
    assert response.status_code == 200
    answer = response.json()
    assert answer["type"] == "transaction-response"
    statuses = [each["response"]["status"][:3] for each in answer["entry"]]
    assert statuses == ["200", "201", "201", "201"]
    assert answer["entry"][0]["resource"]["id"] == "p"
    assert "/fhir/Observation/" in answer["entry"][1]["response"]["location"]


def test_a_failing_transaction_is_one_outcome_and_leaves_nothing() -> None:
    api = Api()
    response = api.post("", bundle(put(patient(id="p")), posted(patient(gender="x"))))
    refused(response, 400, "code-invalid", "Bundle.entry[1].resource.gender")
    missing = {"request": {"method": "GET", "url": "Patient/nobody"}}
    refused(api.post("", bundle(put(patient(id="p")), missing)), 404, "not-found")
    refused(api.get("/Patient/p"), 404)


def test_batch_entries_succeed_and_fail_by_themselves() -> None:
    api = Api()
    response = api.post(
        "/",
        bundle(
            {"request": {"method": "GET", "url": "Patient/p"}},
            put(patient(id="p")),
            posted(patient(gender="xx")),
            {"request": {"method": "DELETE", "url": "Patient/q"}},
            {"request": {"method": "GET", "url": "no/such/thing/at/all"}},
            {"request": {"method": "PATCH", "url": "Patient"}},
            {"resource": bundle(type="batch"), "request": {"method": "POST", "url": "/"}},
            {"resource": patient()},
            type="batch",
        ),
    )
    assert response.status_code == 200
    answer = response.json()
    assert answer["type"] == "batch-response"
    statuses = [each["response"]["status"][:3] for each in answer["entry"]]
    assert statuses == ["200", "201", "400", "204", "404", "400", "400", "400"]
    for entry, status in zip(answer["entry"], statuses, strict=True):
        assert ("outcome" in entry["response"]) == (status >= "400")


def test_other_bundles_are_not_processed_at_the_base() -> None:
    refused(Api().post("", bundle(type="collection")), 400, "not-supported")
    refused(Api().post("", patient()), 400, "invalid")
    # As resources they are stored like any other.
    assert Api().post("/Bundle", bundle(type="collection") | {"entry": [{"resource": patient()}]})


def test_the_capability_statement_is_public_and_valid() -> None:
    response = Api(scopes=None).get("/metadata")
    assert response.status_code == 200
    from fhir_bridge.validation import validate

    validate(parse(response.content))
    rest = response.json()["rest"][0]
    assert len(rest["resource"]) == 145
    codes = {each["code"] for each in rest["resource"][0]["interaction"]}
    assert {"read", "vread", "create", "update", "delete", "history-instance"} <= codes


def test_an_unexpected_failure_says_nothing_of_the_patient(caplog: Any) -> None:
    secret = "Zyx-Secret"
    with mock.patch("fhir_bridge.store.read", side_effect=RuntimeError(secret)):
        response = Api().get("/Patient/p")
    refused(response, 500, "exception")
    assert secret not in response.content.decode() + caplog.text
    assert "RuntimeError" in caplog.text


def test_a_busy_database_asks_to_try_again(caplog: Any) -> None:
    with mock.patch("fhir_bridge.store.read", side_effect=OperationalError("locked")):
        response = Api().get("/Patient/p")
    refused(response, 503, "transient")
    assert response["Retry-After"] == "1"


def test_numbers_survive_the_way_through_http() -> None:
    text = '{"resourceType":"Patient","extension":[{"url":"http://x.example","valueDecimal":1.00}]}'
    api = Api()
    made = api.post("/Patient", text.encode())
    back = parse(api.get(f"/Patient/{made.json()['id']}").content).value
    assert dumps(without_server_parts(back)) == text.encode()


def test_unicode_is_served_as_it_is() -> None:
    api = Api()
    made = api.post("/Patient", json.dumps(patient(name=[{"family": "Ñandú 😀"}])).encode())
    assert "Ñandú 😀".encode() in api.get(f"/Patient/{made.json()['id']}").content


def test_an_answer_that_cannot_be_written_is_an_outcome_without_its_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    api = Api()
    made = api.post("/Patient", patient())
    name = made.json()["name"][0]["family"]

    def broken(*_args: Any) -> None:
        raise ValueError(name)

    monkeypatch.setattr(transfer, "encode", broken)
    answer = api.get(f"/Patient/{made.json()['id']}")
    refused(answer, 500, "exception")
    assert answer["Cache-Control"] == "no-store"
    assert name.encode() not in answer.content
    assert name not in caplog.text
