"""R4's http.html, sentence by sentence, as far as test_rest.py has not said it.

https://hl7.org/fhir/R4/http.html
"""

import base64
import json
from typing import Any

import pytest
from django.test import override_settings

from fhir_bridge import store
from tests.fhir.record import (
    Api,
    bundle,
    observation,
    patient,
    posted,
    put,
    refused,
    system,
)

pytestmark = pytest.mark.django_db

MRN = [{"system": "urn:mrn", "value": "1"}]
BY_MRN = "identifier=urn:mrn|1"
JSON_PATCH = "application/json-patch+json"
RENAME = [{"op": "replace", "path": "/name/0/family", "value": "Reed"}]
FHIRPATH_PATCH = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "replace"},
                {"name": "path", "valueString": "Patient.name[0].family"},
                {"name": "value", "valueString": "Reed"},
            ],
        }
    ],
}


def binary(patch: Any) -> dict[str, Any]:
    data = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"resourceType": "Binary", "contentType": JSON_PATCH, "data": data}


def asked(method: str, url: str, resource: Any = None, **more: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"request": {"method": method, "url": url, **more}}
    return entry | ({"resource": resource} if resource else {})


def statuses(answer: Any) -> list[str]:
    return [each["response"]["status"][:3] for each in answer.json()["entry"]]


# -- Prefer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("POST", "/Patient", patient(), None),
        ("PUT", "/Patient/p", patient(id="p"), None),
        ("PUT", "/Patient/new", patient(id="new"), None),
        ("PUT", f"/Patient?{BY_MRN}", patient(identifier=MRN), None),
        ("PATCH", "/Patient/p", RENAME, JSON_PATCH),
        ("PATCH", "/Patient/p", FHIRPATH_PATCH, None),
        ("PATCH", "/Patient?_id=p", RENAME, JSON_PATCH),
    ],
)
def test_every_write_returns_what_prefer_asks_for(
    method: str, path: str, body: Any, kind: str | None
) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    more = {"content_type": kind} if kind else {}
    for prefer, returned in (
        ("return=minimal", None),
        ('handling=strict, return="minimal"', None),
        ("return=representation", "Patient"),
        ("respond-async; wait=1, return=OperationOutcome", "OperationOutcome"),
    ):
        answer = api.call(method, path, body, prefer=prefer, **more)
        assert answer.status_code in (200, 201), answer.content
        found = answer.json()["resourceType"] if answer.content else None
        assert found == returned
        assert answer["ETag"].startswith('W/"')
        assert answer["Last-Modified"].endswith("GMT")
        assert "/_history/" in answer["Location"]


def test_a_deletion_may_be_answered_with_an_outcome() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    answer = api.delete("/Patient/p", prefer="return=OperationOutcome")
    assert (answer.status_code, answer["ETag"]) == (200, 'W/"2"')
    assert answer.json()["issue"][0]["severity"] == "information"
    plain = api.delete("/Patient/p", prefer="return=representation")
    assert (plain.status_code, plain.content) == (204, b"")


def test_bundles_return_what_prefer_asks_for() -> None:
    api = Api()
    for kind in ("batch", "transaction"):
        sent = bundle(
            put(patient(id="p")),
            posted(patient()),
            asked("DELETE", "Patient/q"),
            asked("GET", "Patient/p"),
            type=kind,
        )
        for prefer, returned, outcomes in (
            ("", [None, None, None, "Patient"], 0),
            ("return=minimal", [None, None, None, "Patient"], 0),
            ("return=representation", ["Patient", "Patient", None, "Patient"], 0),
            ("return=OperationOutcome", [None, None, None, "Patient"], 3),
        ):
            entries = api.post("", sent, prefer=prefer).json()["entry"]
            found = [each.get("resource", {}).get("resourceType") for each in entries]
            assert found == returned, (kind, prefer)
            assert sum("outcome" in each["response"] for each in entries) == outcomes, kind


def test_unknown_search_parameters_are_left_out_with_a_warning_or_refused() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    for prefer in ("", "handling=lenient"):
        answer = api.get("/Patient?colour=red&_id=p", prefer=prefer).json()
        assert answer["total"] == 1
        (warning,) = [each for each in answer["entry"] if each["search"]["mode"] == "outcome"]
        assert warning["resource"]["issue"][0]["severity"] == "warning"
        (own,) = [each["url"] for each in answer["link"] if each["relation"] == "self"]
        assert "colour" not in own
    refused(api.get("/Patient?colour=red", prefer="handling=strict"), 400, "not-supported")


