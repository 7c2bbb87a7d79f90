"""What travels compressed is the same, and what cannot be unpacked is refused."""

import gzip
import json
from typing import Any

import pytest

from fhir_bridge.documents import parse
from tests.fhir.record import Api, observation, patient, refused

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
