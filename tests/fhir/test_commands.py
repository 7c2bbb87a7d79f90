"""The command line: tokens, loading, verifying."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from fhir_bridge import access, store
from fhir_bridge.models import AuditEntry, Organization
from tests.fhir.record import bundle, observation, organization, patient, posted, put, system

pytestmark = pytest.mark.django_db


def run(*words: Any) -> tuple[str, str, str]:
    """(stdout, stderr, what a CommandError said)."""
    out, err, said = StringIO(), StringIO(), ""
    try:
        call_command(*map(str, words), stdout=out, stderr=err)
    except CommandError as error:
        said = str(error)
    return out.getvalue(), err.getvalue(), said


def test_fhir_token_prints_just_a_token_that_works_on_an_empty_database() -> None:
    out, err, said = run("fhir_token", "--scopes", "system/*.cruds")
    assert (err, said) == ("", "")
    assert len(out.split()) == 1
    actor = access.actor_for_token(out.strip())
    assert actor.scopes == ("system/*.cruds",)
    assert Organization.objects.get().slug == "default"


def test_fhir_token_asks_which_organisation_when_there_are_several() -> None:
    organization("home")
    organization("other")
    assert "--organization" in run("fhir_token", "--scopes", "system/*.r")[2]
    assert (
        "known: home, other"
        in run("fhir_token", "--scopes", "system/*.r", "--organization", "nope")[2]
    )
    out, _, said = run("fhir_token", "--scopes", "system/*.r", "--organization", "other")
    assert not said
    assert access.actor_for_token(out.strip()).organization_id == organization("other")


@pytest.mark.parametrize(
    "words",
    [
        ("--scopes", "nonsense"),
        ("--scopes", "patient/*.rs"),
        ("--scopes", "system/*.r", "--days", "0"),
    ],
)
def test_fhir_token_refuses_what_makes_no_sense(words: tuple[str, ...]) -> None:
    out, _, said = run("fhir_token", *words)
    assert said
    assert not out


def test_a_patients_token_may_expire() -> None:
    out, _, _ = run(
        "fhir_token", "--scopes", "patient/*.rs", "--patient", "p", "--days", "1", "--label", "app"
    )
    assert access.actor_for_token(out.strip()).patient_id == "p"


def write(folder: Path, name: str, *values: Any) -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(value) for value in values))
    return path


def test_load_bundles_counts_by_type(tmp_path: Path) -> None:
    person = "urn:uuid:7b3a7a2e-1c1d-4d9a-9f43-2f6f4f7a1a01"
    write(tmp_path, "a.json", bundle(posted(patient(), person), posted(observation(person))))
    write(tmp_path, "b.ndjson", patient(id="p"), patient(id="q"))
    (tmp_path / "inner").mkdir()
    write(tmp_path / "inner", "c.json", observation("Patient/p", id="o"))
    write(tmp_path, "ignored.txt", "x")
    out, err, said = run("load_bundles", tmp_path)
    assert (err, said) == ("", "")
    assert [line.split() for line in out.splitlines()[:2]] == [
        ["2", "Observation"],
        ["3", "Patient"],
    ]
    assert "5  resources from 3 files" in out


def test_load_bundles_names_every_refused_entry_and_keeps_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "bad.json", bundle(put(patient(id="a")), put(patient(id="b", gender="Zyx"))))
    write(tmp_path, "good.json", bundle(put(patient(id="c"))))
    write(tmp_path, "list.ndjson", patient(id="d"), patient(id="e", active="Zyx"))
    (tmp_path / "broken.json").write_text("{")
    out, err, said = run("load_bundles", tmp_path)
    assert "3 faults in 3 files" in said
    assert "Zyx" not in out + err + said
    lines = {Path(line.partition(":")[0]).name: line for line in err.splitlines()}
    assert "entry 1 Patient Patient.gender: The code must be one of" in lines["bad.json"]
    assert "entry 2 Patient Patient.active" in lines["list.ndjson"]
    assert "not JSON" in lines["broken.json"]
    found = store.read_many(system("default"), [("Patient", name) for name in "abcde"])
    assert {key[1] for key in found} == {"c", "d"}


def test_loading_again_makes_no_duplicates_where_entries_are_conditional(tmp_path: Path) -> None:
    mine = patient(identifier=[{"system": "urn:mrn", "value": "1"}])
    write(
        tmp_path,
        "a.json",
        bundle(posted(mine, ifNoneExist="identifier=urn:mrn|1"), put(patient(id="p"))),
    )
    run("load_bundles", tmp_path)
    run("load_bundles", tmp_path)
    ids = {each.id for each in store.history_page(system("default"), "Patient").versions}
    assert len(ids) == 2


def test_a_collection_is_loaded_entry_by_entry(tmp_path: Path) -> None:
    entries = [{"resource": patient(id="p")}, {"resource": observation("Patient/p", id="o")}]
    write(tmp_path, "a.json", bundle(*entries, type="collection"))
    assert "2  resources" in run("load_bundles", tmp_path)[0]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_load_bundles_says_when_there_is_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    assert "There is no" in run("load_bundles", tmp_path / name)[2]


def test_audit_verify_tells_a_sound_trail_from_a_changed_one() -> None:
    store.create(system(), patient())
    store.create(system(), patient())
    out, _, said = run("audit_verify")
    assert "2 entries, sound" in out
    assert not said
    AuditEntry.objects.filter(position=1).update(actor="nobody")
    out, _, said = run("audit_verify")
    assert "broken at entry 1" in out
    assert said
