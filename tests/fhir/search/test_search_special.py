"""Full text, _filter, near, _list, hierarchies and units: queries over a small record."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import transaction

from fhir_bridge import search
from fhir_bridge.outcomes import FhirError
from fhir_bridge.search import ucum, words
from tests.fhir.search.records import (
    UCUM,
    concept,
    ids,
    observation,
    outsider,
    owner,
    patient,
    patient_client,
    put,
    quantity,
)

pytestmark = pytest.mark.django_db


def narrative(text: str) -> dict[str, str]:
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>',
    }


def condition(id_: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition", "id": id_, "subject": {"reference": "Patient/ann"}, **more,
    }  # fmt: skip


def place(id_: str, latitude: float, longitude: float, **more: Any) -> dict[str, Any]:
    position = {"latitude": latitude, "longitude": longitude}
    return {"resourceType": "Location", "id": id_, "position": position, **more}


def weight(id_: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    measured = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return observation(id_, valueQuantity=measured, **more)


def status(kind: str, code: str) -> dict[str, Any]:
    return concept(code, f"http://terminology.hl7.org/CodeSystem/{kind}")


ALLERGIC = status("allergyintolerance-clinical", "active")
ACTIVE = status("condition-clinical", "active")
RECORD: list[dict[str, Any]] = [
    patient("ann", name=[{"family": "Petit", "given": ["Ann"]}], gender="female",
            birthDate="1970-05-20", active=True, address=[{"city": "Lyon"}]),
    patient("bob", name=[{"family": "Carpetta", "given": ["Bob"]}], gender="male",
            birthDate="2001"),
    condition("bone", text=narrative("Tumour of the <b>bone</b> marrow &amp; metastases"),
              clinicalStatus=ACTIVE),
    condition("liver", text=narrative("Métastases of the liver"),
              note=[{"text": "No bone pain"}]),
    condition("knee", text=narrative("Knee pain"), code={"text": "骨折 fracture"},
              verificationStatus=status("condition-ver-status", "refuted"), clinicalStatus=ACTIVE),
    place("paris", 48.8566, 2.3522),
    place("versailles", 48.8049, 2.1204, partOf={"reference": "Location/paris"}),
    place("orangery", 48.8044, 2.1190, partOf={"reference": "Location/versailles"}),
    place("lyon", 45.7640, 4.8357),
    place("fiji-east", -16.5, 179.9),
    {"resourceType": "Location", "id": "ring-a", "partOf": {"reference": "Location/ring-b"}},
    {"resourceType": "Location", "id": "ring-b", "partOf": {"reference": "Location/ring-a"}},
    {"resourceType": "Procedure", "id": "at-orangery", "status": "completed",
     "subject": {"reference": "Patient/ann"}, "location": {"reference": "Location/orangery"}},
    {"resourceType": "Procedure", "id": "at-paris", "status": "completed",
     "subject": {"reference": "Patient/bob"}, "location": {"reference": "Location/paris"}},
    {"resourceType": "Procedure", "id": "in-ring", "status": "completed",
     "subject": {"reference": "Patient/bob"}, "location": {"reference": "Location/ring-a"}},
    {"resourceType": "List", "id": "mine", "status": "current", "mode": "working",
     "entry": [{"item": {"reference": "Patient/bob"}}, {"item": {"reference": "Location/lyon"}}]},
    {"resourceType": "AllergyIntolerance", "id": "nuts", "patient": {"reference": "Patient/ann"},
     "clinicalStatus": ALLERGIC, "category": ["food"]},
    {"resourceType": "AllergyIntolerance", "id": "penicillin", "category": ["medication"],
     "clinicalStatus": ALLERGIC, "patient": {"reference": "Patient/ann"}},
    {"resourceType": "AllergyIntolerance", "id": "past", "patient": {"reference": "Patient/ann"},
     "clinicalStatus": status("allergyintolerance-clinical", "resolved"),
     "category": ["medication"]},
    weight("grams", 5.4, "g", subject={"reference": "Patient/ann"},
           effectiveDateTime="2020-03-10T10:00:00Z"),
    weight("milligrams", 5400, "mg", effectivePeriod={"start": "2020-03-01", "end": "2020-04-01"}),
    weight("pounds", 1, "[lb_av]"),
    weight("celsius", 37, "Cel"),
    weight("fahrenheit", 98.6, "[degF]"),
    weight("activity", 5, "[iU]/L"),
    weight("per-litre", 5, "/L"),
    weight("acid", 7.4, "[pH]"),
    observation("worded", valueQuantity={"value": 5.4, "unit": "g"}),
]  # fmt: skip

QUERIES = [
    # full text of the narrative and of everything
    ("Condition", "_text=bone", "bone"),
    ("Condition", "_text=metastases", "bone liver"),
    ("Condition", "_text=MÉTASTASES", "bone liver"),
    ("Condition", "_text=(bone OR liver) and metastases", "bone liver"),
    ("Condition", "_text=bone liver", ""),
    ("Condition", '_text="bone marrow"', "bone"),
    ("Condition", '_text="marrow bone"', ""),
    ("Condition", "_text=metast*", "bone liver"),
    ("Condition", "_text=metast", ""),
    ("Condition", "_text=metastases -bone", "liver"),
    ("Condition", "_text=not metastases", "knee"),
    ("Condition", "_text=knee,liver", "knee liver"),
    ("Condition", "_text=b", ""),
    ("Condition", "_text=xhtml", ""),
    ("Condition", "_content=bone", "bone liver"),
    ("Condition", '_content="bone pain"', "liver"),
    ("Condition", "_content=pain", "knee liver"),
    ("Condition", "_content=骨折", "knee"),
    ("Condition", "_content=fracture", "knee"),
    ("Condition", "_content=Petit", ""),
    ("Patient", "_content=petit", "ann"),
    ("Patient", "_content=lyon or carpetta", "ann bob"),
    ("Patient", "_has:Condition:patient:_text=bone", "ann"),
    ("Condition", "patient._content=lyon&_text=bone", "bone"),
    # near
    ("Location", "near=48.8566|2.3522|20|km", "paris versailles orangery"),
    ("Location", "near=48.8566|2.3522|20000|m", "paris versailles orangery"),
    ("Location", "near=48.8566|2.3522|1|km", "paris"),
    ("Location", "near=48.8566|2.3522|12|[mi_i]", "paris versailles orangery"),
    ("Location", "near=48.8566|2.3522", "paris versailles orangery"),
    ("Location", "near=48.8566|2.3522|500", "lyon orangery paris versailles"),
    ("Location", "near=-16.5|-179.9|30|km", "fiji-east"),
    ("Location", "near=0|0|1000000", "fiji-east lyon orangery paris versailles"),
    ("Location", "near=48.8566|2.3522|1,45.764|4.8357|1", "lyon paris"),
    ("Procedure", "location.near=48.8|2.12|2", "at-orangery"),
    ("Location", "near:missing=true", "ring-a ring-b"),
    # hierarchies
    ("Procedure", "location:below=paris", "at-orangery at-paris"),
    ("Procedure", "location:below=Location/versailles", "at-orangery"),
    ("Procedure", "location:above=orangery", "at-orangery at-paris"),
    ("Procedure", "location:above=versailles", "at-paris"),
    ("Procedure", "location:below=ring-b", "in-ring"),
    ("Procedure", "location:above=ring-b", "in-ring"),
    ("Procedure", "location:below=nowhere", ""),
    ("Location", "partof:below=paris", "orangery versailles"),
    ("Patient", "_has:Procedure:patient:location:below=versailles", "ann"),
    # lists
    ("Patient", "_list=mine", "bob"),
    ("Patient", "_list=List/mine", "bob"),
    ("Location", "_list=mine", "lyon"),
    ("Patient", "_list=none", ""),
    ("AllergyIntolerance", "patient=ann&_list=$current-allergies", "nuts penicillin"),
    ("AllergyIntolerance", "_list=$current-drug-allergies", "penicillin"),
    ("Condition", "patient=ann&_list=$current-problems", "bone"),
    ("MedicationRequest", "_list=$current-medications", ""),
    # units
    ("Observation", f"value-quantity=5.4|{UCUM}|g", "grams milligrams"),
    ("Observation", f"value-quantity=5400|{UCUM}|mg", "grams milligrams"),
    ("Observation", f"value-quantity=0.0054|{UCUM}|kg", "grams milligrams"),
    ("Observation", f"value-quantity=5.40e-3|{UCUM}|kg", "grams milligrams"),
    ("Observation", f"value-quantity=gt5|{UCUM}|g", "grams milligrams pounds"),
    ("Observation", f"value-quantity=lt0.1|{UCUM}|kg", "grams milligrams"),
    ("Observation", f"value-quantity=ne5.4|{UCUM}|g", "pounds"),
    ("Observation", f"value-quantity=454|{UCUM}|g", "pounds"),
    ("Observation", f"value-quantity=ap450|{UCUM}|g", "pounds"),
    ("Observation", f"value-quantity=98.6|{UCUM}|[degF]", "celsius fahrenheit"),
    ("Observation", f"value-quantity=37.0|{UCUM}|Cel", "celsius fahrenheit"),
    ("Observation", f"value-quantity=310.15|{UCUM}|K", "celsius fahrenheit"),
    ("Observation", f"value-quantity=5|{UCUM}|/L", "per-litre"),
    ("Observation", f"value-quantity=5|{UCUM}|[iU]/L", "activity"),
    ("Observation", f"value-quantity=0.005|{UCUM}|[iU]/mL", "activity"),
    ("Observation", f"value-quantity=7.4|{UCUM}|[pH]", "acid"),
    ("Observation", f"value-quantity=7.4|{UCUM}|no unit", ""),
    ("Observation", "value-quantity=5.4||g", "grams worded"),
    ("Observation", "value-quantity=5.4", "grams worded"),
    ("Observation", f"code-value-quantity=1-8$5400|{UCUM}|mg", "grams milligrams"),
    # _filter
    ("Patient", '_filter=name co "pet"', "ann bob"),
    ("Patient", "_filter=name sw pet", "ann"),
    ("Patient", "_filter=family ew A", "bob"),
    ("Patient", "_filter=family eq PETIT", "ann"),
    ("Patient", "_filter=family ne petit", "bob"),
    ("Patient", "_filter=family gt d", "ann"),
    ("Patient", "_filter=family le carpetta", "bob"),
    ("Patient", '_filter=given eq "ann" and birthdate ge 1960-10-10', "ann"),
    ("Patient", "_filter=gender eq male or active eq true", "ann bob"),
    ("Patient", "_filter=gender eq MALE", "bob"),
    ("Patient", "_filter=gender ne male", "ann"),
    ("Patient", "_filter=not (gender eq male)", "ann"),
    ("Patient", "_filter=active pr true", "ann"),
    ("Patient", "_filter=active pr false", "bob"),
    ("Patient", "_filter=gender eq male and active eq true or given eq ann", "ann"),
    ("Patient", "_filter=gender eq male and (active eq true or given eq ann)", ""),
    ("Patient", "_filter=(((gender eq male)))", "bob"),
    ("Patient", "_filter=id eq bob", "bob"),
    ("Patient", "_filter=_id ne bob", "ann"),
    ("Patient", "_filter=_lastUpdated gt 2000", "ann bob"),
    ("Patient", "_filter=birthdate lt 1980 or birthdate sa 2000", "ann bob"),
    ("Patient", "_filter=birthdate po 2001-06", "bob"),
    ("Patient", "_filter=_content co lyon", "ann"),
    ("Patient", "_filter=_has:Condition:patient:_text co bone", "ann"),
    ("Patient", "_filter=_has:Observation:patient:value-quantity gt 5", "ann"),
    ("Observation", '_filter=subject.name co "pet"', "grams"),
    ("Observation", "_filter=subject:Patient.gender eq female", "grams"),
    ("Observation", "_filter=subject.id eq ann", "grams"),
    ("Observation", "_filter=subject[gender eq female].name co pet", "grams"),
    ("Observation", "_filter=subject[gender eq male].name co pet", ""),
    ("Observation", "_filter=subject re Patient/ann", "grams"),
    ("Observation", "_filter=subject eq ann", "grams"),
    ("Observation", "_filter=subject ne bob", "grams"),
    ("Observation", "_filter=date po 2020-03-20", "milligrams"),
    ("Observation", f"_filter=value-quantity eq 5.4|{UCUM}|g", "grams milligrams"),
    ("Observation", f"_filter=code-value-quantity eq 1-8$ge5|{UCUM}|kg", ""),
    ("Observation", "_filter=code eq http://loinc.org|1-8 and value-quantity eb 2",
     "pounds"),
    ("Location", "_filter=near eq 45.764|4.8357|1", "lyon"),
    ("Procedure", "_filter=patient.name eq ann or location.near eq 48.8566|2.3522|1",
     "at-orangery at-paris"),
]  # fmt: skip


@pytest.fixture(scope="module")
def record(django_db_setup: None, django_db_blocker: Any) -> Any:
    """The record above, written once for the module and taken back at its end."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        actor = owner()
        put(actor, *RECORD)
        yield actor
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


