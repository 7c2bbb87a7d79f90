"""The life of a job: queued, claimed with a lease, done step by step, kept until it expires.

A step is one transaction: the UPDATE that names the owner (and so fails when the lease was lost),
the files' next pieces and, in an import, the resources. A runner that is killed therefore leaves
whole steps behind, and who claims the job after it goes on with the next one.
"""

import logging
import os
import secrets
import socket
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils import timezone

from fhir_bridge.access import Actor
from fhir_bridge.models import BackgroundJob, JobChunk, JobPatient
from fhir_bridge.outcomes import FhirError, NotFound

log = logging.getLogger(__name__)

Kind = BackgroundJob.Kind
State = BackgroundJob.State
OPEN = (State.QUEUED, State.RUNNING)
# What one client may have waiting or running at a time.
OPEN_JOBS_MAX = 10
ATTEMPTS_MAX = 5
_PAUSE_SECONDS = 5
_PATIENTS_AT_ONCE = 1_000


class LeaseLost(Exception):
    """This runner no longer owns the job: stop, write nothing."""


@dataclass(frozen=True)
class Told:
    """What a client is told of its job."""

    id: str
    kind: str
    state: str
    request: str
    asked: Mapping[str, Any]
    asked_at: datetime
    expires_at: datetime | None
    progress: str
    failure: str
    written: Mapping[str, int]  # resources that an import wrote, by type


@dataclass(frozen=True)
class FileTold:
    """A file of a job: "output/Patient-1" with the number of its lines."""

    name: str
    lines: int


@dataclass
class Step:
    """What one step has made: lines by file, and where the next one goes on."""

    progress: dict[str, Any]
    told: str = ""
    files: dict[str, list[bytes]] = field(default_factory=dict)
    done: bool = False

    def line(self, file: str, content: bytes) -> None:
        self.files.setdefault(file, []).append(content)


# -- the client's side -----------------------------------------------------------------------------


def job_create(
    actor: Actor,
    kind: str,
    *,
    request: str,
    asked: Mapping[str, Any],
    patients: Iterable[str] | None = None,
    inputs: Iterable[Iterable[Sequence[bytes]]] = (),
) -> str:
    """Queue a job and return its id. `inputs` are, for each, lines of NDJSON in pieces.

    Raises FhirError (429) for a client that has too many jobs open.
    """
    mine = BackgroundJob.objects.filter(
        organization_id=actor.organization_id, actor=actor.name, state__in=OPEN
    )
    if mine.count() >= OPEN_JOBS_MAX:
        raise FhirError(
            429,
            "throttled",
            f"At most {OPEN_JOBS_MAX} jobs at a time",
            headers={"Retry-After": "60"},
        )
    # Compared with the times of versions, which are to the millisecond.
    now = timezone.now()
    with transaction.atomic():
        job = BackgroundJob.objects.create(
            organization_id=actor.organization_id,
            kind=kind,
            actor=actor.name,
            request=request,
            asked={**asked, "limited": patients is not None},
            asked_at=now.replace(microsecond=now.microsecond // 1000 * 1000),
        )
        rows = [JobPatient(job=job, patient_id=each) for each in sorted(set(patients or ()))]
        JobPatient.objects.bulk_create(rows, batch_size=_PATIENTS_AT_ONCE)
        for number, pieces in enumerate(inputs, start=1):
            for place, lines in enumerate(pieces):
                chunk_add(job.pk, f"input/{number}", place, lines)
    return str(job.pk)


def job_read(actor: Actor, id: str) -> Told:
    """A job of this actor's own. Raises NotFound for anybody else's, and for one that expired."""
    job = _own(actor, id).first()
    if job is None:
        raise NotFound("There is no such job")
    return _told(job)


def job_cancel(actor: Actor, id: str) -> None:
    """End a job and delete its files. Raises NotFound."""
    with transaction.atomic():
        changed = _own(actor, id).update(
            state=State.CANCELLED, lease_owner="", expires_at=timezone.now()
        )
        if not changed:
            raise NotFound("There is no such job")
        JobChunk.objects.filter(job_id=UUID(id)).delete()


def files(id: str, kind: str) -> list[FileTold]:
    """The files of one kind ("output", "error", "deleted") that a job has made."""
    rows = JobChunk.objects.filter(job_id=UUID(id), file__startswith=f"{kind}/").values("file")
    return [
        FileTold(row["file"], row["lines_all"])
        for row in rows.annotate(lines_all=Sum("lines")).order_by("file")
    ]


def file_lines(id: str, name: str) -> Iterator[bytes]:
    """A file in pieces of some lines each. Raises NotFound at once when there is none."""
    places = list(
        JobChunk.objects.filter(job_id=UUID(id), file=name)
        .order_by("place")
        .values_list("pk", flat=True)
    )
    if not places:
        raise NotFound("There is no such file")

    def pieces() -> Iterator[bytes]:
        for pk in places:
            content = JobChunk.objects.filter(pk=pk).values_list("content", flat=True).first()
            if content is None:
                return  # deleted meanwhile: the client sees a file that ends early
            yield zlib.decompress(content)

    return pieces()


def _own(actor: Actor, id: str) -> QuerySet[BackgroundJob]:
    try:
        key = UUID(id)
    except ValueError:
        raise NotFound("There is no such job") from None
    return BackgroundJob.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        pk=key,
        organization_id=actor.organization_id,
        actor=actor.name,
    ).exclude(state=State.CANCELLED)


