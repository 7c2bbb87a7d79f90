"""What the record does outside of requests, for the runner: it finds it all here.

Each piece of work is a function that does the next thing there is to do and says whether there was
one. The database says what there is to do, so any number of runners may call them at once, and no
broker is needed.
"""

import threading
from collections.abc import Callable, Sequence

from fhir_bridge import statistics
from fhir_bridge.bulk import jobs
from fhir_bridge.bulk.running import job_run_next
from fhir_bridge.subscriptions.delivery import deliver_next, events_forget

Work = Callable[[threading.Event | None], bool]

# Each has a thread of its own, so that a long one keeps no other waiting.
# Two send notifications, since a receiver may be slow to answer.
WORK: Sequence[Work] = (job_run_next, deliver_next, deliver_next)


def reconcile() -> None:
    """Put back what dead runners held, delete what has expired, tell the planner what grew."""
    jobs.jobs_reconcile()
    events_forget()
    statistics.refresh()


def drain() -> None:
    """Do everything that waits, in this thread, until nothing does."""
    reconcile()
    while sum(work(None) for work in WORK):
        reconcile()
