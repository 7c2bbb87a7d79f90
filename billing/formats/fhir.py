"""A claim as the values that `fhir_bridge.mappings.claim` makes Claim and ChargeItem from."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.shapes import Claim, InstitutionalFacts
from fhir_bridge.mappings.claim import (
    NPI,
    PAYER_NUMBER,
    BilledClaim,
    BilledDiagnosis,
    BilledService,
    BilledStay,
    Identified,
    charge_item_build,
    claim_build,
)
from fhir_bridge.mappings.parts import Ref


def claim_resource_id(claim_id: str, version: int) -> str:
    """One Claim a signed version: sending it again makes a new version of that resource."""
    return f"{claim_id}-{version}"


def resources_of(claim: Claim, *, organization: str, created: datetime) -> list[dict[str, Any]]:
    """The Claim and a ChargeItem for each service; ``organization`` is the one that is paid."""
    billed = _billed(claim, organization, created)
    items = [charge_item_build(billed, number) for number in range(1, len(billed.services) + 1)]
    return [claim_build(billed), *items]


def _billed(claim: Claim, organization: str, created: datetime) -> BilledClaim:
    coverage, provider, clinician = claim.coverage, claim.billing_provider, claim.clinician
    payer = coverage.payer if coverage else None
    prior = claim.prior_version if claim.prior_version not in (0, claim.version) else 0
    encounter = f"Encounter/{claim.encounter_id}" if claim.encounter_id else ""
    practitioner = f"Practitioner/{clinician.reference}" if clinician.reference else ""
    return BilledClaim(
        id=claim_resource_id(claim.claim_id, claim.version),
        number=claim.claim_id,
        version=claim.version,
        created=created,
        service_date=claim.service_date,
        patient=Ref(f"Patient/{claim.subject.id}"),
        encounter=Ref(encounter),
        provider=Identified(
            Ref(
                f"Organization/{organization}" if organization else "",
                provider.name if provider else "",
            ),
            NPI,
            provider.npi if provider else "",
        ),
        rendering=Identified(Ref(practitioner, clinician.name), NPI, clinician.npi),
        specialty=clinician.taxonomy,
        insurer=Identified(
            Ref(f"Organization/{payer.reference}", payer.name), PAYER_NUMBER, payer.payer_id
        )
        if payer
        else None,
        coverage=Ref(f"Coverage/{coverage.id}", coverage.payer_name) if coverage else None,
        member_id=coverage.member_id if coverage else "",
        authorization=claim.authorization,
        diagnoses=tuple(
            BilledDiagnosis(code.system, code.code, code.description, code.release)
            for code in claim.codes
        ),
        services=tuple(
            BilledService(
                system=line.system,
                code=line.code,
                display=line.description,
                modifiers=line.modifiers,
                units=Decimal(0) if line.units is None else line.units,
                charge=line.charge,
                pointers=line.pointers,
                place_of_service=line.place_of_service or claim.place_of_service,
                revenue_code=line.revenue_code if claim.institutional else "",
            )
            for line in claim.lines
        ),
        total=claim.total,
        composition=Ref(f"Composition/{claim.composition_id}"),
        void=claim.frequency == "8",
        prior=Ref(f"Claim/{claim_resource_id(claim.claim_id, prior)}") if prior else None,
        prior_number=claim.original_reference,
        stay=_stay(claim, claim.institutional) if claim.institutional else None,
    )


def _stay(claim: Claim, stay: InstitutionalFacts) -> BilledStay:
    facility = stay.facility
    return BilledStay(
        bill_type=f"{stay.bill_type}{claim.frequency}",
        statement_from=stay.statement_from,
        statement_to=stay.statement_to,
        facility=Identified(
            Ref("", facility.name if facility else ""), NPI, facility.npi if facility else ""
        ),
        admitted=stay.admitted_on.isoformat() if stay.admitted_on else "",
        admission_type=stay.admission_type,
        admission_source=stay.admission_source,
        patient_status=stay.patient_status,
        presenting=stay.presenting,
        inpatient=stay.inpatient,
    )
