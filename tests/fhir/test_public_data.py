"""Real input: every Synthea bundle and US Core example goes in and comes out number by number."""

from pathlib import Path
from typing import Any

import pytest

from fhir_bridge import loading, store
from fhir_bridge.access import loader_actor
from fhir_bridge.documents import Document, parse
from fhir_bridge.outcomes import Invalid
from fhir_bridge.validation import validate
from tests.fhir.record import equal, organization, without_server_parts

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


def synthea(folder: Path) -> list[Path]:
    return sorted((folder / "synthea-r4" / "dev").glob("*.json"))


def us_core(folder: Path) -> list[Path]:
    return sorted((folder / "us-core-examples" / "input" / "examples").glob("*.json"))


def sent_and_stored_agree(sent: Document, results: list[store.Result]) -> int:
    """Compare each entry with what is stored; references are read through the entries' new ids."""
    targets = {}
    for entry, result in zip(sent.value["entry"], results, strict=True):
        assert result.stored is not None
        targets[entry["fullUrl"]] = result.stored.reference
    for holder in sent.references:
        holder["reference"] = targets.get(holder["reference"], holder["reference"])
    actor = loader_actor(organization())
    keys = [(r.stored.type, r.stored.id) for r in results if r.stored is not None]
    back = store.read_many(actor, keys)
    assert len(back) == len(keys)
    for entry, key in zip(sent.value["entry"], keys, strict=True):
        resource = back[key].resource
        assert resource["id"] == key[1]
        assert equal(without_server_parts(resource), without_server_parts(entry["resource"])), key
    return len(keys)


def test_a_synthea_bundle_reads_back_equal(shared_data: Path) -> None:
    content = min(synthea(shared_data), key=lambda path: path.stat().st_size).read_bytes()
    results = store.transaction(loader_actor(organization()), content)
    assert sent_and_stored_agree(parse(content), results) > 100


@pytest.mark.slow
def test_every_synthea_bundle_reads_back_equal(shared_data: Path) -> None:
    total = 0
    for path in synthea(shared_data):
        content = path.read_bytes()
        results = store.transaction(loader_actor(organization()), content)
        total += sent_and_stored_agree(parse(content), results)
    assert total == 20_178


# What breaks R4 4.0.1 in the US Core examples, with the element that does.
US_CORE_REFUSED = {"diagnosticreport-cbc.json": "DiagnosticReport.text.div"}


def test_every_us_core_example_reads_back_equal_or_names_what_it_breaks(shared_data: Path) -> None:
    actor = loader_actor(organization())
    files = us_core(shared_data)
    assert len(files) == 229
    refused: dict[str, str] = {}
    for path, loaded in loading.load(actor, files):
        for each in loaded.refused:
            refused[path.name] = each.element
    assert refused == US_CORE_REFUSED
    sent = {path.name: parse(path.read_bytes()).value for path in files}
    kept = {name: value for name, value in sent.items() if name not in refused}
    back = store.read_many(actor, [(each["resourceType"], each["id"]) for each in kept.values()])
    for name, value in kept.items():
        resource = back[value["resourceType"], value["id"]].resource
        assert equal(without_server_parts(resource), without_server_parts(value)), name


@pytest.mark.parametrize("change", ["drop a required element", "add an unknown one", "wrong type"])
def test_a_broken_copy_of_each_us_core_example_is_refused(shared_data: Path, change: str) -> None:
    for path in us_core(shared_data):
        value: dict[str, Any] = parse(path.read_bytes()).value
        if change == "drop a required element":
            del value["resourceType"]
        elif change == "add an unknown one":
            value["unknownElement"] = 1
        else:
            value["meta"] = "yesterday"
        with pytest.raises(Invalid):
            validate(Document(value, []))
