"""What each page shows the physician, and that showing more costs no more queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ehr.models import Draft, Evidence, Note, Visit
from fhir_bridge.search.sizes import remembered
from tests.ehr.engines import flagged
from tests.ehr.world import WORDS, World, draft_make, note_make, visit_make

Counting = DjangoAssertNumQueries


def visit_path(visit_id: int) -> str:
    return reverse("ehr:visit", kwargs={"visit_id": visit_id})


def day_path(visit: Visit) -> str:
    return reverse("ehr:worklist-day", kwargs={"day": visit.scheduled_at.date()})


def test_the_worklist_shows_the_days_visits(note: Note, owner: Client) -> None:
    page = owner.get(day_path(note.visit)).content.decode()
    for shown in ("Ada Zimmermann", "Chest pain", "In review", "0 of", "1 warning to settle"):
        assert shown in page
    assert "hx-trigger" not in page.split('id="worklist"')[1][:200]  # nothing to wait for


def test_the_worklist_refreshes_itself_while_a_draft_is_made(world: World, owner: Client) -> None:
    draft = draft_make(world)
    page = owner.get(day_path(draft.visit)).content.decode()
    assert 'hx-trigger="every 2s"' in page
    part = owner.get(day_path(draft.visit), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Waiting for its turn" in part


def test_the_worklist_can_be_narrowed(note: Note, owner: Client) -> None:
    path = day_path(note.visit)
    assert b"Chest pain" in owner.get(path + "?status=in-review").content
    assert b"Chest pain" not in owner.get(path + "?status=signed").content
    assert b"Chest pain" in owner.get(path + "?whose=mine").content


def queries_of(client: Client, path: str) -> int:
    """The queries of a page that is asked for cold: no size of a search is remembered."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    remembered.forget()
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_more_visits_cost_the_worklist_no_more_queries(
    world: World, note: Note, owner: Client
) -> None:
    before = queries_of(owner, day_path(note.visit))
    for _ in range(3):
        note_make(world)
    assert queries_of(owner, day_path(note.visit)) == before


def test_more_sentences_cost_the_review_no_more_queries(
    world: World, note: Note, owner: Client
) -> None:
    longer = note_make(world, words=WORDS + "Patient: And my knee hurts.\n" * 20)
    few = queries_of(owner, visit_path(note.visit_id))
    assert queries_of(owner, visit_path(longer.visit_id)) == few


def test_the_chart_shows_the_record_with_trends(world: World, owner: Client) -> None:
    path = reverse("ehr:chart", kwargs={"patient_id": world.patient_id})
    page = owner.get(path).content.decode()
    for shown in ("Essential (primary) hypertension", "Lisinopril", "Penicillin", "Potassium"):
        assert shown in page
    chart = page.split("<svg viewBox")[1]
    assert 'role="img"' in chart
    assert "3 values from" in chart
    assert "dot-abnormal" in chart  # the last one is above the range, and its shape says so
    assert "<td>High</td>" in page


def test_a_visit_is_planned_from_the_chart(world: World, owner: Client) -> None:
    path = reverse("ehr:visit-plan", kwargs={"patient_id": world.patient_id})
    fields = {"scheduled_at": "2026-05-05T10:00", "specialty": "cardiology", "language": "en"}
    response = owner.post(path, fields | {"reason": "Check"})
    visit = Visit.objects.get()
    assert response["Location"] == visit_path(visit.pk)
    assert visit.reason == "Check"
    for wrong in ("soon", "0001-01-01T00:00", "1899-12-31T10:00", "2326-05-05T10:00"):
        refused = owner.post(path, fields | {"scheduled_at": wrong})
        assert refused.status_code == 422, wrong
    assert Visit.objects.count() == 1


def test_words_are_pasted_and_a_draft_is_made(world: World, owner: Client) -> None:
    visit = visit_make(world)
    assert b"What was said" in owner.get(visit_path(visit.pk)).content
    response = owner.post(reverse("ehr:visit-words", args=[visit.pk]), {"text": WORDS})
    assert response["Location"] == visit_path(visit.pk)
    page = owner.get(visit_path(visit.pk)).content.decode()
    assert "Waiting for a worker" in page
    assert "I have had chest pain for three days." in page


@pytest.mark.parametrize(
    ("field", "given", "said"),
    [
        ("text", "   ", "Paste the words"),
        ("file", SimpleUploadedFile("visit.txt", b""), "empty"),
        ("file", SimpleUploadedFile("visit.txt", b"\x00\x01\x02" * 99), "not text"),
        ("file", SimpleUploadedFile("visit.txt", b"a " * (2 * 1024 * 1024)), "too large"),
        ("file", SimpleUploadedFile("visit.json", b'{"utterances": ['), "JSON"),
    ],
)
def test_words_that_cannot_be_read_are_refused_and_kept(
    field: str, given: Any, said: str, world: World, owner: Client
) -> None:
    visit = visit_make(world)
    kept = {"text": "Doctor: what I pasted before."} if field == "file" else {}
    response = owner.post(reverse("ehr:visit-words", args=[visit.pk]), kept | {field: given})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert 'role="alert"' in page
    if kept:
        assert kept["text"] in page
    assert not Draft.objects.exists()


