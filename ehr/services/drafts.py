"""The life of a draft job: queued, claimed with a lease, run, stored once, or visibly failed.

The database is the truth. A worker owns a job while the row says RUNNING with its owner and an
unexpired lease; every write of a worker is one UPDATE with that condition, so that a late twin (a
worker that stalled past its lease) changes nothing. The broker only wakes.

Clocks of the machines that run workers must agree within a third of the lease.
"""

import logging
import os
import secrets
import socket
import threading
from datetime import timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from ehr.exceptions import FAILURES, NotFound, Superseded
from ehr.models import Draft
from ehr.permissions import PHYSICIAN, actor_of

log = logging.getLogger(__name__)

OPEN = (Draft.State.QUEUED, Draft.State.RUNNING)
WAKE_SECONDS = 1.0  # the longest that a web request may wait for the broker
WAKE_AGAIN_SECONDS = 10  # a job queued this long after its last wake-up is woken again
WAKES_AT_ONCE = 10
BACKOFF_SECONDS = 5
BACKOFF_MAX_SECONDS = 300


class LeaseLost(Exception):
    """This worker no longer owns the job: stop, write nothing."""


def owner_new() -> str:
    """A name for one claim by one worker: host, process and a random part, at most 64 characters.

    Made anew for each claim, so that a process that lost a job cannot take itself for its twin.
    """
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.DRAFT_LEASE_SECONDS)


def owned(draft_id: int, owner: str) -> Any:
    return Draft.objects.filter(pk=draft_id, state=Draft.State.RUNNING, lease_owner=owner)


# -- waiting, claimed, released --------------------------------------------------------------------


def draft_claim(*, draft_id: int, owner: str) -> Draft | None:
    """Take a queued job, or None when another worker has it or its back-off is not over."""
    now = timezone.now()
    taken = (
        Draft.objects.filter(pk=draft_id, state=Draft.State.QUEUED)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .update(
            state=Draft.State.RUNNING,
            lease_owner=owner,
            lease_expires_at=_lease_end(),
            attempts=F("attempts") + 1,
            started_at=now,
            finished_at=None,
            progress_step="",
            progress_done=0,
            progress_total=0,
            failure_code="",
        )
    )
    if not taken:
        return None
    log.info("draft %s claimed by %s", draft_id, owner)
    return Draft.objects.select_related("visit", "visit_text").get(pk=draft_id)


def draft_claim_next(*, owner: str) -> Draft | None:
    """Take the job that has waited longest, or None when nothing waits."""
    waiting = (
        Draft.objects.filter(state=Draft.State.QUEUED)
        .filter(Q(not_before=None) | Q(not_before__lte=timezone.now()))
        .order_by("requested_at", "pk")
        .values_list("pk", flat=True)[:5]
    )
    for draft_id in waiting:
        if (draft := draft_claim(draft_id=draft_id, owner=owner)) is not None:
            return draft
    return None


def lease_renew(*, draft_id: int, owner: str, **changes: Any) -> None:
    """Push the lease's end out, with the progress to show.

    Raises:
        LeaseLost: the job is no longer this owner's.
    """
    if not owned(draft_id, owner).update(lease_expires_at=_lease_end(), **changes):
        raise LeaseLost(draft_id)


def draft_release(*, draft_id: int, owner: str) -> bool:
    """Give a job back unharmed, as a worker does when it is told to stop."""
    released = owned(draft_id, owner).update(
        state=Draft.State.QUEUED,
        lease_owner="",
        lease_expires_at=None,
        woken_at=None,
        attempts=F("attempts") - 1,
    )
    return bool(released)


def draft_fail(*, draft_id: int, owner: str, code: str, retry: bool = False) -> None:
    """End the job with a visible failure, or put it back with a growing pause when `retry`.

    Raises:
        LeaseLost: the job is no longer this owner's, so its failure is not the job's.
    """
    if code not in FAILURES:
        raise ValueError(f"no such failure code: {code}")
    draft = owned(draft_id, owner).first()
    if draft is None:
        raise LeaseLost(draft_id)
    now = timezone.now()
    if retry and draft.attempts < settings.DRAFT_MAX_ATTEMPTS:
        pause = min(BACKOFF_SECONDS * 2 ** (draft.attempts - 1), BACKOFF_MAX_SECONDS)
        changes = {
            "state": Draft.State.QUEUED,
            "not_before": now + timedelta(seconds=pause),
            "woken_at": None,
        }
    else:
        changes = {"state": Draft.State.FAILED, "finished_at": now}
    changed = owned(draft_id, owner).update(
        failure_code=code, lease_owner="", lease_expires_at=None, **changes
    )
    if not changed:
        raise LeaseLost(draft_id)
    log.warning("draft %s: %s, now %s", draft_id, code, changes["state"])


