"""Signed visits, made the way they are made: an engine's draft, codes accepted, a signature."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ehr.models import Note, SignedNote
from ehr.services import drafting
from ehr.services.codes import code_accept, code_reject
from ehr.services.engine import Engine
from ehr.services.notes import note_amend, note_sign
from fhir_bridge.access import Actor
from tests.ehr.codelist import code_list_write
from tests.ehr.engines import echo
from tests.ehr.world import World, note_make, person, world_make


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The standing world with a small code list and an engine without a model."""
    return made(settings, tmp_path, monkeypatch)


def made(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.DATA_DIR = tmp_path
    code_list_write(tmp_path)
    monkeypatch.setattr(drafting, "engine_load", lambda: Engine(echo))
    return world_make()


@pytest.fixture
def other_biller(world: World) -> Any:
    """Billing staff of the other organisation."""
    return person("other-biller", world.other_organization_id, role="biller")


@pytest.fixture
def signed(world: World) -> SignedNote:
    return sign_visit(world)


def current(note: Note) -> int:
    return Note.objects.get(pk=note.pk).version


def sign_visit(world: World, *, accept: bool = True) -> SignedNote:
    """A signed note with both codes of the echo engine accepted, or both rejected."""
    note = note_make(world)
    decide: Callable[..., Any] = code_accept if accept else code_reject
    for suggestion in note.suggestions.all():
        decide(user=world.owner, suggestion_id=suggestion.pk, expected_version=current(note))
    return note_sign(user=world.owner, note_id=note.pk, expected_version=current(note))


def amend_without(world: World, signed: SignedNote, code: str) -> SignedNote:
    """The same note signed again, with one code fewer."""
    note_amend(user=world.owner, note_id=signed.note_id, reason="Not a diagnosis of this visit")
    suggestion = signed.note.suggestions.get(code=code)
    code_reject(
        user=world.owner, suggestion_id=suggestion.pk, expected_version=current(signed.note)
    )
    return note_sign(
        user=world.owner, note_id=signed.note_id, expected_version=current(signed.note)
    )


def practitioner_named(world: World, resource: dict[str, Any]) -> None:
    """Put a resource in the organisation's record."""
    from fhir_bridge import store

    actor = Actor(world.organization_id, "client", "test", scopes=("system/*.cruds",))
    store.update(actor, resource["resourceType"], resource["id"], resource)
