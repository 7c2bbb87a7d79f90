"""What travels compressed is the same, and what cannot be unpacked is refused."""

import gzip
import json
from io import BytesIO
from typing import Any

import pytest

from fhir_bridge.documents import parse
from tests.fhir.record import JSON, Api, observation, patient, refused

pytestmark = pytest.mark.django_db


def test_bodies_and_answers_travel_compressed() -> None:
    api = Api()
    long = observation("Patient/p", id="o", note=[{"text": "word " * 500}])
    api.put("/Patient/p", patient(id="p"))
    packed = gzip.compress(json.dumps(long).encode())
    assert api.put("/Observation/o", packed, content_encoding="gzip").status_code == 201
    plain = api.get("/Observation/o", accept_encoding="identity")
    assert "Content-Encoding" not in plain
    answer = api.get("/Observation/o", accept_encoding="br, gzip;q=0.5")
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Vary"].count("Accept-Encoding") == 1
    assert gzip.decompress(answer.content) == plain.content
    assert parse(plain.content).value["id"] == "o"
    for refusing in ("gzip;q=0", "br", "", "*;q=0", "gzip;q=0.000"):
        assert "Content-Encoding" not in api.get("/Observation/o", accept_encoding=refusing)
    assert "Content-Encoding" not in api.get("/Patient/p", accept_encoding="gzip")
    head = api.call("HEAD", "/Observation/o", accept_encoding="gzip")
    assert (head.content, head["Content-Length"]) == (b"", answer["Content-Length"])


@pytest.mark.parametrize(
    ("body", "encoding", "status", "code"),
    [
        (b"{}", "gzip", 400, "structure"),
        (gzip.compress(b"{}", mtime=0)[:-3], "gzip", 400, "structure"),
        (gzip.compress(b"{}", mtime=0) + b"more", "gzip", 400, "structure"),
        (gzip.compress(b"{" + b" " * 200_000, mtime=0), "gzip", 413, "too-long"),
        (b"{}", "br", 415, "not-supported"),
        (b"{}", "gzip, gzip", 415, "not-supported"),
    ],
)
def test_bad_compressed_bodies_are_refused(
    body: bytes, encoding: str, status: int, code: str, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    refused(Api().post("/Patient", body, content_encoding=encoding), status, code)


def chunked(api: Api, method: str, path: str, body: bytes, **more: Any) -> Any:
    """A request whose length is not told, as the web server hands it over."""
    environ: dict[str, Any] = {
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": JSON,
    }
    return api.client.generic(method, f"/fhir{path}", headers=api.headers, **(environ | more))


def test_a_body_may_come_in_chunks(settings: Any) -> None:
    api = Api()
    body = json.dumps(patient(id="p")).encode()
    assert chunked(api, "PUT", "/Patient/p", body).status_code == 201
    packed = gzip.compress(body)
    again = chunked(api, "PUT", "/Patient/p", packed, HTTP_CONTENT_ENCODING="gzip")
    assert again.json()["meta"]["versionId"] == "2"
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 200
    refused(chunked(api, "PUT", "/Patient/p", body + b" " * 200), 413, "too-long")
    # A server that does not end the stream would leave the reader waiting.
    refused(chunked(api, "PUT", "/Patient/p", body, **{"wsgi.input_terminated": False}), 400)


def test_an_answer_without_a_body_says_nothing_of_one() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    for answer in (
        api.get("/Patient/p", if_none_match='W/"1"'),
        api.call("OPTIONS", "/Patient/p"),
        api.delete("/Patient/p"),
    ):
        assert answer.status_code in (204, 304)
        assert "Content-Type" not in answer
        assert answer.headers.get("Content-Length", "0") == "0"


def test_a_host_that_is_not_ours_is_told_so_in_an_outcome(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["fhir.example.org"]
    refused(Api().get("/Patient/p"), 400, "invalid")
    assert b"OperationOutcome" not in Api().client.get("/").content
