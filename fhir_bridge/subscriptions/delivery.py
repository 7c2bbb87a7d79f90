"""Sending notifications: one subscription at a time, its events in their order, each at least once.

A runner claims a subscription with a lease, sends what waits, and notes after each answer how far
it has come. A runner that is killed between the two sends the same again: receivers know events by
their number. A receiver that fails is tried again after a growing pause; after a few failures the
Subscription says `error`, and `active` again when the receiver is back. The subscriber's rights are
those of the moment: what it may not read any more is not sent.
"""

import logging
import threading
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from fhir_bridge import formats, store
from fhir_bridge.access import Actor
from fhir_bridge.bulk.jobs import owner_new
from fhir_bridge.documents import parse
from fhir_bridge.models import Resource, SubscriptionEvent, SubscriptionWatch
from fhir_bridge.outcomes import FhirError
from fhir_bridge.standing import actor_standing
from fhir_bridge.subscriptions import endpoints
from fhir_bridge.subscriptions.endpoints import Undelivered
from fhir_bridge.subscriptions.notifications import Event, Standing, notification
from fhir_bridge.subscriptions.outbox import SERVER
from fhir_bridge.subscriptions.reading import Channel, channel_read

log = logging.getLogger(__name__)
State = SubscriptionWatch.State
ERROR_AFTER = 3  # failures until the Subscription says so
_PAUSE_SECONDS, _PAUSE_MAX_SECONDS = 2, 300
_LEASE_MARGIN_SECONDS = 60
_NUMBERED_AT_ONCE = 500
_SENT_AT_ONCE = 50  # requests for one subscription, before others have their turn
# Some receivers take a resource at the address itself only.
_NO_UPDATE = frozenset([404, 405, 501])


class LeaseLost(Exception):
    """Another runner, or a new version of the Subscription, has taken over: write nothing."""


