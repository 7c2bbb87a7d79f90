"""Noting events, in the transaction of the write that makes them.

Called by the store around every write: `before` while the old versions are still indexed, `after`
when the new ones are. An organisation without subscriptions costs one look into a cache, which each
process fills again every TRUST_SECONDS; a new Subscription becomes active only after all of them
have.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fhir_bridge.access import Actor
from fhir_bridge.documents import parse
from fhir_bridge.models import Resource, SubscriptionEvent, SubscriptionWatch
from fhir_bridge.outcomes import FhirError, Invalid, Issue
from fhir_bridge.search.matching import matching
from fhir_bridge.standing import actor_standing
from fhir_bridge.subscriptions.reading import Wanted, subscription_read
from fhir_bridge.subscriptions.topics import Pairs, Trigger

if TYPE_CHECKING:
    from fhir_bridge.store.changes import Change

log = logging.getLogger(__name__)
State = SubscriptionWatch.State
# How long a process trusts what it knows of subscriptions: what a new one waits for.
TRUST_SECONDS = 0.5
SERVER = "server"  # the role under which the record itself writes Subscription.status
_Key = tuple[int, int]  # watch, trigger


@dataclass(frozen=True)
class _Watch:
    pk: int
    actor: Actor
    triggers: tuple[Trigger, ...]


@dataclass
class Noted:
    """What `before` found out: Subscriptions to store, and which old versions met what."""

    wanted: list[tuple["Change", Wanted | None]] = field(default_factory=list)
    watches: Sequence[_Watch] = ()
    met_before: dict[_Key, set[str]] = field(default_factory=dict)
    filtered_before: dict[_Key, set[str]] = field(default_factory=dict)


_known: dict[int, tuple[float, Sequence[_Watch]]] = {}


def concerned(actor: Actor, changes: Sequence["Change"]) -> bool:
    """Whether a write has more to do here than to look: a Subscription, or one that listens."""
    types = {change.type for change in changes}
    return "Subscription" in types or any(
        trigger.type in types
        for watch in _watches(actor.organization_id)
        for trigger in watch.triggers
    )


def before(actor: Actor, changes: Sequence["Change"]) -> Noted:
    """Check the Subscriptions among the changes, and match what is about to be replaced.

    Raises Invalid or AccessDenied for a Subscription that cannot be had.
    """
    noted = Noted()
    for change in changes:
        if change.type == "Subscription" and actor.role != SERVER:
            try:
                noted.wanted += _subscription(actor, change)
            except FhirError as error:
                raise error.within(change.at) if change.at else error from None
    types = {change.type for change in changes}
    noted.watches = [
        watch for watch in _watches(actor.organization_id)
        if any(trigger.type in types for trigger in watch.triggers)
    ]  # fmt: skip
    for watch in noted.watches:
        for place, trigger in enumerate(watch.triggers):
            _match_before(noted, watch, place, trigger, changes)
    return noted


def after(actor: Actor, changes: Sequence["Change"], noted: Noted) -> None:
    """Store the Subscriptions, and insert an event for each write that one asks for."""
    for change, wanted in noted.wanted:
        _watch_store(actor, change, wanted)
    if noted.wanted:
        transaction.on_commit(partial(_known.pop, actor.organization_id, None))
    events: dict[tuple[int, str, str], SubscriptionEvent] = {}
    now = timezone.now()
    for watch in noted.watches:
        for place, trigger in enumerate(watch.triggers):
            for change in _met(noted, watch, place, trigger, changes):
                # Two triggers of one topic make one event.
                events[watch.pk, change.type, change.id] = SubscriptionEvent(
                    watch_id=watch.pk,
                    at=now,
                    action=_action(change),
                    type=change.type,
                    fhir_id=change.id,
                    version=change.result.version,
                )
    if events:
        SubscriptionEvent.objects.bulk_create(events.values())


# -- events ----------------------------------------------------------------------------------------


def _match_before(
    noted: Noted, watch: _Watch, place: int, trigger: Trigger, changes: Sequence["Change"]
) -> None:
    """Ids of the old versions that meet `previous`; of what is deleted, also the filters."""
    old = [each.id for each in changes if each.type == trigger.type and each.replaced]
    gone = {each.id for each in changes if each.type == trigger.type and each.document is None}
    if not old:
        return
    if trigger.previous is not None:
        noted.met_before[watch.pk, place] = _matching(watch, trigger, trigger.previous, old)
    if gone and "delete" in trigger.interactions:
        found = _matching(watch, trigger, trigger.filters, gone)
        noted.filtered_before[watch.pk, place] = found


def _met(
    noted: Noted, watch: _Watch, place: int, trigger: Trigger, changes: Sequence["Change"]
) -> list["Change"]:
    """The changes that this trigger makes an event of."""
    mine = [
        each for each in changes
        if each.type == trigger.type and _action(each) in trigger.interactions
    ]  # fmt: skip
    ids = [each.id for each in mine if each.document is not None]
    seen: set[str] | None = None
    if trigger.filters or trigger.current is None or trigger.previous is not None:
        seen = _matching(watch, trigger, trigger.filters, ids)
    met_now = seen or set()
    if trigger.current is not None:
        met_now = _matching(watch, trigger, trigger.current, ids)
    # What meets the criteria is what the subscriber would find with them, and so may see.
    seen = (met_now if seen is None else seen) | noted.filtered_before.get((watch.pk, place), set())
    met_before = noted.met_before.get((watch.pk, place), set())
    found = []
    for change in mine:
        now = trigger.on_delete if change.document is None else change.id in met_now
        then = trigger.on_create if change.created else change.id in met_before
        if change.id in seen and _holds(trigger, then, now):
            found.append(change)
    return found


def _holds(trigger: Trigger, then: bool, now: bool) -> bool:
    if trigger.previous is None:
        return now
    if trigger.current is None:
        return then
    return (then and now) if trigger.both else (then or now)


def _matching(watch: _Watch, trigger: Trigger, criteria: Pairs, ids: Any) -> set[str]:
    try:
        return matching(watch.actor, trigger.type, criteria, ids)
    except FhirError as error:
        # The writer is not to blame, and must not fail, for what a subscriber asks.
        log.warning("subscription watch %d: not matched (%s)", watch.pk, error.code)
        return set()


def _action(change: "Change") -> str:
    if change.document is None:
        return "delete"
    return "create" if change.created else "update"


def _watches(organization_id: int) -> Sequence[_Watch]:
    """The subscriptions of an organisation that may have events, as this process knows them."""
    expires, found = _known.get(organization_id, (0.0, ()))
    now = time.monotonic()
    if expires > now:
        return found
    rows = SubscriptionWatch.objects.filter(organization_id=organization_id)
    watches = []
    for row in rows.exclude(state=State.OFF).order_by("pk"):
        try:
            actor = actor_standing(organization_id, row.actor)
        except FhirError:
            continue  # delivery says so in the Subscription
        watches.append(_Watch(row.pk, actor, tuple(map(Trigger.restored, row.triggers))))
    _known[organization_id] = (now + TRUST_SECONDS, watches)
    return watches


# -- subscriptions ---------------------------------------------------------------------------------


def _subscription(actor: Actor, change: "Change") -> list[tuple["Change", Wanted | None]]:
    """What to store of a Subscription that a client writes: None for one that ends."""
    if change.document is None:
        return [(change, None)]
    value = change.document.value
    status = value.get("status")
    if status == "requested":
        _room(actor, change.id)
        return [(change, subscription_read(actor, value))]
    if status == "off":
        return [(change, None)]
    old = _stored(actor, change.id) if change.replaced else {}
    kept = all(old.get(key) == value.get(key) for key in _MEANING)
    if not old or not kept:
        raise Invalid(
            [Issue("business-rule", "A client sends requested or off", "Subscription.status")],
            status=422,
        )
    return []


def _room(actor: Actor, id: str) -> None:
    """Every write is matched against all of an organisation's subscriptions: they are bounded.

    Raises Invalid.
    """
    watches = SubscriptionWatch.objects.filter(organization_id=actor.organization_id)
    others = watches.exclude(state=State.OFF).exclude(fhir_id=id)
    if others.count() >= settings.SUBSCRIPTIONS_MOST:
        raise Invalid(
            [
                Issue(
                    "too-costly",
                    f"There are {settings.SUBSCRIPTIONS_MOST} subscriptions already: end one first",
                    "Subscription",
                )
            ],
            status=422,
        )


_MEANING = ("status", "criteria", "_criteria", "channel", "end", "extension")


def _stored(actor: Actor, id: str) -> dict[str, Any]:
    rows = Resource.objects.filter(
        organization_id=actor.organization_id, type="Subscription", fhir_id=id, deleted=False
    )
    content = rows.values_list("content", flat=True).first()
    return parse(bytes(content)).value if content is not None else {}


def _watch_store(actor: Actor, change: "Change", wanted: Wanted | None) -> None:
    mine = SubscriptionWatch.objects.filter(
        organization_id=actor.organization_id, fhir_id=change.id
    )
    # Whoever is delivering for it loses the lease, and writes nothing more.
    free: dict[str, Any] = {"lease_owner": "", "lease_expires_at": None, "not_before": None}
    if wanted is None:
        mine.update(state=State.OFF, **free)
        return
    values = free | {
        "state": State.REQUESTED,
        "actor": actor.name,
        "topic": wanted.topic,
        "triggers": [each.stored for each in wanted.triggers],
        "ends_at": wanted.ends_at,
        "heartbeat": wanted.heartbeat,
        "ready_at": _ready(),
        "attempts": 0,
        "failure": "",
    }
    if not mine.update(**values):
        SubscriptionWatch.objects.create(
            organization_id=actor.organization_id, fhir_id=change.id, **values
        )


def _ready() -> datetime:
    return timezone.now() + timedelta(seconds=2 * TRUST_SECONDS)
