"""Where subscriptions stand.
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-status.html
"""

from urllib.parse import urlencode

import orjson
from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.asked import parameters_of
from fhir_bridge.operations import operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.subscriptions.notifications import status_resource
from fhir_bridge.subscriptions.told import subscriptions_read

DEFINITION = (
    "http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-status"
)


@operation("status", DEFINITION, "Subscription")
def of_type(request: Request) -> HttpResponse:
    """`id` and `status`, each as often as wanted, say which; else all that may be read."""
    given = parameters_of(request)
    for name, _ in given:
        if name not in ("id", "status", "_format", "_pretty"):
            raise Invalid([Issue("not-supported", "This operation knows id, status")])
    return _answer(request, "Subscription/$status", given)


@operation("status", DEFINITION, "Subscription")
def of_instance(request: Request) -> HttpResponse:
    store.read(request.who, "Subscription", request.id)
    return _answer(request, f"Subscription/{request.id}/$status", [("id", request.id)], own=True)


def _answer(
    request: Request, path: str, given: list[tuple[str, str]], *, own: bool = False
) -> HttpResponse:
    found = subscriptions_read(
        request.who,
        ids=[part for name, value in given if name == "id" for part in value.split(",")],
        statuses=[part for name, value in given if name == "status" for part in value.split(",")],
    )
    query = "" if own or not given else f"?{urlencode(given, safe=',')}"
    entries = []
    for each in found:
        status = status_resource(request.base, each.standing, "query-status")
        entry = {"fullUrl": f"urn:uuid:{status['id']}", "resource": status}
        entries.append(entry | {"search": {"mode": "match"}})
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        "link": [{"relation": "self", "url": f"{request.base}/{path}{query}"}],
    }
    return resource_response(orjson.dumps(bundle | ({"entry": entries} if entries else {})))
