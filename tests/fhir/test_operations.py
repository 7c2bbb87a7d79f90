"""Each operation answers what its definition says, and to nobody more than they may read."""

import json
from typing import Any

import pytest

from fhir_bridge import capabilities, store
from fhir_bridge.documents import parse
from fhir_bridge.validation import validate
from tests.fhir.record import Api, bundle, observation, patient, posted, put, refused, system

pytestmark = pytest.mark.django_db


def chart() -> Api:
    """Patient p with observations, a composition and a document; q with an observation."""
    api = Api()
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    weight = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "weight"}
    author = {"reference": "Practitioner/d"}
    response = api.post("", bundle(
        put({"resourceType": "Organization", "id": "org", "name": "Home"}),
        put({"resourceType": "Practitioner", "id": "d", "name": [{"family": "Martin"}]}),
        put(patient(id="p", managingOrganization={"reference": "Organization/org"})),
        put(patient(id="q")),
        *(put(observation("Patient/p", id=f"o{day}", code=code, performer=[author],
                          effectiveDateTime=f"2024-01-0{day}")) for day in (1, 2, 3)),
        put(observation("Patient/p", id="w1", code=weight, effectiveDateTime="2020-01-01")),
        put(observation("Patient/q", id="other", code=code, effectiveDateTime="2025-01-01")),
        put({"resourceType": "Composition", "id": "c", "status": "final", "type": {"text": "note"},
             "subject": {"reference": "Patient/p"}, "date": "2024-01-03", "author": [author],
             "title": "Note", "section": [{"title": "Seen", "entry": [
                 {"reference": "Observation/o1"}, {"reference": "Observation/gone"}]}]}),
        put({"resourceType": "DocumentReference", "id": "doc", "status": "current",
             "subject": {"reference": "Patient/p"}, "date": "2024-01-03T00:00:00Z",
             "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
             "context": {"period": {"start": "2024-01-03", "end": "2024-01-03"}},
             "content": [{"attachment": {"contentType": "text/plain"}}]}),
    ))  # fmt: skip
    assert response.status_code == 200, response.content
    return api


def named(answer: Any, mode: str = "") -> list[str]:
    """[type]/[id] of the entries of a Bundle, of one search mode."""
    return [
        f"{each['resource']['resourceType']}/{each['resource']['id']}"
        for each in answer.get("entry", [])
        if not mode or each["search"]["mode"] == mode
    ]


def link(answer: Any, relation: str) -> str:
    found = [each["url"] for each in answer["link"] if each["relation"] == relation]
    return found[0].partition("/fhir")[2] if found else ""


def parameters(**values: Any) -> dict[str, Any]:
    listed = [
        {"name": name, **value} if isinstance(value, dict) else {"name": name, "valueString": value}
        for name, value in values.items()
    ]
    return {"resourceType": "Parameters", "parameter": listed}


# -- $everything ---------------------------------------------------------------------------------

OF_P = {"Patient/p", "Observation/o1", "Observation/o2", "Observation/o3", "Observation/w1",
        "Composition/c", "DocumentReference/doc"}  # fmt: skip


def test_everything_is_the_compartment_and_who_it_names() -> None:
    answer = chart().get("/Patient/p/$everything")
    assert answer.status_code == 200
    validate(parse(answer.content))
    assert set(named(answer.json(), "match")) == OF_P
    assert set(named(answer.json(), "include")) == {"Practitioner/d", "Organization/org"}
    assert answer.json()["total"] == len(OF_P)


def test_everything_comes_in_pages_without_loss() -> None:
    api = chart()
    seen: list[str] = []
    path = "/Patient/p/$everything?_count=2"
    while path:
        answer = api.get(path).json()
        assert len(named(answer, "match")) <= 2
        seen += named(answer, "match")
        path = link(answer, "next")
    assert sorted(seen) == sorted(OF_P)


def test_everything_of_some_types_and_since_a_moment() -> None:
    api = chart()
    some = api.get("/Patient/p/$everything?_type=Observation,Practitioner").json()
    assert {each.partition("/")[0] for each in named(some)} == {"Observation", "Practitioner"}
    assert not named(api.get("/Patient/p/$everything?_since=2100-01-01T00:00:00Z").json())
    by_body = api.post("/Patient/p/$everything", parameters(_type="Composition")).json()
    assert named(by_body) == ["Composition/c"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("_type=Nope", "value"), ("_since=soon", "value"), ("_count=x", "value"),
     ("start=soon", "value"), ("colour=red", "not-supported"), ("_after=-1", "value"),
     ("_type=" + "'--", "value")],
)  # fmt: skip
def test_everything_refuses_what_it_does_not_know(query: str, code: str) -> None:
    refused(chart().get(f"/Patient/p/$everything?{query}"), 400, code)