def draft_requeue(draft: Draft) -> Draft:
    """Queue a failed job again with its attempts forgotten; wakes a worker after the commit."""
    requeued = Draft.objects.filter(pk=draft.pk, state=Draft.State.FAILED).update(
        state=Draft.State.QUEUED,
        attempts=0,
        failure_code="",
        not_before=None,
        woken_at=None,
        started_at=None,
        finished_at=None,
        progress_step="",
        progress_done=0,
        progress_total=0,
        requested_at=timezone.now(),
    )
    if requeued:
        transaction.on_commit(partial(wake, draft.pk))
    draft.refresh_from_db()
    return draft


def draft_retry(*, user: Any, draft_id: int) -> Draft:
    """Queue a failed draft again; on one that is open or ready, change nothing.

    Raises:
        NotFound, NotAllowed: another organisation's draft, or the user is no physician.
        Superseded: newer words replaced it.
    """
    actor = actor_of(user, PHYSICIAN)
    with transaction.atomic():
        draft = Draft.objects.filter(
            pk=draft_id, visit__organization_id=actor.organization_id
        ).first()
        if draft is None:
            raise NotFound
        if draft.state == Draft.State.SUPERSEDED:
            raise Superseded
        return draft_requeue(draft)


# -- what the reconciler does ----------------------------------------------------------------------


def drafts_reconcile(*, owner: str) -> int:
    """Put back the jobs of dead workers, and end those that killed every worker they met.

    Returns:
        How many jobs were put back. Safe to run anywhere, by any number of processes.
    """
    expired = Draft.objects.filter(state=Draft.State.RUNNING, lease_expires_at__lt=timezone.now())
    given_up = expired.filter(attempts__gte=settings.DRAFT_MAX_ATTEMPTS).update(
        state=Draft.State.FAILED,
        failure_code="out-of-attempts",
        finished_at=timezone.now(),
        lease_owner="",
        lease_expires_at=None,
    )
    put_back = expired.update(
        state=Draft.State.QUEUED, lease_owner="", lease_expires_at=None, woken_at=None
    )
    if given_up or put_back:
        log.warning("%s: %d drafts put back, %d given up", owner, put_back, given_up)
    return put_back


def drafts_rewake() -> int:
    """Wake workers again for jobs that waited long after their last wake-up; returns how many.

    A bounded number each time: with a long queue, repeating every id would only flood the broker.
    """
    now = timezone.now()
    stale = now - timedelta(seconds=WAKE_AGAIN_SECONDS)
    fresh = now - timedelta(seconds=settings.RECONCILE_SECONDS)
    waiting = (
        Draft.objects.filter(state=Draft.State.QUEUED)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .filter(Q(woken_at=None, requested_at__lt=fresh) | Q(woken_at__lt=stale))
        .order_by("requested_at", "pk")
        .values_list("pk", flat=True)[:WAKES_AT_ONCE]
    )
    return sum(wake(draft_id) for draft_id in list(waiting))


def wake(draft_id: int) -> bool:
    """Tell a worker through the broker; False without a broker or when it did not take the id.

    Waits at most WAKE_SECONDS: a web request must not hang on a broker that is gone. What is not
    sent is found by the reconciler.
    """
    if not settings.CELERY_BROKER_URL:
        return False
    sent = threading.Event()
    sender = threading.Thread(target=_send, args=(draft_id, sent), daemon=True)
    sender.start()
    sender.join(WAKE_SECONDS)
    if not sent.is_set():
        log.warning("draft %s: the broker was not reached; the reconciler will see to it", draft_id)
        return False
    Draft.objects.filter(pk=draft_id).update(woken_at=timezone.now())
    return True


def _send(draft_id: int, sent: threading.Event) -> None:
    try:
        current_app.send_task("ehr.tasks.draft_generate", args=[draft_id], retry=False)
    except Exception as error:  # whatever the transport raises: the job itself is safe
        log.warning("draft %s: wake-up not sent: %s", draft_id, type(error).__name__)
    else:
        sent.set()


# -- keeping a lease while the engine works --------------------------------------------------------


class Heartbeat:
    """Renews a lease from a thread while a long step runs, and says when it was lost.

    It stops renewing after DRAFT_RUN_SECONDS, so that an engine that hangs loses its job too. A
    process that is killed or frozen renews nothing, and its lease runs out.
    """

    def __init__(self, *, draft_id: int, owner: str) -> None:
        self.draft_id = draft_id
        self.owner = owner
        self.lost = threading.Event()
        self._stop = threading.Event()
        self._deadline = timezone.now() + timedelta(seconds=settings.DRAFT_RUN_SECONDS)
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(settings.DRAFT_LEASE_SECONDS / 3):
                if timezone.now() > self._deadline:
                    log.warning(
                        "draft %s: took too long, its lease is left to expire", self.draft_id
                    )
                    self.lost.set()
                    return
                try:
                    lease_renew(draft_id=self.draft_id, owner=self.owner)
                except LeaseLost:
                    self.lost.set()
                    return
                except (OperationalError, InterfaceError):
                    connection.close()  # the database restarts: try again at the next beat
        finally:
            connection.close()
