"""Which values of a resource its parameters index."""

import time
from typing import Any

import orjson
import pytest

from fhir_bridge.search import index, parameters
from tests.conftest import SHARED


def rows(resource: dict[str, Any], code: str, table: str) -> list[tuple[Any, ...]]:
    """The values of one parameter, without its number and place."""
    parameter = parameters.get(resource["resourceType"], code)
    assert parameter is not None
    found = index.extract(resource["resourceType"], resource).get(table, [])
    return [row[1:-1] for row in found if row[0] in parameter.rows]


PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "active": True,
    "identifier": [
        {"system": "urn:mrn", "value": "7", "type": {"coding": [{"system": "urn:t", "code": "MR"}]}}
    ],
    "name": [{"family": "Müller", "given": ["Élodie", "Ann"], "text": "E. Müller"}],
    "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "a@b.c"}],
    "gender": "female",
    "birthDate": "1970-05",
    "address": [{"line": ["1 Main St"], "city": "Lyon", "postalCode": "69001"}],
    "managingOrganization": {"identifier": {"system": "urn:org", "value": "9"}},
    "generalPractitioner": [{"reference": "#inside"}, {"reference": "Practitioner/d"}],
}


@pytest.mark.parametrize(
    ("code", "table", "values"),
    [
        ("active", "token", [("true", "", "")]),
        ("deceased", "token", [("false", "", "")]),
        ("gender", "token", [("female", "http://hl7.org/fhir/administrative-gender", "")]),
        ("identifier", "token", [("7", "urn:mrn", "")]),
        ("phone", "token", [("555", "phone", "")]),
        ("email", "token", [("a@b.c", "email", "")]),
        ("telecom", "token", [("555", "phone", ""), ("a@b.c", "email", "")]),
        ("family", "string", [("muller", "Müller")]),
        ("given", "string", [("ann", "Ann"), ("elodie", "Élodie")]),
        ("address-city", "string", [("lyon", "Lyon")]),
        ("general-practitioner", "reference", [("d", "Practitioner")]),
        ("organization", "reference", []),
        ("organization", "token", [("9", "urn:org", "")]),
    ],
)
def test_a_patient_is_indexed_by(code: str, table: str, values: list[tuple[Any, ...]]) -> None:
    assert sorted(rows(PATIENT, code, table)) == values


def test_name_and_address_are_indexed_by_each_part() -> None:
    assert {row[0] for row in rows(PATIENT, "name", "string")} == {
        "muller", "elodie", "ann", "e. muller",
    }  # fmt: skip
    assert {row[0] for row in rows(PATIENT, "address", "string")} == {"1 main st", "lyon", "69001"}


def test_a_component_carries_the_number_of_its_group() -> None:
    observation = {
        "resourceType": "Observation",
        "component": [
            {"code": {"coding": [{"code": "a"}]}, "valueQuantity": {"value": 1}},
            {"code": {"coding": [{"code": "lonely"}]}},
            {"code": {"coding": [{"code": "b"}]}, "valueQuantity": {"value": 2}},
        ],
    }
    parameter = parameters.get("Observation", "component-code-value-quantity")
    assert parameter is not None
    code, value = (part.number for part in parameter.components)
    found = index.extract("Observation", observation)
    tokens = {row[1]: row[-1] for row in found["token"] if row[0] == code}
    numbers = {row[1]: row[-1] for row in found["quantity"] if row[0] == value}
    assert tokens["a"] == numbers[1.0] != tokens["b"] == numbers[2.0]
    assert "lonely" not in tokens


def test_lowest_and_highest_values_are_marked_once() -> None:
    patient = {
        "resourceType": "Patient",
        "name": [{"family": "B"}, {"family": "A"}, {"family": "C"}],
    }
    parameter = parameters.get("Patient", "family")
    assert parameter is not None
    places = {
        row[1]: row[-1] % index.RANK
        for row in index.extract("Patient", patient)["string"]
        if row[0] in parameter.rows
    }
    assert places == {"a": index.LOWEST_VALUE, "b": 0, "c": index.HIGHEST_VALUE}


@pytest.mark.parametrize(
    "resource",
    [
        {
            "resourceType": "Patient",
            "name": "no list",
            "gender": 7,
            "birthDate": "x",
            "active": "y",
        },
        {
            "resourceType": "Patient",
            "name": [None, 3, {"given": None}],
            "identifier": [{"value": 5}],
        },
        {"resourceType": "Observation", "valueQuantity": {"value": "NaN"}, "subject": "Patient/1"},
        {
            "resourceType": "Observation",
            "effectivePeriod": {},
            "component": [[]],
            "code": {"text": 5},
        },
        {
            "resourceType": "Observation",
            "code": {"coding": "x"},
            "meta": {"tag": 1},
            "extension": 2,
        },
        {"resourceType": "Patient", "name": [{"family": "nul\0byte"}], "telecom": [{"value": 5}]},
    ],
)
def test_what_is_not_of_its_type_is_passed_over(resource: dict[str, Any]) -> None:
    for found in index.extract(resource["resourceType"], resource).values():
        assert all("\0" not in str(value) for row in found for value in row)


def test_a_resource_is_in_the_compartments_of_its_patients() -> None:
    observation = {
        "resourceType": "Observation",
        "subject": {"reference": "Patient/1"},
        "performer": [{"reference": "Patient/2"}, {"reference": "Practitioner/3"}],
    }
    assert index.patients("Observation", observation) == {"1", "2"}
    assert index.patients("Patient", {"resourceType": "Patient", "id": "1"}) == {"1"}
    assert index.patients("Location", {"resourceType": "Location"}) == set()


@pytest.mark.shared
def test_extraction_stays_well_below_150_microseconds_a_resource() -> None:
    bundle = next(iter(sorted((SHARED / "synthea-r4" / "dev").glob("*.json"))))
    resources = [entry["resource"] for entry in orjson.loads(bundle.read_bytes())["entry"]]
    for _ in range(2):  # the first round compiles the extractors
        start = time.process_time()
        for resource in resources:
            index.extract(resource["resourceType"], resource)
        spent = time.process_time() - start
    assert spent / len(resources) < 150e-6