def deliver_next(stopping: threading.Event | None = None) -> bool:
    """Serve a subscription that has something to send; False when none has."""
    owner = owner_new()
    watch = _claim(owner)
    if watch is None:
        return False
    try:
        _Delivery(watch, owner, stopping).run()
    except LeaseLost:
        log.info("subscription watch %d: no longer ours", watch.pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # The exception's own text may hold patient data.
        frames = "".join(traceback.format_tb(error.__traceback__))
        log.error("subscription watch %d: %s\n%s", watch.pk, type(error).__name__, frames)
        _mine(watch, owner).update(
            lease_owner="", not_before=timezone.now() + timedelta(seconds=_PAUSE_MAX_SECONDS)
        )
    return True


def events_forget() -> None:
    """Delete events that are older than SUBSCRIPTION_KEEP_SECONDS, 5,000 at a time."""
    limit = timezone.now() - timedelta(seconds=settings.SUBSCRIPTION_KEEP_SECONDS)
    old = list(SubscriptionEvent.objects.filter(at__lt=limit).values_list("pk", flat=True)[:5_000])
    if old:
        SubscriptionEvent.objects.filter(pk__in=old).delete()


def _waiting() -> Exists:
    return Exists(
        SubscriptionEvent.objects.filter(watch=OuterRef("pk")).filter(
            Q(number=None) | Q(number__gt=OuterRef("delivered"))
        )
    )


def _claim(owner: str) -> SubscriptionWatch | None:
    now = timezone.now()
    free = Q(lease_owner="") | Q(lease_expires_at__lt=now)
    due = (
        SubscriptionWatch.objects.exclude(state=State.OFF)
        .filter(free, ready_at__lte=now)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
    )
    wanted = Q(state=State.REQUESTED) | Q(ends_at__lte=now) | _waiting()
    candidates = list(due.filter(wanted).order_by(F("last_sent_at").asc(nulls_first=True))[:5])
    if not candidates:
        beating = due.filter(state=State.ACTIVE, heartbeat__gt=0)
        candidates = [each for each in beating if _beat_due(each, now)][:5]
    for watch in candidates:
        lease = now + timedelta(seconds=_LEASE_MARGIN_SECONDS)
        taken = SubscriptionWatch.objects.filter(free, pk=watch.pk, state=watch.state).update(
            lease_owner=owner, lease_expires_at=lease
        )
        if taken:
            watch.refresh_from_db()
            return watch
    return None


def _beat_due(watch: SubscriptionWatch, now: datetime) -> bool:
    since = watch.last_sent_at or watch.ready_at
    return since + timedelta(seconds=watch.heartbeat) <= now


def _mine(watch: SubscriptionWatch, owner: str) -> QuerySet[SubscriptionWatch]:
    return SubscriptionWatch.objects.filter(pk=watch.pk, lease_owner=owner)


class _Delivery:
    """One turn of one subscription."""

    def __init__(
        self, watch: SubscriptionWatch, owner: str, stopping: threading.Event | None
    ) -> None:
        self.watch = watch
        self.owner = owner
        self.stopping = stopping
        self.channel: Channel | None = None

    def run(self) -> None:
        watch = self.watch
        content = Resource.objects.filter(
            organization_id=watch.organization_id,
            type="Subscription",
            fhir_id=watch.fhir_id,
            deleted=False,
        ).values_list("content", flat=True).first()  # fmt: skip
        if content is None:
            self._settle(state=State.OFF)
            return
        self.channel = channel_read(parse(bytes(content)).value)
        if watch.ends_at is not None and watch.ends_at <= timezone.now():
            self._settle(state=State.OFF, told="off")
            return
        try:
            actor = actor_standing(watch.organization_id, watch.actor)
        except FhirError:
            failure = "Who asked for this may not any more"
            self._settle(state=State.OFF, told="error", failure=failure)
            return
        self._number()
        try:
            self._send_all(actor)
        except Undelivered as error:
            self._failed(str(error))
        else:
            self._settle()

    def _send_all(self, actor: Actor) -> None:
        watch = self.watch
        if watch.state == State.REQUESTED:
            if watch.topic:
                self._bundle("handshake", content="empty")
            self._settle(state=State.ACTIVE, told="active", keep=True, sent=bool(watch.topic))
        for _ in range(_SENT_AT_ONCE):
            if self.stopping is not None and self.stopping.is_set():
                return
            events = self._events(actor)
            if not events:
                break
            if watch.topic:
                self._bundle("event-notification", events, self._channel.content)
            else:
                self._resource(events[0])
            recovered = watch.state == State.ERROR
            self._settle(
                state=State.ACTIVE,
                told="active" if recovered else "",
                keep=True,
                sent=True,
                delivered=events[-1].number,
            )
        if watch.heartbeat and _beat_due(watch, timezone.now()):
            self._bundle("heartbeat", content="empty")
            self._settle(keep=True, sent=True)

    # -- what is sent ------------------------------------------------------------------------------

    def _number(self) -> None:
        """Give the events that have none their numbers, in the order of their rows."""
        watch = self.watch
        with transaction.atomic():
            if not _mine(watch, self.owner).update(lease_expires_at=self._lease_end()):
                raise LeaseLost
            new = SubscriptionEvent.objects.filter(watch=watch, number=None).order_by("pk")
            for event in list(new[:_NUMBERED_AT_ONCE]):
                watch.events += 1
                event.number = watch.events
                event.save(update_fields=["number"])
            _mine(watch, self.owner).update(events=watch.events)

    def _events(self, actor: Actor) -> list[Event]:
        at_once = self._channel.at_once if self.watch.topic else 1
        rows = SubscriptionEvent.objects.filter(watch=self.watch, number__gt=self.watch.delivered)
        return events_read(actor, list(rows.order_by("number")[:at_once]))

    def _bundle(self, kind: str, events: Sequence[Event] = (), content: str = "empty") -> None:
        standing = Standing(
            self.watch.fhir_id,
            self.watch.topic,
            "requested" if kind == "handshake" else "active",
            events[-1].number if events else self.watch.events,
        )
        bundle = notification(settings.FHIR_BASE, standing, kind, events, content)
        self._post(bundle, self._channel.payload or "application/fhir+json")

    def _resource(self, event: Event) -> None:
        """R4's own: a POST without content or, with a payload, an update at the endpoint as a
        FHIR base. https://hl7.org/fhir/R4/subscription.html#rest-hook"""
        payload = self._channel.payload
        if not payload:
            self._post(b"", "")
        elif event.stored is not None:
            path = f"{self._channel.endpoint.rstrip('/')}/{event.reference}"
            status = self._request("PUT", path, event.stored.content, payload)
            if status in _NO_UPDATE:
                self._post(event.stored.content, payload)
            else:
                _taken(status)

    def _post(self, content: bytes, payload: str) -> None:
        _taken(self._request("POST", self._channel.endpoint, content, payload))

    def _request(self, method: str, url: str, content: bytes, payload: str) -> int:
        if not _mine(self.watch, self.owner).update(lease_expires_at=self._lease_end()):
            raise LeaseLost
        if content and payload.startswith("application/fhir+xml"):
            content = formats.xml_write(parse(content).value, pretty=False)
        return endpoints.send(
            method,
            url,
            headers=self._channel.headers,
            content=content,
            content_type=payload,
            timeout=float(self._channel.timeout),
        )

    # -- how it went -------------------------------------------------------------------------------

    def _failed(self, reason: str) -> None:
        watch = self.watch
        attempts = watch.attempts + 1
        pause = min(_PAUSE_SECONDS * 2 ** min(attempts - 1, 12), _PAUSE_MAX_SECONDS)
        # A handshake that fails is told at once, as the guide asks; it is tried again all the same.
        requested = watch.state == State.REQUESTED
        self._settle(
            state=State.ERROR if attempts >= ERROR_AFTER and not requested else None,
            told="error" if attempts == (1 if requested else ERROR_AFTER) else "",
            failure=f"Not delivered: {reason}",
            attempts=attempts,
            not_before=timezone.now() + timedelta(seconds=pause),
        )
        log.warning("subscription watch %d: attempt %d failed", watch.pk, attempts)

    def _settle(
        self,
        *,
        state: str | None = None,
        told: str = "",
        failure: str = "",
        keep: bool = False,
        sent: bool = False,
        delivered: int | None = None,
        attempts: int | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Note how far it has come, in the row and, when `told` says so, in the Subscription.
        `keep` keeps the lease. Raises LeaseLost."""
        watch = self.watch
        changes: dict[str, Any] = {} if keep else {"lease_owner": "", "lease_expires_at": None}
        if state is not None:
            changes["state"] = watch.state = state
        if sent:
            changes["last_sent_at"] = watch.last_sent_at = timezone.now()
            changes |= {"attempts": 0, "failure": "", "not_before": None}
            watch.attempts = 0
        if delivered is not None:
            changes["delivered"] = watch.delivered = delivered
        if attempts is not None:
            changes |= {"attempts": attempts, "not_before": not_before, "failure": failure[:200]}
        elif failure:
            changes["failure"] = failure[:200]
        with transaction.atomic():
            if told:
                self._tell(told, failure)
            if changes and not _mine(watch, self.owner).update(**changes):
                raise LeaseLost

    def _tell(self, status: str, failure: str) -> None:
        """Write the status into the Subscription, unless its client has changed it meanwhile."""
        actor = Actor(self.watch.organization_id, SERVER, "subscriptions")

        def edit(resource: dict[str, Any]) -> dict[str, Any]:
            # After the lock of the resource, which the client's writes take first as well.
            if not _mine(self.watch, self.owner).exists():
                raise LeaseLost
            resource["status"] = status
            resource.pop("error", None)
            if failure:
                resource["error"] = failure
            return resource

        try:
            store.patch(actor, "Subscription", self.watch.fhir_id, edit)
        except FhirError:
            raise LeaseLost from None  # deleted meanwhile

    @property
    def _channel(self) -> Channel:
        assert self.channel is not None
        return self.channel

    def _lease_end(self) -> datetime:
        seconds = self._channel.timeout + _LEASE_MARGIN_SECONDS
        return timezone.now() + timedelta(seconds=seconds)


def events_read(actor: Actor, rows: Sequence[SubscriptionEvent]) -> list[Event]:
    """Events with their resources, as far as the actor may read them now."""
    keys = {(row.type, row.fhir_id) for row in rows if row.action != "delete"}
    found = store.read_many(actor, keys) if keys else {}
    return [
        Event(row.number or 0, row.at, row.action, row.type, row.fhir_id,
              None if row.action == "delete" else found.get((row.type, row.fhir_id)))
        for row in rows
    ]  # fmt: skip


def _taken(status: int) -> None:
    if not 200 <= status < 300:
        raise Undelivered(f"the receiver answered {status}")
