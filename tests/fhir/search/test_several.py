"""One search over several types: of the record, or of a compartment."""

from typing import Any

import pytest

from tests.fhir.record import Api, bundle, observation, patient, put, refused

pytestmark = pytest.mark.django_db


def chart() -> Api:
    api = Api()
    tag = {"tag": [{"system": "urn:s", "code": "t"}]}
    flag = {"resourceType": "Flag", "id": "f", "status": "active", "code": {"text": "x"},
            "subject": {"reference": "Patient/p"}}  # fmt: skip
    seen = {"effectiveDateTime": "2024-01-01", "encounter": {"reference": "Encounter/e"}}
    visit = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"},
             "subject": {"reference": "Patient/p"}}  # fmt: skip
    response = api.post("", bundle(
        put(patient(id="p", meta=tag)), put(patient(id="q")), put(flag), put(visit),
        *(put(observation("Patient/p", id=f"o{n}", meta=tag, **seen)) for n in range(3)),
        put(observation("Patient/q", id="other")),
    ))  # fmt: skip
    assert response.status_code == 200, response.content
    return api


def named(answer: dict[str, Any], mode: str = "match") -> list[str]:
    return [
        f"{each['resource']['resourceType']}/{each['resource']['id']}"
        for each in answer.get("entry", [])
        if each["search"]["mode"] == mode
    ]


def walked(api: Api, path: str) -> tuple[list[str], int]:
    """What all pages name, and how many pages there are."""
    found: list[str] = []
    pages = 0
    while path:
        answer = api.get(path)
        assert answer.status_code == 200, answer.content
        found += named(answer.json())
        pages += 1
        links = {each["relation"]: each["url"] for each in answer.json()["link"]}
        path = links.get("next", "").partition("/fhir")[2]
    return found, pages


OF_P = ["Encounter/e", "Flag/f", "Observation/o0", "Observation/o1", "Observation/o2", "Patient/p"]


def test_the_record_is_searched_by_what_all_types_share() -> None:
    api = chart()
    tagged = ["Observation/o0", "Observation/o1", "Observation/o2", "Patient/p"]
    answer = api.get("?_type=Patient,Observation&_tag=urn:s|t").json()
    assert (sorted(named(answer)), answer["total"]) == (tagged, 4)
    assert sorted(named(api.get("?_tag=urn:s|t").json())) == tagged
    form = api.post("/_search", b"_type=Patient,Flag&_id=p,f",
                    content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert sorted(named(form.json())) == ["Flag/f", "Patient/p"]
    subjects = api.get("?_type=Observation,Flag&patient=p&_include=Flag:patient").json()
    assert len(named(subjects)) == 4
    assert named(subjects, "include") == ["Patient/p"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("path", ["/Patient/p/*?", "?_type=Encounter,Flag,Observation&patient=p&"])
def test_pages_over_types_hold_everything_once(path: str, count: int) -> None:
    found, pages = walked(chart(), f"{path}_count={count}")
    wanted = OF_P if path.startswith("/Patient") else OF_P[:-1]
    assert sorted(found) == wanted
    assert pages >= len(wanted) / count


def test_a_compartment_of_every_type() -> None:
    api = chart()
    assert sorted(named(api.get("/Patient/p/*").json())) == OF_P
    assert sorted(named(api.get("/Encounter/e/*").json())) == ["Encounter/e", *OF_P[2:5]]
    some = api.get("/Patient/p/*?_type=Flag,Encounter").json()
    assert sorted(named(some)) == ["Encounter/e", "Flag/f"]
    assert api.get("/Patient/p/*?_summary=count").json()["total"] == 6
    accurate = api.get("/Patient/p/*?_count=2&_total=accurate").json()
    assert (accurate["total"], len(accurate["entry"])) == (6, 2)
    subset = api.get("/Patient/p/*?_elements=status").json()["entry"][0]["resource"]
    assert subset["meta"]["tag"][-1]["code"] == "SUBSETTED"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("?gender=female", 400, "not-supported"),
        ("?_type=Patient,Observation&gender=female", 400, "not-supported"),
        ("?_type=Patient,Observation&_sort=_lastUpdated", 400, "not-supported"),
        ("?_type=Patient,Nope", 404, "not-supported"),
        ("?_type=Patient,Observation&_count=x", 400, ""),
        ("?_type=Patient,Observation&_cursor=Group~n1.1", 400, ""),
        ("?_type=Patient,Observation&_cursor=Patient~'--", 400, ""),
        ("/Group/p/*", 404, "not-supported"),
        ("/Nope/p/*", 404, "not-supported"),
    ],
)
def test_what_cannot_be_asked_of_several_types_is_refused(
    path: str, status: int, code: str
) -> None:
    refused(chart().get(path), status, code)


def test_nobody_finds_more_in_several_types_than_in_one() -> None:
    chart()
    assert named(Api("away").get("/Patient/p/*").json()) == []
    assert named(Api("away").get("?_tag=urn:s|t").json()) == []
    few = Api(scopes="system/Patient.rs system/Flag.rs")
    assert sorted(named(few.get("/Patient/p/*").json())) == ["Flag/f", "Patient/p"]
    assert few.get("?_type=Patient,Observation").status_code == 403
    assert Api(scopes="system/Flag.rs").get("/Patient/p/*").status_code == 403
    own = Api(scopes="patient/*.rs", patient_id="q")
    assert sorted(named(own.get("?_type=Patient,Observation").json())) == [
        "Observation/other",
        "Patient/q",
    ]
    assert named(own.get("/Patient/p/*").json()) == []
