"""Topics: what can be subscribed to by a canonical URL, beside R4's own criteria.

Built in are one topic for each resource type (every change of it) and two for encounters. An
organisation defines more as Basic resources, with the elements of R5's SubscriptionTopic as
extensions:
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/components.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl

from fhir_bridge.access import Actor
from fhir_bridge.documents import parse
from fhir_bridge.models import Resource
from fhir_bridge.outcomes import Invalid, Issue

Pairs = tuple[tuple[str, str], ...]
EVERY_CHANGE = "urn:plume:subscription-topic:"
INTERACTIONS = ("create", "update", "delete")
_BASIC = "extension-SubscriptionTopic."
_TYPE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True)
class Trigger:
    """A change of a resource that makes an event.

    `previous` and `current` are criteria for the resource before and after the change (None: not
    asked); `both` says whether both must hold or one is enough. `on_create` is what counts for
    `previous` when there was nothing before, `on_delete` for `current` when there is nothing after.
    """

    type: str
    interactions: tuple[str, ...]
    current: Pairs | None = None
    previous: Pairs | None = None
    both: bool = False
    on_create: bool = True
    on_delete: bool = True
    filters: Pairs = ()

    @property
    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def restored(cls, value: Mapping[str, Any]) -> "Trigger":
        fields = dict(value)
        for name in ("current", "previous", "filters"):
            pairs = fields[name]
            fields[name] = None if pairs is None else tuple((key, text) for key, text in pairs)
        return cls(**{**fields, "interactions": tuple(fields["interactions"])})


_GUIDE = "http://hl7.org/fhir/uv/subscriptions-backport/SubscriptionTopic"
_NAMED: Mapping[str, Trigger] = {
    "http://hl7.org/SubscriptionTopic/admission": Trigger(
        "Encounter",
        ("create", "update"),
        current=(("status", "in-progress"),),
        previous=(("status:not", "in-progress"),),
        both=True,
    ),
    f"{_GUIDE}/r4-encounter-complete": Trigger(
        "Encounter",
        ("create", "update"),
        current=(("status", "finished"),),
        previous=(("status:not", "finished"),),
        both=True,
    ),
}


def built_in(types: Sequence[str]) -> list[str]:
    """The canonicals of the topics that are always there."""
    return [*_NAMED, *(f"{EVERY_CHANGE}{each}" for each in types)]


def triggers_of(actor: Actor, canonical: str, types: frozenset[str]) -> tuple[Trigger, ...]:
    """The triggers of a topic. Raises Invalid for one that is not known to this organisation."""
    url, _, version = canonical.partition("|")
    if url in _NAMED:
        return (_NAMED[url],)
    if url.startswith(EVERY_CHANGE) and url.removeprefix(EVERY_CHANGE) in types:
        return (Trigger(url.removeprefix(EVERY_CHANGE), INTERACTIONS),)
    for topic in _basics(actor.organization_id, url):
        if version and _value(topic, "version") not in ("", version):
            continue
        found = tuple(_trigger(each, types) for each in _parts(topic, "resourceTrigger"))
        if found:
            return found
    raise Invalid(
        [Issue("not-found", "This topic is not known here", "Subscription.criteria")], status=422
    )


def _basics(organization_id: int, url: str) -> Iterator[Mapping[str, Any]]:
    rows = Resource.objects.filter(organization_id=organization_id, type="Basic", deleted=False)
    # Few Basic resources are topics, and those hold their URL; the rest is not parsed.
    for content in rows.values_list("content", flat=True).iterator():
        if b"SubscriptionTopic" in bytes(content) and url.encode() in bytes(content):
            topic = parse(bytes(content)).value
            if _value(topic, "url") == url:
                yield topic


def _trigger(part: Mapping[str, Any], types: frozenset[str]) -> Trigger:
    listed = part.get("extension", [])
    simple = {each["url"]: _plain(each) for each in listed if "extension" not in each}
    type_ = str(simple.get("resource", "")).removeprefix(_TYPE)
    if type_ not in types:
        raise Invalid(
            [Issue("not-supported", "The topic names no R4 type", "Subscription.criteria")],
            status=422,
        )
    named = tuple(str(_plain(each)) for each in listed if each["url"] == "supportedInteraction")
    query: dict[str, Any] = {}
    for each in listed:
        if each["url"] == "queryCriteria":
            query = {inner["url"]: _plain(inner) for inner in each.get("extension", [])}
    if "fhirPathCriteria" in simple and not query:
        raise Invalid(
            [Issue("not-supported", "Topics are read by their queries", "Subscription.criteria")],
            status=422,
        )
    return Trigger(
        type_,
        named or INTERACTIONS,
        current=_criteria(query.get("current")),
        previous=_criteria(query.get("previous")),
        both=bool(query.get("requireBoth", False)),
        on_create=query.get("resultForCreate", "test-passes") == "test-passes",
        on_delete=query.get("resultForDelete", "test-passes") == "test-passes",
    )


def _criteria(text: Any) -> Pairs | None:
    if text is None:
        return None
    return tuple(parse_qsl(str(text).rpartition("?")[2], keep_blank_values=True))


def _parts(topic: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [
        each for each in topic.get("extension", [])
        if str(each.get("url", "")).endswith(f"{_BASIC}{name}")
    ]  # fmt: skip


def _value(topic: Mapping[str, Any], name: str) -> str:
    return next((str(_plain(each)) for each in _parts(topic, name)), "")


def _plain(extension: Mapping[str, Any]) -> Any:
    return next((held for key, held in extension.items() if key.startswith("value")), "")
