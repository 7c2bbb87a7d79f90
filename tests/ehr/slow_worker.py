"""Real processes for the kill tests: the shipped commands, with an engine that takes its time.

    python -m tests.ehr.slow_worker submit 20    store words for 20 visits, print the seconds each
    python -m tests.ehr.slow_worker runner       manage.py runner
    celery -A tests.ehr.slow_worker worker       Celery's worker

PLUME_TEST_DRAFT_SECONDS is how long a draft takes; 0 leaves the real engine in place.
"""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.celery import app  # noqa: E402
from ehr.services import drafting  # noqa: E402
from tests.ehr.engines import slow  # noqa: E402

__all__ = ["app"]

SECONDS = float(os.environ.get("PLUME_TEST_DRAFT_SECONDS", "0"))
if SECONDS:
    ENGINE = slow(SECONDS)
    drafting.engine_load = lambda: ENGINE  # type: ignore[assignment, attr-defined]


def submit(count: int) -> None:
    """Words for `count` new visits, each a little different."""
    from django.contrib.auth import get_user_model

    from ehr.models import Visit
    from ehr.services.visits import visit_text_submit
    from tests.ehr.world import WORDS, visit_make, world_make

    users = get_user_model().objects.filter(username="owner")
    world = None if users.exists() else world_make()
    owner = world.owner if world else users.get()
    first = Visit.objects.first()
    for number in range(count):
        if world is not None:
            visit = visit_make(world)
        else:
            assert first is not None
            visit = Visit.objects.create(
                organization_id=first.organization_id,
                clinician=owner,
                patient_id=first.patient_id,
                scheduled_at=first.scheduled_at,
            )
        begin = time.monotonic()
        words = f"{WORDS}Patient: This is visit number {visit.pk}, {number}.\n"
        visit_text_submit(user=owner, visit_id=visit.pk, data=words.encode())
        sys.stdout.write(f"{time.monotonic() - begin:.3f}\n")


if __name__ == "__main__":
    if sys.argv[1] == "submit":
        submit(int(sys.argv[2]))
    else:
        from django.core.management import call_command

        call_command("runner")
