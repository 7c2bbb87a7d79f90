"""The only writer of resources: access, validation, version, index and audit in one transaction.

Every function takes the Actor first and raises the errors of fhir_bridge.outcomes. Reading:
`read`, `vread`, `read_many`, `history`. Writing one: `create`, `update`, `patch`, `delete`. Writing
several, all or none: `write` in-process, `transaction` for a FHIR bundle. Each joins the caller's
atomic block when there is one.
"""

from fhir_bridge.documents import Stored
from fhir_bridge.store.bundles import Fetch, Result, transaction
from fhir_bridge.store.changes import conditional_match, faults
from fhir_bridge.store.compartments import CompartmentPage, compartment_page
from fhir_bridge.store.reading import HistoryPage, history, history_page, read, read_many, vread
from fhir_bridge.store.writing import (
    Edit,
    Post,
    Put,
    create,
    create_conditionally,
    delete,
    delete_conditionally,
    patch,
    patch_conditionally,
    update,
    update_conditionally,
    update_or_create,
    write,
)

__all__ = [
    "CompartmentPage",
    "Edit",
    "Fetch",
    "HistoryPage",
    "Post",
    "Put",
    "Result",
    "Stored",
    "compartment_page",
    "conditional_match",
    "create",
    "create_conditionally",
    "delete",
    "delete_conditionally",
    "faults",
    "history",
    "history_page",
    "patch",
    "patch_conditionally",
    "read",
    "read_many",
    "transaction",
    "update",
    "update_conditionally",
    "update_or_create",
    "vread",
    "write",
]
