from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from ehr.models import CodeSuggestion, Draft, Evidence, Note, NoteSentence
from ehr.services import drafting, drafts
from ehr.services.drafting import draft_run
from ehr.services.drafts import (
    LeaseLost,
    draft_claim,
    draft_claim_next,
    draft_fail,
    draft_release,
    drafts_reconcile,
    lease_renew,
    owner_new,
)
from ehr.services.engine import EngineUnavailable
from summarizer.exceptions import BackendError, ModelMissing
from tests.ehr.engines import echo, inventing, lying
from tests.ehr.world import WORDS, World, draft_make, note_make

Engine = Callable[[Any], None]


def run(draft: Draft) -> Draft:
    owner = owner_new()
    assert draft_claim(draft_id=draft.pk, owner=owner)
    draft_run(draft_id=draft.pk, owner=owner)
    draft.refresh_from_db()
    return draft


def expire(draft: Draft) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Draft.objects.filter(pk=draft.pk).update(lease_expires_at=past)


def test_a_run_ends_as_a_note_with_evidence(world: World, use_engine: Engine) -> None:
    note = note_make(world)
    words = note.draft.visit_text.text
    assert note.draft.state == Draft.State.READY
    assert note.draft.engine["model"] == "echo"
    for sentence in NoteSentence.objects.filter(section__note=note):
        assert sentence.evidence.exists()
    for item in Evidence.objects.exclude(start=None):
        assert words[item.start : item.end] == item.quote
    record = Evidence.objects.exclude(resource_type="").get()
    assert (record.resource_type, record.quote) == ("Condition", "Essential (primary) hypertension")
    assert [row.code for row in CodeSuggestion.objects.all()] == ["R07.9", "I10"]
    assert note.events.get().action == "drafted"


def test_a_job_is_claimed_once(world: World) -> None:
    draft = draft_make(world)
    assert draft_claim(draft_id=draft.pk, owner="one")
    assert draft_claim(draft_id=draft.pk, owner="two") is None


def test_the_job_that_waited_longest_is_next(world: World) -> None:
    first, second = draft_make(world), draft_make(world)
    claimed = [draft_claim_next(owner=owner_new()) for _ in range(3)]
    assert [draft.pk if draft else None for draft in claimed] == [first.pk, second.pk, None]


def test_an_expired_lease_is_put_back(world: World) -> None:
    draft = draft_make(world)
    draft_claim(draft_id=draft.pk, owner="dead")
    assert drafts_reconcile(owner="me") == 0
    expire(draft)
    assert drafts_reconcile(owner="me") == 1
    draft.refresh_from_db()
    assert (draft.state, draft.lease_owner, draft.attempts) == (Draft.State.QUEUED, "", 1)


def test_a_job_that_killed_every_worker_fails_visibly(world: World, settings: Any) -> None:
    settings.DRAFT_MAX_ATTEMPTS = 2
    draft = draft_make(world)
    for _ in range(2):
        assert draft_claim(draft_id=draft.pk, owner="dead")
        expire(draft)
        drafts_reconcile(owner="me")
    draft.refresh_from_db()
    assert (draft.state, draft.failure_code) == (Draft.State.FAILED, "out-of-attempts")


def test_a_late_twin_writes_nothing(world: World, use_engine: Engine) -> None:
    draft = draft_make(world)
    draft_claim(draft_id=draft.pk, owner="late")
    expire(draft)
    drafts_reconcile(owner="me")
    run(draft)
    assert not draft_run(draft_id=draft.pk, owner="late")
    with pytest.raises(LeaseLost):
        draft_fail(draft_id=draft.pk, owner="late", code="internal")
    with pytest.raises(LeaseLost):
        lease_renew(draft_id=draft.pk, owner="late")
    draft.refresh_from_db()
    assert draft.state == Draft.State.READY
    assert Note.objects.count() == 1


def test_a_lease_lost_while_the_engine_works_stores_nothing(
    world: World, use_engine: Engine
) -> None:
    draft = draft_make(world)

    def stolen(*args: Any, **options: Any) -> Any:
        Draft.objects.filter(pk=draft.pk).update(lease_owner="thief")
        return echo(*args, **options)

    use_engine(stolen)
    run(draft)
    assert (draft.state, draft.lease_owner) == (Draft.State.RUNNING, "thief")
    assert not Note.objects.exists()


def test_newer_words_stop_the_draft_under_way(world: World, use_engine: Engine) -> None:
    draft = draft_make(world)

    def overtaken(*args: Any, **options: Any) -> Any:
        draft_make(world, words=WORDS + "Patient: One more thing.\n", visit=draft.visit)
        return echo(*args, **options)

    use_engine(overtaken)
    run(draft)
    assert draft.state == Draft.State.SUPERSEDED
    assert not Note.objects.exists()


