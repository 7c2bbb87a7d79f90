"""The life of a draft job: claimed with a lease, run, stored once, or visibly failed."""

from typing import Any

from ehr.models import Draft


def draft_retry(*, user: Any, draft_id: int) -> Draft:
    """Queue a failed draft again; on one that is open or ready, change nothing."""
    raise NotImplementedError
