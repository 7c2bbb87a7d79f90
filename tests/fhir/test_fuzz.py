"""Whatever is sent, the answer is an outcome or a resource, never a failure of ours."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from fhir_bridge.formats import xml_write
from tests.fhir.record import Api, bundle, observation, patient, posted, put

pytestmark = pytest.mark.django_db

JUNK: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "x", "\u0000", "😀" * 50, "Patient/1", "#a",
    "urn:uuid:1", "2024-02-30", "9999-12-31T23:59:59.999999999Z", "0001-01-01", "' OR 1=1 --",
    "Patient?identifier=1|2", [], {}, [None], [[]], {"reference": 3}, {"value": "1"}, "a" * 5_000,
    {"resourceType": "Bundle"},
]  # fmt: skip
RICH = patient(
    id="p",
    meta={"tag": [{"system": "urn:s", "code": "t"}]},
    text={"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"},
    contained=[{"resourceType": "Organization", "id": "o", "name": "O"}],
    managingOrganization={"reference": "#o"},
    identifier=[{"system": "urn:mrn", "value": "1", "period": {"start": "2020"}}],
    birthDate="1970-01-01",
    gender="female",
    contact=[{"telecom": [{"system": "phone", "value": "1"}]}],
    extension=[{"url": "http://x.example", "valueQuantity": {"value": 1.50, "unit": "mg"}}],
)
SEEN = observation(
    "Patient/p",
    id="o",
    effectivePeriod={"start": "2020-01-01T00:00:00Z", "end": "2021"},
    valueQuantity={"value": 1e-5, "system": "http://unitsofmeasure.org", "code": "mg"},
    component=[{"code": {"text": "c"}, "valueString": "s"}],
    category=[{"coding": [{"system": "urn:c", "code": "c"}]}],
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(pairs):
        yield value, key
        if isinstance(child, dict | list):
            yield from places(child)


def mutated(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    mine = copy.deepcopy(value)
    for _ in range(chance.randint(1, 2)):
        container, key = chance.choice(list(places(mine)))
        action = chance.random()
        if action < 0.7:
            container[key] = copy.deepcopy(chance.choice(JUNK))
        elif action < 0.85:
            del container[key]
        elif isinstance(container, dict):
            container[f"_{key}"] = copy.deepcopy(chance.choice(JUNK))
    return mine


def answered(response: Any) -> None:
    assert response.status_code < 500, response.content
    if response.content:
        assert json.loads(response.content)["resourceType"]


@pytest.mark.parametrize("seed", range(4))
def test_mutated_resources_and_bundles_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    whole = bundle(put(RICH), put(SEEN), posted(SEEN, "urn:uuid:0"), posted(RICH))
    for _ in range(60):
        resource = mutated(chance.choice([RICH, SEEN]), chance)
        name = resource.get("resourceType")
        name = name if name in ("Patient", "Observation") else "Patient"
        body = json.dumps(resource).encode()
        answered(api.put(f"/{name}/p", body))
        answered(api.post(f"/{name}", body))
        kind = chance.choice(["transaction", "batch"])
        answered(api.post("", json.dumps(mutated(whole | {"type": kind}, chance)).encode()))


JSON_PATCH = [
    {"op": "test", "path": "/name/0/family", "value": "Quill"},
    {"op": "replace", "path": "/name/0/given", "value": ["x", {"a": [1.50]}]},
    {"op": "copy", "from": "/name/0", "path": "/name/-"},
    {"op": "move", "from": "/name/0/given/0", "path": "/name/0/text"},
]
PARAMETERS = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": name, "part": [
            {"name": "type", "valueCode": kind},
            {"name": "path", "valueString": path},
            {"name": "name", "valueString": "contact"},
            {"name": "index", "valueInteger": 0},
            {"name": "source", "valueInteger": 0},
            {"name": "destination", "valueInteger": 0},
            {"name": "value", "part": [{"name": "name", "valueHumanName": {"text": "x"}}]},
        ]}
        for name, kind, path in (
            ("operation", "add", "Patient"), ("operation", "insert", "Patient.name"),
            ("operation", "move", "Patient.name[0].given"), ("operation", "delete", "Patient.meta"),
            ("operation", "replace", "Patient.name.where(family='Quill').first()"),
        )
    ] + [{"name": "meta", "valueMeta": {"tag": [{"code": "t"}], "profile": ["http://x.example"]}},
         {"name": "resource", "resource": patient()}, {"name": "mode", "valueCode": "update"}],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_mutated_patches_and_parameters_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    api = Api()
    for _ in range(40):
        api.put("/Patient/p", patient(id="p"))
        patch = mutated({"patch": JSON_PATCH, "a": 1, "b": 2}, chance).get("patch")
        body = json.dumps(patch).encode()
        answered(api.call("PATCH", "/Patient/p", body, content_type="application/json-patch+json"))
        sent = copy.deepcopy(PARAMETERS)
        sent["parameter"] = [chance.choice(PARAMETERS["parameter"]) for _ in range(2)]
        body = json.dumps(mutated(sent, chance)).encode()
        answered(api.call("PATCH", "/Patient/p", body))
        for name in ("$meta-add", "$meta-delete", "$validate", "$everything"):
            answered(api.post(f"/Patient/p/{name}", body))
        answered(api.post("/Observation/$lastn?patient=p", body))


XML_JUNK = [
    b"", b"<", b">", b"/>", b"&", b"&amp;", b"&#0;", b"&x;", b"]]>", b"<!--", b"<![CDATA[",
    b"<?x?>", b"<!DOCTYPE a>", b"\xff", b"\xef\xbb\xbf", b' xmlns=""', b' value=""', b"<div>",
    b"</div>", b'<extension url="u"/>', b"<contained/>", b'<id value="x"/>', b"x", b"\x00",
    b'"', b"'",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_mutated_xml_is_answered(seed: int) -> None:
    chance = random.Random(seed)
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    whole = xml_write(bundle(put(RICH), put(SEEN), posted(SEEN, "urn:uuid:0")))
    alone = xml_write(RICH)
    for _ in range(60):
        for path, method, text in (("", "POST", whole), ("/Patient/p", "PUT", alone)):
            start = chance.randrange(len(text))
            end = start + chance.choice([0, 0, 1, 5, 30])
            body = text[:start] + chance.choice(XML_JUNK) + text[end:]
            sent = {"content_type": "application/fhir+xml", "accept": "application/fhir+json"}
            answered(api.call(method, path, body, **sent))


HEADERS = ("if_match", "if_none_exist", "prefer", "accept", "if_none_match", "if_modified_since",
           "authorization", "content_type")  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_odd_headers_are_answered(header: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    for text in ("", '"', "W/", 'W/"x"', "*", "a=b&a=c", "_id=p", ",;,;", "x" * 3_000, "é"):
        answered(api.put("/Patient/p", patient(id="p"), **{header: text}))
        answered(api.get("/Patient/p", **{header: text}))
        answered(api.post("/Patient", patient(), **{header: text}))


@pytest.mark.parametrize(
    "query",
    ["_format=%00", "_summary=", "_elements=,,", "_count=9" * 50, "_since=2024", "_offset=-1",
     "_since=0001-01-01T00:00:00%2B14:00", "&&&=", "%ff=%fe", "_pretty=maybe", "x=1&" * 1_100],
)  # fmt: skip
def test_odd_parameters_are_answered(query: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    for path in ("/Patient/p", "/Patient/p/_history", "/Patient/_history", "/_history"):
        answered(api.get(f"{path}?{query}"))
