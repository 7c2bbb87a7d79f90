"""The store: every version kept, nobody overwritten, nothing half-written."""

import os
from decimal import Decimal
from typing import Any

import pytest

from fhir_bridge import store
from fhir_bridge.access import worker_actor
from fhir_bridge.outcomes import (
    AccessDenied,
    FhirError,
    Gone,
    Invalid,
    NotFound,
    NotSupported,
    PreconditionFailed,
)
from fhir_bridge.store import Post, Put, statement
from tests.fhir.record import (
    equal,
    observation,
    organization,
    patient,
    physician,
    system,
    without_server_parts,
)

pytestmark = pytest.mark.django_db


def test_what_is_created_reads_back_the_same_with_the_servers_meta() -> None:
    mine = patient(
        meta={"tag": [{"code": "t"}], "profile": ["http://x.example/p"]},
        extension=[{"url": "http://x.example", "valueDecimal": Decimal("1.00")}],
    )
    made = store.create(system(), mine)
    read = store.read(system(), "Patient", made.id)
    assert read == made
    assert (read.version, read.deleted) == (1, False)
    assert read.resource["id"] == made.id
    assert read.resource["meta"]["versionId"] == "1"
    assert read.resource["meta"]["lastUpdated"].endswith("Z")
    assert equal(without_server_parts(read.resource), mine)


def test_the_id_of_a_created_resource_is_the_servers() -> None:
    made = store.create(system(), patient(id="mine"))
    assert made.id != "mine"
    with pytest.raises(NotFound):
        store.read(system(), "Patient", "mine")


def test_an_update_keeps_the_old_version_as_it_was() -> None:
    actor = system()
    first = store.create(actor, patient())
    second = store.update(actor, "Patient", first.id, patient(active=True))
    assert second.version == 2
    assert store.vread(actor, "Patient", first.id, 1) == first
    assert store.vread(actor, "Patient", first.id, 2) == second
    assert [each.version for each in store.history(actor, "Patient", first.id)] == [2, 1]


def test_an_update_of_what_is_not_there_creates_it_under_the_callers_id() -> None:
    made, created = store.update_or_create(system(), "Patient", "my-id.1", patient())
    assert created
    assert (made.id, made.version) == ("my-id.1", 1)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_stale_if_match_changes_nothing(version: int) -> None:
    actor = system()
    made = store.create(actor, patient())
    with pytest.raises(PreconditionFailed):
        store.update(actor, "Patient", made.id, patient(active=True), if_match=version)
    with pytest.raises(PreconditionFailed):
        store.delete(actor, "Patient", made.id, if_match=version)
    assert store.read(actor, "Patient", made.id) == made


def test_a_deleted_resource_is_gone_and_its_versions_stay() -> None:
    actor = system()
    made = store.create(actor, patient())
    store.delete(actor, "Patient", made.id)
    with pytest.raises(Gone):
        store.read(actor, "Patient", made.id)
    with pytest.raises(Gone):
        store.vread(actor, "Patient", made.id, 2)
    assert store.vread(actor, "Patient", made.id, 1) == made
    found = store.history(actor, "Patient", made.id)
    assert [(each.version, each.deleted) for each in found] == [(2, True), (1, False)]
    again, created = store.update_or_create(actor, "Patient", made.id, patient())
    assert created
    assert again.version == 3


def test_deleting_what_is_not_there_changes_nothing() -> None:
    actor = system()
    store.delete(actor, "Patient", "nobody")
    with pytest.raises(NotFound):
        store.history(actor, "Patient", "nobody")


def test_a_posted_resource_may_not_refer_to_what_is_not_there() -> None:
    with pytest.raises(Invalid) as caught:
        store.create(system(), observation("Patient/nobody"))
    assert caught.value.status == 422
    assert caught.value.issues[0].expression == "Observation.subject.reference"


def test_a_reference_to_a_deleted_resource_is_dangling() -> None:
    actor = system()
    made = store.create(actor, patient())
    store.delete(actor, "Patient", made.id)
    with pytest.raises(Invalid):
        store.create(actor, observation(made.reference))


def test_another_organisations_patient_is_no_target_for_a_reference() -> None:
    theirs = store.create(system("other"), patient())
    with pytest.raises(Invalid):
        store.create(system("home"), observation(theirs.reference))


def test_under_the_open_policy_references_may_dangle(settings: Any) -> None:
    settings.FHIR_REFERENCES = "open"
    assert store.create(system(), observation("Patient/nobody")).version == 1


