"""What the broker may wake. Messages carry ids only; the database says what there is to do."""

from celery import shared_task

from ehr.services.drafting import draft_run
from ehr.services.drafts import draft_claim, owner_new


@shared_task(name="ehr.tasks.draft_generate", acks_late=True, ignore_result=True)
def draft_generate(draft_id: int) -> None:
    """Claim the job and run it; a second wake-up for the same job finds it taken and returns."""
    owner = owner_new()
    if draft_claim(draft_id=draft_id, owner=owner) is not None:
        draft_run(draft_id=draft_id, owner=owner)
