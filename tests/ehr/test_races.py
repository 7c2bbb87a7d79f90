"""Two at once: real threads, committed transactions, on whichever database the run uses."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from ehr.exceptions import WorkflowError
from ehr.models import Draft, Note, NoteSentence, SignedNote, VisitText
from ehr.services.drafting import draft_run
from ehr.services.drafts import draft_claim, drafts_reconcile, owner_new
from ehr.services.notes import note_sign, sentence_accept
from ehr.services.visits import visit_text_submit
from fhir_bridge import search
from fhir_bridge.access import actor_for_user
from tests.ehr.world import WORDS, World, draft_make, note_make, visit_make, world_make

AT_ONCE = 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return world_make()


def at_once(work: Callable[[int], Any], count: int = AT_ONCE) -> list[Any]:
    """The result or the exception of each of `count` threads that start together."""
    barrier = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_of_many_claims_wins(world: World) -> None:
    draft = draft_make(world)
    claims = at_once(lambda _: draft_claim(draft_id=draft.pk, owner=owner_new()))
    assert [type(claim) for claim in claims if claim is not None] == [Draft]


def test_the_same_words_submitted_at_once_are_one_draft(world: World) -> None:
    visit = visit_make(world)
    drafts = at_once(
        lambda _: visit_text_submit(user=world.owner, visit_id=visit.pk, data=WORDS.encode())
    )
    assert {draft.pk for draft in drafts} == {Draft.objects.get().pk}
    assert VisitText.objects.count() == 1


def test_different_words_submitted_at_once_leave_one_open_draft(world: World) -> None:
    visit = visit_make(world)
    drafts = at_once(
        lambda number: visit_text_submit(
            user=world.owner, visit_id=visit.pk, data=f"{WORDS}Patient: {number} days.".encode()
        )
    )
    assert all(isinstance(draft, Draft) for draft in drafts), drafts
    states = sorted(Draft.objects.values_list("state", flat=True))
    assert states == ["queued"] + ["superseded"] * (AT_ONCE - 1)
    assert VisitText.objects.count() == AT_ONCE


def test_one_of_two_signers_signs(world: World, use_engine: Callable[[Any], None]) -> None:
    note = note_make(world)
    signers = [world.owner, world.colleague]
    results = at_once(
        lambda number: note_sign(user=signers[number % 2], note_id=note.pk, expected_version=1)
    )
    signed = SignedNote.objects.get()
    for number, result in enumerate(results):
        if signers[number % 2].pk == signed.signed_by_id:
            assert result == signed
        else:
            assert isinstance(result, WorkflowError)
            assert result.code == "already-signed"
    actor = actor_for_user(world.owner)
    for resource_type in ("Composition", "DocumentReference", "Encounter"):
        found = search.find(actor, resource_type, [("patient", world.patient_id)])
        assert [stored.version for stored in found] == [1]


def test_one_of_many_decisions_on_a_version_counts(
    world: World, use_engine: Callable[[Any], None]
) -> None:
    note = note_make(world)
    lines = list(NoteSentence.objects.filter(section__note=note))
    results = at_once(
        lambda number: sentence_accept(
            user=world.owner, sentence_id=lines[number].pk, expected_version=1
        ),
        count=len(lines),
    )
    accepted = [result for result in results if isinstance(result, Note)]
    assert len(accepted) == 1
    assert {result.code for result in results if isinstance(result, WorkflowError)} == {
        "stale-version"
    }
    assert Note.objects.get(pk=note.pk).version == 2


def test_twins_that_run_the_same_job_store_it_once(
    world: World, use_engine: Callable[[Any], None]
) -> None:
    """The first loses its lease while it works; the second takes over; both finish."""
    from tests.ehr.engines import echo

    draft = draft_make(world)
    taken = threading.Event()
    order: list[str] = []

    def engine(*args: Any, **options: Any) -> Any:
        if not order:
            order.append("late")
            taken.wait(20)
        return echo(*args, **options)

    use_engine(engine)
    draft_claim(draft_id=draft.pk, owner="late")

    def work(number: int) -> Any:
        if number == 0:
            return draft_run(draft_id=draft.pk, owner="late")
        while not order:
            pass
        Draft.objects.filter(pk=draft.pk).update(lease_expires_at="2020-01-01T00:00:00Z")
        drafts_reconcile(owner="reconciler")
        owner = owner_new()
        assert draft_claim(draft_id=draft.pk, owner=owner)
        stored = draft_run(draft_id=draft.pk, owner=owner)
        taken.set()
        return stored

    assert at_once(work, count=2) == [False, True]
    assert Note.objects.count() == 1
    assert Draft.objects.get().state == Draft.State.READY


def test_reconcilers_at_once_put_each_job_back_once(world: World) -> None:
    for _ in range(3):
        draft = draft_make(world)
        draft_claim(draft_id=draft.pk, owner="dead")
    Draft.objects.update(lease_expires_at="2020-01-01T00:00:00Z")
    counts = at_once(lambda _: drafts_reconcile(owner="me"))
    assert sum(counts) == 3
