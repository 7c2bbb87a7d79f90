"""What no client should send: each time an outcome with the right status, never a failure, and
nothing in the record afterwards."""

from typing import Any

import pytest

from fhir_bridge import documents, store
from fhir_bridge.documents import dumps, parse
from tests.fhir.record import Api, bundle, patient, posted, refused, system

pytestmark = pytest.mark.django_db

JSON = "application/fhir+json"
XML = "application/fhir+xml"
FORM = "application/x-www-form-urlencoded"


def named(text: bytes) -> bytes:
    return b'{"resourceType":"Patient","name":[{"family":' + text + b"}]}"


BODIES: dict[str, tuple[bytes, int, str]] = {
    "500 levels of objects": (
        b'{"resourceType":"Patient","extension":' + b'[{"extension":' * 500, 400, "structure"),
    "500 closed levels": (
        b'{"resourceType":"Patient","extension":' + b'[{"url":"u","extension":' * 500 + b"[]"
        + b"}]" * 500 + b"}", 400, "structure"),
    "a million levels": (b"[" * 1_000_000, 400, "structure"),
    "200 levels of extensions": (
        b'{"resourceType":"Patient","extension":' + b'[{"url":"u","extension":' * 100
        + b'[{"url":"u","nothing":1}]' + b"}]" * 100 + b"}", 400, "structure"),
    "a key twice at the top": (b'{"resourceType":"Patient","resourceType":"Patient"}', 400,
                               "structure"),
    "a key twice inside": (named(b'"a","family":"b"'), 400, "structure"),
    "a key twice by escapes": (named(b'"a","f\\u0061mily":"b"'), 400, "structure"),
    "invalid UTF-8": (named(b'"\xff\xfe"'), 400, "structure"),
    "overlong UTF-8": (named(b'"\xc0\xaf"'), 400, "structure"),
    "a surrogate in UTF-8": (named(b'"\xed\xa0\x80"'), 400, "structure"),
    "cut off UTF-8": (named(b'"\xe2\x82"'), 400, "structure"),
    "half a surrogate pair": (named(b'"\\ud83d"'), 400, "structure"),
    "a pair the wrong way round": (named(b'"\\ude00\\ud83d"'), 400, "structure"),
    "half a pair as a key": (b'{"resourceType":"Patient","\\ud83d":1}', 400, "structure"),
    "UTF-16": ('{"resourceType":"Patient"}'.encode("utf-16"), 400, "structure"),
    "UTF-32": ('{"resourceType":"Patient"}'.encode("utf-32-le"), 400, "structure"),
    "NaN": (named(b"NaN"), 400, "structure"),
    "Infinity": (named(b"-Infinity"), 400, "structure"),
    "a huge exponent": (named(b"1e999999999"), 400, "structure"),
    "a number of 10,000 digits": (named(b"9" * 10_000), 400, "structure"),
    "a null character": (named(b'"a\\u0000b"'), 400, "value"),
    "a control character": (named(b'"a\x01b"'), 400, "structure"),
    "a number as text": (named(b"1"), 400, "structure"),
    "a comment": (b'{"resourceType":"Patient" /* c */}', 400, "structure"),
    "a comma too many": (b'{"resourceType":"Patient",}', 400, "structure"),
    "two documents": (b'{"resourceType":"Patient"}{"resourceType":"Patient"}', 400, "structure"),
    "single quotes": (b"{'resourceType':'Patient'}", 400, "structure"),
    "null": (b"null", 400, "structure"),
    "a string": (b'"Patient"', 400, "structure"),
    "only a byte order mark": (b"\xef\xbb\xbf", 400, "structure"),
    "a prototype": (b'{"resourceType":"Patient","__proto__":{"admin":true}}', 400, "structure"),
    "a type that is no string": (b'{"resourceType":["Patient"]}', 400, "required"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "transaction", "$validate"])
def test_what_is_no_clean_json_is_refused_wherever_it_is_sent(
    body: bytes, status: int, code: str, method: str
) -> None:
    api = Api()
    if method == "PATCH":
        response = api.call("PATCH", "/Patient/p", body, content_type="application/json-patch+json")
        assert response.status_code in (400, 404, 422), response.content
        assert response.json()["resourceType"] == "OperationOutcome"
    elif method == "transaction":
        answer = api.post("", body)
        assert answer.status_code == 400, answer.content
        assert answer.json()["resourceType"] == "OperationOutcome"
    elif method == "$validate":
        answer = api.post("/Patient/$validate", body)
        assert answer.status_code in (200, 400), answer.content
        assert answer.json()["issue"][0]["severity"] == "error"
    else:
        path = "/Patient" if method == "POST" else "/Patient/p"
        if method == "PUT" and code == "value":
            code = ""
        refused(api.call(method, path, body), status, code if method == "POST" else "")
    assert store.history_page(system()).total == 0


def test_a_byte_order_mark_is_passed_over() -> None:
    for kind, body in ((JSON, b'{"resourceType":"Patient"}'),
                       (XML, b'<Patient xmlns="http://hl7.org/fhir"/>')):  # fmt: skip
        answer = Api().post("/Patient", b"\xef\xbb\xbf" + body, content_type=kind)
        assert answer.status_code == 201, answer.content


