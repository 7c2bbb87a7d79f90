"""What a Subscription resource asks for. R4's own criteria, or a topic of the R5 backport."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.definitions import resource_types
from fhir_bridge.outcomes import FhirError, Invalid, Issue
from fhir_bridge.search.matching import criteria_check
from fhir_bridge.subscriptions.endpoints import endpoint_faults, header_faults
from fhir_bridge.subscriptions.topics import Pairs, Trigger, triggers_of

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
CONTENTS = ("empty", "id-only", "full-resource")
_PAYLOADS = frozenset(["", "application/fhir+json", "application/json", "application/fhir+xml"])
_TIMEOUT, _LONGEST_TIMEOUT = 10, 60
_AT_ONCE, _MOST_AT_ONCE = 20, 100
_SHORTEST_HEARTBEAT = 5
_HEADERS_MAX = 20
_NUMBERS = ("backport-timeout", "backport-max-count", "backport-heartbeat-period")
_LARGEST = 2_147_483_647


@dataclass(frozen=True)
class Channel:
    """How notifications are sent. `content` is "" for a Subscription without a topic."""

    endpoint: str
    headers: tuple[str, ...] = field(repr=False)
    payload: str
    content: str
    timeout: int
    at_once: int


@dataclass(frozen=True)
class Wanted:
    """A Subscription, compiled. `topic` is "" for R4's own criteria."""

    topic: str
    triggers: tuple[Trigger, ...]
    ends_at: datetime | None
    heartbeat: int


def channel_read(resource: Mapping[str, Any]) -> Channel:
    """The channel of a Subscription that was accepted."""
    channel = resource["channel"]
    content = _extension(channel.get("_payload", {}), "backport-payload-content")
    timeout = _number(channel, "backport-timeout") or _TIMEOUT
    at_once = _number(channel, "backport-max-count") or _AT_ONCE
    return Channel(
        endpoint=str(channel.get("endpoint", "")),
        headers=tuple(str(each) for each in channel.get("header", [])),
        payload=str(channel.get("payload", "")),
        content=str(content or "id-only") if topic_of(resource) else "",
        timeout=min(timeout, _LONGEST_TIMEOUT),
        at_once=min(at_once, _MOST_AT_ONCE),
    )


def topic_of(resource: Mapping[str, Any]) -> str:
    """The canonical of the topic that a Subscription names, "" when it has criteria of R4."""
    named = _extension(resource, "backport-topic-canonical")
    if named:
        return str(named)
    criteria = str(resource.get("criteria", ""))
    return criteria if ":" in criteria.partition("?")[0] else ""


def subscription_read(actor: Actor, resource: Mapping[str, Any]) -> Wanted:
    """Compile a Subscription for the client that sends it.

    Raises Invalid (422) with all that speaks against it, AccessDenied for a type that the client
    may not search and read.
    """
    channel = resource.get("channel", {})
    faults: list[Issue] = []
    if channel.get("type") != "rest-hook":
        at = "Subscription.channel.type"
        faults.append(Issue("not-supported", "rest-hook is the channel that there is", at))
    faults += endpoint_faults(str(channel.get("endpoint", "")))
    faults += header_faults(channel.get("header", [])[:_HEADERS_MAX])
    if len(channel.get("header", [])) > _HEADERS_MAX:
        faults.append(Issue("too-costly", "Too many headers", "Subscription.channel.header"))
    payload = str(channel.get("payload", "")).partition(";")[0].strip()
    content = _extension(channel.get("_payload", {}), "backport-payload-content")
    if payload not in _PAYLOADS or (content and content not in CONTENTS):
        faults.append(
            Issue("not-supported", "This payload is not offered", "Subscription.channel.payload")
        )
    faults += [
        Issue("value", f"{name} is a positive integer", "Subscription.channel.extension")
        for name in _NUMBERS
        if _extension(channel, name) is not None and not _number(channel, name)
    ]
    ends_at = None
    try:
        ends_at = _instant(resource.get("end"))
    except (ValueError, OverflowError):
        faults.append(Issue("value", "This moment is out of range", "Subscription.end"))
    if ends_at is not None and ends_at <= datetime.now(UTC):
        faults.append(Issue("business-rule", "The end is past", "Subscription.end"))
    if faults:
        raise Invalid(faults, status=422)
    topic = topic_of(resource)
    heartbeat = _number(channel, "backport-heartbeat-period")
    return Wanted(
        topic=topic,
        triggers=_triggers(actor, resource, topic),
        ends_at=ends_at,
        heartbeat=max(heartbeat, _SHORTEST_HEARTBEAT) if heartbeat and topic else 0,
    )


def _triggers(actor: Actor, resource: Mapping[str, Any], topic: str) -> tuple[Trigger, ...]:
    at = "Subscription.criteria"
    criteria = str(resource.get("criteria", ""))
    if topic:
        triggers = triggers_of(actor, topic, resource_types())
        texts = [
            str(each.get("valueString", ""))
            for each in resource.get("_criteria", {}).get("extension", [])
            if each.get("url") in (f"{BACKPORT}/backport-filter-criteria",
                                   f"{BACKPORT}/backport-additional-criteria")
        ]  # fmt: skip
        if criteria != topic:
            texts.append(criteria)
        for text in texts:
            triggers = _filtered(triggers, text)
    else:
        type_, query = _split(criteria)
        triggers = (Trigger(type_, ("create", "update"), current=query),)
    for trigger in triggers:
        try:
            access.require(actor, "read", trigger.type)
            for pairs in (trigger.current, trigger.previous, trigger.filters):
                criteria_check(actor, trigger.type, pairs or ())
        except Invalid as error:
            raise Invalid(
                [replace(each, expression=at) for each in error.issues], status=422
            ) from None
        except FhirError as error:
            raise error.within(at)  # noqa: B904
    return triggers


def _filtered(triggers: tuple[Trigger, ...], text: str) -> tuple[Trigger, ...]:
    """The triggers narrowed by one filter, `[type]?[criteria]` or, for all of them, criteria."""
    type_, mark, query = text.partition("?")
    if not mark:
        type_, query = "", text
    pairs: Pairs = tuple(parse_qsl(query, keep_blank_values=True))
    if not pairs or (type_ and type_ not in {each.type for each in triggers}):
        raise Invalid(
            [Issue("value", "A filter is [type]?[criteria], of a type of the topic",
                   "Subscription.criteria.extension")],
            status=422,
        )  # fmt: skip
    return tuple(
        replace(each, filters=each.filters + pairs) if type_ in ("", each.type) else each
        for each in triggers
    )


def _split(criteria: str) -> tuple[str, Pairs]:
    type_, _, query = criteria.lstrip("/").partition("?")
    if type_ not in resource_types():
        raise Invalid(
            [Issue("value", "Criteria are [type]?[search]", "Subscription.criteria")], status=422
        )
    return type_, tuple(parse_qsl(query, keep_blank_values=True))


def _extension(holder: Mapping[str, Any], name: str) -> Any:
    for each in holder.get("extension", []):
        if each.get("url") == f"{BACKPORT}/{name}":
            return next((held for key, held in each.items() if key.startswith("value")), None)
    return None


def _number(holder: Mapping[str, Any], name: str) -> int:
    """A positive integer, 0 where there is none."""
    found = _extension(holder, name)
    return found if type(found) is int and 0 < found <= _LARGEST else 0


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
