"""Definitions from packages, folders and bundles: each once, and nothing else of a package."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fhir_bridge import store
from fhir_bridge.terminology import codes_of
from tests.fhir.record import Api, bundle, organization, patient, system
from tests.fhir.terminology.stored import COLOURS, colours, value_set
from tests.fhir.test_commands import run

pytestmark = pytest.mark.django_db

MINE = "http://example.org/mine"


def package(path: Path, **members: Any) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, value in members.items():
            content = value if isinstance(value, bytes) else json.dumps(value).encode()
            info = tarfile.TarInfo(f"package/{name}.json")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def versions() -> int:
    return store.history_page(system()).total


def test_a_package_is_loaded_once_and_used(tmp_path: Path) -> None:
    organization()
    path = package(
        tmp_path / "p.tgz",
        **{"CodeSystem-c": colours(id="c"), "ValueSet-v": value_set(MINE, {"system": COLOURS}),
           "Patient-p": patient(id="p"), "package": {"name": "x"}},
    )  # fmt: skip
    out, err, said = run("load_definitions", path)
    assert (err, said) == ("", "")
    assert "2  definitions from 1 files" in out
    assert len(codes_of(organization(), MINE, most=10)) == 6
    before = versions()
    assert "0  definitions" in run("load_definitions", path)[0]
    assert versions() == before
    assert Api().get("/CodeSystem/c").status_code == 200
    assert Api().get("/Patient/p").status_code == 404
    assert Api("other").get("/CodeSystem/c").status_code == 404


def test_bundles_and_folders_are_loaded_too(tmp_path: Path) -> None:
    organization()
    entries = bundle({"resource": colours(id="c")}, {"resource": patient()}, type="collection")
    (tmp_path / "b.json").write_text(json.dumps(entries))
    (tmp_path / "v.json").write_text(json.dumps(value_set(MINE, {"system": COLOURS}, id="v")))
    assert "2  definitions from 2 files" in run("load_definitions", tmp_path)[0]


def test_what_is_wrong_is_told_and_the_rest_goes_in(tmp_path: Path) -> None:
    organization()
    store.update(system(), "CodeSystem", "c", colours(id="c"))
    path = package(
        tmp_path / "p.tgz",
        **{"CodeSystem-c": colours(id="c") | {"url": "http://example.org/else"},
           "ValueSet-w": {"resourceType": "ValueSet", "id": "w", "status": "nope"},
           "ValueSet-x": b"{", "ValueSet-v": value_set(MINE, {"system": COLOURS}, id="v")},
    )  # fmt: skip
    out, err, said = run("load_definitions", path)
    assert "1  ValueSet" in out
    assert "CodeSystem.id: Another definition" in err
    assert "ValueSet.status" in err
    assert said == "3 faults were refused."
    assert store.read(system(), "CodeSystem", "c").resource["url"] == COLOURS


def test_a_file_that_is_no_package_is_told(tmp_path: Path) -> None:
    organization()
    (tmp_path / "x.tgz").write_bytes(b"not a package")
    _, err, said = run("load_definitions", tmp_path)
    assert "no readable package" in err
    assert said
    assert "There is no file" in run("load_definitions", tmp_path / "none")[2]
