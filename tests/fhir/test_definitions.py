"""The official definitions, compiled: complete, quick to load, built once."""

import time
from pathlib import Path
from typing import Any

import pytest

from fhir_bridge import definitions, policy
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


def test_reading_the_first_type_is_quick() -> None:
    definitions.definitions_build()
    _validator.cache_clear()
    started = time.perf_counter()
    _validator("Patient")
    assert time.perf_counter() - started < 1.0
