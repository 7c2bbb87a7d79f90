from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from ehr.models import Draft, Note, SignedNote
from ehr.services.queries import query_ask
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


def test_a_level_is_picked_signed_and_taken_back(
    client_in: Client, world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    level = client_in.get(f"/api/notes/{note.pk}").json()["level"]
    assert level["picked"] == ""
    assert {element["name"] for element in level["elements"]} == {"problems", "data", "risk"}
    url = f"/api/notes/{note.pk}/level"
    assert post(client_in, url, version=1, code="99999").json()["code"] == "no-such-level"
    assert post(client_in, url, version=1, code="99215").json()["version"] == 2
    assert post(client_in, url, version=1, code="99214").status_code == 409
    picked = client_in.get(f"/api/notes/{note.pk}").json()["level"]
    assert (picked["picked"], picked["verdict"]) == ("99215", "less")
    assert post(client_in, url, version=2, code="").json()["version"] == 3
    assert post(client_in, url, version=3, code="99213").json()["version"] == 4
    assert post(client_in, f"/api/notes/{note.pk}/sign", version=4).json()["em_code"] == "99213"
    assert SignedNote.objects.get(note=note).content["em_code"] == "99213"
    assert post(client_in, url, version=4, code="99214").status_code == 409


def test_a_code_is_replaced_by_another(
    client_in: Client, world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    url = f"/api/codes/{chest.pk}/replace"
    assert post(client_in, url, version=1, code="R07.9").json()["code"] == "code-same"
    assert post(client_in, url, version=1, code="X99").status_code == 422
    assert post(client_in, url, version=1, code="R07.0").status_code == 200
    assert note.suggestions.get(code="R07.0").status == "accepted"
    assert note.suggestions.get(code="R07.9").status == "rejected"


def test_a_coding_question_is_answered(
    client_in: Client, world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    accepted = note.suggestions.get(code="R07.9")
    post(client_in, f"/api/codes/{accepted.pk}/accept", version=1)
    post(client_in, f"/api/notes/{note.pk}/sign", version=2)
    with transaction.atomic():
        query = query_ask(
            user=world.biller,
            signed_note_id=SignedNote.objects.get(note=note).pk,
            question="Where was the pain?",
        )
    url = f"/api/questions/{query.pk}/answer"
    assert post(client_in, url, version=2, outcome="maybe").status_code == 422
    assert post(client_in, url, version=2, outcome="other").json()["code"] == "no-answer"
    assert (
        post(client_in, url, version=2, outcome="other", text="Behind the sternum.").status_code
        == 200
    )
    query.refresh_from_db()
    assert query.answer == "Behind the sternum."


def test_an_outsider_neither_picks_nor_replaces_nor_answers(
    world: World, use_engine: Engine, code_list: Any
) -> None:
    note = note_make(world)
    chest = note.suggestions.get(code="R07.9")
    for user, status in ((world.outsider, 404), (world.biller, 403), (world.nobody, 403)):
        client = Client()
        client.force_login(user)
        for url in (f"/api/notes/{note.pk}/level", f"/api/codes/{chest.pk}/replace"):
            assert post(client, url, version=1, code="99213").status_code == status, url
    answer = post(Client(), f"/api/notes/{note.pk}/level", version=1, code="99213")
    assert answer.status_code == 401
    assert Note.objects.get(pk=note.pk).em_code == ""
