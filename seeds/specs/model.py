"""The vocabulary of a patient specification: a clinical history as plain, typed values.

Dates are ISO strings ("2026-08-18"), times are local to the practice ("2026-08-18T09:20"). Keys are
short slugs; the builder turns them into resource ids such as ``margaret-ellison-t2dm``.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]


@dataclass(frozen=True)
class Coding:
    """One code of one code system, with that system's display."""

    system: str
    code: str
    display: str


@dataclass(frozen=True)
class Concept:
    """A statement in the patient's language, and the codes that say the same."""

    text: str
    codings: tuple[Coding, ...] = ()


@dataclass(frozen=True)
class Vitals:
    """Vital signs of one visit; height and weight give the body-mass index.

    Units: mm[Hg], beats and breaths per minute, kg, cm, degrees Celsius, percent.
    """

    bp: tuple[int, int] | None = None
    heart_rate: int | None = None
    weight: float | None = None
    height: float | None = None
    temperature: float | None = None
    spo2: int | None = None
    respiratory_rate: int | None = None
    head: float | None = None
    pain: int | None = None


@dataclass(frozen=True)
class Visit:
    """A past encounter. ``about`` names the conditions it dealt with, the main one first."""

    at: str
    reason: str
    vitals: Vitals | None = None
    about: tuple[str, ...] = ()
    minutes: int = 20
    setting: Literal["office", "phone", "emergency", "inpatient"] = "office"
    checkup: bool = False
    clinician: str = ""
    days: int = 0


@dataclass(frozen=True)
class Condition:
    """A problem-list entry, or with ``acute`` the diagnosis of one encounter."""

    key: str
    concept: Concept
    onset: str
    recorded: str
    abated: str = ""
    remission: bool = False
    acute: bool = False
    severity: Literal["", "mild", "moderate", "severe"] = ""
    note: str = ""


@dataclass(frozen=True)
class Medication:
    """A prescription: ``dose`` of ``unit``, ``times`` every ``every`` units of time.

    Active without ``stop``; stopped with ``stop`` and ``why_stopped``; completed with ``stop``
    alone.
    """

    key: str
    concept: Concept
    sig: str
    dose: float
    unit: str
    start: str
    times: int = 1
    every: tuple[int, Literal["h", "d", "wk", "mo"]] = (1, "d")
    reason: str = ""
    stop: str = ""
    why_stopped: str = ""
    as_needed: str = ""
    route: Literal["oral", "inhaled", "topical", "subcutaneous", "intramuscular"] = "oral"
    note: str = ""


@dataclass(frozen=True)
class Allergy:
    """An allergy or intolerance; no ``reactions`` for the statement that none is known."""

    key: str
    concept: Concept
    recorded: str
    reactions: tuple[Concept, ...] = ()
    type: Literal["allergy", "intolerance"] = "allergy"
    category: Literal["medication", "food", "environment"] = "medication"
    criticality: Literal["low", "high", "unable-to-assess"] = "low"
    severity: Literal["mild", "moderate", "severe"] = "mild"
    onset: str = ""
    note: str = ""


@dataclass(frozen=True)
class Results:
    """Results of one day, by the names of ``codes.MEASURES``; text for a qualitative result."""

    day: str
    values: dict[str, float | str]
    conclusion: str = ""


@dataclass(frozen=True)
class Study:
    """A report that is not a laboratory panel; ``measures`` names results of the same day.

    ``service`` is an HL7 v2 table 0074 code: radiology, ultrasound, echocardiography, ECG,
    pulmonary function, surgical pathology.
    """

    key: str
    concept: Concept
    day: str
    conclusion: str
    service: Literal["RAD", "RUS", "CUS", "EC", "PF", "SP"] = "RAD"
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """A procedure done; ``by`` names a performer from outside the practice."""

    key: str
    concept: Concept
    day: str
    reason: str = ""
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Relative:
    """A relative's illness with the age at its onset, in years; ``died_at`` the age at death."""

    key: str
    role: Literal["FTH", "MTH", "BRO", "SIS", "MGRMTH", "PGRFTH"]
    name: str
    illness: Concept
    onset_age: int
    died_at: int | None = None


@dataclass(frozen=True)
class Plan:
    """A care plan in force since ``start``."""

    key: str
    title: str
    start: str
    activities: tuple[str, ...]
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """A request for a service; ``due`` may lie after the anchor date."""

    key: str
    concept: Concept
    authored: str
    reason: str = ""
    due: str = ""
    done: bool = False
    note: str = ""


@dataclass(frozen=True)
class Booking:
    """A planned appointment, the only thing besides an order that may lie in the future."""

    key: str
    at: str
    title: str
    minutes: int = 20


@dataclass(frozen=True)
class Contact:
    """A person to call."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True)
class History:
    """Everything the demo knows of one patient.

    ``smoking`` pairs a day with a key of ``codes.SMOKING``, ``vaccines`` a day with one of
    ``codes.VACCINES``. ``height`` (cm) stands in for the visits of a grown-up, which give none.
    """

    id: str
    given: tuple[str, ...]
    family: str
    gender: Literal["male", "female"]
    born: str
    street: str
    city: str
    postcode: str
    phone: str
    mrn: str
    payer: str
    member: str
    covered_since: str
    visits: tuple[Visit, ...]
    conditions: tuple[Condition, ...]
    medications: tuple[Medication, ...]
    allergies: tuple[Allergy, ...]
    results: tuple[Results, ...]
    height: float | None = None
    language: Language = "en"
    marital: str = ""
    email: str = ""
    clinician: str = "dr-claire-martin"
    contact: Contact | None = None
    subscriber: str = ""
    studies: tuple[Study, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    vaccines: tuple[tuple[str, str], ...] = ()
    relatives: tuple[Relative, ...] = ()
    plans: tuple[Plan, ...] = ()
    orders: tuple[Order, ...] = ()
    bookings: tuple[Booking, ...] = ()
    smoking: tuple[tuple[str, str], ...] = ()
