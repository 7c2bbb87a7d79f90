"""Pages under odd requests: no failure, no other site, nothing left in a browser's cache."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ehr.models import Note, VisitText
from tests.ehr.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["2026-02-31", "9999-12-31", "0001-01-01", "soon"])
def test_a_day_without_a_worklist_is_no_failure(owner: Client, day: str) -> None:
    assert owner.get(reverse("ehr:worklist"), {"day": day}).status_code == 200
    assert owner.get(f"/worklist/{day}").status_code == 404
    assert owner.get(reverse("ehr:api-worklist"), {"day": day}).status_code == 422


def test_a_refusal_leads_back_to_a_page_of_ours_only(owner: Client, note: Note) -> None:
    answer = owner.post(
        reverse("ehr:sentence-add", kwargs={"note_id": note.pk}),
        {"expected_version": "none"},
        headers={"Referer": "http://testserver//evil.example/x"},
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/evil.example/x"


def test_no_page_about_a_patient_stays_in_a_cache(owner: Client, world: World, note: Note) -> None:
    for path in (
        reverse("ehr:worklist"),
        reverse("ehr:chart", kwargs={"patient_id": world.patient_id}),
        reverse("ehr:visit", kwargs={"visit_id": note.visit_id}),
        reverse("ehr:sign", kwargs={"note_id": note.pk}),
        reverse("ehr:api-note", kwargs={"note_id": note.pk}),
    ):
        answer = owner.get(path)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"], path


def test_files_longer_than_any_request_are_refused_before_they_are_kept(
    owner: Client, note: Note, settings: object
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000  # type: ignore[attr-defined]
    words = VisitText.objects.count()
    for name in ("ehr:visit-words", "ehr:api-visit-words"):
        answer = owner.post(
            reverse(name, kwargs={"visit_id": note.visit_id}),
            {"file": SimpleUploadedFile("visit.txt", b"Doctor: Hello.\n" * 1_000)},
        )
        assert 400 <= answer.status_code < 500
    assert VisitText.objects.count() == words
