"""What not everybody who may read a resource is to know: the headers of a Subscription.

They are credentials of the subscriber's endpoint. Who may change Subscriptions may send them
anywhere and so sees them; who may only read gets the names of the headers, and the security label
REDACTED. https://hl7.org/fhir/R4/subscription.html#safety
"""

from dataclasses import replace
from typing import Any

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.documents import Stored, dumps, parse

_LABEL = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "REDACTED",
}


def shown(actor: Actor, stored: Stored) -> Stored:
    """The version as the actor may see it."""
    content = content_shown(actor, stored.type, stored.content)
    return stored if content is stored.content else replace(stored, content=content)


def content_shown(actor: Actor, type: str, content: bytes) -> bytes:
    """The same for the bytes of a resource of this type; unchanged bytes are the same object."""
    if type != "Subscription" or not content:
        return content
    if access.allowed(actor, "update", "Subscription") is not None:
        return content
    value = parse(content).value
    channel: dict[str, Any] = value["channel"]
    if not channel.get("header"):
        return content
    channel["header"] = [
        each and f"{str(each).partition(':')[0]}: ***" for each in channel["header"]
    ]
    meta = value["meta"]
    meta["security"] = [*meta.get("security", []), _LABEL]
    return dumps(value)
