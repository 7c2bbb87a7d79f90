"""Bundles: all or nothing, in the specification's order, references resolved."""

from typing import Any

import pytest

from fhir_bridge import store
from fhir_bridge.outcomes import FhirError, Invalid, PreconditionFailed
from tests.fhir.record import bundle, observation, patient, posted, put, system

pytestmark = pytest.mark.django_db

PERSON = "urn:uuid:7b3a7a2e-1c1d-4d9a-9f43-2f6f4f7a1a01"


def everything() -> int:
    return store.history_page(system()).total


def test_entries_refer_to_each_other_in_any_order() -> None:
    results = store.transaction(
        system(), bundle(posted(observation(PERSON)), posted(patient(), PERSON))
    )
    assert [each.status for each in results] == [201, 201]
    seen, person = (each.stored for each in results)
    assert seen is not None
    assert person is not None
    assert seen.resource["subject"]["reference"] == person.reference


def test_a_put_entry_is_found_by_its_full_url_too() -> None:
    entry = put(patient(id="p1")) | {"fullUrl": PERSON}
    results = store.transaction(system(), bundle(posted(observation(PERSON)), entry))
    assert results[0].stored is not None
    assert results[0].stored.resource["subject"]["reference"] == "Patient/p1"


def test_an_absolute_full_url_stands_for_its_relative_reference() -> None:
    results = store.transaction(
        system(),
        bundle(
            posted(patient(), "http://x.example/fhir/Patient/77"),
            posted(observation("Patient/77")),
            posted(observation("http://x.example/fhir/Patient/77")),
        ),
    )
    person = results[0].stored
    assert person is not None
    for each in results[1:]:
        assert each.stored is not None
        assert each.stored.resource["subject"]["reference"] == person.reference


def test_strings_that_only_look_like_a_full_url_stay() -> None:
    mine = patient(identifier=[{"system": "urn:ietf:rfc:3986", "value": PERSON}])
    result = store.transaction(system(), bundle(posted(mine, PERSON)))[0]
    assert result.stored is not None
    assert result.stored.resource["identifier"][0]["value"] == PERSON


BAD_ENTRIES: dict[str, tuple[dict[str, Any], int, str]] = {
    "invalid resource": (posted(patient(gender="xx")), 400, "Bundle.entry[1].resource.gender"),
    "unknown type": (posted({"resourceType": "Nope"}), 400, "Bundle.entry[1].resource"),
    "url of another type": (
        {"resource": patient(), "request": {"method": "POST", "url": "Group"}},
        400,
        "Bundle.entry[1]",
    ),
    "id differs": (
        {"resource": patient(id="a"), "request": {"method": "PUT", "url": "Patient/b"}},
        400,
        "Bundle.entry[1].resource.id",
    ),
    "dangling reference": (
        posted(observation("Patient/nobody")),
        422,
        "Bundle.entry[1].resource.subject.reference",
    ),
    "unknown full url": (
        posted(observation("urn:uuid:00000000-0000-4000-8000-000000000000")),
        422,
        "Bundle.entry[1].resource.subject.reference",
    ),
    "no request": ({"resource": patient()}, 400, "Bundle.entry[1].request"),
    "no resource": (
        {"request": {"method": "POST", "url": "Patient"}},
        400,
        "Bundle.entry[1].resource",
    ),
    "no method": ({"request": {"url": "Patient/1"}}, 400, "Bundle.entry[1].request.method"),
    "patch of nothing": (
        {"request": {"method": "PATCH", "url": "Patient/1"}},
        400,
        "Bundle.entry[1].resource",
    ),
    "stale version": (put(patient(id="old"), ifMatch='W/"7"'), 412, "Bundle.entry[1].resource"),
    "nonsense version": (put(patient(id="old"), ifMatch="seven"), 400, "Bundle.entry[1]"),
}


@pytest.mark.parametrize(
    ("entry", "status", "expression"), BAD_ENTRIES.values(), ids=BAD_ENTRIES.keys()
)
def test_one_bad_entry_refuses_them_all_and_is_named(
    entry: dict[str, Any], status: int, expression: str
) -> None:
    store.update(system(), "Patient", "old", patient())
    before = everything()
    with pytest.raises(FhirError) as caught:
        store.transaction(system(), bundle(posted(patient()), entry, put(patient(id="other"))))
    assert caught.value.status == status
    assert expression in [issue.expression for issue in caught.value.issues]
    assert everything() == before
    assert store.read(system(), "Patient", "old").version == 1