def test_progress_is_said_once_a_step_and_ends_with_the_note(
    world: World, owner: Client, use_engine: Callable[[Any], None]
) -> None:
    draft = draft_make(world)
    path = reverse("ehr:draft-progress", args=[draft.pk])
    htmx = {"HX-Request": "true"}
    first = owner.get(path, headers=htmx).content.decode()
    assert 'id="draft-said"' in first
    again = owner.get(path + "?seen=queued-", headers=htmx).content.decode()
    assert 'id="draft-said"' not in again
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.FAILED, failure_code="internal")
    ended = owner.get(path, headers=htmx)
    assert ended["HX-Redirect"] == visit_path(draft.visit_id)


def test_a_failed_draft_says_why_keeps_the_words_and_can_be_tried_again(
    world: World, owner: Client
) -> None:
    draft = draft_make(world)
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.FAILED, failure_code="model-missing")
    page = owner.get(visit_path(draft.visit_id)).content.decode()
    assert "The drafting model is not installed on the worker." in page
    assert "I have had chest pain for three days." in page
    owner.post(reverse("ehr:draft-retry", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.state == Draft.State.QUEUED


def test_the_review_shows_words_note_and_codes_side_by_side(note: Note, owner: Client) -> None:
    page = owner.get(visit_path(note.visit_id)).content.decode()
    for shown in (
        "Drafted by software",
        "echo",
        "Check first",
        "Settle before signing:",
        "R07.9",
        "Heard and left out",
        "Penicillin",
    ):
        assert shown in page
    sentence = note.sections.get(key="subjective").sentences.all()[1]
    assert f'data-item="s{sentence.pk}"' in page
    assert f"s{sentence.pk}" in page.split('id="turns"')[1].split("</section>")[0]


def test_a_source_in_the_record_is_shown_at_its_version(note: Note, owner: Client) -> None:
    record = Evidence.objects.exclude(resource_type="").get(sentence__section__note=note)
    path = reverse("ehr:source", args=[record.pk])
    part = owner.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Essential (primary) hypertension" in part
    assert "1 June 2015" in part
    assert "<html" not in part
    assert "<html" in owner.get(path).content.decode()
    words = Evidence.objects.filter(resource_type="", sentence__section__note=note).first()
    assert words is not None
    assert owner.get(reverse("ehr:source", args=[words.pk])).status_code == 404


def test_markup_in_a_sentence_is_shown_and_never_run(note: Note, owner: Client) -> None:
    sentence = note.sections.get(key="subjective").sentences.all()[1]
    fields = {"expected_version": "1", "text": "<script>alert(1)</script> & more"}
    owner.post(reverse("ehr:sentence", args=[sentence.pk, "edit"]), fields)
    page = owner.get(visit_path(note.visit_id)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_a_signed_note_is_shown_with_its_versions(
    world: World, owner: Client, use_engine: Callable[[Any], None]
) -> None:
    note = note_make(world)
    signed = owner.post(reverse("ehr:sign", args=[note.pk]), {"expected_version": "1"})
    assert signed["Location"] == visit_path(note.visit_id)
    page = owner.get(visit_path(note.visit_id)).content.decode()
    assert "/fhir/Composition/" in page
    assert "Signed by Owner Test" in page
    amending = owner.post(reverse("ehr:amend", args=[note.pk]), {"reason": "A wrong dose"})
    assert amending["Location"] == visit_path(note.visit_id)
    page = owner.get(visit_path(note.visit_id)).content.decode()
    assert "You are amending a signed note." in page
    assert "A wrong dose" in page
    old = owner.get(reverse("ehr:version", args=[note.pk, 1])).content.decode()
    assert "Signed by Owner Test" in old


def test_a_flag_blocks_the_signature_and_the_page_says_which(
    world: World, owner: Client, use_engine: Callable[[Any], None]
) -> None:
    use_engine(flagged)
    note = note_make(world)
    asked = owner.get(reverse("ehr:sign", args=[note.pk])).content.decode()
    assert "Settle these warnings before signing" in asked
    assert "disabled" in asked
    refused = owner.post(reverse("ehr:sign", args=[note.pk]), {"expected_version": "1"})
    assert refused.status_code == 409
    note.refresh_from_db()
    assert note.state == Note.State.IN_REVIEW