def test_characters_beyond_the_basic_plane_are_kept() -> None:
    made = Api().post("/Patient", named(b'"\\ud83d\\ude00 \xf0\x9f\x98\x80"')).json()
    assert made["name"][0]["family"] == "\U0001f600 \U0001f600"


def test_a_body_of_too_many_values_is_refused_before_it_is_read(monkeypatch: Any) -> None:
    monkeypatch.setattr(documents, "MAX_VALUES", 1_000)
    many = b'{"resourceType":"Patient","name":[' + b"{}," * 1_000 + b"{}]}"
    refused(Api().post("/Patient", many), 413, "too-costly")
    for inside in (b"<name/>" * 1_001, b'<name id="a" ' + b'b="c" ' * 1_000 + b"/>"):
        body = b'<Patient xmlns="http://hl7.org/fhir">' + inside + b"</Patient>"
        answer = Api().post("/Patient", body, content_type=XML, accept=JSON)
        refused(answer, 413, "too-costly")
    # Commas in a text are no values, and a long text is no many values.
    monkeypatch.setattr(documents, "MAX_VALUES", 10_000)
    assert Api().post("/Patient", named(b'"' + b"a, " * 9_000 + b'"')).status_code == 201


def test_fifty_megabytes_that_say_nothing_are_refused_and_those_that_do_are_not() -> None:
    size = 50_000_000
    zeros = b'{"resourceType":"Patient","name":[' + b"0," * (size // 2) + b"0]}"
    refused(Api().post("/Patient", zeros), 413, "too-costly")
    text = b'{"resourceType":"Basic","code":{"text":"' + b"x" * size + b'"}}'
    refused(Api().post("/Basic", text), 400, "too-long", "Basic.code.text")
    data = b'{"resourceType":"Binary","contentType":"text/plain","data":"' + b"YWFh" * (size // 4)
    assert Api().post("/Binary", data + b'"}', prefer="return=minimal").status_code == 201


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_bundles_with_odd_requests_are_answered(kind: str) -> None:
    api = Api()
    for url in ("", "/", "?", "//", "Patient/../Patient/p", "http://", "javascript:x", "%", "%00",
                "Patient?%", "Patient/" + "x" * 5_000, "_history/_history", "metadata", "\u00e9",
                "$export", "Patient/p/_history/99999999999999999999"):  # fmt: skip
        for method in ("GET", "DELETE", "HEAD", "PUT", "PATCH"):
            entry: dict[str, Any] = {"request": {"method": method, "url": url}}
            if method in ("PUT", "PATCH"):
                entry["resource"] = patient()
            answer = api.post("", bundle(entry, type=kind))
            assert answer.status_code < 500, (method, url, answer.content)
            for each in answer.json().get("entry", []):
                assert each["response"]["status"] < "500", (method, url, answer.content)


def test_a_bundle_in_a_bundle_in_a_bundle_is_stored_like_any_other_or_refused() -> None:
    inner = bundle(type="collection")
    for _ in range(60):
        inner = bundle(type="collection") | {"entry": [{"resource": inner}]}
    answer = Api().post("", bundle(posted(inner)))
    assert answer.status_code in (200, 400), answer.content
    assert parse(dumps(answer.json())).value["resourceType"]


@pytest.mark.parametrize(
    "body", [b"%", b"\xff=\xfe", b"a" * 200_000, b"=&" * 400, b"_id=%00", b"_count=1;DROP TABLE x"]
)
def test_odd_forms_are_answered(body: bytes) -> None:
    answer = Api().post("/Patient/_search", body, content_type=FORM)
    assert answer.status_code in (200, 400), answer.content
    assert answer.json()["resourceType"] in ("Bundle", "OperationOutcome")


@pytest.mark.parametrize(
    "path",
    ["/Patient?name=%00", "/Patient?%00=1", "/Subscription/$status?id=%00",
     "/ValueSet/$expand?url=%00", "/CodeSystem/$lookup?system=%00&code=a",
     "/ConceptMap/$translate?url=%00&code=a&system=b", "/Patient/p/$validate?profile=%00",
     "/$export?%00=1"],
)  # fmt: skip
def test_a_null_character_in_an_address_is_refused(path: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    answer = api.get(path, prefer="respond-async, handling=lenient")
    refused(answer, 400, "value")


def test_an_entry_of_too_many_parameters_spoils_its_own_answer_only() -> None:
    api = Api()
    entry = {"request": {"method": "GET", "url": "Patient?" + "a=1&" * 1_001}}
    put = {"resource": patient(id="p"), "request": {"method": "PUT", "url": "Patient/p"}}
    answer = api.post("", bundle(put, entry, type="batch")).json()
    told = [each["response"]["status"][:3] for each in answer["entry"]]
    assert told == ["201", "400"]
    refused(api.post("", bundle(entry)), 400, "too-costly")


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000"])
def test_a_filter_takes_no_text_that_cannot_be_stored(text: str) -> None:
    refused(Api().get(f'/Patient?_filter=identifier eq "{text}"'), 400)
