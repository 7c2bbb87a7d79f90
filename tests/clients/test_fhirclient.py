"""SMART's Python client (https://github.com/smart-on-fhir/client-py), which knows R4's classes."""

from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.humanname import HumanName
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from requests import HTTPError

from tests.clients.conftest import Endpoint
from tests.fhir.record import bundle, observation, patient, posted


@pytest.fixture
def server(endpoint: Endpoint) -> Any:
    smart = FHIRClient(settings={"app_id": "plume-test", "api_base": endpoint.url})
    # It reads the CapabilityStatement before it asks for anything else.
    assert smart.prepare()
    smart.server.session.headers["Authorization"] = endpoint.authorization
    yield smart.server
    smart.server.session.close()


def made(server: Any, resource: Any) -> Any:
    return type(resource)(resource.create(server))


def test_it_reads_the_capability_statement_into_its_classes(server: Any) -> None:
    statement = server.capabilityStatement
    assert statement.fhirVersion == "4.0.1"
    assert {each.code for each in statement.rest[0].interaction} >= {"transaction", "batch"}


def test_it_creates_reads_changes_and_deletes(server: Any) -> None:
    one = made(server, Patient({"resourceType": "Patient", "birthDate": "1970-01-02"}))
    read = Patient.read(one.id, server)
    assert read.meta.versionId == "1"
    read.name = [HumanName({"family": "Quill"})]
    assert read.update()["meta"]["versionId"] == "2"
    assert Patient.read(one.id, server).name[0].family == "Quill"
    read.delete()
    with pytest.raises(HTTPError, match="410"):
        Patient.read(one.id, server)


def test_it_follows_the_links_of_a_search(server: Any) -> None:
    for number in range(7):
        made(server, Patient(patient(name=[{"family": f"Page{number}"}])))
    search = Patient.where({"family": "page", "_sort": "family", "_count": "3"})
    pages = [page.entry for page in search.perform_iter(server)]
    assert [len(page) for page in pages] == [3, 3, 1]
    families = [each.name[0].family for each in search.perform_resources_iter(server)]
    assert families == [f"Page{number}" for number in range(7)]


def test_it_searches_through_references_and_includes(server: Any) -> None:
    subject = made(server, Patient(patient()))
    made(server, Observation(observation(f"Patient/{subject.id}")))
    search = Observation.where({"subject.family": "quill"}).include("subject")
    found = list(search.perform_resources_iter(server))
    assert {each.resource_type for each in found} == {"Observation", "Patient"}
    by_date = Patient.where({"birthdate": "gt1900", "family": {"$exact": "Quill"}})
    assert list(by_date.perform_resources_iter(server)) == []


def test_it_sends_a_transaction_and_asks_for_operations(server: Any) -> None:
    whole = Bundle(
        bundle(
            posted(patient(), "urn:uuid:b1b9ab9c-1e3d-4a5b-8f3f-0d8cf20e45d7"),
            posted(observation("urn:uuid:b1b9ab9c-1e3d-4a5b-8f3f-0d8cf20e45d7")),
        )
    )
    answer = Bundle(whole.create(server))
    assert [each.response.status[:3] for each in answer.entry] == ["201", "201"]
    id_ = answer.entry[0].response.location.split("/Patient/")[1].split("/")[0]
    everything = Bundle.read_from(f"Patient/{id_}/$everything", server)
    assert {each.resource.resource_type for each in everything.entry} == {"Patient", "Observation"}