def test_faults_of_all_entries_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        store.transaction(
            system(), bundle(posted(patient(gender="x")), posted(patient(active="x")))
        )
    assert {issue.expression for issue in caught.value.issues} == {
        "Bundle.entry[0].resource.gender",
        "Bundle.entry[1].resource.active",
    }


def test_no_resource_may_be_written_twice() -> None:
    with pytest.raises(Invalid, match="400"):
        store.transaction(
            system(),
            bundle(put(patient(id="p")), {"request": {"method": "DELETE", "url": "Patient/p"}}),
        )
    assert everything() == 0


def test_deletions_come_first_and_results_keep_the_entries_order() -> None:
    actor = system()
    store.update(actor, "Patient", "old", patient())
    results = store.transaction(
        actor,
        bundle(
            put(patient(id="new")),
            posted(patient()),
            {"request": {"method": "DELETE", "url": "Patient/old"}},
        ),
    )
    assert [each.status for each in results] == [201, 201, 204]
    assert store.read_many(actor, [("Patient", "old")]) == {}


def test_if_none_exist_makes_no_duplicate() -> None:
    actor = system()
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    whole = bundle(
        posted(mine, PERSON, ifNoneExist="identifier=urn:mrn|1"), posted(observation(PERSON))
    )
    first = store.transaction(actor, whole)
    again = store.transaction(actor, whole)
    assert [each.status for each in first] == [201, 201]
    assert [each.status for each in again] == [200, 201]
    assert first[0].stored is not None
    assert again[0].stored == first[0].stored
    assert again[1].stored is not None
    assert again[1].stored.resource["subject"]["reference"] == first[0].stored.reference


def test_a_conditional_reference_is_resolved_in_the_record_or_the_bundle() -> None:
    actor = system()
    mrn = [{"system": "urn:mrn", "value": "1"}]
    wanted = observation("Patient?identifier=urn:mrn|1")
    with pytest.raises(PreconditionFailed) as caught:
        store.transaction(actor, bundle(posted(wanted)))
    assert caught.value.expression == "Bundle.entry[0].resource.subject.reference"
    inside = store.transaction(actor, bundle(posted(wanted), posted(patient(identifier=mrn))))
    person = inside[1].stored
    assert person is not None
    outside = store.transaction(actor, bundle(posted(wanted)))
    for result in (inside[0], outside[0]):
        assert result.stored is not None
        assert result.stored.resource["subject"]["reference"] == person.reference
    store.create(actor, patient(identifier=mrn))
    with pytest.raises(PreconditionFailed):
        store.transaction(actor, bundle(posted(wanted)))


def test_a_conditional_reference_outside_a_transaction_is_refused() -> None:
    with pytest.raises(Invalid):
        store.create(system(), observation("Patient?identifier=urn:mrn|1"))


def test_conditional_updates_and_deletions_find_their_one_match() -> None:
    actor = system()
    mrn = [{"system": "urn:mrn", "value": "1"}]
    entry = {
        "resource": patient(identifier=mrn),
        "request": {"method": "PUT", "url": "Patient?identifier=urn:mrn|1"},
    }
    first = store.transaction(actor, bundle(entry))[0]
    second = store.transaction(actor, bundle(entry))[0]
    assert (first.status, second.status) == (201, 200)
    assert first.stored is not None
    assert second.stored is not None
    assert (second.stored.id, second.stored.version) == (first.stored.id, 2)
    removal = {"request": {"method": "DELETE", "url": "Patient?identifier=urn:mrn|1"}}
    assert store.transaction(actor, bundle(removal))[0].status == 204
    assert store.read_many(actor, [("Patient", first.stored.id)]) == {}


@pytest.mark.parametrize(
    "mine",
    [
        bundle(type="batch"),
        {"resourceType": "Bundle"},
        patient(),
        bundle({"nonsense": 1}),
        bundle(posted(patient(), PERSON), posted(patient(), PERSON)),
    ],
    ids=["batch", "no type", "patient", "nonsense", "full url twice"],
)
def test_what_is_no_transaction_is_refused(mine: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        store.transaction(system(), mine)
    assert everything() == 0


def test_an_empty_transaction_does_nothing() -> None:
    assert store.transaction(system(), {"resourceType": "Bundle", "type": "transaction"}) == []
