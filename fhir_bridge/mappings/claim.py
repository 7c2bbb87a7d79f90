"""A billed visit as Claim and ChargeItem.

https://hl7.org/fhir/R4/claim.html, https://hl7.org/fhir/R4/chargeitem.html
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fhir_bridge.code_lists import hcpcs
from fhir_bridge.mappings.parts import TERMINOLOGY, Ref, concept, instant, present

NPI = "http://hl7.org/fhir/sid/us-npi"
# The National Uniform Billing Committee's code systems, as HL7's registry names them.
TYPE_OF_BILL = "https://www.nubc.org/CodeSystem/TypeOfBill"
REVENUE_CODES = "https://www.nubc.org/CodeSystem/RevenueCodes"
ADMISSION_TYPE = "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit"
ADMISSION_SOURCE = "https://www.nubc.org/CodeSystem/PointOfOrigin"
PATIENT_STATUS = "https://www.nubc.org/CodeSystem/PatDischargeStatus"
# Institutional claims are a beta: what reads them over REST is told so.
_IN_FRENCH = {
    "url": "http://hl7.org/fhir/StructureDefinition/translation",
    "extension": [
        {"url": "lang", "valueCode": "fr"},
        {"url": "content", "valueString": "Bêta"},
    ],
}
BETA = {
    "system": "urn:plume:maturity",
    "code": "beta",
    "display": "Beta",
    "_display": {"extension": [_IN_FRENCH]},
}
PLACE_OF_SERVICE = (
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
)
MODIFIERS = hcpcs.URL
CLAIM_NUMBER = "urn:plume:claim-number"
PAYER_NUMBER = "urn:plume:payer-number"
PAYER_CLAIM_NUMBER = "urn:plume:payer-claim-number"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


@dataclass(frozen=True, slots=True)
class BilledDiagnosis:
    """A code of the claim, in its order."""

    system: str
    code: str
    display: str
    release: str = ""


@dataclass(frozen=True, slots=True)
class BilledService:
    """A service line. ``charge`` in US dollars; ``pointers`` are positions of diagnoses.

    ``revenue_code`` only on institutional claims, where ``code`` may be empty.
    """

    system: str
    code: str
    display: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge: Decimal | None
    pointers: tuple[int, ...]
    place_of_service: str
    revenue_code: str = ""

    def concept(self) -> dict[str, Any]:
        """What was done: the procedure, else the revenue code."""
        if self.code:
            return concept(self.system, self.code, self.display)
        return concept(REVENUE_CODES, self.revenue_code)


@dataclass(frozen=True, slots=True)
class Identified:
    """A party by reference and by the number that payers know it by."""

    ref: Ref
    system: str
    number: str

    def build(self) -> dict[str, Any]:
        number = {"system": self.system, "value": self.number} if self.number else None
        return present({**self.ref.build(), "identifier": number})


@dataclass(frozen=True, slots=True)
class BilledStay:
    """What an institutional claim states beside a professional one.

    ``bill_type``: three places, the frequency last. ``presenting`` is the position of the
    diagnosis at admission, or of an outpatient's reason for the visit.
    """

    bill_type: str
    statement_from: date
    statement_to: date
    facility: Identified
    admitted: str = ""
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    presenting: int | None = None
    inpatient: bool = False


@dataclass(frozen=True, slots=True)
class BilledClaim:
    """A claim as it left. ``void``: it withdraws what was sent before.

    ``prior`` is the Claim that this one replaces, ``prior_number`` the payer's number of it.
    ``coverage`` and ``insurer`` are None while nothing is known of the insurance.
    """

    id: str
    number: str
    version: int
    created: datetime
    service_date: date
    patient: Ref
    encounter: Ref
    provider: Identified
    rendering: Identified
    specialty: str
    insurer: Identified | None
    coverage: Ref | None
    member_id: str
    authorization: str
    diagnoses: tuple[BilledDiagnosis, ...]
    services: tuple[BilledService, ...]
    total: Decimal
    composition: Ref
    void: bool = False
    prior: Ref | None = None
    prior_number: str = ""
    stay: BilledStay | None = None


def claim_build(claim: BilledClaim) -> dict[str, Any]:
    """The Claim, professional or (beta, and tagged so) institutional; cancelled when it withdraws
    what was sent."""
    stay = claim.stay
    return present(
        {
            "resourceType": "Claim",
            "id": claim.id,
            "meta": {"tag": [BETA]} if stay else None,
            "identifier": [{"system": CLAIM_NUMBER, "value": f"{claim.number}-{claim.version}"}],
            "status": "cancelled" if claim.void else "active",
            "type": concept(f"{TERMINOLOGY}/claim-type", "institutional", "Institutional")
            if stay
            else concept(f"{TERMINOLOGY}/claim-type", "professional", "Professional"),
            "subType": concept(TYPE_OF_BILL, stay.bill_type) if stay else None,
            "use": "claim",
            "patient": claim.patient.build(),
            "billablePeriod": {
                "start": (stay.statement_from if stay else claim.service_date).isoformat(),
                "end": (stay.statement_to if stay else claim.service_date).isoformat(),
            },
            "created": instant(claim.created),
            "insurer": claim.insurer.build() if claim.insurer else None,
            "provider": claim.provider.build() or _absent(),
            "priority": concept(f"{TERMINOLOGY}/processpriority", "normal", "Normal"),
            "related": _related(claim),
            "facility": stay.facility.build() if stay else None,
            "careTeam": [_care_team(claim)],
            "supportingInfo": [
                {
                    "sequence": 1,
                    "category": concept(f"{TERMINOLOGY}/claiminformationcategory", "info"),
                    "valueReference": claim.composition.build(),
                },
                *(_stay_info(stay) if stay else ()),
            ],
            "diagnosis": [
                {
                    "sequence": position,
                    "diagnosisCodeableConcept": {"coding": [_coding(diagnosis)]},
                    **_diagnosis_type(stay, position),
                }
                for position, diagnosis in enumerate(claim.diagnoses, start=1)
            ],
            "insurance": [_insurance(claim)],
            "item": [
                _item(claim, service, position)
                for position, service in enumerate(claim.services, start=1)
            ],
            "total": money(claim.total) if claim.services else None,
        }
    )


def charge_item_build(claim: BilledClaim, position: int) -> dict[str, Any]:
    """The ChargeItem of the service at this position (from 1)."""
    service = claim.services[position - 1]
    return present(
        {
            "resourceType": "ChargeItem",
            "id": charge_item_id(claim, position),
            "status": "aborted" if claim.void else "billed",
            "code": service.concept(),
            "subject": claim.patient.build(),
            "context": claim.encounter.build(),
            "occurrenceDateTime": claim.service_date.isoformat(),
            "performer": [{"actor": claim.rendering.ref.build()}],
            "performingOrganization": claim.provider.ref.build()
            if claim.provider.ref.target
            else None,
            "quantity": {"value": service.units},
            "priceOverride": money(service.charge) if service.charge is not None else None,
            "enteredDate": instant(claim.created),
            "supportingInformation": [Ref(f"Claim/{claim.id}").build()],
        }
    )


def charge_item_id(claim: BilledClaim, position: int) -> str:
    return f"{claim.id}-{position}"


def money(amount: Decimal) -> dict[str, Any]:
    return {"value": amount, "currency": "USD"}


def _stay_info(stay: BilledStay) -> list[dict[str, Any]]:
    """Admission and status at the end, from the second piece of information on."""
    category = f"{TERMINOLOGY}/claiminformationcategory"
    known = [
        {
            "category": concept(category, "hospitalized"),
            "code": concept(ADMISSION_TYPE, stay.admission_type) if stay.admission_type else None,
            "timingDate": stay.admitted,
        }
        if stay.admitted or stay.admission_type
        else None,
        {
            "category": concept(category, "info"),
            "code": concept(ADMISSION_SOURCE, stay.admission_source),
        }
        if stay.admission_source
        else None,
        {
            "category": concept(category, "discharge"),
            "code": concept(PATIENT_STATUS, stay.patient_status),
        }
        if stay.patient_status
        else None,
    ]
    said = [present(each) for each in known if each is not None]
    return [{"sequence": number, **each} for number, each in enumerate(said, start=2)]


def _diagnosis_type(stay: BilledStay | None, position: int) -> dict[str, Any]:
    """The principal diagnosis and the one at admission (ex-diagnosistype)."""
    if stay is None:
        return {}
    types = f"{TERMINOLOGY}/ex-diagnosistype"
    said = [concept(types, "principal")] if position == 1 else []
    if stay.inpatient and stay.presenting == position:
        said.append(concept(types, "admitting"))
    return {"type": said} if said else {}


def _related(claim: BilledClaim) -> list[dict[str, Any]]:
    if claim.prior is None and not claim.prior_number:
        return []
    number = {"system": PAYER_CLAIM_NUMBER, "value": claim.prior_number}
    return [
        present(
            {
                "claim": claim.prior.build() if claim.prior else None,
                "relationship": concept(f"{TERMINOLOGY}/ex-relatedclaimrelationship", "prior"),
                "reference": number if claim.prior_number else None,
            }
        )
    ]


def _care_team(claim: BilledClaim) -> dict[str, Any]:
    taxonomy = concept("http://nucc.org/provider-taxonomy", claim.specialty)
    return present(
        {
            "sequence": 1,
            "provider": claim.rendering.build(),
            "responsible": True,
            "role": concept(f"{TERMINOLOGY}/claimcareteamrole", "primary", "Primary provider"),
            "qualification": taxonomy if claim.specialty else None,
        }
    )


def _insurance(claim: BilledClaim) -> dict[str, Any]:
    member = {"type": concept(f"{TERMINOLOGY}/v2-0203", "MB"), "value": claim.member_id}
    coverage = claim.coverage.build() if claim.coverage else _absent()
    if claim.member_id:
        coverage["identifier"] = member
    return present(
        {
            "sequence": 1,
            "focal": True,
            "coverage": coverage,
            "preAuthRef": [claim.authorization] if claim.authorization else None,
        }
    )


def _item(claim: BilledClaim, service: BilledService, position: int) -> dict[str, Any]:
    return present(
        {
            "sequence": position,
            "careTeamSequence": [1],
            "diagnosisSequence": list(service.pointers),
            "revenue": concept(REVENUE_CODES, service.revenue_code)
            if service.revenue_code
            else None,
            "productOrService": service.concept(),
            "modifier": [concept(MODIFIERS, modifier) for modifier in service.modifiers],
            "servicedDate": claim.service_date.isoformat(),
            "locationCodeableConcept": concept(PLACE_OF_SERVICE, service.place_of_service)
            if claim.stay is None
            else None,
            "quantity": {"value": service.units},
            "net": money(service.charge) if service.charge is not None else None,
            "encounter": [claim.encounter.build()] if claim.encounter.target else None,
        }
    )


def _coding(diagnosis: BilledDiagnosis) -> dict[str, Any]:
    return present(
        {
            "system": diagnosis.system,
            "version": diagnosis.release,
            "code": diagnosis.code,
            "display": diagnosis.display,
        }
    )


def _absent() -> dict[str, Any]:
    """For an element that R4 requires and nobody knows yet."""
    return {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
