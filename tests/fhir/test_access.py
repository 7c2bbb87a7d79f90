"""Nobody gets more than their policy: outsider, biller, anonymous, one patient's client."""

import time
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fhir_bridge import access, policy, store
from fhir_bridge.access import Actor
from fhir_bridge.outcomes import AccessDenied, NotFound, Unauthenticated
from fhir_bridge.urls import ROUTES, urlpatterns
from tests.fhir.record import (
    JSON,
    Api,
    bundle,
    observation,
    organization,
    patient,
    posted,
    put,
    refused,
    system,
    user,
)

pytestmark = pytest.mark.django_db

SECRET = "Quill"  # the family name of every test patient
PATCH = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "delete"},
                {"name": "path", "valueString": "Patient.name"},
            ],
        }
    ],
}
META = {
    "resourceType": "Parameters",
    "parameter": [{"name": "meta", "valueMeta": {"tag": [{"code": "seen"}]}}],
}
JOB = "00000000-0000-4000-8000-000000000000"
GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
# Every route as a request for the home organisation's patient "p".
ROUTE_REQUESTS: dict[str, list[tuple[str, str, Any]]] = {
    "base": [
        ("POST", "", bundle(posted(patient()), {"request": {"method": "GET", "url": "Patient/p"}})),
        ("GET", "?_type=Patient", None),
        ("GET", "?_type=Patient,Observation", None),
        ("GET", "", None),
    ],
    "metadata": [("GET", "/metadata", None)],
    "openapi": [("GET", "/openapi.json", None)],
    "search-system": [("POST", "/_search?_type=Patient", None)],
    "history-system": [("GET", "/_history", None)],
    "type": [
        ("GET", "/Patient", None),
        ("POST", "/Patient", patient()),
        ("PUT", "/Patient?_id=p", patient(id="p")),
        ("PATCH", "/Patient?_id=p", PATCH),
        ("DELETE", "/Patient?_id=p", None),
    ],
    "search-type": [("POST", "/Patient/_search", None)],
    "history-type": [("GET", "/Patient/_history", None)],
    "instance": [
        ("GET", "/Patient/p", None),
        ("HEAD", "/Patient/p", None),
        ("PUT", "/Patient/p", patient(id="p")),
        ("PATCH", "/Patient/p", PATCH),
        ("DELETE", "/Patient/p", None),
    ],
    "history-instance": [("GET", "/Patient/p/_history", None)],
    "vread": [("GET", "/Patient/p/_history/1", None)],
    "compartment": [("GET", f"/Patient/p/{each}", None) for each in ("Observation", "*")],
    "search-compartment": [("POST", "/Patient/p/Observation/_search", None)],
    "smart": [("GET", "/.well-known/smart-configuration", None)],
    "$validate": [
        ("GET", "/Patient/p/$validate", None),
        ("POST", "/Patient/$validate", patient()),
    ],
    "$everything": [
        ("GET", "/Patient/p/$everything", None),
        ("POST", "/Patient/p/$everything", None),
        ("GET", "/Encounter/e/$everything", None),
        ("POST", "/Encounter/e/$everything", None),
    ],
    "$meta": [("GET", "/Patient/p/$meta", None), ("POST", "/Patient/p/$meta", None)],
    "$meta-add": [("POST", "/Patient/p/$meta-add", META)],
    "$meta-delete": [("POST", "/Patient/p/$meta-delete", META)],
    "$lastn": [
        ("GET", "/Observation/$lastn?patient=p", None),
        ("POST", "/Observation/$lastn?patient=p", None),
    ],
    "$document": [
        ("GET", "/Composition/c/$document", None),
        ("POST", "/Composition/c/$document", None),
    ],
    "$docref": [
        ("GET", "/DocumentReference/$docref?patient=p", None),
        ("POST", "/DocumentReference/$docref?patient=p", None),
    ],
    "$export": [
        (method, path, None)
        for path in ("/$export", "/Patient/$export", "/Group/g/$export")
        for method in ("GET", "POST")
    ],
    "$status": [
        (method, path, None)
        for path in ("/Subscription/$status", "/Subscription/s/$status")
        for method in ("GET", "POST")
    ],
    "$events": [(method, "/Subscription/s/$events", None) for method in ("GET", "POST")],
    "$diff": [
        (method, path, None)
        for path in ("/Patient/p/$diff", "/$diff?from=Patient/p&to=Patient/p")
        for method in ("GET", "POST")
    ],
    "$summary": [
        (method, path, None)
        for path in ("/Patient/p/$summary", "/Patient/$summary?identifier=1")
        for method in ("GET", "POST")
    ],
    "$import": [("POST", "/$import", patient(id="p"))],
    "job": [(method, f"/_jobs/{JOB}", None) for method in ("GET", "DELETE")],
    "job-file": [("GET", f"/_jobs/{JOB}/output/Patient-1.ndjson", None)],
    **{
        f"${name}": [(method, f"/{path}", None) for method in ("GET", "POST")]
        for name, path in (
            ("expand", f"ValueSet/$expand?url={GENDERS}"),
            ("lookup", f"CodeSystem/$lookup?system={GENDER}&code=male"),
            ("validate-code", f"ValueSet/$validate-code?url={GENDERS}&code=male&system={GENDER}"),
            ("subsumes", f"CodeSystem/$subsumes?system={GENDER}&codeA=male&codeB=male"),
            ("translate", f"ConceptMap/$translate?system={GENDER}&code=male"),
        )
    },
    "unknown": [("GET", "/no/such/address/here", None)],
}


