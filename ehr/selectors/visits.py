"""The day's worklist, one visit, and where its draft stands."""

from datetime import date
from typing import Any

from ehr.selectors.shapes import DraftStatus, VisitDetail, Worklist


def worklist(user: Any, day: date) -> Worklist:
    """The organisation's visits of `day` (in the current time zone), earliest first."""
    raise NotImplementedError


def visit_detail(user: Any, visit_id: int) -> VisitDetail:
    """One visit with its latest words and draft."""
    raise NotImplementedError


def draft_status(user: Any, draft_id: int) -> DraftStatus:
    """Where a draft stands: cheap enough to poll every second (three queries)."""
    raise NotImplementedError