@pytest.mark.parametrize(("type_", "query", "expected"), QUERIES)
def test_the_query_finds(record: Any, type_: str, query: str, expected: str) -> None:
    assert sorted(ids(record, type_, query.replace("+", "%2B"))) == sorted(expected.split())
    found = search.page(record, type_, [*parse_qsl(query), ("_summary", "count")])
    assert found.total == len(expected.split())


@pytest.mark.parametrize(
    ("type_", "query", "says"),
    [
        ("Patient", "_text=()", "_text: expected words"),
        ("Patient", "_text=(bone", "_text: expected a closing parenthesis"),
        ("Patient", "_content=bone)", "_content: expected words"),
        ("Patient", "_text=---", "_text: expected words"),
        ("Patient", "_text=or", "_text: expected words"),
        ("Patient", "_text:exact=bone", "_text: a string parameter does not take :exact"),
        ("Patient", "_content=" + "a " * 200, "At most 40 words"),
        ("Location", "near=91|0", "near: expected latitude|longitude"),
        ("Location", "near=1|2|3|kg", "near: expected latitude|longitude"),
        ("Location", "near=1|2||km", "near: expected latitude|longitude"),
        ("Location", "near=nan|inf", "near: expected latitude|longitude"),
        ("Location", "near:exact=1|2", "near: a special parameter does not take :exact"),
        ("Procedure", "location:below=Patient/1", "location:below: expected an id, or Type/id of"),
        ("Patient", "link:below=1", "link: a reference parameter does not take :below"),
        ("Patient", "_list=$current-problems", "_list: that list has Condition only"),
        ("Patient", "_list=$everything", "_list: expected the id of a List"),
        ("Patient", "_list=a/b/c", "_list: expected the id of a List"),
        ("Patient", "_query=mine", "_query: this server has no named queries"),
        ("Patient", "_contained=true", "_contained: contained resources are not searched"),
        ("Patient", "_sort:desc=family", "_sort: does not take :desc"),
        ("Patient", "_count:x=1", "_count: does not take :x"),
        ("Patient", "_filter=colour eq red", "_filter: Patient has no search parameter colour"),
        ("Patient", "_filter=gender", "_filter: expected a parameter at character 7"),
        ("Patient", "_filter=gender is male", "_filter: expected one of ap co"),
        ("Patient", "_filter=gender eq", "_filter: expected a value"),
        ("Patient", "_filter=(gender eq male", "_filter: expected )"),
        ("Patient", "_filter=gender eq male)", "_filter: expected and, or"),
        ("Patient", '_filter=family eq "x', "_filter: expected a value"),
        ("Patient", "_filter=gender gt male", "_filter: gender (token) is not compared with gt"),
        ("Patient", "_filter=birthdate co 1", "_filter: birthdate (date) is not compared with co"),
        ("Patient", "_filter=birthdate eq soon", "_filter: birthdate: expected a date"),
        ("Patient", "_filter=active pr maybe", "_filter: active: expected true or false"),
        ("Patient", "_filter=not gender eq male", "_filter: expected"),
        ("Patient", "_filter=" + "(" * 50 + "gender eq male" + ")" * 50, "at most 20 levels"),
        ("Patient", "_filter=" + " or ".join(["gender eq male"] * 99), "at most 60 comparisons"),
        ("Patient", "_filter=link[gender eq male] eq x", "_filter: after [...] a dot"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_parameters_name(
    record: Any, type_: str, query: str, says: str
) -> None:
    name, _, value = query.partition("=")
    with pytest.raises(FhirError) as caught:
        search.page(record, type_, [(name, value)])
    assert caught.value.status == 400
    assert says in caught.value.diagnostics


def test_what_is_not_offered_may_ask_for_what_is_done_anyway(record: Any) -> None:
    pairs = [("_contained", "false"), ("_containedType", "container"), ("family", "petit")]
    assert [each.id for each in search.page(record, "Patient", pairs, strict=True).matches] == [
        "ann"
    ]


@pytest.mark.parametrize(
    "query",
    ["_text=tumour", "_content=tumour", "_filter=_text co tumour", "_list=mine",
     "location:below=paris", "near=48|2|500", "_filter=id pr true"],
)  # fmt: skip
def test_nobody_finds_another_organisations_resources(record: Any, query: str) -> None:
    type_ = {"near": "Location", "location": "Procedure"}.get(query[:8].partition("=")[0][:8])
    other = outsider()
    for each in ("Condition", "Patient") if type_ is None else (type_,):
        assert ids(other, each, query) == []


def test_a_client_of_one_patient_sees_that_patients_resources_only(record: Any) -> None:
    bob = patient_client(record, "bob")
    assert ids(bob, "Condition", "_text=bone") == []
    assert ids(bob, "Condition", "_filter=not (_text co liver)") == []
    assert ids(bob, "Patient", "_filter=gender eq male or gender eq female") == ["bob"]
    ann = patient_client(record, "ann")
    assert ids(ann, "Condition", "_text=bone") == ["bone"]


def test_changed_and_deleted_resources_are_found_by_their_words_of_now(record: Any) -> None:
    from fhir_bridge import store

    put(record, condition("knee", text=narrative("Elbow")))
    assert ids(record, "Condition", "_text=knee") == []
    assert ids(record, "Condition", "_text=elbow") == ["knee"]
    store.delete(record, "Condition", "knee")
    assert ids(record, "Condition", "_text=elbow") == []


def test_a_huge_text_is_indexed_up_to_a_limit(record: Any) -> None:
    long = " ".join(f"word{n}" for n in range(60_000))
    put(record, condition("long", note=[{"text": long}]))
    assert ids(record, "Condition", "_content=word1") == ["long"]
    assert ids(record, "Condition", "_content=word59999") == []


def test_units_of_a_common_kind_convert_and_others_do_not() -> None:
    gram, milligram = ucum.conversion("g"), ucum.conversion("mg")
    assert gram is not None
    assert milligram is not None
    assert gram.dimension == milligram.dimension
    assert ucum.conversion("{score}") is None
    assert ucum.conversion("[pH]") is None
    assert ucum.conversion("not a unit") is None
    international, plain = ucum.conversion("[iU]/L"), ucum.conversion("/L")
    assert international is not None
    assert plain is not None
    assert international.dimension != plain.dimension


def test_words_are_folded_whatever_the_language() -> None:
    assert words.folded("L'ÉPAULE (2e) ß_x").split() == ["l", "epaule", "2e", "ss", "x"]
    assert words.folded("Plain_text, A-1").split() == ["plain", "text", "a", "1"]
    assert words.folded("骨折した").split() == ["骨", "折", "し", "た"]
    told, rest = words.words_of(
        {"resourceType": "Basic", "text": {"div": "<div>A&eacute; <br/>b</div>"}, "id": "hidden",
         "code": {"text": "C d", "coding": [{"system": "http://x", "display": "e"}]}}
    )  # fmt: skip
    assert (told.split(), rest.split()) == (["ae", "b"], ["c", "d", "e"])


def test_quantities_of_other_organisations_units_change_nothing(record: Any) -> None:
    other = outsider()
    put(other, observation("kilo", valueQuantity=quantity(1, "kg"), code=concept("1-8")))
    assert ids(other, "Observation", f"value-quantity=1000|{UCUM}|g") == ["kilo"]
    assert ids(record, "Observation", f"value-quantity=1000|{UCUM}|g") == []


def test_a_word_that_looks_like_a_number_is_one_word(record: Any) -> None:
    put(record, condition("number", note=[{"text": "device 5e765f2b at 12.5e3x"}]))
    assert ids(record, "Condition", "_content=5e765f2b") == ["number"]
