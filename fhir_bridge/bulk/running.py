"""Doing the jobs: claim one, step by step until it is done, and say so when it cannot be done."""

import logging
import threading
import time
import traceback

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from fhir_bridge import audit
from fhir_bridge.access import Actor
from fhir_bridge.bulk import exports, imports, jobs
from fhir_bridge.models import BackgroundJob
from fhir_bridge.outcomes import AccessDenied, FhirError, Unauthenticated
from fhir_bridge.standing import actor_standing

log = logging.getLogger(__name__)

WRITER_SECONDS = 0.05  # how often an older writer is looked for


def job_run_next(stopping: threading.Event | None = None) -> bool:
    """Do the job that has waited longest; False when none waits. A runner that stops meanwhile
    gives the job back between two steps."""
    owner = jobs.owner_new()
    job = jobs.job_claim_next(owner)
    if job is None:
        return False
    try:
        while not _step(job, owner):
            if stopping is not None and stopping.is_set():
                jobs.job_release(job, owner)
                return True
            job.refresh_from_db()
    except jobs.LeaseLost:
        log.info("job %s: no longer ours", job.pk)
    except (OperationalError, InterfaceError):
        raise
    except imports.Unfetchable as error:
        jobs.job_fail(job, owner, str(error), retry=error.retry)
    except (AccessDenied, Unauthenticated):
        jobs.job_fail(job, owner, "Your rights do not allow this any more")
    except FhirError as error:
        jobs.job_fail(job, owner, error.diagnostics)
    except Exception as error:
        # The exception's own text may hold patient data.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s: %s\n%s", job.pk, type(error).__name__, frames)
        jobs.job_fail(job, owner, "Something failed on our side", retry=True)
    return True


def _step(job: BackgroundJob, owner: str) -> bool:
    """One step; whether it was the last."""
    actor = actor_standing(job.organization_id, job.actor)
    if job.kind == jobs.Kind.EXPORT:
        if not job.progress:
            _settle(job)
        step = exports.export_step(job, actor)
        with transaction.atomic():
            jobs.step_store(job, owner, step)
        counts = step.progress["lines"]
    else:
        step = _import_step(job, owner, actor)
        counts = step.progress.get("counts", {})
    if step.done:
        audit.record(actor, job.kind, detail={"job": str(job.pk), "resources": counts})
    return step.done


def _settle(job: BackgroundJob) -> None:
    """Wait for writes whose time is before the transaction time and that have not committed: no
    page would hold them, and no later export since then either.

    PostgreSQL tells which transactions that write are older than the job; elsewhere, and for the
    clocks of other machines, `BULK_SETTLE_SECONDS` have to do. Raises Unfetchable where one is
    still open when the lease needs the job back: it is tried again later.
    """
    age = (timezone.now() - job.asked_at).total_seconds()
    wait: float = settings.BULK_SETTLE_SECONDS - max(age, 0.0)
    if wait > 0:
        time.sleep(min(wait, settings.BULK_LEASE_SECONDS / 2))
    end = time.monotonic() + settings.BULK_LEASE_SECONDS / 2
    while _older_writer(job):
        if time.monotonic() > end:
            raise imports.Unfetchable(
                "A write that began before the export has not ended", retry=True
            )
        time.sleep(WRITER_SECONDS)


def _older_writer(job: BackgroundJob) -> bool:
    """Whether a transaction that has written, and began before the job was asked for, is open."""
    if connection.vendor != "postgresql":
        return False  # one writer at a time: what was before the job has committed
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND xact_start <= %s)",
            [job.asked_at],
        )
        return bool(cursor.fetchone()[0])


def _import_step(job: BackgroundJob, owner: str, actor: Actor) -> jobs.Step:
    step = imports.import_fetch(job, lambda: jobs.lease_hold(job, owner))
    if step is not None:
        jobs.step_store(job, owner, step)
        return step
    writing = imports.Writing(job, actor)
    with transaction.atomic():
        # The lock of the job's row first: of two runners that take it for theirs, one writes.
        jobs.lease_hold(job, owner)
        step = writing.step()
        writing.write(step)
        jobs.step_store(job, owner, step)
    return step