def test_a_mirroring_client_may_put_in_any_order() -> None:
    actor = system()
    store.update(actor, "Observation", "o", observation("Patient/p"))
    store.update(actor, "Patient", "p", patient())
    assert store.read(actor, "Observation", "o").version == 1


def test_several_are_written_together_and_refer_to_each_other() -> None:
    actor = system()
    person = "urn:uuid:7b3a7a2e-1c1d-4d9a-9f43-2f6f4f7a1a01"
    made = store.write(
        actor, [Post(observation(person)), Post(patient(), full_url=person), Put(patient(), "p2")]
    )
    assert [each.type for each in made] == ["Observation", "Patient", "Patient"]
    assert made[0].resource["subject"]["reference"] == made[1].reference
    assert made[2].id == "p2"


def test_of_several_none_is_written_when_one_is_refused() -> None:
    actor = system()
    with pytest.raises(Invalid):
        store.write(actor, [Put(patient(), "p1"), Put(patient(gender="xx"), "p2")])
    with pytest.raises(PreconditionFailed):
        store.write(actor, [Put(patient(), "p1"), Put(patient(), "p2", if_match=3)])
    assert store.read_many(actor, [("Patient", "p1"), ("Patient", "p2")]) == {}


def test_many_are_read_in_one_query(django_assert_num_queries: Any, settings: Any) -> None:
    actor = system()
    made = [store.create(actor, patient()) for _ in range(3)]
    gone = store.create(actor, patient())
    store.delete(actor, "Patient", gone.id)
    theirs = store.create(system("other"), patient())
    keys = [("Patient", each.id) for each in [*made, gone, theirs]]
    # The second inserts the audit entries, which production does beside the request.
    with django_assert_num_queries(2):
        found = store.read_many(actor, [*keys, ("Practitioner", "nobody")])
    assert found == {("Patient", each.id): each for each in made}


def test_other_organisations_are_not_there() -> None:
    made = store.create(system("home"), patient())
    for actor in (system("other"), physician("other")):
        for attempt in (
            lambda actor=actor: store.read(actor, "Patient", made.id),
            lambda actor=actor: store.vread(actor, "Patient", made.id, 1),
            lambda actor=actor: store.history(actor, "Patient", made.id),
        ):
            with pytest.raises(NotFound):
                attempt()
    # The same id is free for them, and the two never meet.
    store.update(system("other"), "Patient", made.id, patient(active=False))
    store.delete(system("other"), "Patient", made.id)
    assert store.read(system("home"), "Patient", made.id) == made


def test_the_worker_reads_and_writes_nothing() -> None:
    made = store.create(system(), patient())
    worker = worker_actor(organization())
    assert store.read(worker, "Patient", made.id) == made
    for attempt in (
        lambda: store.create(worker, patient()),
        lambda: store.update(worker, "Patient", made.id, patient()),
        lambda: store.delete(worker, "Patient", made.id),
        lambda: store.write(worker, [Post(patient())]),
        lambda: store.read(worker, "Claim", "x"),
    ):
        with pytest.raises(AccessDenied):
            attempt()


@pytest.mark.parametrize("type", ["Nope", "patient", "Resource", ""])
def test_unknown_types_are_not_supported(type: str) -> None:
    with pytest.raises(NotSupported):
        store.read(system(), type, "1")


def test_parameters_are_never_stored() -> None:
    with pytest.raises(AccessDenied):
        store.create(system(), {"resourceType": "Parameters"})


@pytest.mark.parametrize("id", ["", "a b", "a/b", "x" * 65, "é"])
def test_a_client_id_must_be_an_id(id: str) -> None:
    with pytest.raises(Invalid):
        store.update(system(), "Patient", id, patient())


def test_errors_carry_no_patient_data() -> None:
    secret = "Zyx-Secret"
    with pytest.raises(FhirError) as caught:
        store.create(system(), patient(gender=secret))
    assert secret not in str(caught.value) + repr(caught.value.issues)


def test_a_type_history_holds_every_version_in_pages() -> None:
    actor = system()
    for number in range(5):
        store.update(actor, "Patient", "p", patient(multipleBirthInteger=number))
    store.create(actor, {"resourceType": "Organization", "name": "O"})
    page = store.history_page(actor, "Patient", offset=1, limit=3)
    assert page.total == 5
    assert [each.version for each in page.versions] == [4, 3, 2]
    assert store.history_page(actor).total == 6
    assert store.history_page(system("other")).total == 0


def test_a_forked_process_takes_keys_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "_keys", [1, 2])
    child = os.fork()
    if child == 0:
        os._exit(len(statement._keys))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert statement._keys == [1, 2]
