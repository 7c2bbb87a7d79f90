"""What a client is told of subscriptions when it asks, by its own rights."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.documents import parse
from fhir_bridge.models import Resource, SubscriptionEvent, SubscriptionWatch
from fhir_bridge.subscriptions.delivery import events_read
from fhir_bridge.subscriptions.notifications import Event, Standing
from fhir_bridge.subscriptions.reading import channel_read

EVENTS_MOST = 1_000


@dataclass(frozen=True)
class Known:
    """Where a subscription stands, with the content that its notifications have."""

    standing: Standing
    content: str


def subscriptions_read(
    actor: Actor, *, ids: Collection[str] = (), statuses: Collection[str] = ()
) -> list[Known]:
    """The subscriptions that the actor may read; of these ids and statuses, where given."""
    rows = access.visible(actor, "read", "Subscription").filter(deleted=False)
    if ids:
        rows = rows.filter(fhir_id__in=ids)
    watches = {
        watch.fhir_id: watch
        for watch in SubscriptionWatch.objects.filter(organization_id=actor.organization_id)
    }
    found = [_known(row, watches.get(row.fhir_id)) for row in rows.order_by("pk")]
    return [each for each in found if not statuses or each.standing.status in statuses]


def events_of(actor: Actor, id: str, *, since: int, until: int) -> Sequence[Event]:
    """A subscription's events by number, both ends included, the first EVENTS_MOST.

    Those about what the actor may not read now are left out; of a deletion, those of a type on
    which it has no unlimited right to read.
    """
    rows = SubscriptionEvent.objects.filter(
        watch__organization_id=actor.organization_id,
        watch__fhir_id=id,
        number__gte=since,
        number__lte=until,
    )
    events = events_read(actor, list(rows.order_by("number")[:EVENTS_MOST]))
    return [
        each
        for each in events
        if each.stored is not None
        or (each.action == "delete" and access.allowed(actor, "read", each.type) == "")
    ]


def _known(row: Resource, watch: SubscriptionWatch | None) -> Known:
    value = parse(bytes(row.content)).value
    standing = Standing(
        row.fhir_id,
        watch.topic if watch is not None else "",
        str(value["status"]),
        watch.events if watch is not None else 0,
        watch.failure if watch is not None else "",
    )
    return Known(standing, channel_read(value).content or "id-only")