# -- conditions on versions ----------------------------------------------------------------------


def test_if_match_takes_any_version_and_if_none_match_none() -> None:
    api = Api()
    refused(api.put("/Patient/p", patient(id="p"), if_match="*"), 412, "conflict")
    assert api.put("/Patient/p", patient(id="p"), if_none_match="*").status_code == 201
    refused(api.put("/Patient/p", patient(id="p"), if_none_match="*"), 412, "conflict")
    for etag in ("*", 'W/"2"', '"3"', ' W/"4" '):
        assert api.put("/Patient/p", patient(id="p"), if_match=etag).status_code == 200
    change = {"if_match": 'W/"1"', "content_type": JSON_PATCH}
    refused(api.call("PATCH", "/Patient/p", RENAME, **change), 412)
    refused(api.delete("/Patient/p", if_match='W/"1"'), 412)
    refused(api.post("/Patient/p/$meta-delete", _meta(), if_match='W/"1"'), 412)
    assert store.read(system(), "Patient", "p").version == 5
    assert api.delete("/Patient/p", if_match='W/"5"').status_code == 204
    refused(api.put("/Patient/p", patient(id="p"), if_match='W/"6"'), 412)


def _meta() -> dict[str, Any]:
    tag = {"tag": [{"code": "t"}]}
    return {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": tag}]}


def test_reads_and_versions_are_served_once() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    for path in ("/Patient/p", "/Patient/p/_history/1"):
        first = api.get(path)
        for etag in ('W/"1"', '"1"', '"7" , W/"1"', "*"):
            again = api.get(path, if_none_match=etag)
            assert (again.status_code, again.content) == (304, b"")
            assert again["ETag"] == first["ETag"]
        # An entity tag that does not match wins over the date.
        both = {"if_none_match": 'W/"9"', "if_modified_since": first["Last-Modified"]}
        assert api.get(path, **both).status_code == 200


# -- conditional interactions --------------------------------------------------------------------


def test_a_conditional_update_goes_by_matches_and_ids() -> None:
    api = Api()
    path = f"/Patient?{BY_MRN}"
    made = api.put(path, patient(identifier=MRN, id="mine"))
    assert (made.status_code, made.json()["id"]) == (201, "mine")
    assert api.put(path, patient(identifier=MRN)).json()["meta"]["versionId"] == "2"
    assert api.put(path, patient(identifier=MRN, id="mine")).json()["meta"]["versionId"] == "3"
    refused(api.put(path, patient(identifier=MRN, id="other")), 400, "invalid", "Patient.id")
    # No match, and the id is that of somebody who does not match: not the one that is meant.
    refused(api.put("/Patient?identifier=urn:mrn|2", patient(id="mine")), 412)
    refused(api.put("/Patient?identifier=urn:mrn|2", patient(), if_match='W/"1"'), 412)
    api.post("/Patient", patient(identifier=MRN))
    refused(api.put(path, patient(identifier=MRN)), 412, "multiple-matches")
    assert store.read(system(), "Patient", "mine").version == 3


@pytest.mark.parametrize(
    "criteria",
    ["", "_format=json", "_pretty=true&_summary=text", "_count=1", "_sort=_id&_elements=id",
     "_total=none", "identifier="],
)  # fmt: skip
def test_criteria_that_select_nothing_are_refused(criteria: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    refused(api.delete(f"/Patient?{criteria}"), 400, "invalid")
    refused(api.put(f"/Patient?{criteria}", patient()), 400, "invalid")
    refused(api.post("/Patient", patient(), if_none_exist=f"?{criteria}"), 400, "invalid")
    assert store.read(system(), "Patient", "p").version == 1


def test_unknown_criteria_are_refused_whatever_the_handling() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    refused(api.delete("/Patient?colour=red&_id=p", prefer="handling=lenient"), 400)
    assert store.read(system(), "Patient", "p").version == 1


def test_if_none_exist_may_be_a_query_or_an_address() -> None:
    api = Api()
    mine = patient(identifier=MRN)
    first = api.post("/Patient", mine, if_none_exist=f"?{BY_MRN}")
    for criteria in (BY_MRN, f"Patient?{BY_MRN}", f"http://testserver/fhir/Patient?{BY_MRN}"):
        again = api.post("/Patient", mine | {"gender": "male"}, if_none_exist=criteria)
        assert (again.status_code, again["Location"]) == (200, first["Location"])
        assert "gender" not in again.json()


def test_conditional_deletion_takes_one_match_at_most() -> None:
    api = Api()
    path = f"/Patient?{BY_MRN}"
    assert api.delete(path).status_code == 204
    for _ in range(2):
        api.post("/Patient", patient(identifier=MRN))
    refused(api.delete(path), 412, "multiple-matches")
    assert api.get(path).json()["total"] == 2


def test_conditional_patches_take_one_match() -> None:
    api = Api()
    change = {"content_type": JSON_PATCH}
    refused(api.call("PATCH", f"/Patient?{BY_MRN}", RENAME, **change), 404)
    api.post("/Patient", patient(identifier=MRN))
    changed = api.call("PATCH", f"/Patient?{BY_MRN}", RENAME, **change)
    assert changed.json()["name"][0]["family"] == "Reed"
    api.post("/Patient", patient(identifier=MRN))
    refused(api.call("PATCH", f"/Patient?{BY_MRN}", RENAME, **change), 412, "multiple-matches")


# -- create, update, delete ----------------------------------------------------------------------


def test_a_create_ignores_the_id_and_version_that_are_sent() -> None:
    meta = {"versionId": "7", "lastUpdated": "2001-01-01T00:00:00Z", "tag": [{"code": "t"}]}
    made = Api().post("/Patient", patient(id="mine", meta=meta)).json()
    assert made["id"] != "mine"
    assert (made["meta"]["versionId"], made["meta"]["tag"]) == ("1", [{"code": "t"}])
    assert not made["meta"]["lastUpdated"].startswith("2001")
    refused(Api().get("/Patient/mine"), 404)


def test_never_known_is_404_and_deleted_is_410_until_it_is_put_again() -> None:
    api = Api()
    refused(api.get("/Patient/p"), 404, "not-found")
    api.put("/Patient/p", patient(id="p"))
    api.delete("/Patient/p")
    refused(api.get("/Patient/p"), 410, "deleted")
    change = {"content_type": JSON_PATCH}
    refused(api.call("PATCH", "/Patient/p", RENAME, **change), 410, "deleted")
    back = api.put("/Patient/p", patient(id="p"))
    assert (back.status_code, back["ETag"]) == (201, 'W/"3"')
    assert api.get("/Patient/p").status_code == 200


# -- methods and headers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/Patient/p", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/Patient", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        ("/metadata", "GET, HEAD, OPTIONS"),
        ("", "GET, HEAD, OPTIONS, POST"),
    ],
)
def test_options_and_refused_methods_name_those_that_are_allowed(path: str, allowed: str) -> None:
    told = Api(scopes=None).call("OPTIONS", path)
    assert (told.status_code, told["Allow"], told.content) == (204, allowed, b"")
    answer = Api().call("TRACE", path)
    refused(answer, 405, "not-supported")
    assert answer["Allow"] == allowed
    refused(Api().call("OPTIONS", "/no/such/address/here"), 404)


