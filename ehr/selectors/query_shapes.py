"""What pages and the API show of a coding query."""

from dataclasses import dataclass
from datetime import datetime

from ehr.exceptions import Text


@dataclass(frozen=True, slots=True)
class OptionView:
    """One answer that is offered; `label` is the side, or the code's description (English)."""

    code: str
    label: Text
    english: bool


@dataclass(frozen=True, slots=True)
class QueryView:
    """A question with its indicators and answers. `id` is None for one that nobody asked yet:
    what a suggestion leaves open. `answer` is empty while it is open."""

    id: int | None
    note_id: int
    code: str
    description: str
    question: Text
    indicators: tuple[str, ...] = ()
    options: tuple[OptionView, ...] = ()
    asked_by: str = ""
    asked_at: datetime | None = None
    outcome: str = ""
    outcome_label: Text = ""
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.answered_at is None


@dataclass(frozen=True, slots=True)
class WaitingQuery:
    """An open question in the list of those that wait for a physician."""

    query: QueryView
    visit_id: int
    patient_name: str
    scheduled_at: datetime
    clinician: str
    mine: bool