def requests() -> list[tuple[str, str, str, Any]]:
    return [(name, *each) for name, listed in ROUTE_REQUESTS.items() for each in listed]


def chart() -> None:
    """The home organisation's patient "p" with an observation."""
    store.write(system(), [store.Put(patient(), "p"), store.Put(observation("Patient/p"), "o")])


def form(method: str, path: str) -> dict[str, str]:
    posted_search = method == "POST" and "_search" in path
    return {"content_type": "application/x-www-form-urlencoded" if posted_search else JSON}


def test_every_route_has_its_policy_and_its_request_here() -> None:
    assert {route.name for route in ROUTES} == set(ROUTE_REQUESTS)
    for pattern in urlpatterns:
        assert getattr(pattern.callback, "policy", None) in (("public",), ("fhir",))
    public = [route.name for route in ROUTES if route.public]
    assert public == ["metadata", "openapi", "smart"]
    for route in ROUTES:
        methods = {each[0] for each in ROUTE_REQUESTS[route.name]}
        assert set(route.methods) <= methods, route.name


@pytest.mark.parametrize(("route", "method", "path", "body"), requests())
def test_an_anonymous_caller_is_asked_to_sign_in(
    route: str, method: str, path: str, body: Any
) -> None:
    chart()
    response = Api(scopes=None).call(method, path, body, **form(method, path))
    assert SECRET not in response.content.decode()
    if route not in ("metadata", "openapi", "smart"):
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        if method != "HEAD":
            refused(response, 401, "login")
    assert store.read(system(), "Patient", "p").version == 1


@pytest.mark.parametrize(("route", "method", "path", "body"), requests())
def test_another_organisation_finds_nothing(route: str, method: str, path: str, body: Any) -> None:
    chart()
    before = store.read(system(), "Patient", "p")
    api = Api("other")
    response = api.call(method, path, body, **form(method, path))
    text = response.content.decode()
    if method == "GET" and route in ("instance", "history-instance", "vread"):
        refused(response, 404, "not-found")
    if body is None:
        assert SECRET not in text
    assert '"o"' not in text
    assert store.read(system(), "Patient", "p") == before


@pytest.mark.parametrize("role", ["biller", "physician of the other organisation"])
@pytest.mark.parametrize(("route", "method", "path", "body"), requests())
def test_a_signed_in_user_gets_no_more_than_the_role_gives(
    route: str, method: str, path: str, body: Any, role: str
) -> None:
    chart()
    before = store.read(system(), "Patient", "p")
    client = Client(raise_request_exception=False)
    client.force_login(user("biller") if role == "biller" else user("physician", "other"))
    response = client.generic(method, f"/fhir{path}", b"" if body is None else _json(body),
                              content_type=form(method, path)["content_type"])  # fmt: skip
    if body is None:
        assert SECRET not in response.content.decode()
    if role == "biller" and "Patient" in path:
        assert response.status_code in (403, 404), response.content
    assert store.read(system(), "Patient", "p") == before