@pytest.mark.parametrize(
    "path",
    ["/Patient/p", "/Patient/p/_history/1", "/Patient?_id=p", "", "/Patient/p/_history",
     "/metadata", "/Patient/nobody"],
)  # fmt: skip
def test_head_has_the_headers_of_get_and_no_body(path: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    got, head = api.get(path), api.call("HEAD", path)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified"):
        assert head.headers.get(name) == got.headers.get(name)


def test_a_clients_names_for_its_request_come_back() -> None:
    names = {"x_request_id": "a-1.b_c:d", "x_correlation_id": "9f"}
    answer = Api().get("/Patient/nobody", **names)
    assert (answer["X-Request-Id"], answer["X-Correlation-Id"]) == ("a-1.b_c:d", "9f")
    for odd in ("<script>", "x" * 200, "a b"):
        assert "X-Request-Id" not in Api().get("/metadata", x_request_id=odd)


def test_the_base_is_what_a_trusted_proxy_was_asked_for() -> None:
    api = Api()
    seen = {"x_forwarded_host": "fhir.example.org", "x_forwarded_proto": "https"}
    assert api.post("/Patient", patient(), **seen)["Location"].startswith("http://testserver/")
    trusting = override_settings(
        USE_X_FORWARDED_HOST=True,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
        ALLOWED_HOSTS=["fhir.example.org"],
    )
    with trusting:
        made = api.post("/Patient", patient(), **seen)
        assert made["Location"].startswith("https://fhir.example.org/fhir/Patient/")
        found = api.get("/Patient", **seen).json()
        assert found["entry"][0]["fullUrl"].startswith("https://fhir.example.org/fhir/Patient/")


def test_other_origins_get_in_only_where_they_are_named(settings: Any) -> None:
    api, page = Api(), {"origin": "https://app.example.org"}
    assert "Access-Control-Allow-Origin" not in api.get("/metadata", **page)
    assert api.get("/metadata").json()["rest"][0]["security"]["cors"] is False
    settings.FHIR_CORS_ORIGINS = ["https://app.example.org"]
    answer = api.get("/Patient/nobody", **page)
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Location" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Origin" in answer["Vary"]
    preflight = Api(scopes=None).call("OPTIONS", "/Patient/p", **page)
    assert preflight.status_code == 204
    assert "PATCH" in preflight["Access-Control-Allow-Methods"]
    assert "If-None-Exist" in preflight["Access-Control-Allow-Headers"]
    other = api.get("/metadata", origin="https://evil.example.org")
    assert "Access-Control-Allow-Origin" not in other
    settings.FHIR_CORS_ORIGINS = ["*"]
    assert api.get("/metadata", **page)["Access-Control-Allow-Origin"] == "*"
    assert api.get("/metadata").json()["rest"][0]["security"]["cors"] is True


# -- parts and pages -----------------------------------------------------------------------------

SEEN = observation(
    "Patient/p",
    id="o",
    text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
    note=[{"text": "n"}],
    valueQuantity={"value": 1.5, "unit": "mg"},
    component=[{"code": {"text": "c"}, "valueString": "s", "interpretation": [{"text": "i"}]}],
)
BASIC = {"resourceType", "id", "meta", "status", "code"}


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("_summary=true", BASIC | {"subject", "valueQuantity", "component"}),
        ("_summary=text", BASIC | {"text"}),
        ("_summary=data", set(SEEN) - {"text"} | {"meta"}),
        ("_summary=false", set(SEEN) | {"meta"}),
        ("_elements=note", BASIC | {"note"}),
        ("_elements=note,value", BASIC | {"note", "valueQuantity"}),
        ("_elements=Observation.note,Patient.gender", BASIC | {"note"}),
        ("_elements=component.code", BASIC | {"component"}),
        ("_elements=Patient.gender", set(SEEN) | {"meta"}),
        ("_elements=", set(SEEN) | {"meta"}),
    ],
)
def test_parts_of_a_resource_are_the_same_wherever_it_is_served(query: str, kept: set[str]) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Observation/o", SEEN)
    part = api.get(f"/Observation/o?{query}").json()
    assert part.keys() == kept
    subsetted = part.keys() != set(SEEN) | {"meta"}
    assert [each["code"] for each in part["meta"].get("tag", [])] == ["SUBSETTED"] * subsetted
    assert api.get(f"/Observation/o/_history/1?{query}").json() == part
    for path in ("/Observation?_id=o&", "/Observation/o/_history?", "/Observation/_history?"):
        assert api.get(path + query).json()["entry"][0]["resource"] == part
    form = {"content_type": "application/x-www-form-urlencoded"}
    found = api.post("/Observation/_search", f"_id=o&{query}".encode(), **form).json()
    assert found["entry"][0]["resource"] == part


