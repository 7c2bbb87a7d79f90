"""Events that a subscription has had, for who missed some.
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-events.html
"""

from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.asked import only, parameters_of, whole
from fhir_bridge.operations import operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.subscriptions.notifications import notification
from fhir_bridge.subscriptions.reading import CONTENTS
from fhir_bridge.subscriptions.told import events_of, subscriptions_read

DEFINITION = (
    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-events"
)
_LAST = 999_999_999


@operation("events", DEFINITION, "Subscription")
def of_instance(request: Request) -> HttpResponse:
    """`eventsSinceNumber` and `eventsUntilNumber`, both included; `content` empty, id-only or
    full-resource, else that of the subscription. What the caller may not read is left out."""
    asked = only(parameters_of(request), "eventsSinceNumber", "eventsUntilNumber", "content")
    since = whole(asked.get("eventsSinceNumber", ""), "eventsSinceNumber", 1)
    until = whole(asked.get("eventsUntilNumber", ""), "eventsUntilNumber", _LAST)
    content = asked.get("content", "")
    if content and content not in CONTENTS:
        raise Invalid([Issue("code-invalid", "content is one of " + ", ".join(CONTENTS))])
    store.read(request.who, "Subscription", request.id)
    known = subscriptions_read(request.who, ids=[request.id])[0]
    events = events_of(request.who, request.id, since=since, until=until)
    return resource_response(
        notification(request.base, known.standing, "query-event", events, content or known.content)
    )
