"""A practice that can send claims: the standing world's own data, entered by its biller."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import (
    BillingItem,
    BillingProvider,
    Facility,
    Fee,
    Payer,
    RenderingProvider,
    Submitter,
)
from billing.npi import npi_complete
from billing.services import practice
from billing.services.items import billing_items_ensure
from billing.services.lines import LineInput, coverage_save, lines_save
from fhir_bridge import store
from fhir_bridge.access import loader_actor
from fhir_bridge.mappings.coverage import Insurance
from fhir_bridge.mappings.parts import Ref
from tests.ehr.world import RESOURCES, World

NPI = npi_complete("200010009")
CLINICIAN_NPI = npi_complete("200010010")
ADDRESS = {
    "line1": "240 Cedar Hill Road", "line2": "Suite 3", "city": "Lewiston", "state": "me",
    "postal_code": "04240-5301", "country": "US",
}  # fmt: skip
SUBMITTER = {
    "name": "Cedar Hill", "identifier": "CHMG01", "qualifier": "ZZ", "contact": "Brendan Keane",
    "phone": "207 555 0100", "receiver_name": "Clearing House", "receiver_identifier": "CLEAR9",
    "receiver_qualifier": "ZZ", "usage": "T",
}  # fmt: skip
PROVIDER = {
    "name": "Cedar Hill Médical", "npi": NPI, "taxonomy": "261QP2300X", "tax_id": "12-3456789",
    "phone": "", **ADDRESS,
}  # fmt: skip
FACILITY = {
    "name": "Cedar Hill Hôpital", "npi": npi_complete("200010011"), "bill_type": "13", **ADDRESS,
}  # fmt: skip
PAYER = {"name": "Pine State", "payer_id": "PSH01", "filing_indicator": "CI", **ADDRESS}
LINES = (
    LineInput("99213", Decimal(1), (1, 2), ("25",)),
    LineInput("93000", Decimal(1), (1,), charge=Decimal("60.50")),
)


@dataclass(frozen=True)
class Practice:
    submitter: Submitter
    provider: BillingProvider
    payer: Payer
    clinician: RenderingProvider
    fee: Fee
    facility: Facility


def practice_make(world: World) -> Practice:
    """Everything that a claim of this world needs, except insurance and services."""
    biller = world.biller
    address = {
        "use": "home", "line": ["3 Elm Street"], "city": "Lewiston", "state": "ME",
        "postalCode": "04240",
    }  # fmt: skip
    patient = {**RESOURCES[1], "address": [address]}
    store.update(loader_actor(world.organization_id), "Patient", world.patient_id, patient)
    return Practice(
        practice.submitter_save(user=biller, values=SUBMITTER),
        practice.billing_provider_save(user=biller, values=PROVIDER),
        practice.payer_save(user=biller, values=PAYER),
        RenderingProvider.objects.create(
            organization_id=world.organization_id,
            clinician=world.owner,
            family="Test",
            given="Owner",
            npi=CLINICIAN_NPI,
            taxonomy="207Q00000X",
        ),
        practice.fee_save(
            user=biller,
            values={
                "code": "99213",
                "system": Fee.System.CPT,
                "modifier": "",
                "description": "",
                "amount": Decimal("125.00"),
                "since": date(2026, 1, 1),
                "until": None,
            },
        ),
        practice.facility_save(user=biller, values=FACILITY),
    )


INSURANCE = Insurance("PSH-6610347", "self", Ref(), group_number="GRP 7", since=date(2021, 1, 1))


def complete(world: World, made: Practice, item_id: int, **changes: Any) -> BillingItem:
    """Give an item its insurance and services, so that nothing is open."""
    coverage_save(
        user=world.biller,
        item_id=item_id,
        payer_id=made.payer.pk,
        insurance=changes.get("insurance", INSURANCE),
        coverage_id=changes.get("coverage_id", ""),
    )
    lines_save(user=world.biller, item_id=item_id, lines=changes.get("lines", LINES))
    return BillingItem.objects.get(pk=item_id)


def newest_item(world: World) -> BillingItem:
    billing_items_ensure(user=world.biller)
    return BillingItem.objects.latest("pk")