def test_a_summary_reaches_into_backbone_elements_and_a_count_has_no_entries() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    api.put("/Observation/o", SEEN)
    summary = api.get("/Observation/o?_summary=true").json()
    assert summary["component"][0].keys() == {"code", "valueString"}
    counted = api.get("/Observation?_summary=count").json()
    assert (counted["total"], counted.get("entry")) == (1, None)


def test_pages_keep_the_format_and_the_parts_that_were_asked_for() -> None:
    api = Api()
    for number in range(3):
        api.put(f"/Patient/p{number}", patient(id=f"p{number}"))
    query = "_count=1&_format=json&_pretty=true&_elements=name"
    for path in ("/Patient", "/Patient/_history", "", "/_history"):
        links = {
            each["relation"]: each["url"] for each in api.get(f"{path}?{query}").json()["link"]
        }
        for relation in ("self", "next"):
            for part in query.split("&"):
                assert part in links[relation], (path, links)


# -- bundles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_an_entrys_answer_has_what_its_headers_would_have_said(kind: str) -> None:
    api = Api()
    entries = api.post(
        "", bundle(put(patient(id="p")), asked("GET", "Patient/p"), type=kind)
    ).json()["entry"]
    for entry, status in zip(entries, ("201 Created", "200 OK"), strict=True):
        assert entry["fullUrl"] == "http://testserver/fhir/Patient/p"
        response = entry["response"]
        assert response["status"] == status
        assert response["etag"] == 'W/"1"'
        assert response["location"] == "http://testserver/fhir/Patient/p/_history/1"
        assert response["lastModified"] == entries[1]["resource"]["meta"]["lastUpdated"]


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_bundles_read_search_and_ask_with_conditions(kind: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", identifier=MRN))
    answer = api.post(
        "",
        bundle(
            asked("GET", "http://testserver/fhir/Patient/p"),
            asked("GET", f"Patient?{BY_MRN}"),
            asked("GET", "Patient/p", ifNoneMatch='W/"1"'),
            asked("GET", "Patient/p/_history"),
            asked("HEAD", "Patient/p"),
            asked("GET", "Patient/p?_elements=name"),
            type=kind,
        ),
    )
    assert statuses(answer) == ["200", "200", "304", "200", "200", "200"]
    resources = [each.get("resource", {}) for each in answer.json()["entry"]]
    types = [each.get("resourceType") for each in resources]
    assert types == ["Patient", "Bundle", None, "Bundle", None, "Patient"]
    assert resources[1]["total"] == 1
    assert "identifier" not in resources[5]


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_bundles_write_with_conditions(kind: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", identifier=MRN))
    answer = api.post(
        "",
        bundle(
            posted(patient(identifier=MRN), ifNoneExist=BY_MRN),
            asked("PUT", "http://testserver/fhir/Patient/p", patient(id="p"), ifMatch='W/"1"'),
            asked("PUT", "Patient?identifier=urn:mrn|2", patient()),
            asked("PUT", "Patient/n", patient(id="n"), ifNoneMatch="*"),
            asked("DELETE", "Patient?identifier=urn:mrn|3"),
            type=kind,
        ),
    )
    assert statuses(answer) == ["200", "200", "201", "201", "204"]
    wrong = bundle(put(patient(id="n"), ifNoneMatch="*"), type=kind)
    answer = api.post("", wrong)
    if kind == "batch":
        assert statuses(answer) == ["412"]
    else:
        refused(answer, 412, "conflict")
    assert store.read(system(), "Patient", "n").version == 1


@pytest.mark.parametrize("kind", ["batch", "transaction"])
@pytest.mark.parametrize("patch", [binary(RENAME), FHIRPATH_PATCH], ids=["JSON", "FHIRPath"])
@pytest.mark.parametrize("url", ["Patient/p", f"Patient?{BY_MRN}"])
def test_bundles_patch(kind: str, patch: dict[str, Any], url: str) -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", identifier=MRN))
    sent = bundle(asked("PATCH", url, patch, ifMatch='W/"1"'), asked("GET", "Patient/p"), type=kind)
    answer = api.post("", sent)
    assert statuses(answer) == ["200", "200"]
    read = answer.json()["entry"][1]["resource"]
    assert (read["name"][0]["family"], read["meta"]["versionId"]) == ("Reed", "2")
    again = api.post("", sent)
    if kind == "batch":
        assert statuses(again) == ["412", "200"]
    else:
        refused(again, 412, "conflict")


def test_a_patch_in_a_transaction_is_all_or_nothing_like_the_rest() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p"))
    change = asked("PATCH", "Patient/p", binary(RENAME))
    overlap = bundle(change, put(patient(id="p")))
    refused(api.post("", overlap), 400, "invalid", "Bundle.entry[1]")
    removed = binary([{"op": "remove", "path": "/resourceType"}])
    wrong = bundle(posted(patient()), asked("PATCH", "Patient/p", removed))
    assert api.post("", wrong).status_code in (400, 422)
    refused(api.post("", bundle(change, asked("PATCH", "Patient/nobody", binary(RENAME)))), 404)
    refused(api.post("", bundle(asked("PATCH", "Patient/p", patient()))), 415)
    person = "urn:uuid:7b3a7a2e-1c1d-4d9a-9f43-2f6f4f7a1a01"
    link = {"other": {"reference": person}, "type": "seealso"}
    linking = binary([{"op": "add", "path": "/link", "value": [link]}])
    assert api.get("/_history").json()["total"] == 1
    done = api.post("", bundle(asked("PATCH", "Patient/p", linking), posted(patient(), person)))
    assert statuses(done) == ["200", "201"]
    other = api.get("/Patient/p").json()["link"][0]["other"]["reference"]
    assert done.json()["entry"][1]["response"]["location"].startswith(
        f"http://testserver/fhir/{other}/"
    )


def test_links_to_entries_follow_them_wherever_r4_says_so() -> None:
    api = Api()
    person, file = ("urn:uuid:00000000-0000-4000-8000-00000000000" + each for each in "12")
    div = (
        '<div xmlns="http://www.w3.org/1999/xhtml">'
        f"<a href=\"{file}\">f</a><img src='{file}'/></div>"
    )
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": file}],
        "text": {"status": "generated", "div": div},
        "subject": {"reference": person},
        "content": [{"attachment": {"url": file, "title": file}}],
        "extension": [{"url": "http://x.example", "valueUri": file},
                      {"url": "http://x.example", "valueCanonical": file}],
    }  # fmt: skip
    stored_file = {"resourceType": "Binary", "contentType": "text/plain", "data": "YQ=="}
    for first in (file, "http://elsewhere.example/fhir/Binary/77"):
        sent = json.loads(json.dumps(document).replace(file, first))
        answer = api.post(
            "",
            bundle(posted(patient(), person), posted(sent), posted(stored_file, first)),
            prefer="return=representation",
        ).json()
        _, made, binary_ = (each["resource"] for each in answer["entry"])
        target = f"Binary/{binary_['id']}"
        assert made["content"][0]["attachment"] == {"url": target, "title": first}
        assert made["text"]["div"] == div.replace(file, target)
        assert [*made["extension"][0].values()][1] == target
        # A canonical is a name, and an identifier's value a string.
        assert made["extension"][1]["valueCanonical"] == first
        assert made["identifier"][0]["value"] == first


def test_overlapping_entries_are_refused_however_they_name_the_resource() -> None:
    api = Api()
    api.put("/Patient/p", patient(id="p", identifier=MRN))
    by_criteria = asked("PUT", f"Patient?{BY_MRN}", patient(identifier=MRN))
    for other in (
        put(patient(id="p")),
        asked("DELETE", "Patient/p"),
        asked("DELETE", f"Patient?{BY_MRN}"),
        asked("PATCH", f"Patient?{BY_MRN}", binary(RENAME)),
    ):
        refused(api.post("", bundle(by_criteria, other)), 400, "invalid")
    assert store.read(system(), "Patient", "p").version == 1


def test_operations_in_a_batch_answer_and_in_a_transaction_are_refused() -> None:
    api = Api()
    sent = asked("POST", "Patient/$validate", patient())
    answer = api.post("", bundle(sent, type="batch")).json()["entry"][0]
    assert answer["resource"]["resourceType"] == "OperationOutcome"
    refused(api.post("", bundle(sent)), 400, "not-supported", "Bundle.entry[0].request.url")


def test_an_update_entry_needs_an_id_or_criteria() -> None:
    for entry in (asked("PUT", "Patient", patient()), asked("DELETE", "Patient"),
                  asked("PUT", "Patient/a/b", patient()), asked("PATCH", "Patient", binary(RENAME)),
                  asked("POST", "Patient/p", patient())):  # fmt: skip
        answer = Api().post("", bundle(entry))
        assert 400 <= answer.status_code < 500, answer.content
        answer = Api().post("", bundle(entry, type="batch")).json()["entry"][0]
        assert answer["response"]["status"] >= "400"
    assert store.history_page(system()).total == 0


def test_criteria_in_the_address_of_a_create_are_those_of_if_none_exist() -> None:
    api = Api()
    sent = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    first = api.post("/Patient?identifier=urn:mrn|1", sent)
    again = api.post("/Patient?identifier=urn:mrn|1&_format=json", sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert api.post("/Patient?_format=json&_pretty=true", sent).status_code == 201
    refused(api.post("/Patient?colour=red", sent), 400)
    refused(api.post("/Patient?identifier=urn:mrn|1", sent), 412, "multiple-matches")