def _json(value: Any) -> bytes:
    from fhir_bridge.documents import dumps

    return dumps(value)


def test_a_biller_reads_claims_and_nothing_clinical() -> None:
    chart()
    biller = access.actor_for_user(user("biller"))
    store.update(system(), "Organization", "org", {"resourceType": "Organization", "name": "O"})
    assert store.read(biller, "Organization", "org").id == "org"
    readable = {name for name in policy.EVERY_TYPE if policy.role_allows("biller", "read", name)}
    assert readable == {"Claim", "ChargeItem", "Organization"}
    for action in ("create", "update", "delete"):
        assert not any(policy.role_allows("biller", action, name) for name in policy.EVERY_TYPE)
    assert store.read_many(biller, [("Patient", "p"), ("Observation", "o")]) == {}


def test_a_type_or_role_without_a_policy_is_refused() -> None:
    nobody = Actor(organization(), "porter", "user:0")
    for action in policy.ACTIONS:
        with pytest.raises(AccessDenied):
            access.require(nobody, action, "Patient")
    client = system(scopes="")
    with pytest.raises(AccessDenied):
        access.require(client, "read", "Patient")


@pytest.mark.parametrize(
    ("scopes", "action", "type", "allowed"),
    [
        ("system/*.cruds", "delete", "Patient", True),
        ("system/*.rs", "search", "Patient", True),
        ("system/*.rs", "update", "Patient", False),
        ("system/Patient.r", "read", "Patient", True),
        ("system/Patient.r", "search", "Patient", False),
        ("system/Patient.r", "read", "Observation", False),
        ("system/Patient.r system/Observation.s", "search", "Observation", True),
        ("system/*.read", "search", "Observation", True),
        ("system/*.read", "create", "Observation", False),
        ("system/Observation.write", "create", "Observation", True),
        ("system/Observation.*", "delete", "Observation", True),
        ("user/Patient.rs", "read", "Patient", True),
        ("openid fhirUser launch/patient offline_access", "read", "Patient", False),
        ("patient/*.rs", "read", "Patient", False),  # without a patient
    ],
)
def test_scopes_give_what_they_say(scopes: str, action: str, type: str, allowed: bool) -> None:
    assert (access.allowed(system(scopes=scopes), action, type) is not None) == allowed


@pytest.mark.parametrize(
    "scopes",
    ["", "openid", "system/Nope.r", "system/*.x", "system/*.sr", "system/Parameters.r", "*",
     "everything/*.rs", "system/Observation.rs?category=vital-signs", "patient/*.rs"],
)  # fmt: skip
def test_tokens_are_not_made_with_scopes_that_mean_nothing(scopes: str) -> None:
    with pytest.raises(ValueError):
        access.token_create(label="x", organization_id=organization(), scopes=scopes)


def test_a_patients_client_stays_in_the_compartment() -> None:
    chart()
    store.write(
        system(),
        [
            store.Put(patient(), "q"),
            store.Put(observation("Patient/q"), "oq"),
            store.Put({"resourceType": "Practitioner"}, "dr"),
        ],
    )
    api = Api(scopes="patient/*.cruds", patient_id="p")
    assert api.get("/Patient/p").status_code == 200
    assert api.get("/Observation/o").status_code == 200
    for path in ("/Patient/q", "/Observation/oq", "/Practitioner/dr", "/Observation/oq/_history"):
        refused(api.get(path), 404, "not-found")
    assert api.post("/Observation", observation("Patient/p")).status_code == 201
    refused(api.post("/Observation", observation("Patient/q")), 403, "forbidden")
    refused(api.post("/Patient", patient()), 403)
    refused(api.put("/Observation/oq", observation("Patient/p", id="oq")), 404)
    refused(api.put("/Observation/o", observation("Patient/q", id="o")), 403)
    # As for what never was, so that the answer does not tell them apart.
    assert api.delete("/Observation/oq").status_code == 204
    assert store.read(system(), "Observation", "oq").version == 1
    types = {each["resource"]["id"] for each in api.get("/_history").json()["entry"]}
    assert not types & {"q", "oq", "dr"}


