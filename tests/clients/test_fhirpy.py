"""fhirpy (https://github.com/beda-software/fhir-py), asynchronous and synchronous."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fhirpy import AsyncFHIRClient, SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound

from tests.clients.conftest import Endpoint
from tests.fhir.record import bundle, observation, patient, posted

FAMILIES = [f"Page{number}" for number in range(7)]


@pytest.fixture
def client(endpoint: Endpoint) -> Any:
    return SyncFHIRClient(endpoint.url, authorization=endpoint.authorization)


def named(family: str, **more: Any) -> dict[str, Any]:
    return patient(**{"name": [{"family": family}], **more})


def test_it_creates_reads_changes_and_deletes(client: Any) -> None:
    made = client.resource("Patient", name=[{"family": "Quill"}], birthDate="1970-01-02")
    made.save()
    assert made["meta"]["versionId"] == "1"
    read = client.reference("Patient", made.id).to_resource()
    assert read["name"][0]["family"] == "Quill"

    read["gender"] = "female"
    read.save()
    assert read["meta"]["versionId"] == "2"
    assert made.refresh()["gender"] == "female"
    made.refresh()

    made.delete()
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", made.id).to_resource()


def test_it_changes_some_elements_and_takes_others_away(client: Any) -> None:
    made = client.resource("Patient", **named("Quill", gender="female", birthDate="1970")).save()
    made.patch(birthDate="1971-05-06", gender=None)
    read = client.get("Patient", made.id)
    assert (read["birthDate"], read["name"]) == ("1971-05-06", [{"family": "Quill"}])
    assert "gender" not in read
    client.patch("Patient", made.id, active=True)
    assert client.get("Patient", made.id)["active"] is True
    with pytest.raises(OperationOutcome):
        client.patch("Patient", made.id, colour="red")


def test_it_searches_page_by_page_and_counts(client: Any) -> None:
    for family in FAMILIES:
        client.resource("Patient", **named(family)).save()
    found = client.resources("Patient").search(family="page").sort("family")
    assert found.count() == 7
    assert [each["name"][0]["family"] for each in found.limit(3)] == FAMILIES
    assert len(found.limit(2).fetch_all()) == 7
    assert len(found.limit(3).fetch()) == 3
    assert found.first()["name"][0]["family"] == FAMILIES[0]
    with pytest.raises(MultipleResourcesFound):
        found.get()


def test_it_searches_by_chains_has_and_includes(client: Any) -> None:
    subject = client.resource("Patient", **named("Quill")).save()
    client.resource("Observation", **observation(f"Patient/{subject.id}")).save()
    by_chain = client.resources("Observation").search(patient__Patient__family="quill")
    assert by_chain.count() == 1
    by_has = client.resources("Patient").has("Observation", "patient", code="8867-4")
    assert [each.id for each in by_has] == [subject.id]
    page = client.resources("Observation").include("Observation", "subject").fetch_raw()
    assert {each["search"]["mode"] for each in page["entry"]} == {"match", "include"}


def test_it_creates_and_updates_on_conditions(client: Any) -> None:
    identified = {"identifier": [{"system": "urn:mrn", "value": "1"}]}
    chosen = client.resources("Patient").search(identifier="urn:mrn|1")
    made, created = chosen.get_or_create(client.resource("Patient", **named("Quill", **identified)))
    assert created
    same, created = chosen.get_or_create(client.resource("Patient", **named("Other", **identified)))
    assert (same.id, created) == (made.id, False)
    changed, created = chosen.update(client.resource("Patient", **named("Other", **identified)))
    assert (changed.id, created) == (made.id, False)
    assert chosen.patch(active=True)["active"] is True
    chosen.delete()
    assert chosen.count() == 0


def test_it_sends_a_transaction_and_asks_for_operations(client: Any) -> None:
    sent = bundle(
        posted(named("Quill"), "urn:uuid:b1b9ab9c-1e3d-4a5b-8f3f-0d8cf20e45d7"),
        posted(observation("urn:uuid:b1b9ab9c-1e3d-4a5b-8f3f-0d8cf20e45d7")),
    )
    answer = client.resource("Bundle", **{k: v for k, v in sent.items() if k != "resourceType"})
    outcome = client.execute("", data=answer.serialize())
    assert [each["response"]["status"][:3] for each in outcome["entry"]] == ["201", "201"]
    subject = client.resources("Patient").search(family="quill").get()
    everything = subject.execute("$everything", method="get")
    assert {each["resource"]["resourceType"] for each in everything["entry"]} == {
        "Patient", "Observation"
    }  # fmt: skip
    assert subject.is_valid()
    assert not client.resource("Patient", gender="mauve").is_valid()


def test_the_asynchronous_client_does_the_same(endpoint: Endpoint) -> None:
    async def day() -> None:
        client = AsyncFHIRClient(endpoint.url, authorization=endpoint.authorization)
        made = await client.resource("Patient", **named("Quill")).save()
        await asyncio.gather(
            *(client.resource("Patient", **named(each)).create() for each in FAMILIES)
        )
        found = client.resources("Patient").search(family="page").sort("family").limit(2)
        assert [each["name"][0]["family"] async for each in found] == FAMILIES
        assert await found.count() == 7
        await made.patch(gender="female")
        read = await client.get("Patient", made.id)
        assert read["gender"] == "female"
        sent = bundle(posted(observation(f"Patient/{made.id}")), posted(named("Other")))
        assert len((await client.execute("", data=sent))["entry"]) == 2
        everything = await client.execute(f"Patient/{made.id}/$everything", method="get")
        assert len(everything["entry"]) == 2
        await client.delete("Patient", made.id)
        with pytest.raises(ResourceNotFound):
            await client.get("Patient", made.id)

    # In a thread of its own: a browser test before may have left this one a running loop.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(day())).result()