def test_everything_gives_nobody_more_than_they_may_read() -> None:
    api = chart()
    refused(Api("other").get("/Patient/p/$everything"), 404, "not-found")
    refused(Api(scopes="system/Observation.rs").get("/Patient/p/$everything"), 403, "forbidden")
    few = Api(scopes="system/Patient.rs system/Observation.s system/Composition.rs")
    assert set(named(few.get("/Patient/p/$everything").json())) == {"Patient/p", "Composition/c"}
    own = Api(scopes="patient/*.rs", patient_id="p")
    assert set(named(own.get("/Patient/p/$everything").json(), "match")) == OF_P
    refused(own.get("/Patient/q/$everything"), 404, "not-found")
    mixed = Api(scopes="system/Patient.rs patient/Observation.r system/Observation.s",
                patient_id="p")  # fmt: skip
    assert named(mixed.get("/Patient/q/$everything").json()) == ["Patient/q"]
    api.delete("/Patient/q")
    refused(api.get("/Patient/q/$everything"), 410, "deleted")


def test_everything_of_a_time_is_the_care_of_that_time_and_what_has_no_time() -> None:
    api = chart()
    found = named(api.get("/Patient/p/$everything?start=2024-01-02&end=2024-01-02").json(), "match")
    assert set(found) == {"Patient/p", "Observation/o2"}
    later = named(api.get("/Patient/p/$everything?start=2024-01-03").json(), "match")
    assert "Observation/o3" in later
    assert not {"Observation/o2", "Observation/w1"} & set(later)
    early = named(api.get("/Patient/p/$everything?end=2020").json(), "match")
    assert set(early) == {"Patient/p", "Observation/w1"}


def test_everything_of_an_encounter_is_its_compartment_its_patient_and_who_it_names() -> None:
    api = chart()
    seen = {"reference": "Encounter/e"}
    answer = api.post("", bundle(
        put({"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"},
             "subject": {"reference": "Patient/p"},
             "participant": [{"individual": {"reference": "Practitioner/d"}}]}),
        *(put(observation("Patient/p", id=f"e{n}", encounter=seen)) for n in range(3)),
    ))  # fmt: skip
    assert answer.status_code == 200
    whole = api.get("/Encounter/e/$everything").json()
    of_encounter = {"Encounter/e", "Observation/e0", "Observation/e1", "Observation/e2"}
    assert set(named(whole, "match")) == of_encounter
    assert set(named(whole, "include")) == {"Patient/p", "Practitioner/d"}
    paged: list[str] = []
    path = "/Encounter/e/$everything?_count=3"
    while path:
        page = api.get(path).json()
        paged += named(page, "match")
        path = link(page, "next")
    assert sorted(paged) == sorted(of_encounter)
    some = api.get("/Encounter/e/$everything?_type=Observation").json()
    assert {each.partition("/")[0] for each in named(some)} == {"Observation"}
    assert not named(
        api.get("/Encounter/e/$everything?_since=2100-01-01T00:00:00Z").json(), "match"
    )
    refused(api.get("/Encounter/e/$everything?x=1"), 400, "not-supported")
    refused(Api("other").get("/Encounter/e/$everything"), 404, "not-found")
    few = Api(scopes="system/Encounter.rs")
    assert named(few.get("/Encounter/e/$everything").json()) == ["Encounter/e"]
    own = Api(scopes="patient/*.rs", patient_id="q")
    refused(own.get("/Encounter/e/$everything"), 404, "not-found")


