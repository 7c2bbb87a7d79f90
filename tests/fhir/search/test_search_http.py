"""The REST side of search: addresses, links, handling, shapes of the Bundle."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fhir.record import Api, observation, patient

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def api() -> Api:
    api = Api()
    assert api.put("/Patient/p", patient(id="p", gender="female")).status_code == 201
    for n in range(5):
        made = observation("Patient/p", id=f"o{n}", effectiveDateTime=f"2020-01-0{n + 1}")
        assert api.put(f"/Observation/o{n}", made).status_code == 201
    return api


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    entries = bundle.get("entry", [])
    return [e["resource"]["id"] for e in entries if e["search"]["mode"] == mode]


def links(bundle: dict[str, Any]) -> dict[str, str]:
    return {link["relation"]: link["url"] for link in bundle["link"]}


def follow(api: Api, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    assert parts.scheme
    assert parts.netloc
    found: dict[str, Any] = api.get(f"{parts.path.removeprefix('/fhir')}?{parts.query}").json()
    return found


def test_a_page_has_absolute_links_that_lead_through_all_pages_and_back(api: Api) -> None:
    first = api.get("/Observation?_sort=-date&_count=2&status=final").json()
    assert (ids(first), set(links(first))) == (["o4", "o3"], {"self", "first", "next"})
    second = follow(api, links(first)["next"])
    assert (ids(second), set(links(second))) == (
        ["o2", "o1"],
        {"self", "first", "next", "previous"},
    )
    third = follow(api, links(second)["next"])
    assert (ids(third), "next" in links(third)) == (["o0"], False)
    assert ids(follow(api, links(third)["previous"])) == ids(second)
    assert ids(follow(api, links(third)["first"])) == ids(first)
    assert ids(follow(api, links(second)["self"])) == ids(second)


def test_get_and_post_search_answer_alike(api: Api) -> None:
    got = api.get("/Observation?patient=p&_sort=date&code=http://loinc.org|8867-4").json()
    form = b"patient=p&_sort=date&code=http%3A%2F%2Floinc.org%7C8867-4"
    posted = api.post("/Observation/_search", form, content_type=FORM).json()
    assert ids(posted) == ids(got) == [f"o{n}" for n in range(5)]
    both = api.post("/Observation/_search?_count=1", b"patient=p", content_type=FORM).json()
    assert ids(both) == ["o0"]


def test_an_entry_says_where_its_resource_is_and_why_it_is_there(api: Api) -> None:
    bundle = api.get("/Observation?_id=o1&_include=Observation:subject").json()
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    assert [
        (e["fullUrl"].rpartition("/fhir/")[2], e["search"]["mode"]) for e in bundle["entry"]
    ] == [
        ("Observation/o1", "match"),
        ("Patient/p", "include"),
    ]
    assert bundle["entry"][0]["resource"] == api.get("/Observation/o1").json()


def test_a_search_in_a_compartment_finds_its_own_only(api: Api) -> None:
    api.put("/Patient/q", patient(id="q"))
    assert ids(api.get("/Patient/p/Observation?_count=2").json()) == ["o0", "o1"]
    assert ids(api.get("/Patient/q/Observation").json()) == []
    posted = api.post("/Patient/p/Observation/_search", b"date=2020-01-02", content_type=FORM)
    assert ids(posted.json()) == ["o1"]


def test_lenient_handling_warns_in_the_bundle_and_strict_refuses(api: Api) -> None:
    lenient = api.get("/Patient?colour=red&gender=female").json()
    assert ids(lenient) == ["p"]
    outcome = lenient["entry"][-1]
    assert outcome["search"] == {"mode": "outcome"}
    assert "colour" in outcome["resource"]["issue"][0]["diagnostics"]
    assert "colour" not in links(lenient)["self"]
    strict = api.get("/Patient?colour=red", prefer="handling=strict")
    assert strict.status_code == 400
    assert strict.json()["issue"][0]["code"] == "not-supported"


def test_count_zero_and_summary_count_give_the_total_alone(api: Api) -> None:
    for query in ("_count=0", "_summary=count"):
        bundle = api.get(f"/Observation?{query}").json()
        assert bundle["total"] == 5
        assert "entry" not in bundle


def test_elements_and_summary_give_parts_marked_as_such(api: Api) -> None:
    part = api.get("/Patient?_elements=gender").json()["entry"][0]["resource"]
    assert set(part) == {"resourceType", "id", "meta", "gender"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "name" in api.get("/Patient?_summary=true").json()["entry"][0]["resource"]


def test_a_search_of_the_record_names_its_type(api: Api) -> None:
    assert ids(api.get("?_type=Patient&gender=female").json()) == ["p"]
    assert api.get("?gender=female").status_code == 400


def test_an_absolute_reference_to_this_server_is_its_own(api: Api) -> None:
    base = api.get(
        "/Patient/p",
    ).wsgi_request.build_absolute_uri("/fhir")
    assert len(ids(api.get(f"/Observation?subject={base}/Patient/p").json())) == 5


@pytest.mark.parametrize(
    "path", ["/Observation?patient=p", "/Patient/p/Observation", "?_type=Patient"]
)
def test_without_a_token_there_is_no_search(api: Api, path: str) -> None:
    assert Api(scopes=None).get(path).status_code == 401


@pytest.mark.parametrize("path", ["/Observation?patient=p", "/Patient?gender=female"])
def test_the_outsider_gets_an_empty_page(api: Api, path: str) -> None:
    answer = Api("away").get(path).json()
    assert (answer["total"], answer.get("entry")) == (0, None)


def test_scopes_decide_which_types_are_searched(api: Api) -> None:
    assert Api(scopes="system/Patient.r").get("/Patient").status_code == 403
    assert Api(scopes="system/Patient.rs").get("/Patient").status_code == 200
    limited = Api(scopes="system/Observation.rs")
    assert limited.get("/Observation?subject:Patient.gender=female").status_code == 403
    bundle = limited.get("/Observation?_include=Observation:subject").json()
    assert ids(bundle, "include") == []


def test_the_self_link_says_what_was_understood(api: Api) -> None:
    found = api.get("/Observation?_count=999999&colour=red&status=final").json()
    assert links(found)["self"].endswith("/fhir/Observation?_count=1000&status=final")


@pytest.mark.parametrize(
    ("type_", "code", "kind"),
    [("Patient", "_content", "string"), ("Patient", "_filter", "special"),
     ("Patient", "_list", "special"), ("Location", "near", "special"),
     ("Observation", "value-quantity", "quantity")],
)  # fmt: skip
def test_what_can_be_searched_by_is_in_the_capability_statement(
    api: Api, type_: str, code: str, kind: str
) -> None:
    statement = api.get("/metadata").json()
    (resource,) = (r for r in statement["rest"][0]["resource"] if r["type"] == type_)
    listed = {each["name"]: each["type"] for each in resource["searchParam"]}
    assert listed[code] == kind
    assert "_query" not in listed


def test_special_parameters_answer_a_posted_search(api: Api) -> None:
    form = b"_filter=status+eq+final+and+date+ge+2020-01-04&_content=final"
    found = api.post("/Observation/_search", form, content_type=FORM)
    assert sorted(ids(found.json())) == ["o3", "o4"]
