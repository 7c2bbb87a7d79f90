import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ehr.exceptions import BadInput, BadVisitText, NotAllowed, NotFound, Refused
from ehr.models import Draft, Visit, VisitText
from ehr.services import drafts, visits
from ehr.services.visits import visit_create, visit_text_submit
from fhir_bridge.access import actor_for_user
from tests.ehr.world import WORDS, World, draft_make, note_make, visit_make

Engine = Callable[[Any], None]


def submit(world: World, visit: Visit, words: str | bytes = WORDS, **options: Any) -> Draft:
    data = words if isinstance(words, bytes) else words.encode()
    return visit_text_submit(user=world.owner, visit_id=visit.pk, data=data, **options)


def test_words_and_the_draft_job_are_stored_together(world: World) -> None:
    draft = draft_make(world)
    assert draft.state == Draft.State.QUEUED
    assert draft.visit_text.text.startswith("What brings you in today?")
    assert [turn["role"] for turn in draft.visit_text.utterances][:2] == ["clinician", "patient"]
    assert Visit.objects.get(pk=draft.visit_id).status == Visit.Status.DRAFTING


def test_the_worker_is_woken_only_after_the_commit(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(visits, "wake", woken.append)
    with django_capture_on_commit_callbacks(execute=True):
        draft = draft_make(world)
        assert woken == []
    assert woken == [draft.pk]


def test_the_same_words_again_return_the_same_draft(world: World) -> None:
    visit = visit_make(world)
    assert submit(world, visit).pk == submit(world, visit).pk
    assert VisitText.objects.count() == Draft.objects.count() == 1


def test_the_same_words_return_the_ready_draft(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    assert submit(world, note.visit).pk == note.draft_id


def test_the_same_words_queue_a_failed_draft_again(world: World) -> None:
    draft = draft_make(world)
    Draft.objects.filter(pk=draft.pk).update(state=Draft.State.FAILED, failure_code="internal")
    again = submit(world, draft.visit)
    assert (again.pk, again.state, again.failure_code) == (draft.pk, Draft.State.QUEUED, "")


def test_new_words_supersede_the_open_draft_and_keep_its_words(world: World) -> None:
    draft = draft_make(world)
    newer = submit(world, draft.visit, WORDS + "Patient: And my arm hurts.\n")
    draft.refresh_from_db()
    assert draft.state == Draft.State.SUPERSEDED
    assert newer.state == Draft.State.QUEUED
    assert VisitText.objects.count() == 2


def test_the_note_may_be_in_another_language_than_the_words(world: World) -> None:
    draft = submit(world, visit_make(world), language="fr")
    assert (draft.language, draft.visit_text.language) == ("fr", "en")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"   \n\n ", "empty"),
        (b"%PDF-1.4\x00\x01\x02\xff\xfe\x00binary" * 10, "binary"),
        (b'{"utterances": [', "bad-json"),
    ],
)
def test_words_that_cannot_be_read_store_nothing(world: World, data: bytes, code: str) -> None:
    visit = visit_make(world)
    with pytest.raises(BadVisitText) as error:
        submit(world, visit, data, name="visit.json" if code == "bad-json" else "")
    assert error.value.code == code
    assert str(error.value)
    assert not VisitText.objects.exists()
    assert not Draft.objects.exists()


def test_words_beyond_the_limit_are_refused_before_they_are_read(
    world: World, settings: Any
) -> None:
    settings.VISIT_TEXT_MAX_BYTES = 100
    with pytest.raises(BadVisitText, match="too large"):
        submit(world, visit_make(world), b"word " * 50)


def test_json_utterances_keep_their_times(world: World) -> None:
    turns = [{"speaker": "Doctor", "text": "Hello.", "start": 61.5, "end": 63.0}]
    draft = submit(world, visit_make(world), json.dumps(turns), name="visit.json")
    assert draft.visit_text.source_format == "json"
    assert draft.visit_text.utterances[0]["start_seconds"] == 61.5


def test_a_colleague_may_submit(world: World) -> None:
    visit = visit_make(world)
    draft = visit_text_submit(user=world.colleague, visit_id=visit.pk, data=WORDS.encode())
    assert draft.requested_by == world.colleague


def test_the_outsider_finds_no_visit(world: World) -> None:
    visit = visit_make(world)
    with pytest.raises(NotFound):
        visit_text_submit(user=world.outsider, visit_id=visit.pk, data=WORDS.encode())


@pytest.mark.parametrize("who", ["biller", "nobody"])
def test_others_may_not_submit(world: World, who: str) -> None:
    visit = visit_make(world)
    with pytest.raises(NotAllowed):
        visit_text_submit(user=getattr(world, who), visit_id=visit.pk, data=WORDS.encode())


def test_a_visit_of_anothers_patient_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        visit_create(
            actor=actor_for_user(world.owner),
            patient_id=world.other_patient_id,
            scheduled_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
        )


def test_a_biller_cannot_plan_a_visit(world: World) -> None:
    with pytest.raises(BadInput):
        visit_create(
            actor=actor_for_user(world.biller),
            patient_id=world.patient_id,
            scheduled_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
        )


def test_a_cancelled_visit_takes_no_words(world: World) -> None:
    visit = visit_make(world)
    Visit.objects.filter(pk=visit.pk).update(status=Visit.Status.CANCELLED)
    with pytest.raises(Refused):
        submit(world, visit)


def test_a_broker_that_is_gone_does_not_stop_the_submission(
    world: World, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    with django_capture_on_commit_callbacks(execute=True):
        draft = draft_make(world)
    draft.refresh_from_db()
    assert draft.state == Draft.State.QUEUED
    assert draft.woken_at is None


def test_a_retry_queues_a_failed_draft_for_its_own_organisation_only(world: World) -> None:
    draft = draft_make(world)
    Draft.objects.filter(pk=draft.pk).update(
        state=Draft.State.FAILED, failure_code="internal", attempts=15
    )
    with pytest.raises(NotFound):
        drafts.draft_retry(user=world.outsider, draft_id=draft.pk)
    with pytest.raises(NotAllowed):
        drafts.draft_retry(user=world.biller, draft_id=draft.pk)
    again = drafts.draft_retry(user=world.colleague, draft_id=draft.pk)
    assert (again.state, again.attempts) == (Draft.State.QUEUED, 0)
