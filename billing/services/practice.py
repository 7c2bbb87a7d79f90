"""The practice's own data is kept by billing staff; every change is audited."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from django.db import IntegrityError, transaction

from billing.models import BillingProvider, Facility, Fee, Payer, RenderingProvider, Submitter
from billing.models.practice import PostalAddress
from billing.selectors import (
    billing_provider_row,
    clinicians,
    facility_row,
    fee_row,
    payer_row,
)
from billing.selectors.procedures import procedure_name
from billing.services.items import open_items_rescrub
from billing.services.lines import code_system
from ehr.exceptions import BadInput, NotFound, RecordRefused
from ehr.permissions import BILLER, actor_of
from fhir_bridge import audit, outcomes, store
from fhir_bridge.access import Actor, claims_actor
from fhir_bridge.mappings.coverage import payer_build
from fhir_bridge.store import Put

Values = Mapping[str, Any]
Row = TypeVar("Row", Submitter, Payer, BillingProvider, Facility, RenderingProvider, Fee)


class AlreadyThere(BadInput):
    """Another row has the same number, code or days."""

    code = "already-there"


def submitter_save(*, user: Any, values: Values) -> Submitter:
    """Who sends claim files, and to whom; the control number goes on counting."""
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        row = Submitter.objects.select_for_update().filter(
            organization_id=actor.organization_id
        ).first() or Submitter(organization_id=actor.organization_id)
        return _save(actor, row, values)


def payer_save(
    *, user: Any, values: Values, payer_id: int | None = None, record_id: str = ""
) -> Payer:
    """A payer, and its Organization in the record: a new one, or for a new payer the one that
    insurances name already (``record_id``).

    Raises NotFound, AlreadyThere, RecordRefused.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        if payer_id is None:
            row = Payer(organization_id=actor.organization_id, record_id=record_id or str(uuid4()))
        else:
            row = payer_row(user, payer_id)
        row = _save(actor, row, values)
        key = ("Organization", row.record_id)
        stored = store.read_many(claims_actor(actor), [key]).get(key)
        resource = payer_build(
            id=row.record_id,
            name=row.name,
            number=row.payer_id,
            existing=stored.resource if stored else None,
        )
        try:
            store.write(claims_actor(actor), [Put(resource, row.record_id)])
        except outcomes.FhirError as error:
            raise RecordRefused(status=error.status, expression=error.expression) from error
        return row


def billing_provider_save(
    *, user: Any, values: Values, provider_id: int | None = None
) -> BillingProvider:
    """Who is paid. Raises NotFound, AlreadyThere."""
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        row = (
            BillingProvider(organization_id=actor.organization_id)
            if provider_id is None
            else billing_provider_row(user, provider_id)
        )
        return _save(actor, row, values)


def facility_save(*, user: Any, values: Values, facility_id: int | None = None) -> Facility:
    """Where institutional services are given. Raises NotFound, AlreadyThere."""
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        row = (
            Facility(organization_id=actor.organization_id)
            if facility_id is None
            else facility_row(user, facility_id)
        )
        return _save(actor, row, values)


def rendering_provider_save(*, user: Any, clinician_id: int, values: Values) -> RenderingProvider:
    """A clinician as payers know them. Raises NotFound for one who signed nothing here."""
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        if not clinicians(user).filter(pk=clinician_id).exists():
            raise NotFound
        known = RenderingProvider.objects.filter(
            organization_id=actor.organization_id, clinician_id=clinician_id
        ).first()
        row = known or RenderingProvider(
            organization_id=actor.organization_id, clinician_id=clinician_id
        )
        return _save(actor, row, values)


def fee_save(*, user: Any, values: Values, fee_id: int | None = None) -> Fee:
    """What a service costs. Raises NotFound, AlreadyThere."""
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        row = (
            Fee(organization_id=actor.organization_id) if fee_id is None else fee_row(user, fee_id)
        )
        return _save(actor, row, _described(values))


def fees_replace(*, user: Any, rows: Sequence[Values]) -> int:
    """Take in a fee list: a row of the same code, modifier and first day replaces the old one.

    All or none; returns how many.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        for values in rows:
            key = {name: values[name] for name in ("system", "code", "modifier", "since")}
            Fee.objects.update_or_create(
                organization_id=actor.organization_id, **key, defaults=_described(values)
            )
        audit.record_now(actor, "update", "ChargeItemDefinition", detail={"fees": len(rows)})
        open_items_rescrub(actor)
    return len(rows)


def _described(values: Values) -> dict[str, Any]:
    """A fee without a description takes the text of the code list, where one is loaded."""
    made = dict(values)
    if not made.get("description") and made.get("code"):
        system = str(made.get("system") or code_system(made["code"]))
        made["description"] = procedure_name(system, made["code"])[: Fee.DESCRIPTION_MAX]
    return made


_AUDITED_AS = {
    Submitter: "Organization",
    Payer: "Organization",
    BillingProvider: "Organization",
    Facility: "Location",
    RenderingProvider: "Practitioner",
    Fee: "ChargeItemDefinition",
}


def _save(actor: Actor, row: Row, values: Values) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, PostalAddress):
        row.state, row.country = row.state.upper(), (row.country or "US").upper()
    created = row.pk is None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise AlreadyThere from error
    audit.record_now(
        actor,
        "create" if created else "update",
        _AUDITED_AS[type(row)],
        detail={"billing": type(row).__name__, "row": row.pk},
    )
    open_items_rescrub(actor)
    return row