def test_a_sentence_without_evidence_that_holds_is_withheld_and_said(
    world: World, use_engine: Engine
) -> None:
    use_engine(lying)
    note = note_make(world)
    texts = NoteSentence.objects.filter(section__note=note).values_list("text", flat=True)
    assert "The patient smokes." not in texts
    assert {"sentences-withheld"} == {flag["code"] for flag in note.draft.warnings}
    assert note.draft.set_aside[-1]["text"] == "The patient smokes."


def test_a_draft_of_which_nothing_holds_fails(world: World, use_engine: Engine) -> None:
    use_engine(inventing)
    draft = run(draft_make(world))
    assert (draft.state, draft.failure_code) == (Draft.State.FAILED, "unproven")
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (EngineUnavailable("terminology-missing"), "terminology-missing"),
        (ModelMissing("/nowhere/model.onnx"), "model-missing"),
        (ZeroDivisionError("said: my chest hurts"), "internal"),
        (MemoryError(), "internal"),
    ],
)
def test_a_failure_is_visible_and_keeps_the_words(
    world: World, use_engine: Engine, caplog: pytest.LogCaptureFixture, error: Exception, code: str
) -> None:
    def failing(*args: Any, **options: Any) -> Any:
        raise error

    use_engine(failing)
    draft = run(draft_make(world))
    assert (draft.state, draft.failure_code) == (Draft.State.FAILED, code)
    assert draft.visit_text.text
    assert "my chest hurts" not in caplog.text


def test_a_backend_that_does_not_answer_is_tried_again_later(
    world: World, use_engine: Engine
) -> None:
    def away(*args: Any, **options: Any) -> Any:
        raise BackendError("no answer")

    use_engine(away)
    draft = run(draft_make(world))
    assert (draft.state, draft.failure_code) == (Draft.State.QUEUED, "backend-unreachable")
    assert draft.not_before is not None
    assert draft_claim(draft_id=draft.pk, owner="too-early") is None
    Draft.objects.filter(pk=draft.pk).update(not_before=timezone.now())
    use_engine(echo)
    assert run(draft).state == Draft.State.READY


def test_a_backend_that_never_answers_fails_in_the_end(
    world: World, use_engine: Engine, settings: Any
) -> None:
    settings.DRAFT_MAX_ATTEMPTS = 1

    def away(*args: Any, **options: Any) -> Any:
        raise ConnectionRefusedError

    use_engine(away)
    draft = run(draft_make(world))
    assert (draft.state, draft.failure_code) == (Draft.State.FAILED, "backend-unreachable")


def test_a_patient_who_left_the_record_fails_the_draft(world: World, use_engine: Engine) -> None:
    draft = draft_make(world)
    type(draft.visit).objects.filter(pk=draft.visit_id).update(patient_id="gone")
    assert run(draft).failure_code == "record-unreadable"


def test_a_worker_told_to_stop_gives_the_job_back_unharmed(
    world: World, use_engine: Engine
) -> None:
    draft = draft_make(world)
    draft_claim(draft_id=draft.pk, owner="stopping")
    assert not draft_run(draft_id=draft.pk, owner="stopping", stop=lambda: True)
    draft.refresh_from_db()
    assert (draft.state, draft.attempts) == (Draft.State.QUEUED, 0)
    assert not draft_release(draft_id=draft.pk, owner="stopping")


def test_a_database_that_goes_away_leaves_the_job_to_the_reconciler(
    world: World, use_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**options: Any) -> Any:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(drafting, "draft_store", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    draft = run(draft_make(world))
    assert draft.state == Draft.State.RUNNING
    expire(draft)
    assert drafts_reconcile(owner="me") == 1


def test_waiting_jobs_are_woken_again_but_not_at_every_round(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []

    def send(draft_id: int, sent: Any) -> None:
        woken.append(draft_id)
        sent.set()

    monkeypatch.setattr(drafts, "_send", send)
    draft = draft_make(world)
    old = timezone.now() - timedelta(seconds=60)
    Draft.objects.filter(pk=draft.pk).update(requested_at=old)
    from django.test import override_settings

    with override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0"):
        assert drafts.drafts_rewake() == 1
        assert drafts.drafts_rewake() == 0
    assert woken == [draft.pk]


def test_progress_is_shown_while_the_engine_works(world: World, use_engine: Engine) -> None:
    seen: list[tuple[str, int]] = []
    draft = draft_make(world)

    def watched(*args: Any, progress: Any, **options: Any) -> Any:
        progress("extract", 3, 10)
        row = Draft.objects.get(pk=draft.pk)
        seen.append((row.progress_step, row.progress_done))
        return echo(*args, progress=progress, **options)

    use_engine(watched)
    run(draft)
    assert seen == [("extract", 3)]
