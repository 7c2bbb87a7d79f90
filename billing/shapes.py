"""The frozen values that pages, rules and formats read: the minimum that a claim needs."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as X12 N3 and N4 want it: a US ``state`` is its two letters."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"

    @property
    def complete(self) -> bool:
        """Street and city; in the United States and Canada also state and postal code."""
        parts = (self.line1, self.city)
        return all((*parts, self.state, self.postal_code) if self.with_state else parts)

    @property
    def with_state(self) -> bool:
        """Whether N402 is required: in the United States and Canada."""
        return self.country in ("", "US", "CA")


@dataclass(frozen=True, slots=True)
class Subject:
    """Of a patient, or of the person whose insurance pays, only what identifies them to a payer.

    ``gender`` is FHIR's administrative one: male, female, other, unknown or empty.
    """

    name: str
    birth_date: date | None = None
    mrn: str = ""
    id: str = ""
    family: str = ""
    given: str = ""
    gender: str = ""
    address: Address = Address()


@dataclass(frozen=True, slots=True)
class PayerFacts:
    """``payer_id`` is what the clearinghouse knows the payer by; ``filing_indicator`` is SBR09.

    ``reference`` is the FHIR id of its Organization.
    """

    name: str
    payer_id: str
    filing_indicator: str
    address: Address = Address()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """Who pays. ``relationship`` says what the patient is to the subscriber: self, spouse, child
    or other.

    ``subscriber`` is None when it is the patient. ``payer`` is None while the record's payer is
    none of the practice's payers; ``payer_name`` is then what the record says.
    """

    id: str
    member_id: str
    relationship: str = "self"
    group_number: str = ""
    payer: PayerFacts | None = None
    payer_name: str = ""
    subscriber: Subject | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class BillingProviderFacts:
    """The organisation that is paid. ``tax_id`` is an employer identification number."""

    name: str
    npi: str
    taxonomy: str
    tax_id: str
    address: Address = Address()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who signed, and so rendered the service; ``npi`` is empty when none is known.

    ``reference`` is the FHIR id of their Practitioner.
    """

    name: str
    npi: str = ""
    family: str = ""
    given: str = ""
    taxonomy: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who submits, and to whom (X222A1 loops 1000A and 1000B). ``usage``: T test, P production."""

    name: str
    id: str
    contact: str
    phone: str
    receiver_name: str
    receiver_id: str
    id_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    usage: str = "T"


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """An accepted code, exactly as it was signed; `position` counts from 1."""

    position: int
    system: str
    code: str
    description: str
    release: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A service that is charged. ``charge`` is the line's, not the unit's, in US dollars.

    ``pointers`` are positions of the claim's codes, most important first. ``place_of_service`` is
    empty where it is the claim's. ``revenue_code``: the four digits that an institutional claim
    says a service by; there ``code`` may be empty.
    """

    position: int
    code: str
    system: str
    units: Decimal | None
    charge: Decimal | None
    pointers: tuple[int, ...]
    modifiers: tuple[str, ...] = ()
    place_of_service: str = ""
    description: str = ""
    id: int = 0
    revenue_code: str = ""


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """Where institutional services are given (X223A2 2310E). ``bill_type``: its two digits."""

    name: str
    npi: str
    bill_type: str
    address: Address = Address()


# Stays in a bed, by type of bill: CMS, Medicare Claims Processing Manual, chapter 25, 75.1.
INPATIENT = frozenset(("11", "18", "21", "41"))


@dataclass(frozen=True, slots=True)
class InstitutionalFacts:
    """What only an institutional claim states (X223A2 2300).

    ``bill_type``: kind of facility and kind of care, two digits. ``presenting``: the position of
    the diagnosis at admission or, of an outpatient, of the reason for the visit.
    """

    facility: FacilityFacts | None
    bill_type: str
    statement_from: date
    statement_to: date
    admitted_on: date | None = None
    admitted_at: time | None = None
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = "01"
    discharged_at: time | None = None
    presenting: int | None = None

    @property
    def inpatient(self) -> bool:
        return self.bill_type in INPATIENT


@dataclass(frozen=True, slots=True)
class Claim:
    """One signed version of a visit's codes, and what billing added to it.

    ``replaces``: the version exported before, 0 if none. ``frequency`` is CLM05-3: 1 original,
    7 replacement, 8 void; ``prior_version`` the version that the payer has and this one replaces
    or voids, ``original_reference`` the payer's number of it. ``confirmed``: keys of edits that a
    person settled. ``withdrawn``: an amendment took away every code of what was exported.
    ``total`` is what the claim says it comes to, to be held against the lines.
    ``institutional`` is None for a professional claim; ``prior_institutional`` says the kind of
    the claim that this one replaces or voids, None where there is none.
    """

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
    submission: int = 1
    frequency: str = "1"
    original_reference: str = ""
    prior_version: int = 0
    payer_reference: str = ""
    authorization: str = ""
    place_of_service: str = "11"
    coverage: CoverageFacts | None = None
    billing_provider: BillingProviderFacts | None = None
    lines: tuple[ClaimLine, ...] = ()
    total: Decimal = Decimal(0)
    encounter_id: str = ""
    withdrawn: bool = False
    confirmed: frozenset[str] = frozenset()
    institutional: InstitutionalFacts | None = None
    prior_institutional: bool | None = None

    @property
    def exportable(self) -> bool:
        return self.state in ("signed", "ready") and not self.amending


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of claims, how many each state has, and the item after which the next page begins."""

    claims: tuple[Claim, ...]
    counts: dict[str, int]
    total: int
    after: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of an export. ``rows`` counts what it holds: rows, claims or boxes."""

    kind: str
    label: str
    filename: str
    sha256: str
    rows: int
    beta: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """An export in the history."""

    id: int
    item_count: int
    created_by: str
    created_at: datetime
    files: tuple[File, ...] = field(default=())
    control_number: int | None = None

    @property
    def guide(self) -> str:
        """The guide that its claim file was read against."""
        institutional = any(file.kind == "837i" for file in self.files)
        return "005010X223A2" if institutional else "005010X222A1"
