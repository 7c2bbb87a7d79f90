"""What the selectors return: frozen values, ready for a template. Nothing here reads a database.

Texts that come from models (`status_label`, `step_label`, flags' `message`) are lazily translated;
texts from the record or the words are shown as they are, escaped by the template.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from ehr.exceptions import Text
from ehr.selectors.level_shapes import LevelView
from ehr.selectors.query_shapes import QueryView


@dataclass(frozen=True, slots=True)
class PatientBrief:
    """A patient's line in a list. `age_years` is None without a birth date; under two years
    `age_months` is what to show. `gender` is the FHIR code (male, female, other, unknown)."""

    id: str
    name: str
    given: str = ""
    family: str = ""
    gender: str = ""
    gender_label: Text = ""
    birth_date: date | None = None
    age_years: int | None = None
    age_months: int | None = None
    identifier: str = ""  # the first medical record number, as shown


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """The chart's header."""

    brief: PatientBrief
    phone: str = ""
    address: str = ""
    language: str = ""
    deceased: date | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """A visit of the day. `decided` of `sentences` were accepted, edited or rejected by a person;
    `open_flags` counts high-severity warnings that still block signing."""

    visit_id: int
    scheduled_at: datetime
    patient: PatientBrief
    specialty: str
    specialty_label: Text
    reason: str
    language: str
    status: str
    status_label: Text
    clinician: str
    mine: bool
    draft_id: int | None = None
    draft_state: str = ""
    draft_step: str = ""
    note_id: int | None = None
    sentences: int = 0
    decided: int = 0
    codes: int = 0
    codes_decided: int = 0
    open_flags: int = 0


@dataclass(frozen=True, slots=True)
class Worklist:
    day: date
    rows: tuple[WorklistRow, ...]
    counts: dict[str, int] = field(default_factory=dict)  # by Visit.Status value


@dataclass(frozen=True, slots=True)
class ChartItem:
    """One line of the chart: a problem, medicine, allergy, procedure, document or encounter.

    `kind` is condition, medication, allergy, procedure, immunization, encounter, document or
    family. `active` is what sorts a problem list from its history. `since` and `until` are ISO
    dates as recorded (maybe only a year).
    """

    kind: str
    resource_type: str
    resource_id: str
    version: int
    label: str
    code: str = ""
    system: str = ""
    status: str = ""
    active: bool = True
    since: str = ""
    until: str = ""
    detail: str = ""  # dosage, reaction, class, author ...
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement. `text` is the value with its digits as recorded; `abnormal` is H, L, HH,
    LL, A or ""."""

    at: datetime
    value: float
    text: str
    abnormal: str = ""
    resource_id: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One measured thing over time, oldest first: what an SVG chart draws.

    `group` joins series drawn together (systolic and diastolic pressure); `low` and `high` are the
    reference range of the latest point, None when the record has none. `minimum` and `maximum`
    cover points and range, so that a chart needs no arithmetic on lists.
    """

    key: str
    label: str
    unit: str
    category: str  # vital-signs or laboratory
    points: tuple[Point, ...]
    group: str = ""
    low: float | None = None
    high: float | None = None
    minimum: float = 0.0
    maximum: float = 0.0

    @property
    def latest(self) -> Point:
        return self.points[-1]

    @property
    def change(self) -> float | None:
        """Latest minus the one before, None with a single point."""
        return self.points[-1].value - self.points[-2].value if len(self.points) > 1 else None


@dataclass(frozen=True, slots=True)
class VisitBrief:
    """A visit in Plume (planned, drafting, in review, signed), as opposed to a FHIR Encounter."""

    visit_id: int
    scheduled_at: datetime
    specialty: str
    specialty_label: Text
    reason: str
    status: str
    status_label: Text
    clinician: str
    note_id: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    patient: PatientDetails
    problems: tuple[ChartItem, ...] = ()
    past_problems: tuple[ChartItem, ...] = ()
    medicines: tuple[ChartItem, ...] = ()
    past_medicines: tuple[ChartItem, ...] = ()
    allergies: tuple[ChartItem, ...] = ()
    procedures: tuple[ChartItem, ...] = ()
    immunizations: tuple[ChartItem, ...] = ()
    family: tuple[ChartItem, ...] = ()
    encounters: tuple[ChartItem, ...] = ()
    documents: tuple[ChartItem, ...] = ()
    vitals: tuple[Series, ...] = ()
    laboratory: tuple[Series, ...] = ()
    visits: tuple[VisitBrief, ...] = ()


