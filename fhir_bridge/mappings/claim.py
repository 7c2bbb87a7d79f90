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
    """A service line. ``charge`` in US dollars; ``pointers`` are positions of diagnoses."""

    system: str
    code: str
    display: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge: Decimal | None
    pointers: tuple[int, ...]
    place_of_service: str


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


def claim_build(claim: BilledClaim) -> dict[str, Any]:
    """The professional Claim; cancelled when it withdraws what was sent."""
    return present(
        {
            "resourceType": "Claim",
            "id": claim.id,
            "identifier": [{"system": CLAIM_NUMBER, "value": f"{claim.number}-{claim.version}"}],
            "status": "cancelled" if claim.void else "active",
            "type": concept(f"{TERMINOLOGY}/claim-type", "professional", "Professional"),
            "use": "claim",
            "patient": claim.patient.build(),
            "billablePeriod": {
                "start": claim.service_date.isoformat(),
                "end": claim.service_date.isoformat(),
            },
            "created": instant(claim.created),
            "insurer": claim.insurer.build() if claim.insurer else None,
            "provider": claim.provider.build() or _absent(),
            "priority": concept(f"{TERMINOLOGY}/processpriority", "normal", "Normal"),
            "related": _related(claim),
            "careTeam": [_care_team(claim)],
            "supportingInfo": [
                {
                    "sequence": 1,
                    "category": concept(f"{TERMINOLOGY}/claiminformationcategory", "info"),
                    "valueReference": claim.composition.build(),
                }
            ],
            "diagnosis": [
                {
                    "sequence": position,
                    "diagnosisCodeableConcept": {"coding": [_coding(diagnosis)]},
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
            "code": concept(service.system, service.code, service.display),
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
            "productOrService": concept(service.system, service.code, service.display),
            "modifier": [concept(MODIFIERS, modifier) for modifier in service.modifiers],
            "servicedDate": claim.service_date.isoformat(),
            "locationCodeableConcept": concept(PLACE_OF_SERVICE, service.place_of_service),
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
