"""The frozen values that pages and formats read: the minimum that a claim needs."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Of a patient only what identifies them to a payer."""

    name: str
    birth_date: date | None = None
    mrn: str = ""


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who signed; `npi` as their Practitioner resource has it, empty when it has none."""

    name: str
    npi: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """An accepted code, exactly as it was signed; `position` counts from 1."""

    position: int
    system: str
    code: str
    description: str
    release: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One signed version of a visit's codes. `replaces`: the version exported before, 0 if none."""

    item_id: int
    state: str
    state_label: str
    claim_id: str
    version: int
    replaces: int
    service_date: date
    subject: Subject
    clinician: Clinician
    codes: tuple[ClaimCode, ...]
    composition_id: str
    composition_version: int
    signed_at: datetime
    amending: bool = False
    rejection_reason: str = ""
    batch_id: int | None = None

    @property
    def exportable(self) -> bool:
        return self.state == "ready" and not self.amending


@dataclass(frozen=True, slots=True)
class Query:
    """A question about a claim; `answer` is empty while it is open."""

    question: str
    asked_by: str
    asked_at: datetime
    answer: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """A claim with its questions."""

    claim: Claim
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """The claims of one state, and how many each state has."""

    claims: tuple[Claim, ...]
    counts: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """An export in the history."""

    id: int
    format: str
    filename: str
    sha256: str
    item_count: int
    row_count: int
    created_by: str
    created_at: datetime