def _told(job: BackgroundJob) -> Told:
    return Told(
        id=str(job.pk),
        kind=job.kind,
        state=job.state,
        request=job.request,
        asked=job.asked,
        asked_at=job.asked_at,
        expires_at=job.expires_at,
        progress=job.told,
        failure=job.failure,
        written=job.progress.get("counts", {}),
    )


# -- the runner's side -----------------------------------------------------------------------------


def owner_new() -> str:
    """A name for one claim: host, process and a random part, at most 64 characters."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"


def job_claim_next(owner: str) -> BackgroundJob | None:
    """Take the job that has waited longest, or None."""
    now = timezone.now()
    ready = Q(not_before=None) | Q(not_before__lte=now)
    waiting = BackgroundJob.objects.filter(ready, state=State.QUEUED).order_by("asked_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)[:5]):
        taken = BackgroundJob.objects.filter(ready, pk=pk, state=State.QUEUED).update(
            state=State.RUNNING,
            lease_owner=owner,
            lease_expires_at=_lease_end(),
            attempts=F("attempts") + 1,
        )
        if taken:
            log.info("job %s claimed by %s", pk, owner)
            return BackgroundJob.objects.get(pk=pk)
    return None


def lease_hold(job: BackgroundJob, owner: str) -> None:
    """Push the lease's end out; in a transaction, keep others off the job too. Raises LeaseLost."""
    if not _owned(job, owner).update(lease_expires_at=_lease_end()):
        raise LeaseLost


def step_store(job: BackgroundJob, owner: str, step: Step) -> None:
    """Write what a step has made, in the transaction of the step. Raises LeaseLost."""
    changes: dict[str, Any] = {
        "progress": step.progress,
        "told": step.told[:100],
        "lease_expires_at": _lease_end(),
        "attempts": 1,  # what counts is how often it broke off at the same place
    }
    if step.done:
        now = timezone.now()
        changes |= {
            "state": State.DONE,
            "lease_owner": "",
            "lease_expires_at": None,
            "finished_at": now,
            "expires_at": now + timedelta(seconds=settings.BULK_KEEP_SECONDS),
        }
    if not _owned(job, owner).update(**changes):
        raise LeaseLost
    for name, lines in step.files.items():
        last = JobChunk.objects.filter(job=job, file=name).aggregate(last=Max("place"))["last"]
        chunk_add(job.pk, name, 0 if last is None else last + 1, lines)


def job_fail(job: BackgroundJob, owner: str, failure: str, *, retry: bool = False) -> None:
    """End a job with a reason that a client may read, or put it back with a growing pause."""
    now = timezone.now()
    if retry and job.attempts < ATTEMPTS_MAX:
        changes: dict[str, Any] = {
            "state": State.QUEUED,
            "not_before": now + timedelta(seconds=_PAUSE_SECONDS * 2 ** (job.attempts - 1)),
        }
    else:
        changes = {
            "state": State.FAILED,
            "failure": failure[:200],
            "finished_at": now,
            "expires_at": now + timedelta(seconds=settings.BULK_KEEP_SECONDS),
        }
    _owned(job, owner).update(lease_owner="", lease_expires_at=None, **changes)


def job_release(job: BackgroundJob, owner: str) -> None:
    """Give a job back unharmed, as a runner does that is told to stop."""
    _owned(job, owner).update(
        state=State.QUEUED, lease_owner="", lease_expires_at=None, attempts=F("attempts") - 1
    )


def jobs_reconcile() -> int:
    """Put back the jobs of dead runners, end those that killed each, delete what has expired.

    Returns how many were put back. Safe to run anywhere, by any number of processes.
    """
    now = timezone.now()
    lost = BackgroundJob.objects.filter(state=State.RUNNING, lease_expires_at__lt=now)
    failed = lost.filter(attempts__gte=ATTEMPTS_MAX).update(
        state=State.FAILED,
        failure="The job broke off again and again",
        finished_at=now,
        expires_at=now + timedelta(seconds=settings.BULK_KEEP_SECONDS),
        lease_owner="",
        lease_expires_at=None,
    )
    back = lost.update(state=State.QUEUED, lease_owner="", lease_expires_at=None)
    if failed or back:
        log.warning("jobs of dead runners: %d put back, %d failed", back, failed)
    for pk in list(
        BackgroundJob.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:20]
    ):
        with transaction.atomic():
            JobChunk.objects.filter(job_id=pk).delete()
            JobPatient.objects.filter(job_id=pk).delete()
            BackgroundJob.objects.filter(pk=pk).delete()
    return back


def chunk_add(job_id: UUID, file: str, place: int, lines: Sequence[bytes]) -> None:
    """Add a piece to a file; each line comes without its line end."""
    content = b"".join(line + b"\n" for line in lines)
    JobChunk.objects.create(
        job_id=job_id, file=file, place=place, lines=len(lines), content=zlib.compress(content, 4)
    )


def chunk_lines(content: bytes | memoryview) -> list[bytes]:
    """The lines of a piece, without their ends."""
    return zlib.decompress(content).split(b"\n")[:-1]


def _owned(job: BackgroundJob, owner: str) -> QuerySet[BackgroundJob]:
    return BackgroundJob.objects.filter(pk=job.pk, state=State.RUNNING, lease_owner=owner)


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.BULK_LEASE_SECONDS)
