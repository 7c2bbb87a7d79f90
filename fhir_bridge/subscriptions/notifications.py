"""The Bundles of topic-based notifications, and the SubscriptionStatus at their head.

R4 has no SubscriptionStatus: it is a Parameters resource.
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription-status-r4.html
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from fhir_bridge.documents import Stored
from fhir_bridge.subscriptions.reading import BACKPORT

_METHODS = {"create": "POST", "update": "PUT", "delete": "DELETE"}
_STATUS = {"create": "201", "update": "200", "delete": "204"}


@dataclass(frozen=True)
class Event:
    """One event: `stored` is the resource as it may be sent, None when it may not or is gone."""

    number: int
    at: datetime
    action: str
    type: str
    fhir_id: str
    stored: Stored | None = None

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.fhir_id}"


@dataclass(frozen=True)
class Standing:
    """Where a subscription stands."""

    fhir_id: str
    topic: str
    status: str
    events: int
    failure: str = ""


def status_resource(
    base: str, standing: Standing, kind: str, events: Sequence[Event] = (), content: str = "empty"
) -> dict[str, Any]:
    """The SubscriptionStatus; `kind` is handshake, heartbeat, event-notification, query-status or
    query-event."""
    parameter: list[dict[str, Any]] = [
        {"name": "subscription",
         "valueReference": {"reference": f"{base}/Subscription/{standing.fhir_id}"}},
    ]  # fmt: skip
    if standing.topic and (kind != "event-notification" or content != "empty"):
        parameter.append({"name": "topic", "valueCanonical": standing.topic})
    parameter += [
        {"name": "status", "valueCode": standing.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(standing.events)},
    ]
    parameter += [_event(base, each, content) for each in events]
    if standing.failure:
        parameter.append({"name": "error", "valueCodeableConcept": {"text": standing.failure}})
    return {
        "resourceType": "Parameters",
        "id": str(uuid.uuid4()),
        "meta": {"profile": [f"{BACKPORT}/backport-subscription-status-r4"]},
        "parameter": parameter,
    }


def notification(
    base: str, standing: Standing, kind: str, events: Sequence[Event] = (), content: str = "empty"
) -> bytes:
    """The Bundle of a notification, of type history as R4 has no other that fits."""
    status = status_resource(base, standing, kind, events, content)
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"urn:uuid:{status['id']}",
            "resource": status,
            "request": {
                "method": "GET",
                "url": f"{base}/Subscription/{standing.fhir_id}/$status",
            },
            "response": {"status": "200"},
        }
    ]
    if content != "empty":
        entries += _resources(base, events, full=content == "full-resource")
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "id": str(uuid.uuid4()),
            "meta": {"profile": [f"{BACKPORT}/backport-subscription-notification-r4"]},
            "type": "history",
            "timestamp": _stamp(datetime.now(UTC)),
            "entry": entries,
        }
    )


def _event(base: str, event: Event, content: str) -> dict[str, Any]:
    part: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": _stamp(event.at)},
    ]
    if content != "empty":
        focus = {"reference": f"{base}/{event.reference}"}
        part.append({"name": "focus", "valueReference": focus})
    return {"name": "notification-event", "part": part}


def _resources(base: str, events: Iterable[Event], *, full: bool) -> list[dict[str, Any]]:
    """An entry for each resource, of its last event."""
    last: Mapping[str, Event] = {each.reference: each for each in events}
    entries = []
    for each in last.values():
        url = each.type if each.action == "create" else each.reference
        entry: dict[str, Any] = {
            "fullUrl": f"{base}/{each.reference}",
            "request": {"method": _METHODS[each.action], "url": url},
            "response": {"status": _STATUS[each.action]},
        }
        if full and each.stored is not None:
            entry["resource"] = orjson.Fragment(each.stored.content)
        entries.append(entry)
    return entries


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
