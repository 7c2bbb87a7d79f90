"""Billing's own state. What was done and signed stays where it is: an item points to it.

No clinical text and no demographics are copied here; the one exception is the files of an export,
which are kept byte for byte as they left the house.
"""

from billing.models.exports import ExportBatch, ExportFile, ExportLine
from billing.models.items import BillingItem, EditConfirmation, InstitutionalClaim, ServiceLine
from billing.models.practice import (
    BillingProvider,
    BillType,
    Facility,
    Fee,
    Payer,
    RenderingProvider,
    Submitter,
)

__all__ = [
    "BillType",
    "BillingItem",
    "BillingProvider",
    "EditConfirmation",
    "ExportBatch",
    "ExportFile",
    "ExportLine",
    "Facility",
    "Fee",
    "InstitutionalClaim",
    "Payer",
    "RenderingProvider",
    "ServiceLine",
    "Submitter",
]