@dataclass(frozen=True, slots=True)
class UtteranceLine:
    """One turn of talk. `start`/`end` are offsets into the visit's text; `clock` is "3:07" when
    the words carry times. Evidence spans are offsets into the same text."""

    index: int
    start: int
    end: int
    text: str
    role: str
    role_label: Text
    speaker: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a visit, as the evidence points into them."""

    visit_text_id: int
    text: str
    utterances: tuple[UtteranceLine, ...]
    language: str
    source_format: str
    source_name: str
    submitted_at: datetime
    submitted_by: str


@dataclass(frozen=True, slots=True)
class DraftStatus:
    """Where a draft stands. `position` is 1 for the next one to be taken, 0 when it is not
    waiting; `percent` is 0 to 100. After a failure `failure_message` says what happened and
    `failure_advice` what to do."""

    draft_id: int
    visit_id: int
    state: str
    state_label: Text
    open: bool
    step: str = ""
    step_label: Text = ""
    done: int = 0
    total: int = 0
    percent: int = 0
    position: int = 0
    attempts: int = 0
    requested_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    failure_code: str = ""
    failure_message: Text = ""
    failure_advice: Text = ""
    can_retry: bool = False
    note_id: int | None = None
    template: str = "soap"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class VisitDetail:
    visit: VisitBrief
    patient: PatientBrief
    language: str
    words: Words | None = None
    draft: DraftStatus | None = None
    note_id: int | None = None
    note_state: str = ""
    signatures: int = 0
    mine: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What a sentence or a code rests on. `kind` is "words" (start, end) or "record".

    `utterance` is the index of the turn that holds `start`, None for the record.
    """

    id: int
    kind: str
    quote: str
    start: int | None = None
    end: int | None = None
    utterance: int | None = None
    resource_type: str = ""
    resource_id: str = ""
    resource_version: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class FlagView:
    """Why a person should look. `index` names the flag for `flag_resolve`."""

    index: int
    code: str
    severity: str
    message: Text
    detail: dict[str, str]
    resolved: bool = False
    resolved_by: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == "high" and not self.resolved


@dataclass(frozen=True, slots=True)
class SentenceView:
    id: int
    position: int
    text: str
    drafted_text: str
    status: str
    status_label: Text
    written_by_person: bool
    confidence: float
    evidence: tuple[EvidenceView, ...] = ()
    flags: tuple[FlagView, ...] = ()

    @property
    def decided(self) -> bool:
        return self.status != "proposed"

    @property
    def evidence_ids(self) -> str:
        return " ".join(str(item.id) for item in self.evidence)


@dataclass(frozen=True, slots=True)
class SectionView:
    id: int
    key: str
    title: str
    sentences: tuple[SentenceView, ...] = ()
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class SuggestionView:
    id: int
    system: str
    code: str
    description: str
    release: str
    matched_term: str
    confidence: float
    reasons: tuple[str, ...]
    preticked: bool
    added_by_person: bool
    status: str
    status_label: Text
    reject_reason: str = ""
    evidence: tuple[EvidenceView, ...] = ()
    prompt: QueryView | None = None  # what it leaves open

    @property
    def percent(self) -> int:
        return round(self.confidence * 100)


@dataclass(frozen=True, slots=True)
class BalanceView:
    """A code and the note disagree. `kind`: unsupported or unnamed (more is coded than the note
    says), undecided (the note says more than is coded)."""

    suggestion_id: int
    code: str
    description: str
    kind: str
    message: Text


@dataclass(frozen=True, slots=True)
class SetAsideView:
    """Something heard or recorded that the note leaves out, and why."""

    text: str
    reason: str
    reason_label: Text
    quotes: tuple[EvidenceView, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckView:
    """One of the first things to check. `sentence_id` is None for a warning about the draft."""

    message: Text
    severity: str
    sentence_id: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class EventView:
    """One step of the trail from the draft to what was signed."""

    at: datetime
    actor: str
    action: str
    action_label: Text
    version: int
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class NoteForReview:
    """Everything the review page shows. Every change names `version`, the one shown here."""

    note_id: int
    version: int
    state: str
    state_label: Text
    editable: bool
    superseded: bool
    visit: VisitBrief
    patient: PatientBrief
    draft_id: int
    language: str
    template: str
    words: Words
    sections: tuple[SectionView, ...]
    suggestions: tuple[SuggestionView, ...]
    set_aside: tuple[SetAsideView, ...]
    warnings: tuple[FlagView, ...]
    checks: tuple[CheckView, ...]  # at most three
    engine: dict[str, str]
    sentences: int = 0
    decided: int = 0
    open_flags: int = 0
    signatures: int = 0
    amendment_reason: str = ""
    events: tuple[EventView, ...] = ()
    level: LevelView | None = None
    balance: tuple[BalanceView, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedSection:
    key: str
    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedCode:
    system: str
    code: str
    description: str
    release: str = ""


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """One signature with the content it froze. `current` is the one in force."""

    number: int
    current: bool
    note_id: int
    note_version: int
    language: str
    sections: tuple[SignedSection, ...]
    codes: tuple[SignedCode, ...]
    sha256: str
    signed_by: str
    signed_at: datetime
    composition_id: str
    composition_version: int
    document_reference_id: str
    provenance_id: str
    condition_ids: tuple[str, ...] = ()
    amendment_reason: str = ""
    em_code: str = ""