# -- $validate -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "severity", "code", "expression"),
    [
        ("/Patient/$validate", patient(), "information", "informational", ""),
        ("/Patient/$validate", patient(gender="x"), "error", "code-invalid", "Patient.gender"),
        ("/Patient/$validate", {"resourceType": "Group"}, "error", "invalid", "Patient"),
        ("/Patient/$validate", parameters(resource={"resource": patient()}), "information",
         "informational", ""),
        ("/Patient/$validate", parameters(resource={"resource": patient(birthDate="1")}), "error",
         "value", "Patient.birthDate"),
        ("/Patient/$validate?mode=update", patient(), "error", "required", "Patient.id"),
        ("/Patient/$validate?profile=http://x.example", patient(), "error", "not-found", "Patient"),
        ("/Patient/p/$validate", patient(id="q"), "error", "invalid", "Patient.id"),
        ("/Patient/p/$validate", None, "information", "informational", ""),
        ("/Patient/p/$validate", parameters(mode={"valueCode": "delete"}), "information",
         "informational", ""),
        ("/Observation/$validate?mode=create", observation("Patient/nobody"), "error", "not-found",
         "Observation.subject.reference"),
        ("/Observation/$validate?mode=update", observation("Patient/nobody", id="x"), "information",
         "informational", ""),
    ],
)  # fmt: skip
def test_validate_gives_its_verdict_and_writes_nothing(
    path: str, body: Any, severity: str, code: str, expression: str
) -> None:
    api = chart()
    before = store.history_page(system()).total
    response = api.post(path, body)
    assert response.status_code == 200, response.content
    issues = [
        (each["severity"], each["code"], each.get("expression", [""])[0])
        for each in response.json()["issue"]
    ]
    assert (severity, code, expression) in issues
    assert ("error" in {each[0] for each in issues}) is (severity == "error")
    assert store.history_page(system()).total == before


def test_validate_refuses_what_is_no_question() -> None:
    api = chart()
    refused(api.post("/Patient/$validate", None), 400, "required")
    refused(api.post("/Patient/$validate", b"{"), 400, "structure")
    refused(api.post("/Patient/$validate?mode=guess", patient()), 400, "value")
    refused(api.post("/Patient/$validate", {"resourceType": "Parameters", "parameter": 3}), 400)
    refused(api.post("/Nope/$validate", patient()), 404, "not-supported")
    refused(api.post("/Patient/none/$validate", patient()), 404, "not-found")
    refused(Api("other").get("/Patient/p/$validate"), 404, "not-found")


# -- $meta ---------------------------------------------------------------------------------------


def test_meta_is_read_added_to_and_taken_from() -> None:
    api = chart()
    tag = {"system": "urn:s", "code": "t", "display": "T"}
    given = {"profile": ["http://x.example"], "tag": [tag]}
    body = parameters(meta={"valueMeta": given})
    added = api.post("/Patient/p/$meta-add", body)
    assert (added.status_code, added["ETag"]) == (200, 'W/"2"')
    value = api.get("/Patient/p/$meta").json()["parameter"][0]["valueMeta"]
    assert (value["profile"], value["tag"], value["versionId"]) == (*given.values(), "2")
    api.post("/Patient/p/$meta-add", body)
    assert api.get("/Patient/p").json()["meta"]["tag"] == [tag]
    assert api.get("/Patient?_tag=urn:s|t").json()["total"] == 1
    gone = {"tag": [{"system": "urn:s", "code": "t"}], "profile": ["http://y.example"]}
    left = api.post("/Patient/p/$meta-delete", parameters(meta={"valueMeta": gone})).json()
    assert "tag" not in left["parameter"][0]["valueMeta"]
    assert left["parameter"][0]["valueMeta"]["profile"] == ["http://x.example"]
    refused(api.post("/Patient/p/$meta-add", body, if_match='W/"1"'), 412, "conflict")
    refused(api.post("/Patient/p/$meta-add", parameters(meta="x")), 400, "required")
    refused(api.post("/Patient/p/$meta-add", patient()), 400, "invalid", "Parameters")
    bad = parameters(meta={"valueMeta": {"tag": "x"}})
    refused(api.post("/Patient/p/$meta-add", bad), 400)
    refused(Api("other").post("/Patient/p/$meta-add", body), 404, "not-found")
    refused(Api(scopes="system/Patient.rs").post("/Patient/p/$meta-add", body), 403, "forbidden")


# -- $lastn --------------------------------------------------------------------------------------


def test_lastn_gives_the_latest_of_each_code() -> None:
    api = chart()
    answer = api.get("/Observation/$lastn?patient=p")
    assert set(named(answer.json())) == {"Observation/o3", "Observation/w1"}
    two = api.get("/Observation/$lastn?patient=Patient/p&max=2").json()
    assert named(two)[:2] == ["Observation/o3", "Observation/o2"]
    assert two["total"] == 3
    by_body = api.post("/Observation/$lastn", parameters(subject="Patient/p", code="29463-7"))
    assert named(by_body.json()) == ["Observation/w1"]
    refused(api.get("/Observation/$lastn"), 400, "required")
    refused(api.get("/Observation/$lastn?patient=p&max=x"), 400, "value")
    refused(api.get("/Observation/$lastn?patient=p&_sort=date"), 400, "not-supported")
    refused(api.get("/Observation/$lastn?patient=p&nope=1"), 400)
    assert not named(Api("other").get("/Observation/$lastn?patient=p").json())
    refused(Api(scopes="system/Observation.r").get("/Observation/$lastn?patient=p"), 403)
    own = Api(scopes="patient/*.rs", patient_id="q")
    assert not named(own.get("/Observation/$lastn?patient=p").json())


