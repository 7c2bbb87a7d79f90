"""What billing enters about one item: services, place, provider, insurance, settled edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing.exceptions import WrongState
from billing.models import (
    BillingItem,
    BillingProvider,
    EditConfirmation,
    Facility,
    Fee,
    InstitutionalClaim,
    Payer,
    ServiceLine,
)
from billing.selectors import claims, edits_of, items_for_claims
from billing.services.items import BEFORE_EXPORT, item_locked, items_rescrub
from ehr.exceptions import BadInput, NotFound, RecordRefused
from ehr.permissions import BILLER, actor_of
from fhir_bridge import audit, outcomes, store
from fhir_bridge.access import Actor, claims_actor
from fhir_bridge.mappings.coverage import Insurance, coverage_build
from fhir_bridge.mappings.parts import Ref
from fhir_bridge.store import Put

MOST_LINES = 50
_EDITABLE = (*BEFORE_EXPORT, BillingItem.State.NEEDS_QUERY)


@dataclass(frozen=True, slots=True)
class LineInput:
    """A service as it was typed. Without a charge the fee of that day is taken, times units;
    without a revenue code the fee's. ``code`` may be empty where ``revenue_code`` is not."""

    code: str
    units: Decimal
    pointers: tuple[int, ...]
    modifiers: tuple[str, ...] = ()
    charge: Decimal | None = None
    place_of_service: str = ""
    revenue_code: str = ""


def lines_save(*, user: Any, item_id: int, lines: Sequence[LineInput]) -> None:
    """Replace the services of an item, all or none.

    Raises NotFound; WrongState once it was exported; BadInput for more than 50 lines.
    """
    if len(lines) > MOST_LINES:
        raise BadInput(code="too-many-lines")
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        visit = item.signed_note.note.visit
        day = timezone.localdate(visit.scheduled_at, timezone.get_default_timezone())
        fees = _fees(actor, {line.code for line in lines if line.code}, day)
        item.service_lines.all().delete()
        ServiceLine.objects.bulk_create(
            _row(item, position, line, fees) for position, line in enumerate(lines, start=1)
        )
        audit.record_now(
            actor, "update", "ChargeItem", detail={"item": item.pk, "lines": len(lines)}
        )
        items_rescrub(actor, [item.pk])


def details_save(
    *,
    user: Any,
    item_id: int,
    place_of_service: str,
    authorization: str = "",
    billing_provider_id: int | None = None,
) -> None:
    """Where it was done, by whose authorisation, and who is paid.

    Raises NotFound, also for another organisation's provider; WrongState once it was exported.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        if billing_provider_id is not None:
            providers = BillingProvider.objects.filter(organization_id=actor.organization_id)
            if not providers.filter(pk=billing_provider_id).exists():
                raise NotFound
        item.place_of_service = place_of_service
        item.authorization = authorization.strip()
        item.billing_provider_id = billing_provider_id
        item.save(update_fields=["place_of_service", "authorization", "billing_provider"])
        audit.record_now(actor, "update", "Claim", detail={"details": item.pk})
        items_rescrub(actor, [item.pk])


def institutional_save(
    *,
    user: Any,
    item_id: int,
    facility_id: int | None = None,
    bill_type: str = "",
    statement_from: date | None = None,
    statement_to: date | None = None,
    admitted_on: date | None = None,
    admitted_at: time | None = None,
    admission_type: str = "",
    admission_source: str = "",
    patient_status: str = "01",
    discharged_at: time | None = None,
    presenting: int | None = None,
) -> None:
    """Make an item's claim an institutional one (837I, beta), or change what that one states.

    What a claim would be refused for is the scrubber's to say. See `InstitutionalClaim`.

    Raises NotFound, also for another organisation's facility; WrongState once it was exported.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        if facility_id is not None:
            places = Facility.objects.filter(organization_id=actor.organization_id)
            if not places.filter(pk=facility_id).exists():
                raise NotFound
        InstitutionalClaim.objects.update_or_create(
            item=item,
            defaults={
                "facility_id": facility_id,
                "bill_type": bill_type,
                "statement_from": statement_from,
                "statement_to": statement_to,
                "admitted_on": admitted_on,
                "admitted_at": admitted_at,
                "admission_type": admission_type,
                "admission_source": admission_source,
                "patient_status": patient_status,
                "discharged_at": discharged_at,
                "presenting": presenting,
            },
        )
        audit.record_now(actor, "update", "Claim", detail={"institutional": item.pk})
        items_rescrub(actor, [item.pk])