def test_of_two_scopes_the_narrower_one_holds_for_what_it_is_about() -> None:
    chart()
    store.write(system(), [store.Put(patient(), "q"), store.Put(observation("Patient/q"), "oq")])
    api = Api(scopes="system/Observation.u patient/Observation.c", patient_id="p")
    refused(api.put("/Observation/new", observation("Patient/q", id="new")), 403, "forbidden")
    api = Api(scopes="system/Observation.u patient/Observation.r", patient_id="p")
    refused(api.post("/Observation/oq/$meta-add", META), 404, "not-found")
    assert store.read(system(), "Observation", "oq").version == 1


def test_search_of_a_patients_client_stays_in_the_compartment() -> None:
    chart()
    store.write(system(), [store.Put(patient(), "q"), store.Put(observation("Patient/q"), "oq")])
    api = Api(scopes="patient/*.rs", patient_id="p")
    for path, ids in (("/Patient", {"p"}), ("/Observation", {"o"}), ("/Observation?_id=oq", set())):
        found = api.get(path).json()
        matches = [each for each in found.get("entry", []) if each["search"]["mode"] == "match"]
        assert {each["resource"]["id"] for each in matches} == ids


def test_a_revoked_or_expired_token_ends() -> None:
    raw = access.token_create(label="x", organization_id=organization(), scopes="system/*.r")
    assert access.actor_for_token(raw).role == "client"
    assert access.token_revoke(raw_token=raw)
    assert not access.token_revoke(raw_token=raw)
    with pytest.raises(Unauthenticated):
        access.actor_for_token(raw)
    expired = access.token_create(
        label="x",
        organization_id=organization(),
        scopes="system/*.r",
        expires_at=timezone.now() - timedelta(seconds=1),
    )
    with pytest.raises(Unauthenticated):
        access.actor_for_token(expired)


def test_a_token_revoked_elsewhere_ends_within_seconds(monkeypatch: Any) -> None:
    raw = access.token_create(label="x", organization_id=organization(), scopes="system/*.r")
    access.actor_for_token(raw)
    from fhir_bridge.models import ApiToken

    ApiToken.objects.update(revoked_at=timezone.now())
    later = time.monotonic() + access.TOKEN_TRUST_SECONDS + 0.1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(Unauthenticated):
        access.actor_for_token(raw)


def test_only_the_hash_of_a_token_is_kept() -> None:
    from fhir_bridge.models import ApiToken

    raw = access.token_create(label="x", organization_id=organization(), scopes="system/*.r")
    assert raw not in repr(list(ApiToken.objects.values()))


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "x"])
def test_other_credentials_are_refused(header: str) -> None:
    api = Api(scopes=None)
    refused(api.get("/Patient/p", authorization=header), 401, "login")


