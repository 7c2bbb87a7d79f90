"""The official definitions, compiled: complete, quick to load, built once."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from fhir_bridge import definitions, policy
from fhir_bridge.concepts import ConceptFile
from fhir_bridge.validation import _validator


def test_all_146_resource_types_are_known() -> None:
    assert len(definitions.resource_types()) == 146
    assert {"Patient", "MedicinalProduct", "Parameters"} <= definitions.resource_types()
    assert not {"Resource", "DomainResource", "HumanName"} & definitions.resource_types()


def test_every_type_has_exactly_one_policy_group() -> None:
    listed = [name for names in policy.GROUPS.values() for name in names]
    assert sorted(listed) == sorted(definitions.resource_types())


def test_raw_definitions_are_given_by_name_and_url() -> None:
    assert definitions.structure("Patient")["type"] == "Patient"
    assert definitions.compartment("Patient")["code"] == "Patient"
    assert definitions.resource("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1")
    assert len(definitions.search_parameters()) > 1_300
    with pytest.raises(KeyError):
        definitions.structure("Nothing")


def test_every_type_has_a_schema_that_compiles() -> None:
    for name in definitions.resource_types():
        assert _validator(name).is_valid({"resourceType": name}) in (True, False)


def test_a_build_that_is_there_is_kept(settings: Any) -> None:
    first = definitions.definitions_build()
    stamp = first.stat().st_mtime_ns
    assert definitions.definitions_build() == first
    assert first.stat().st_mtime_ns == stamp


def test_a_missing_package_says_what_to_do(settings: Any, tmp_path: Path) -> None:
    settings.ASSETS_DIR = tmp_path
    with pytest.raises(definitions.DefinitionsMissing, match="make setup"):
        definitions.definitions_build()


def test_a_code_system_of_the_installation_is_written_once_and_replaces_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "_path", lambda: tmp_path / "r4.sqlite3")
    made: list[str] = []

    def release(version: str) -> dict[str, Any]:
        made.append(version)
        return {
            "resourceType": "CodeSystem",
            "url": "http://example.org/installed",
            "version": version,
            "content": "complete",
            "concept": [{"code": "a", "display": "A"}],
        }

    other = definitions.code_system_write("other.1", lambda: release("other"))
    first = definitions.code_system_write("mine.1", lambda: release("1"))
    assert definitions.code_system_write("mine.1", lambda: release("1")) == first
    second = definitions.code_system_write("mine.2", lambda: release("2"))
    assert made == ["other", "1", "2"]
    assert (first.exists(), second.exists(), other.exists()) == (False, True, True)
    with sqlite3.connect(second) as connection:
        found = ConceptFile(connection).find("http://example.org/installed")
        assert found is not None
        assert (found.version, found.count) == ("2", 1)
    connection.close()
