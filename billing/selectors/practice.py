"""The practice's own data: who sends, who is paid, who pays, what a service costs."""

from datetime import date
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet

from billing.models import BillingProvider, Facility, Fee, Payer, RenderingProvider, Submitter
from billing.shapes import Sender
from ehr.exceptions import NotFound
from ehr.models import SignedNote
from ehr.permissions import BILLER, actor_of
from fhir_bridge import search
from fhir_bridge.access import Actor, claims_actor

Row = TypeVar("Row", bound=Model)


def submitter(user: Any) -> Submitter | None:
    """The organisation's submitter settings, if they were entered."""
    actor = actor_of(user, BILLER)
    return Submitter.objects.filter(organization_id=actor.organization_id).first()


def sender(actor: Actor) -> Sender | None:
    """The same as the formats read it."""
    row = Submitter.objects.filter(organization_id=actor.organization_id).first()
    if row is None:
        return None
    return Sender(
        name=row.name,
        id=row.identifier,
        contact=row.contact,
        phone=row.phone,
        receiver_name=row.receiver_name,
        receiver_id=row.receiver_identifier,
        id_qualifier=row.qualifier,
        receiver_qualifier=row.receiver_qualifier,
        usage=row.usage,
    )


def payers(user: Any) -> QuerySet[Payer]:
    actor = actor_of(user, BILLER)
    return Payer.objects.filter(organization_id=actor.organization_id)


def payer_row(user: Any, payer_id: int) -> Payer:
    """Raises NotFound, also for another organisation's."""
    return _row(payers(user), payer_id)


def record_payers(user: Any) -> list[tuple[str, str]]:
    """Id and name of the record's payers that are none of the practice's yet."""
    actor = actor_of(user, BILLER)
    known = set(payers(user).values_list("record_id", flat=True))
    found = search.find(claims_actor(actor), "Organization", [("type", "pay")], limit=500)
    named = [(each.id, str(each.resource.get("name", each.id))) for each in found]
    return sorted((pair for pair in named if pair[0] not in known), key=lambda pair: pair[1])


def billing_providers(user: Any) -> QuerySet[BillingProvider]:
    actor = actor_of(user, BILLER)
    return BillingProvider.objects.filter(organization_id=actor.organization_id)


def billing_provider_row(user: Any, provider_id: int) -> BillingProvider:
    """Raises NotFound, also for another organisation's."""
    return _row(billing_providers(user), provider_id)


def facilities(user: Any) -> QuerySet[Facility]:
    actor = actor_of(user, BILLER)
    return Facility.objects.filter(organization_id=actor.organization_id)


def facility_row(user: Any, facility_id: int) -> Facility:
    """Raises NotFound, also for another organisation's."""
    return _row(facilities(user), facility_id)


def rendering_providers(user: Any) -> dict[int, RenderingProvider]:
    """Billing's entries of clinicians, by the clinician's user id."""
    actor = actor_of(user, BILLER)
    rows = RenderingProvider.objects.filter(organization_id=actor.organization_id)
    return {row.clinician_id: row for row in rows}


def clinicians(user: Any) -> QuerySet[Any]:
    """Those who signed a note of the organisation: the ones that a claim may name."""
    actor = actor_of(user, BILLER)
    signers = SignedNote.objects.filter(note__visit__organization_id=actor.organization_id)
    known = RenderingProvider.objects.filter(organization_id=actor.organization_id)
    users = get_user_model().objects.filter(
        Q(pk__in=signers.values("signed_by")) | Q(pk__in=known.values("clinician"))
    )
    return users.order_by("last_name", "first_name", "pk")


def fees(user: Any, *, on: date | None = None, text: str = "") -> QuerySet[Fee]:
    """The fee schedule; of one day, or those whose code or wording has this text."""
    actor = actor_of(user, BILLER)
    found = Fee.objects.filter(organization_id=actor.organization_id)
    if on is not None:
        found = found.filter(Q(until=None) | Q(until__gte=on), since__lte=on)
    if text:
        found = found.filter(Q(code__istartswith=text) | Q(description__icontains=text))
    return found


def fee_row(user: Any, fee_id: int) -> Fee:
    """Raises NotFound, also for another organisation's."""
    return _row(fees(user), fee_id)


def _row(rows: QuerySet[Row], pk: int) -> Row:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