def test_a_signed_in_physician_needs_the_csrf_token_to_write() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user("physician"))
    body = _json(patient())
    response = client.post("/fhir/Patient", body, content_type=JSON)
    refused(response, 403, "forbidden")
    client.cookies["csrftoken"] = "a" * 32
    response = client.post(
        "/fhir/Patient", body, content_type=JSON, headers={"x-csrftoken": "a" * 32}
    )
    assert response.status_code == 201
    assert client.get(f"/fhir/Patient/{response.json()['id']}").status_code == 200
    environ: dict[str, Any] = {
        "wsgi.input": BytesIO(b"name=Quill"),
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    headers = {"x-csrftoken": "a" * 32, "transfer-encoding": "chunked"}
    found = client.generic("POST", "/fhir/Patient/_search", headers=headers, **environ)
    assert "name=Quill" in found.json()["link"][0]["url"], "the check for the token ate the form"


def test_a_user_without_a_membership_gets_nothing(django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("guest", password="x"))
    refused(client.get("/fhir/Patient/p"), 403, "forbidden")


def test_a_physician_reads_and_writes_clinical_data() -> None:
    doctor = access.actor_for_user(user("physician"))
    made = store.create(doctor, patient())
    seen = store.create(doctor, observation(made.reference))
    store.delete(doctor, "Observation", seen.id)
    with pytest.raises(AccessDenied):
        store.delete(doctor, "Patient", made.id)
    with pytest.raises(AccessDenied):
        store.create(doctor, {"resourceType": "Subscription"})


def test_batch_entries_are_checked_one_by_one() -> None:
    chart()
    api = Api(scopes="system/Observation.rs")
    answer = api.post(
        "",
        bundle(
            {"request": {"method": "GET", "url": "Observation/o"}},
            {"request": {"method": "GET", "url": "Patient/p"}},
            put(patient(id="p")),
            type="batch",
        ),
    ).json()
    statuses = [each["response"]["status"][:3] for each in answer["entry"]]
    assert statuses == ["200", "403", "403"]
    assert SECRET not in str(answer)


def test_not_found_says_the_same_for_theirs_and_for_nobodys() -> None:
    chart()
    api = Api("other")
    assert api.get("/Patient/p").content == api.get("/Patient/never").content
    with pytest.raises(NotFound):
        store.history(system("other"), "Patient", "p")


def test_a_patients_client_sees_only_the_versions_that_were_about_the_patient() -> None:
    store.write(system(), [store.Put(patient(), each) for each in "pqr"])
    for subject in ("q", "p", "p", "r", "p"):
        store.update(system(), "Observation", "o", observation(f"Patient/{subject}"))
    api = Api(scopes="patient/*.rs", patient_id="p")
    assert api.get("/Observation/o/_history/5").status_code == 200
    # The third was about p too, but what lies between is not for p to know.
    for version in (1, 2, 3, 4):
        refused(api.get(f"/Observation/o/_history/{version}"), 404, "not-found")
    for path in ("/Observation/o/_history", "/Observation/_history", "/_history?_count=100"):
        history = api.get(path).json()
        listed = [each["resource"] for each in history["entry"] if each["resource"]["id"] == "o"]
        assert [each["meta"]["versionId"] for each in listed] == ["5"]
        assert history["total"] == len(history["entry"])
    store.update(system(), "Observation", "o", observation("Patient/p"))
    versions = api.get("/Observation/o/_history").json()["entry"]
    assert [each["resource"]["meta"]["versionId"] for each in versions] == ["6", "5"]
    assert api.get("/Patient/p/_history/1").status_code == 200
    refused(Api(scopes="patient/*.rs", patient_id="q").get("/Observation/o/_history/1"), 404)
    assert Api().get("/Observation/o/_history").json()["total"] == 6


def told(response: Any) -> tuple[int, Any]:
    """What an answer says, without what is different in any two answers."""
    outcome = response.json().get("issue") if response.content else None
    return response.status_code, outcome


def test_a_patients_client_is_not_told_which_ids_others_have() -> None:
    chart()
    store.write(system(), [store.Put(patient(), "q"), store.Put(observation("Patient/q"), "oq")])
    store.update(system(), "Practitioner", "dr", {"resourceType": "Practitioner"})
    api = Api(scopes="patient/*.cruds", patient_id="p")

    def asked(id: str, **headers: str) -> list[tuple[int, Any]]:
        mine = observation("Patient/p", id=id)
        theirs = observation("Patient/q", id=id)
        member = observation("Patient/p", hasMember=[{"reference": f"Observation/{id}"}])
        remove = {"request": {"method": "DELETE", "url": f"Observation/{id}"}}
        return [
            told(each)
            for each in (
                api.put(f"/Observation/{id}", mine, **headers),
                api.put(f"/Observation/{id}", theirs, **headers),
                api.delete(f"/Observation/{id}", **headers),
                api.call("PATCH", f"/Observation/{id}", PATCH, **headers),
                api.post(f"/Observation/{id}/$meta-add", META, **headers),
                api.post("/Observation", member),
                api.post("/Observation/$validate", member),
                api.post("", bundle(posted(member))),
                api.post("", bundle(put(mine))),
                api.post("", bundle(remove)),
                api.get(f"/Observation/{id}/_history/1"),
            )
        ]

    for headers in ({}, {"if_match": 'W/"1"'}, {"if_match": 'W/"2"'}):
        assert asked("oq", **headers) == asked("xx", **headers)
    for id_ in ("dr", "xx"):
        performer = [{"reference": f"Practitioner/{id_}"}]
        made = api.post("/Observation", observation("Patient/p", performer=performer))
        assert made.status_code == 201
    subject = {"reference": "Patient/q"}, {"reference": "Patient/xx"}
    told_of = [told(api.post("/Observation", observation("Patient/p", focus=[x]))) for x in subject]
    assert told_of[0] == told_of[1]
    assert store.read(system(), "Observation", "oq").version == 1
