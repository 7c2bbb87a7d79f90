"""manage.py runner: the embedded worker, and the reconciler beside Celery's workers."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from ehr.services import drafts
from ehr.services.drafting import draft_run
from fhir_bridge import audit, background

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5  # how long a waiting job may go unseen by an idle worker of this process
BROKER_SECONDS = 1
STOP_SECONDS = 20.0  # after SIGTERM, how long a running draft may take to end by itself
SEAL_SECONDS = 60.0
DATABASE_ERRORS = (OperationalError, InterfaceError)


class Command(BaseCommand):
    help = (
        "Reconcile draft jobs; run them here when there is no broker or it cannot be reached. "
        "Do the record's work in the background: exports, imports, notifications. "
        "SIGTERM lets the running draft end, or gives it back."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="run what waits, then exit")
        parser.add_argument(
            "--concurrency", type=int, default=1, help="drafts at a time (default 1)"
        )

    def handle(self, *args: Any, once: bool, concurrency: int, **options: Any) -> None:
        runner = Runner(concurrency=max(1, concurrency))
        if once:
            runner.drain()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, runner.stop_on_signal)
        runner.run()


class Runner:
    """The main thread reconciles; worker threads claim and run. Neither keeps state of its own."""

    def __init__(self, *, concurrency: int) -> None:
        self.concurrency = concurrency
        self.name = drafts.owner_new()
        self.stopping = threading.Event()
        self.overtime = threading.Event()
        self.broker_up = threading.Event()
        self.running: dict[int, str] = {}  # draft id -> the owner of its claim
        self._sealed = 0.0

    def stop_on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def drain(self) -> None:
        """Run everything that waits, one after the other, until nothing does."""
        while True:
            drafts.drafts_reconcile(owner=self.name)
            if not self._work_once():
                background.drain()
                return

    def run(self) -> None:
        """Until stopped."""
        workers = [
            threading.Thread(target=self._work, daemon=True) for _ in range(self.concurrency)
        ]
        workers += [
            threading.Thread(target=self._record_work, args=[work], daemon=True)
            for work in background.WORK
        ]
        self._look_at_broker()
        for worker in workers:
            worker.start()
        log.info("runner %s started", self.name)
        while not self.stopping.wait(settings.RECONCILE_SECONDS):
            self._guarded(self._reconcile)
        self._finish(workers)

    def _reconcile(self) -> None:
        drafts.drafts_reconcile(owner=self.name)
        background.reconcile()
        self._look_at_broker()
        if self.broker_up.is_set():
            drafts.drafts_rewake()
        if time.monotonic() - self._sealed > SEAL_SECONDS:
            self._sealed = time.monotonic()
            audit.audit_seal()

    def _look_at_broker(self) -> None:
        if broker_reachable():
            if not self.broker_up.is_set():
                log.info("the broker is reachable: Celery's workers run the drafts")
            self.broker_up.set()
        else:
            if self.broker_up.is_set():
                log.warning("the broker is not reachable: this process runs the drafts")
            self.broker_up.clear()

    def _work(self) -> None:
        while not self.stopping.is_set():
            busy = not self.broker_up.is_set() and self._guarded(self._work_once)
            if not busy:
                self.stopping.wait(POLL_SECONDS)
        connection.close()

    def _record_work(self, work: background.Work) -> None:
        """The record's own work, which needs no broker and no model."""
        while not self.stopping.is_set():
            if not self._guarded(partial(work, self.stopping)):
                self.stopping.wait(POLL_SECONDS)
        connection.close()

    def _work_once(self) -> bool:
        """Run the job that waited longest; False when nothing waits."""
        owner = drafts.owner_new()
        draft = drafts.draft_claim_next(owner=owner)
        if draft is None:
            return False
        self.running[draft.pk] = owner
        try:
            draft_run(draft_id=draft.pk, owner=owner, stop=self.overtime.is_set)
        finally:
            self.running.pop(draft.pk, None)
        return True

    def _guarded(self, work: Callable[[], Any]) -> Any:
        """Outlive a restart of the database: drop the connection, and come again."""
        try:
            return work()
        except DATABASE_ERRORS as error:
            log.warning("the database is away (%s); trying again", type(error).__name__)
        except Exception as error:
            # The loop must go on for the other jobs; the message could quote a patient's words.
            log.error("runner: %s", type(error).__name__)
        connection.close()
        return False

    def _finish(self, workers: list[threading.Thread]) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        for worker in workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        self.overtime.set()  # a draft that still runs gives its job back at its next step
        for worker in workers:
            worker.join(1.0)
        for draft_id, owner in list(self.running.items()):
            self._guarded(partial(drafts.draft_release, draft_id=draft_id, owner=owner))
        self._guarded(audit.flush)
        log.info("runner %s stopped", self.name)
        if any(worker.is_alive() for worker in workers):
            logging.shutdown()
            os._exit(0)  # a thread inside a model cannot be joined; its job was given back


def broker_reachable() -> bool:
    """Whether the broker takes a connection now; False without one in the settings."""
    if not settings.CELERY_BROKER_URL:
        return False
    from celery import current_app

    try:
        with current_app.connection_for_write(
            transport_options={
                "socket_connect_timeout": BROKER_SECONDS,
                "socket_timeout": BROKER_SECONDS,
            }
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
    except Exception:  # whatever the transport raises
        return False
    return True
