"""What each kind of parameter, modifier and prefix finds: queries over a small record."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import transaction

from fhir_bridge import search, store
from fhir_bridge.outcomes import FhirError
from tests.fhir.search.records import concept, ids, observation, owner, patient, put, quantity

pytestmark = pytest.mark.django_db

RECORD: list[dict[str, Any]] = [
    {"resourceType": "Organization", "id": "clinic", "name": "Clinique du Nord"},
    {"resourceType": "Practitioner", "id": "doc", "name": [{"family": "House"}]},
    patient(
        "ann",
        active=True,
        gender="female",
        birthDate="1970-05-20",
        name=[{"family": "Müller", "given": ["Ann", "Zoé"]}],
        identifier=[
            {"system": "urn:mrn", "value": "7",
             "type": {"coding": [{"system": "urn:types", "code": "MR"}], "text": "Record number"}},
        ],
        managingOrganization={"reference": "Organization/clinic"},
        meta={
            "profile": ["http://example.org/profiles/patient|2.0"],
            "tag": [{"system": "urn:tags", "code": "trial"}],
            "source": "http://example.org/feed/a",
        },
    ),
    patient(
        "bob",
        active=False,
        gender="male",
        birthDate="1980",
        name=[{"family": "Muller-Smith", "given": ["Bob"]}],
        identifier=[{"value": "7"}, {"system": "urn:mrn", "value": "8"}],
        generalPractitioner=[{"reference": "Practitioner/doc"}],
        deceasedDateTime="2020-01-01",
    ),
    patient("cy", name=[{"family": "O'Hara, Jr"}]),
    observation(
        "weight",
        code=concept("29463-7", text="Body weight measured"),
        subject={"reference": "Patient/ann"},
        effectiveDateTime="2020-03-10T10:00:00Z",
        valueQuantity=quantity(70.2),
    ),
    observation(
        "pressure",
        code=concept("85354-9"),
        subject={"reference": "Patient/ann"},
        effectivePeriod={"start": "2020-03-01", "end": "2020-03-31"},
        component=[
            {"code": concept("8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
            {"code": concept("8462-4"), "valueQuantity": quantity(80, "mm[Hg]")},
        ],
    ),
    observation(
        "culture",
        code=concept("600-7"),
        subject={"reference": "Patient/bob"},
        effectivePeriod={"start": "2021-01-15"},
        valueCodeableConcept=concept("112283007", "http://snomed.info/sct"),
        hasMember=[{"reference": "Observation/weight"}],
    ),
    observation(
        "unsure",
        status="preliminary",
        code=concept("29463-7"),
        subject={"identifier": {"system": "urn:mrn", "value": "99"}, "display": "Somebody"},
        valueQuantity={"value": 5, "comparator": ">", "unit": "stone"},
    ),
    {
        "resourceType": "Encounter", "id": "visit", "status": "finished",
        "class": {"system": "urn:class", "code": "AMB"},
        "subject": {"reference": "Patient/ann"},
        "participant": [{"individual": {"reference": "Practitioner/doc"}}],
        "period": {"start": "2020-03-10T09:00:00Z", "end": "2020-03-10T10:00:00Z"},
    },
    {
        "resourceType": "RiskAssessment", "id": "risk", "status": "final",
        "subject": {"reference": "Patient/ann"},
        "prediction": [{"probabilityDecimal": 0.8}, {"probabilityDecimal": 0.1}],
    },
    {
        "resourceType": "ValueSet", "id": "vs", "status": "draft",
        "url": "http://example.org/fhir/ValueSet/colours/warm", "version": "3",
    },
    {
        "resourceType": "Condition", "id": "flu", "subject": {"reference": "Patient/ann"},
        "onsetString": "last winter", "code": {"text": "Grippe saisonnière"},
    },
]  # fmt: skip

QUERIES = [
    # string: starts with, folded; :exact, :contains
    ("Patient", "family=mull", "ann bob"),
    ("Patient", "family=MÜLLER", "ann bob"),
    ("Patient", "family:exact=Müller", "ann"),
    ("Patient", "family:exact=muller", ""),
    ("Patient", "family:contains=smith", "bob"),
    ("Patient", "given=zoe", "ann"),
    ("Patient", "name=bob", "bob"),
    ("Patient", "name=ann,bob", "ann bob"),
    ("Patient", "name=ann&name=bob", ""),
    ("Patient", "name=ann&name=zo", "ann"),
    (r"Patient", r"family=o'hara\, jr", "cy"),
    ("Patient", "family=%25", ""),
    ("Patient", "family=_uller", ""),
    ("Patient", "phonetic=mull", "ann bob"),
    # token
    ("Patient", "gender=female", "ann"),
    ("Patient", "gender=http://hl7.org/fhir/administrative-gender|female", "ann"),
    ("Patient", "gender=male,female", "ann bob"),
    ("Patient", "gender:not=female", "bob cy"),
    ("Patient", "gender:missing=true", "cy"),
    ("Patient", "gender:missing=false", "ann bob"),
    ("Patient", "active=true", "ann"),
    ("Patient", "deceased=true", "bob"),
    ("Patient", "deceased=false", "ann cy"),
    ("Patient", "identifier=7", "ann bob"),
    ("Patient", "identifier=urn:mrn|7", "ann"),
    ("Patient", "identifier=|7", "bob"),
    ("Patient", "identifier=urn:mrn|", "ann bob"),
    ("Patient", "identifier:of-type=urn:types|MR|7", "ann"),
    ("Patient", "identifier:of-type=urn:types|MR|8", ""),
    ("Patient", "identifier:text=record", "ann"),
    ("Observation", "code:text=body", "weight"),
    ("Observation", "code:text=weight", "weight"),
    ("Condition", "code:text=saisonniere", "flu"),
    ("Observation", "code=29463-7&status=final", "weight"),
    ("Observation", "combo-code=8480-6", "pressure"),
    ("Observation", "combo-code=85354-9", "pressure"),
    ("Encounter", "class=AMB", "visit"),
    # common parameters
    ("Patient", "_id=ann,cy", "ann cy"),
    ("Patient", "_id=not/an/id", ""),
    ("Patient", "_id:not=ann", "bob cy"),
    ("Patient", "_tag=urn:tags|trial", "ann"),
    ("Patient", "_tag:not=trial", "bob cy"),
    ("Patient", "_profile=http://example.org/profiles/patient", "ann"),
    ("Patient", "_profile=http://example.org/profiles/patient|2.0", "ann"),
    ("Patient", "_profile:below=http://example.org/profiles/", "ann"),
    ("Patient", "_source=http://example.org/feed/a", "ann"),
    ("Patient", "_lastUpdated=gt2000", "ann bob cy"),
    ("Patient", "_lastUpdated=lt2000", ""),
    ("Patient", "_lastUpdated=le2000", ""),
    ("Patient", "_lastUpdated=ne2000-01-01T00:00:00Z", "ann bob cy"),
    # uri
    ("ValueSet", "url=http://example.org/fhir/ValueSet/colours/warm", "vs"),
    ("ValueSet", "url=http://example.org/fhir/ValueSet/colours", ""),
    ("ValueSet", "url:below=http://example.org/fhir/", "vs"),
    ("ValueSet", "url:above=http://example.org/fhir/ValueSet/colours/warm/red", "vs"),
    ("ValueSet", "url:above=http://example.org/fhir", ""),
    # date
    ("Patient", "birthdate=1970", "ann"),
    ("Patient", "birthdate=1970-05-20", "ann"),
    ("Patient", "birthdate=1980", "bob"),
    ("Patient", "birthdate=1980-01", ""),
    ("Patient", "birthdate=ne1970-05-20", "bob"),
    ("Patient", "birthdate=gt1970-05-19", "ann bob"),
    ("Patient", "birthdate=gt1980", ""),
    ("Patient", "birthdate=ge1980", "bob"),
    ("Patient", "birthdate=lt1980-06", "ann bob"),
    ("Patient", "birthdate=eb1980", "ann"),
    ("Patient", "birthdate=sa1979", "bob"),
    ("Patient", "birthdate=ap1980", "bob"),
    ("Observation", "date=2020-03", "pressure weight"),
    ("Observation", "date=2020-03-10", "weight"),
    ("Observation", "date=ge2020-03-11", "pressure culture"),
    ("Observation", "date=gt2025", "culture"),
    ("Observation", "date=sa2020-03-31", "culture"),
    ("Observation", "date=eb2020-03-11", "weight"),
    ("Observation", "date=le2020-03-02", "pressure"),
    ("Observation", "date=2020-03-10T11:00:00%2B01:00", "weight"),
    ("Observation", "date:missing=true", "unsure"),
    ("Condition", "onset-info=last", "flu"),
    ("Condition", "onset-date:missing=true", "flu"),
    # number and quantity
    ("RiskAssessment", "probability=0.8", "risk"),
    ("RiskAssessment", "probability=gt0.8", ""),
    ("RiskAssessment", "probability=ge0.8", "risk"),
    ("RiskAssessment", "probability=lt0.1", ""),
    ("RiskAssessment", "probability=0.75", ""),
    ("RiskAssessment", "probability=ap0.75", "risk"),
    ("Observation", "value-quantity=70", "weight"),
    ("Observation", "value-quantity=70.0", ""),
    ("Observation", "value-quantity=70.2|http://unitsofmeasure.org|kg", "weight"),
    ("Observation", "value-quantity=70.2||kg", "weight"),
    ("Observation", "value-quantity=70.2||g", ""),
    ("Observation", "value-quantity=ne70.2", "unsure"),
    ("Observation", "value-quantity=gt1000", "unsure"),
    ("Observation", "value-quantity=gt70||stone", "unsure"),
    ("Observation", "value-quantity=lt71||kg", "weight"),
    ("Observation", "combo-value-quantity=le80", "pressure weight unsure"),
    # composite: the parts belong together
    ("Observation", "component-code-value-quantity=8480-6$120", "pressure"),
    ("Observation", "component-code-value-quantity=8480-6$80", ""),
    ("Observation", "component-code-value-quantity=http://loinc.org|8462-4$lt90", "pressure"),
    ("Observation", "code-value-quantity=29463-7$gt70", "weight unsure"),
    ("Observation", "code-value-quantity=29463-7$gt71||kg", ""),
    ("Observation", "combo-code-value-quantity=8462-4$80,29463-7$70", "pressure weight"),
    ("Observation", "code-value-concept=600-7$112283007", "culture"),
    # reference
    ("Observation", "subject=Patient/ann", "weight pressure"),
    ("Observation", "subject=ann", "weight pressure"),
    ("Observation", "subject=Group/ann", ""),
    ("Observation", "subject:Patient=ann", "weight pressure"),
    ("Observation", "subject:Group=ann", ""),
    ("Observation", "patient=ann", "weight pressure"),
    ("Observation", "patient=Patient/ann,Patient/bob", "weight pressure culture"),
    ("Observation", "subject:identifier=urn:mrn|99", "unsure"),
    ("Observation", "subject:missing=true", ""),
    ("Observation", "specimen:missing=true", "weight pressure culture unsure"),
    ("Encounter", "practitioner=doc", "visit"),
    ("Observation", "subject=http://elsewhere/fhir/Patient/ann", ""),
    # chains and _has
    ("Observation", "subject:Patient.name=ann", "weight pressure"),
    ("Observation", "patient.family=muller", "weight pressure culture"),
    ("Observation", "subject.organization.name=clinique", "weight pressure"),
    ("Observation", "subject:Patient.name:exact=Ann", "weight pressure"),
    ("Observation", "patient.gender:missing=true", ""),
    ("Observation", "has-member.subject:Patient.identifier=urn:mrn|7", "culture"),
    ("Observation", "patient._id=bob", "culture"),
    ("Patient", "_has:Observation:patient:code=600-7", "bob"),
    ("Patient", "_has:Observation:subject:value-quantity=gt70", "ann"),
    ("Patient", "_has:Encounter:patient:practitioner.family=house", "ann"),
    ("Practitioner",
     "_has:Patient:general-practitioner:_has:Observation:patient:code=600-7", "doc"),
    ("Organization", "_has:Patient:organization:_id=ann", "clinic"),
    ("Observation", "subject._has:Encounter:patient:status=finished", "weight pressure"),
    # several together
    ("Observation", "patient=ann&date=ge2020-03-05&code=29463-7", "weight"),
    ("Patient", "gender=female&_tag=trial&name=ann&birthdate=lt2000", "ann"),
    ("Patient", "", "ann bob cy"),
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
    assert sorted(ids(record, type_, query)) == sorted(expected.split())


@pytest.mark.parametrize(("type_", "query", "expected"), QUERIES)
def test_the_total_agrees_with_what_is_found(
    record: Any, type_: str, query: str, expected: str
) -> None:
    found = search.page(record, type_, [*parse_qsl(query), ("_summary", "count")])
    assert found.total == len(expected.split())


@pytest.mark.parametrize(
    ("type_", "query", "says"),
    [
        ("Patient", "gender:exact=male", "gender: a token parameter does not take :exact"),
        ("Patient", "name:above=x", "name: a string parameter does not take :above"),
        ("Patient", "birthdate=1970-13", "birthdate: expected a date"),
        ("Patient", "birthdate=soon", "birthdate: expected a date"),
        ("Patient", "birthdate:exact=1970", "birthdate: a date parameter"),
        ("Patient", "gender:missing=maybe", "gender:missing: expected one of true, false"),
        ("Patient", "identifier=a|b|c", "identifier: expected a code"),
        ("Patient", "identifier:of-type=a|b", "identifier:of-type: expected type system"),
        ("Observation", "value-quantity=heavy", "value-quantity: expected a number"),
        ("Observation", "value-quantity=1|kg", "value-quantity: expected a number, number"),
        ("Observation", "code-value-quantity=1", "code-value-quantity: expected code$value"),
        ("Observation", "subject:Nonsense=1", "subject: a reference parameter does not take"),
        ("Observation", "code.name=x", "code: only a reference can be followed by a dot"),
        ("Observation", "subject=", "has no value"),
        ("Patient", "colour=red", "Patient has no search parameter colour"),
        ("Patient", "_has:Observation:code=1", "_has: expected"),
        ("Patient", "_has:Observation:code:status=1", "no reference parameter code"),
        ("Patient", "_has:Observation:subject:colour=1", "Observation has no parameter colour"),
        ("Patient", "_sort=colour", "Patient cannot be sorted by colour"),
        ("Patient", "_count=some", "_count: expected a whole number"),
        ("Patient", "_total=most", "_total: expected one of"),
        ("Patient", "_include=Patient", "_include: expected ResourceType:parameter"),
        ("Patient", "_include=Patient:name", "Patient has no reference parameter name"),
        ("Patient", "_cursor=1&name=x", "_cursor: follow the links"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named_and_its_value_is_not(
    record: Any, type_: str, query: str, says: str
) -> None:
    with pytest.raises(FhirError) as caught:
        search.page(record, type_, parse_qsl(query, keep_blank_values=True), strict=True)
    assert caught.value.status == 400
    assert says in caught.value.diagnostics
    value = query.partition("=")[2]
    assert len(value) < 4 or value not in caught.value.diagnostics or "colour" in value


def test_unknown_parameters_warn_in_lenient_and_fail_in_strict_handling(record: Any) -> None:
    pairs = [("colour", "red"), ("family", "muller")]
    lenient = search.page(record, "Patient", pairs)
    assert [stored.id for stored in lenient.matches] == ["ann", "bob"]
    assert lenient.query.warnings == ["Patient has no search parameter colour"]
    assert lenient.query.used == [("family", "muller")]
    with pytest.raises(FhirError):
        search.page(record, "Patient", pairs, strict=True)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_sort=family", "ann bob cy"),
        ("_sort=-family", "cy bob ann"),
        ("_sort=birthdate", "ann bob cy"),
        ("_sort=-birthdate", "bob ann cy"),
        ("_sort=gender,family", "ann bob cy"),
        ("_sort=-gender,family", "bob ann cy"),
        ("_sort=_id", "ann bob cy"),
        ("_sort=-_id", "cy bob ann"),
        ("_sort=_lastUpdated", "ann bob cy"),
        ("_sort=-_lastUpdated", "cy bob ann"),
        ("_sort=organization", "ann bob cy"),
        ("_sort=-active&gender:missing=false", "ann bob"),
    ],
)
def test_sorting_puts_what_has_no_value_last(record: Any, query: str, expected: str) -> None:
    assert ids(record, "Patient", query) == expected.split()


@pytest.mark.parametrize(
    ("type_", "query", "expected"),
    [
        ("Observation", "_id=weight&_include=Observation:subject", "Patient/ann"),
        ("Observation", "_id=weight&_include=Observation:patient", "Patient/ann"),
        ("Observation", "_id=weight&_include=Observation:subject:Group", ""),
        ("Observation", "_id=weight&_include=Observation:*", "Patient/ann"),
        ("Observation", "_id=weight&_include=*", "Patient/ann"),
        ("Observation", "_id=weight&_include=Encounter:subject", ""),
        ("Observation",
         "_id=weight&_include=Observation:subject&_include:iterate=Patient:organization",
         "Organization/clinic Patient/ann"),
        ("Observation",
         "_id=weight&_include=Observation:subject&_include=Patient:organization",
         "Patient/ann"),
        ("Patient", "_id=bob&_revinclude=Observation:subject", "Observation/culture"),
        ("Patient", "_id=bob&_revinclude=Observation:patient", "Observation/culture"),
        ("Patient", "_id=ann&_revinclude=Encounter:patient&_revinclude=Condition:subject",
         "Condition/flu Encounter/visit"),
        ("Patient", "_id=ann&_revinclude=*",
         "Condition/flu Encounter/visit Observation/pressure Observation/weight "
         "RiskAssessment/risk"),
        ("Patient",
         "_id=bob&_revinclude=Observation:subject&_include:iterate=Observation:has-member",
         "Observation/culture Observation/weight"),
        ("Practitioner",
         "_id=doc&_revinclude=Patient:general-practitioner&_revinclude:iterate=Observation:patient",
         "Observation/culture Patient/bob"),
        ("Observation",
         "_id=culture&_include:iterate=Observation:has-member"
         "&_revinclude:iterate=Observation:has-member",
         "Observation/weight"),
    ],
)  # fmt: skip
def test_includes_add_what_the_page_refers_to_once(
    record: Any, type_: str, query: str, expected: str
) -> None:
    found = search.page(record, type_, parse_qsl(query))
    assert len(found.matches) == 1
    assert sorted(f"{each.type}/{each.id}" for each in found.included) == expected.split()


def test_a_changed_resource_is_found_by_its_new_values_only(record: Any) -> None:
    put(record, patient("ann", name=[{"family": "Schmidt"}]))
    assert ids(record, "Patient", "family=muller") == ["bob"]
    assert ids(record, "Patient", "family=schmidt") == ["ann"]
    assert ids(record, "Patient", "gender=female") == []


def test_a_deleted_resource_is_found_no_more(record: Any) -> None:
    store.delete(record, "Patient", "cy")
    assert ids(record, "Patient") == ["ann", "bob"]
    assert ids(record, "Patient", "_id=cy") == []
    assert ids(record, "Patient", "gender:missing=true") == []


def test_a_compartment_holds_what_is_about_its_patient(record: Any) -> None:
    found = search.page(record, "Observation", [], compartment=("Patient", "ann"))
    assert [stored.id for stored in found.matches] == ["weight", "pressure"]
    found = search.page(record, "Encounter", [], compartment=("Practitioner", "doc"))
    assert [stored.id for stored in found.matches] == ["visit"]
    with pytest.raises(FhirError):
        search.page(record, "ValueSet", [], compartment=("Patient", "ann"))


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_find_stops_at_its_limit(record: Any, limit: int) -> None:
    assert len(ids(record, "Patient", "", limit=limit)) == min(limit, 3)
