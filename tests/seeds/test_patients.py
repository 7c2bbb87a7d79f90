"""The committed patients are what the builder writes, and they hang together."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from seeds.builder import ANCHOR, PATIENTS, build

FILES = build()
NAMES = sorted(name for name in FILES if not name.startswith("_"))
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2})?")
PLANNED = {"Appointment", "ServiceRequest"}


def resources(name: str) -> list[dict[str, Any]]:
    bundle = json.loads((PATIENTS / name).read_text(encoding="utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a resource with the name of the member that holds it."""
    yield key, value
    if isinstance(value, dict):
        for name, member in value.items():
            yield from walk(member, name)
    if isinstance(value, list):
        for member in value:
            yield from walk(member, key)


def dates(resource: dict[str, Any]) -> list[date]:
    return [
        date.fromisoformat(value[:10])
        for _, value in walk(resource)
        if isinstance(value, str) and DATE.fullmatch(value)
    ]


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years)


def test_the_committed_files_are_exactly_what_the_builder_writes() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in PATIENTS.glob("*.json")}
    assert committed == FILES


def test_there_are_twelve_patients() -> None:
    assert len(NAMES) == 12


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_entry_puts_its_resource_under_its_own_id(name: str) -> None:
    bundle = json.loads(FILES[name])
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    targets = []
    for entry in bundle["entry"]:
        target = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        assert entry["request"] == {"method": "PUT", "url": target}
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", entry["resource"]["id"])
        targets.append(target)
    assert len(targets) == len(set(targets))


def test_no_two_files_write_the_same_resource() -> None:
    targets = [f"{r['resourceType']}/{r['id']}" for name in FILES for r in resources(name)]
    assert len(targets) == len(set(targets))


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_reference_resolves_in_the_bundle_or_the_practice(name: str) -> None:
    known = {
        f"{resource['resourceType']}/{resource['id']}"
        for resource in (*resources(name), *resources("_practice.json"))
    }
    for resource in resources(name):
        for key, value in walk(resource):
            if key == "reference":
                assert value in known, f"{resource['id']} refers to {value}"


@pytest.mark.parametrize("name", sorted(FILES))
def test_no_field_is_empty(name: str) -> None:
    for resource in resources(name):
        for key, value in walk(resource):
            assert value not in (None, "", [], {}), f"{resource['id']}: {key}"


@pytest.mark.parametrize("name", NAMES)
def test_a_patient_has_three_years_of_encounters_or_a_lifetime(name: str) -> None:
    chart = resources(name)
    born = date.fromisoformat(chart[0]["birthDate"])
    visits = [r for r in chart if r["resourceType"] == "Encounter"]
    first = min(date.fromisoformat(visit["period"]["start"][:10]) for visit in visits)
    assert len(visits) >= 5
    assert first <= years_before(ANCHOR, 3) or (first - born).days <= 31


@pytest.mark.parametrize("name", NAMES)
def test_only_plans_lie_after_the_anchor_and_nothing_before_birth(name: str) -> None:
    chart = resources(name)
    born = date.fromisoformat(chart[0]["birthDate"])
    for resource in chart:
        for day in dates(resource):
            assert day >= born, resource["id"]
            assert day < ANCHOR or resource["resourceType"] in PLANNED, resource["id"]


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_has_every_part_that_the_demo_shows(name: str) -> None:
    kinds = {resource["resourceType"] for resource in resources(name)}
    assert kinds >= {
        "AllergyIntolerance",
        "CarePlan",
        "Condition",
        "Coverage",
        "DiagnosticReport",
        "Encounter",
        "FamilyMemberHistory",
        "Immunization",
        "MedicationRequest",
        "Observation",
        "Patient",
        "Procedure",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_measured_quantity_has_a_ucum_code(name: str) -> None:
    for resource in resources(name):
        for key, value in walk(resource):
            if key == "valueQuantity":
                assert value["system"] == "http://unitsofmeasure.org"
                assert value["code"]


@pytest.mark.parametrize("name", NAMES)
def test_a_stopped_prescription_says_when_and_why(name: str) -> None:
    for order in resources(name):
        if order["resourceType"] == "MedicationRequest":
            bounds = order["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"]
            assert ("end" in bounds) == (order["status"] != "active"), order["id"]
            assert ("statusReason" in order) == (order["status"] == "stopped"), order["id"]


def test_french_speakers_are_charted_in_french() -> None:
    spoken = {}
    for name in NAMES:
        patient = resources(name)[0]
        spoken[patient["id"]] = patient["communication"][0]["language"]["coding"][0]["code"]
    french = {key for key, language in spoken.items() if language == "fr"}
    assert french == {"jean-luc-morel", "helene-fournier", "noe-lambert", "samira-benali"}


def test_every_npi_has_a_valid_check_digit() -> None:
    numbers = [
        identifier["value"]
        for resource in resources("_practice.json")
        for identifier in resource.get("identifier", [])
        if identifier["system"] == "http://hl7.org/fhir/sid/us-npi"
    ]
    assert len(numbers) == 3
    for number in numbers:
        digits = [int(digit) for digit in reversed("80840" + number)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        assert (sum(digits[::2]) + sum(doubled)) % 10 == 0
