"""Real processes for the kill tests: the shipped runner, with exports in small and slow steps.

python -m tests.fhir.slow_runner prepare 60    a token, patients and an export; prints both
python -m tests.fhir.slow_runner runner        manage.py runner
"""

import os
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from fhir_bridge import access, store  # noqa: E402
from fhir_bridge.bulk import exports, jobs  # noqa: E402

STEP_SECONDS = 0.05
_step = exports.export_step


def slowly(job: Any, actor: access.Actor) -> jobs.Step:
    time.sleep(STEP_SECONDS)
    return _step(job, actor)


def prepare(count: int) -> None:
    """Patients of an organisation, and an export of them that waits."""
    organization = access.organization_ensure(slug="home", name="Home", fhir_id="home")
    raw = access.token_create(label="t", organization_id=organization, scopes="system/*.cruds")
    actor = access.actor_for_token(raw)
    store.write(
        actor,
        [store.Put({"resourceType": "Patient"}, f"p{number}") for number in range(count)],
    )
    asked = {"level": "system", "types": ["Patient"], "since": "", "filters": [], "elements": []}
    sys.stdout.write(jobs.job_create(actor, jobs.Kind.EXPORT, request="x", asked=asked) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        exports._PAGE = 2
        exports.export_step = slowly
        call_command("runner")
