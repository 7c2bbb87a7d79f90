"""What billing staff may read, scoped by user: claims, never a note's words.

The queue is derived from signatures, so nothing has to tell billing that a note was signed. Of a
patient only what a claim states is taken out of the record: name, birth date, gender, address,
record number and insurance, each reading audited under the biller's name.
"""

from billing.selectors.claims import claims, items_for_claims
from billing.selectors.exports import batch_detail, batch_file, batches
from billing.selectors.practice import (
    billing_provider_row,
    billing_providers,
    clinicians,
    facilities,
    facility_row,
    fee_row,
    fees,
    payer_row,
    payers,
    record_payers,
    rendering_providers,
    sender,
    submitter,
)
from billing.selectors.queue import (
    ItemDetail,
    Listed,
    institutional_claim,
    item_detail,
    missing_items,
    queue,
    ready_claims,
    replaced_items,
    signed_positions,
)
from billing.selectors.surroundings import edits_of

__all__ = [
    "ItemDetail",
    "Listed",
    "batch_detail",
    "batch_file",
    "batches",
    "billing_provider_row",
    "billing_providers",
    "claims",
    "clinicians",
    "edits_of",
    "facilities",
    "facility_row",
    "fee_row",
    "fees",
    "institutional_claim",
    "item_detail",
    "items_for_claims",
    "missing_items",
    "payer_row",
    "payers",
    "queue",
    "ready_claims",
    "record_payers",
    "rendering_providers",
    "replaced_items",
    "sender",
    "signed_positions",
    "submitter",
]
