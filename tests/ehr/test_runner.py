"""manage.py runner in this process: draining, stopping, outliving the database."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from ehr.management.commands import runner as runner_module
from ehr.management.commands.runner import Runner, broker_reachable
from ehr.models import Draft
from ehr.services import drafts
from fhir_bridge import access, store
from fhir_bridge.bulk import jobs
from tests.ehr.engines import slow
from tests.ehr.world import World, draft_make, world_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return world_make()


@pytest.fixture
def running(settings: Any) -> Iterator[Callable[[Runner], threading.Thread]]:
    """Run a runner in a thread; stopped at the end whatever happens."""
    settings.RECONCILE_SECONDS = 0.1
    started: list[tuple[Runner, threading.Thread]] = []

    def start(runner: Runner) -> threading.Thread:
        def run() -> None:
            try:
                runner.run()
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        started.append((runner, thread))
        return thread

    yield start
    for runner, thread in started:
        runner.stopping.set()
        thread.join(30)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def states() -> list[str]:
    return sorted(Draft.objects.values_list("state", flat=True))


def test_once_runs_what_waits_and_ends(world: World, use_engine: Callable[[Any], None]) -> None:
    for _ in range(3):
        draft_make(world)
    call_command("runner", "--once")
    assert states() == ["ready"] * 3


def test_it_runs_what_comes_and_stops_when_told(
    world: World, use_engine: Callable[[Any], None], running: Any
) -> None:
    runner = Runner(concurrency=2)
    thread = running(runner)
    for _ in range(3):
        draft_make(world)
    wait_for(lambda: states() == ["ready"] * 3)
    runner.stop_on_signal(15, None)
    thread.join(20)
    assert not thread.is_alive()


def test_a_stop_lets_the_running_draft_end(
    world: World, use_engine: Callable[[Any], None], running: Any
) -> None:
    use_engine(slow(1.0))
    draft_make(world)
    runner = Runner(concurrency=1)
    thread = running(runner)
    wait_for(lambda: states() == ["running"])
    runner.stopping.set()
    thread.join(20)
    assert states() == ["ready"]


def test_a_draft_that_takes_too_long_to_end_is_given_back(
    world: World,
    use_engine: Callable[[Any], None],
    running: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner_module, "STOP_SECONDS", 0.2)
    use_engine(slow(6.0))
    draft_make(world)
    runner = Runner(concurrency=1)
    thread = running(runner)
    wait_for(lambda: states() == ["running"])
    runner.stopping.set()
    thread.join(20)
    draft = Draft.objects.get()
    assert (draft.state, draft.attempts) == (Draft.State.QUEUED, 0)


def test_it_outlives_a_database_that_goes_away(
    world: World,
    use_engine: Callable[[Any], None],
    running: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = {"left": 3}
    reconcile = drafts.drafts_reconcile
    claim = drafts.draft_claim_next

    def failing(work: Any) -> Any:
        def call(**options: Any) -> Any:
            if away["left"] > 0:
                away["left"] -= 1
                raise OperationalError("server closed the connection unexpectedly")
            return work(**options)

        return call

    monkeypatch.setattr(drafts, "drafts_reconcile", failing(reconcile))
    monkeypatch.setattr(drafts, "draft_claim_next", failing(claim))
    draft_make(world)
    running(Runner(concurrency=1))
    wait_for(lambda: states() == ["ready"])


def test_with_a_broker_it_leaves_the_drafts_to_celery_until_the_broker_goes(
    world: World,
    use_engine: Callable[[Any], None],
    running: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up = threading.Event()
    up.set()
    monkeypatch.setattr(runner_module, "broker_reachable", up.is_set)
    draft_make(world)
    running(Runner(concurrency=1))
    time.sleep(1.0)
    assert states() == ["queued"]
    up.clear()
    wait_for(lambda: states() == ["ready"])


def test_a_broker_that_is_not_there_is_seen_quickly(settings: Any) -> None:
    assert not broker_reachable()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    begin = time.monotonic()
    assert not broker_reachable()
    assert time.monotonic() - begin < 5


def test_an_engine_that_hangs_loses_its_lease(
    world: World, use_engine: Callable[[Any], None], settings: Any
) -> None:
    settings.DRAFT_LEASE_SECONDS = 1
    settings.DRAFT_RUN_SECONDS = 0
    owner = drafts.owner_new()
    draft = draft_make(world)
    drafts.draft_claim(draft_id=draft.pk, owner=owner)
    with drafts.Heartbeat(draft_id=draft.pk, owner=owner) as heartbeat:
        assert heartbeat.lost.wait(5)
        time.sleep(1.2)
    assert drafts.drafts_reconcile(owner="me") == 1


def test_a_lease_is_kept_while_the_engine_works(
    world: World, use_engine: Callable[[Any], None], settings: Any
) -> None:
    settings.DRAFT_LEASE_SECONDS = 1
    owner = drafts.owner_new()
    draft = draft_make(world)
    drafts.draft_claim(draft_id=draft.pk, owner=owner)
    with drafts.Heartbeat(draft_id=draft.pk, owner=owner):
        time.sleep(1.6)
        assert drafts.drafts_reconcile(owner="me") == 0


def test_a_runner_does_the_records_work_beside_the_drafts(
    running: Callable[[Runner], threading.Thread],
) -> None:
    organization = access.organization_ensure(slug="home", name="Home", fhir_id="home")
    raw = access.token_create(label="t", organization_id=organization, scopes="system/*.cruds")
    actor = access.actor_for_token(raw)
    store.write(actor, [store.Put({"resourceType": "Patient"}, "p")])
    asked = {"level": "system", "types": ["Patient"], "since": "", "filters": [], "elements": []}
    job = jobs.job_create(actor, jobs.Kind.EXPORT, request="x", asked=asked)
    running(Runner(concurrency=1))
    wait_for(lambda: jobs.job_read(actor, job).state == jobs.State.DONE)
    assert [each.lines for each in jobs.files(job, "output")] == [1]