# -- $document, $docref --------------------------------------------------------------------------


def test_a_composition_and_what_it_names_is_a_document() -> None:
    api = chart()
    answer = api.get("/Composition/c/$document")
    validate(parse(answer.content))
    made = answer.json()
    assert made["type"] == "document"
    assert made["identifier"]["value"].startswith("urn:uuid:")
    assert named(made)[0] == "Composition/c"
    assert set(named(made)[1:]) == {"Patient/p", "Practitioner/d", "Observation/o1"}
    refused(api.get("/Composition/c/$document?persist=true"), 400, "not-supported")
    refused(api.get("/Composition/none/$document"), 404, "not-found")
    refused(Api("other").get("/Composition/c/$document"), 404, "not-found")
    few = Api(scopes="system/Composition.r system/Patient.r").get("/Composition/c/$document").json()
    assert named(few) == ["Composition/c", "Patient/p"]


def test_docref_lists_a_patients_documents() -> None:
    api = chart()
    assert named(api.get("/DocumentReference/$docref?patient=p").json()) == [
        "DocumentReference/doc"
    ]
    for query, count in (("start=2024-01-01&end=2024-02-01", 1), ("start=2025-01-01", 0),
                         ("type=http://loinc.org|34133-9", 1), ("type=1", 0)):  # fmt: skip
        answer = api.get(f"/DocumentReference/$docref?patient=p&{query}").json()
        assert answer["total"] == count, query
    refused(api.get("/DocumentReference/$docref"), 400, "required")
    refused(api.get("/DocumentReference/$docref?patient=p&on-demand=true"), 400, "not-supported")
    refused(api.get("/DocumentReference/$docref?patient=p&start=soon"), 400)
    refused(api.get("/DocumentReference/$docref?patient=p&x=1"), 400, "not-supported")
    assert not named(Api("other").get("/DocumentReference/$docref?patient=p").json())


# -- what is said of them ------------------------------------------------------------------------


def test_the_capability_statement_lists_every_operation_where_it_is() -> None:
    rest = Api(scopes=None).get("/metadata").json()["rest"][0]
    of = {
        each["type"]: {one["name"]: one["definition"] for one in each["operation"]}
        for each in rest["resource"]
    }
    everywhere = {"validate", "meta", "meta-add", "meta-delete", "diff"}
    assert set(of["Basic"]) == everywhere
    assert set(of["Patient"]) >= everywhere | {"everything", "export"}
    assert set(of["Observation"]) == everywhere | {"lastn"}
    assert {"export", "import"} <= {each["name"] for each in rest["operation"]}
    assert of["Group"]["export"].endswith("group-export")
    assert set(of["ValueSet"]) == everywhere | {"expand", "validate-code"}
    assert set(of["CodeSystem"]) == everywhere | {"lookup", "subsumes", "validate-code"}
    assert of["ValueSet"]["validate-code"].endswith("/ValueSet-validate-code")
    assert of["CodeSystem"]["validate-code"].endswith("/CodeSystem-validate-code")
    listed = {name for names in of.values() for name in names}
    listed |= {each["name"] for each in rest["operation"]}
    assert listed == {each.name for each in capabilities.operations()}
    assert of["Patient"]["everything"].endswith("/OperationDefinition/Patient-everything")


def test_operations_answer_in_a_batch() -> None:
    api = chart()
    answer = api.post("", bundle(
        {"request": {"method": "GET", "url": "Patient/p/$meta"}},
        {"request": {"method": "GET", "url": "Observation/$lastn?patient=p"}},
        {"request": {"method": "GET", "url": "Patient/p/$nothing"}},
        posted(patient()) | {"request": {"method": "POST", "url": "Patient/$validate"}},
        type="batch",
    ))  # fmt: skip
    statuses = [each["response"]["status"][:3] for each in answer.json()["entry"]]
    assert statuses == ["200", "200", "404", "200"]


def test_the_smart_configuration_is_public_and_names_no_server_that_is_not_there() -> None:
    answer = Api(scopes=None).get("/.well-known/smart-configuration")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    told = json.loads(answer.content)
    assert "permission-v2" in told["capabilities"]
    assert not {"token_endpoint", "authorization_endpoint"} & set(told)
