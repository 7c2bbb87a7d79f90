from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ehr.models import Draft, Note, SignedNote
from tests.ehr.world import WORDS, World, note_make, visit_make

Engine = Callable[[Any], None]


@pytest.fixture
def client_in(world: World) -> Client:
    client = Client()
    client.force_login(world.owner)
    return client


def post(client: Client, url: str, **body: Any) -> Any:
    return client.post(url, body, content_type="application/json")


def test_words_are_submitted_and_the_draft_is_followed(client_in: Client, world: World) -> None:
    visit = visit_make(world)
    answer = post(client_in, f"/api/visits/{visit.pk}/words", text=WORDS)
    assert answer.status_code == 202
    status = client_in.get(f"/api/drafts/{answer.json()['draft_id']}").json()
    assert (status["state"], status["position"]) == ("queued", 1)


def test_a_file_is_submitted(client_in: Client, world: World) -> None:
    visit = visit_make(world)
    upload = SimpleUploadedFile("visit.txt", WORDS.encode())
    answer = client_in.post(f"/api/visits/{visit.pk}/words", {"file": upload})
    assert answer.status_code == 202


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("\x00\x01\x02" * 100, "binary")])
def test_bad_words_are_said(client_in: Client, world: World, text: str, code: str) -> None:
    visit = visit_make(world)
    upload = SimpleUploadedFile("visit.txt", text.encode())
    answer = client_in.post(f"/api/visits/{visit.pk}/words", {"file": upload})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Draft.objects.exists()


def test_a_note_is_reviewed_and_signed(
    client_in: Client, world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    data = client_in.get(f"/api/notes/{note.pk}").json()
    first = data["sections"][0]["sentences"][0]
    edited = post(
        client_in, f"/api/sentences/{first['id']}/edit", version=data["version"], text="Edited."
    )
    assert edited.json()["version"] == 2
    accepted = post(client_in, f"/api/codes/{data['suggestions'][0]['id']}/accept", version=2)
    assert accepted.json()["version"] == 3
    stale = post(client_in, f"/api/notes/{note.pk}/sign", version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")
    signed = post(client_in, f"/api/notes/{note.pk}/sign", version=3).json()
    assert signed["sections"][0]["sentences"][0] == "Edited."
    assert SignedNote.objects.get().note_id == note.pk
    amended = post(client_in, f"/api/notes/{note.pk}/amend", version=3, reason="Typing")
    assert amended.json()["version"] == 4
    assert len(client_in.get(f"/api/notes/{note.pk}/signatures").json()) == 1


def test_a_decision_without_a_version_is_refused(
    client_in: Client, world: World, use_engine: Engine
) -> None:
    note = note_make(world)
    answer = post(client_in, f"/api/notes/{note.pk}/sign")
    assert (answer.status_code, answer.json()["details"]) == (422, {"fields": ["version"]})
    assert Note.objects.get(pk=note.pk).state == Note.State.IN_REVIEW


def test_a_worklist_needs_a_day(client_in: Client, world: World) -> None:
    for day in ("", "?day=tomorrow", "?day=2026-02-31"):
        assert client_in.get(f"/api/worklist{day}").status_code == 422
    assert client_in.get("/api/worklist?day=2026-05-04").json()["rows"] == []


def test_writing_needs_the_csrf_token(world: World) -> None:
    visit = visit_make(world)
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    assert post(client, f"/api/visits/{visit.pk}/words", text=WORDS).status_code == 403
    assert not Draft.objects.exists()