def institutional_drop(*, user: Any, item_id: int) -> None:
    """Make an item's claim a professional one again; services without a code stay, as an edit.

    Raises NotFound; WrongState once it was exported.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        InstitutionalClaim.objects.filter(item=item).delete()
        audit.record_now(actor, "update", "Claim", detail={"professional": item.pk})
        items_rescrub(actor, [item.pk])


def coverage_save(
    *, user: Any, item_id: int, payer_id: int, insurance: Insurance, coverage_id: str = ""
) -> str:
    """Keep the patient's insurance in the record: a new Coverage, or the one on the page.

    ``insurance.payer`` is filled in from the payer. Returns the Coverage's id.

    Raises NotFound: no such item, payer or Coverage of this patient; WrongState, RecordRefused.
    """
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        payer = Payer.objects.filter(organization_id=actor.organization_id, pk=payer_id).first()
        if payer is None:
            raise NotFound
        patient = Ref(f"Patient/{item.signed_note.note.visit.patient_id}")
        existing, version = _coverage(actor, coverage_id, patient)
        resource = coverage_build(
            Insurance(
                member_id=insurance.member_id,
                relationship=insurance.relationship,
                payer=Ref(f"Organization/{payer.record_id}", payer.name),
                group_number=insurance.group_number,
                subscriber=insurance.subscriber,
                since=insurance.since,
                until=insurance.until,
            ),
            id=coverage_id or str(uuid4()),
            patient=patient,
            existing=existing,
        )
        try:
            store.write(claims_actor(actor), [Put(resource, resource["id"], if_match=version)])
        except outcomes.FhirError as error:
            raise RecordRefused(status=error.status, expression=error.expression) from error
        items_rescrub(actor, [item.pk])
        return str(resource["id"])


def edit_confirm(*, user: Any, item_id: int, key: str, reason: str) -> None:
    """Settle an edit that only a person can: it no longer holds this claim back.

    Raises NotFound: the item has no such edit, or it cannot be confirmed; BadInput without a
    reason; WrongState once it was exported.
    """
    text = reason.strip()
    if not text:
        raise BadInput(code="no-reason")
    actor = actor_of(user, BILLER)
    with transaction.atomic():
        item = _editable(user, item_id)
        found = claims(actor, items_for_claims(actor, [item.pk]))
        edits = edits_of(actor, found)[item.pk]
        if not any(edit.key == key and edit.confirmable for edit in edits):
            raise NotFound
        EditConfirmation.objects.update_or_create(
            item=item, key=key, defaults={"reason": text[:300], "confirmed_by": user}
        )
        audit.record_now(actor, "update", "Claim", detail={"confirmed": item.pk})
        items_rescrub(actor, [item.pk])


def _editable(user: Any, item_id: int) -> BillingItem:
    item = item_locked(user, item_id)
    if item.state not in _EDITABLE:
        raise WrongState(item_ids=[item_id])
    return item


def _fees(actor: Actor, codes: set[str], day: Any) -> dict[tuple[str, str], Fee]:
    """The fees of that day by code and modifier."""
    rows = Fee.objects.filter(
        Q(until=None) | Q(until__gte=day),
        organization_id=actor.organization_id,
        code__in=codes,
        since__lte=day,
    ).order_by("since")
    return {(row.code, row.modifier): row for row in rows}


def _row(
    item: BillingItem, position: int, line: LineInput, fees: dict[tuple[str, str], Fee]
) -> ServiceLine:
    special = next(
        (fees[line.code, each] for each in line.modifiers if (line.code, each) in fees), None
    )
    fee = special or fees.get((line.code, ""))
    charge = line.charge
    if charge is None and fee is not None:
        charge = (fee.amount * line.units).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return ServiceLine(
        item=item,
        position=position,
        code=line.code,
        system=fee.system if fee else code_system(line.code),
        description=fee.description if fee else "",
        modifiers=list(line.modifiers),
        units=line.units,
        charge=charge,
        place_of_service=line.place_of_service,
        pointers=list(line.pointers),
        revenue_code=line.revenue_code or (fee.revenue_code if fee else ""),
    )


def code_system(code: str) -> str:
    """HCPCS Level II begins with a letter, CPT with a digit."""
    return Fee.System.HCPCS if code[:1].isalpha() else Fee.System.CPT


def _coverage(
    actor: Actor, coverage_id: str, patient: Ref
) -> tuple[dict[str, Any] | None, int | None]:
    if not coverage_id:
        return None, None
    stored = store.read_many(claims_actor(actor), [("Coverage", coverage_id)]).get(
        ("Coverage", coverage_id)
    )
    if stored is None:
        raise NotFound
    resource = stored.resource
    if resource.get("beneficiary", {}).get("reference") != patient.target:
        raise NotFound
    return resource, stored.version
