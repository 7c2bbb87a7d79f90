"""Who finds what: another organisation nothing at all, a patient's client that patient only."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from fhir_bridge import access, search
from fhir_bridge.access import Actor
from fhir_bridge.models import Resource
from fhir_bridge.outcomes import AccessDenied, FhirError
from fhir_bridge.search.cursors import Cursor
from tests.fhir.search.records import (
    ids,
    observation,
    outsider,
    owner,
    patient,
    patient_client,
    put,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Actor:
    actor = owner()
    put(
        actor,
        patient("ann", name=[{"family": "Secret"}], gender="female"),
        patient("bob", name=[{"family": "Hidden"}], link=[
            {"other": {"reference": "Patient/ann"}, "type": "seealso"}]),
        observation("of-ann", subject={"reference": "Patient/ann"}),
        observation("of-bob", subject={"reference": "Patient/bob"},
                    hasMember=[{"reference": "Observation/of-ann"}]),
    )  # fmt: skip
    return actor


# The outsider has a patient of the same id, and a reference that looks the same.
def other_record() -> Actor:
    actor = outsider()
    put(
        actor,
        patient("ann", name=[{"family": "Other"}]),
        observation("theirs", subject={"reference": "Patient/ann"}),
    )
    return actor


@pytest.mark.parametrize(
    ("type_", "query", "expected"),
    [
        ("Patient", "", ["ann"]),
        ("Patient", "family=secret", []),
        ("Patient", "family=hidden", []),
        ("Patient", "gender=female", []),
        ("Patient", "gender:not=male", ["ann"]),
        ("Patient", "gender:missing=true", ["ann"]),
        ("Patient", "_id=bob", []),
        ("Patient", "_id=ann&family:missing=false", ["ann"]),
        ("Patient", "_lastUpdated=gt2000", ["ann"]),
        ("Patient", "_sort=-family", ["ann"]),
        ("Observation", "", ["theirs"]),
        ("Observation", "patient=bob", []),
        ("Observation", "subject:Patient.family=secret", []),
        ("Observation", "subject:Patient.family=other", ["theirs"]),
        ("Patient", "_has:Observation:subject:_id=of-ann", []),
        ("Patient", "_has:Observation:subject:status=final", ["ann"]),
        ("Patient", "link.family=secret", []),
    ],
)
def test_the_outsider_finds_only_their_own(
    record: Actor, type_: str, query: str, expected: list[str]
) -> None:
    other = other_record()
    assert ids(other, type_, query) == expected
    pairs = [tuple(pair.split("=", 1)) for pair in query.split("&") if pair]
    counted = search.page(other, type_, [*pairs, ("_summary", "count")])  # type: ignore[list-item]
    assert counted.total == len(expected)


def test_the_outsider_includes_only_their_own(record: Actor) -> None:
    other = other_record()
    found = search.page(other, "Patient", [("_revinclude", "Observation:subject")])
    assert [stored.id for stored in found.included] == ["theirs"]
    assert b"Other" in found.matches[0].content
    found = search.page(other, "Observation", [("_include", "*"), ("_revinclude", "*")])
    assert [stored.content for stored in found.included if b"Secret" in stored.content] == []


def test_a_cursor_of_somebody_else_is_no_place_in_ones_own_pages(record: Actor) -> None:
    pairs = [("_count", "1"), ("_sort", "family")]
    page = search.page(record, "Patient", pairs)
    other = other_record()
    with pytest.raises(FhirError) as caught:
        search.page(other, "Patient", [*pairs, ("_cursor", str(page.next))])
    assert caught.value.status == 400


@pytest.mark.parametrize("sort", ["date", "_lastUpdated"])
def test_a_cursor_of_another_patient_tells_a_client_of_one_nothing(
    record: Actor, sort: str
) -> None:
    pairs = [("_count", "1"), ("_sort", sort)]
    rows = Resource.objects.filter(type="Observation")
    keys = {row.fhir_id: str(Cursor(row.pk, row.version)) for row in rows}
    client = patient_client(record, "bob")
    for changed in (False, True):
        if changed:
            put(record, *(observation(each, subject={"reference": f"Patient/{each[3:]}"},
                                      status="amended") for each in keys))  # fmt: skip
        with pytest.raises(FhirError) as caught:
            search.page(client, "Observation", [*pairs, ("_cursor", keys["of-ann"])])
        assert caught.value.status == 400
        search.page(client, "Observation", [*pairs, ("_cursor", keys["of-bob"])])


def test_a_client_of_one_patient_finds_that_patient_only(record: Actor) -> None:
    client = patient_client(record, "bob")
    assert ids(client, "Patient") == ["bob"]
    assert ids(client, "Patient", "family=secret") == []
    assert ids(client, "Observation") == ["of-bob"]
    assert ids(client, "Observation", "status=final&_sort=-date") == ["of-bob"]
    assert ids(client, "Observation", "has-member:Observation._id=of-ann") == []
    assert ids(client, "Patient", "link:Patient.family=secret") == []
    assert ids(client, "Patient", "_has:Observation:subject:_id=of-ann") == []
    total = search.page(client, "Observation", [("_summary", "count")]).total
    assert total == 1


def test_includes_stay_inside_the_patient_of_the_client(record: Actor) -> None:
    client = patient_client(record, "bob")
    found = search.page(
        client,
        "Observation",
        [("_include", "Observation:has-member"), ("_include", "Observation:subject")],
    )
    assert [stored.id for stored in found.included] == ["bob"]
    found = search.page(client, "Patient", [("_revinclude", "*"), ("_include", "*")])
    assert [stored.id for stored in found.included] == ["of-bob"]


def biller(actor: Actor) -> Actor:
    user: Any = get_user_model().objects.create_user("biller", password="long enough 1")
    access.membership_set(user=user, organization_id=actor.organization_id, role="biller")
    return access.actor_for_user(user)


@pytest.mark.parametrize(
    "query",
    ["patient.family=secret", "patient:Patient._id=ann", "_has:Provenance:target:agent=x"],
)
def test_a_biller_cannot_reach_patients_through_claims(record: Actor, query: str) -> None:
    with pytest.raises(FhirError):
        ids(biller(record), "Claim", query)


def test_a_biller_gets_no_patient_along_with_a_claim(record: Actor) -> None:
    claim = {
        "resourceType": "Claim",
        "id": "claim",
        "status": "active",
        "type": {"coding": [{"code": "professional"}]},
        "use": "claim",
        "patient": {"reference": "Patient/ann"},
        "created": "2024-01-01",
        "provider": {"display": "Clinic"},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "Plan"}}],
    }
    put(record, claim)
    billing = biller(record)
    found = search.page(billing, "Claim", [("_include", "Claim:patient"), ("_include", "*")])
    assert [stored.id for stored in found.matches] == ["claim"]
    assert found.included == []
    with pytest.raises(AccessDenied):
        ids(billing, "Patient")
