"""The CapabilityStatement, generated from what is registered: routes and search parameters.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings

from fhir_bridge import policy
from fhir_bridge.rest import Operation, Route
from fhir_bridge.search import parameters
from fhir_bridge.subscriptions import topics

_TOPIC = (
    "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
    "capabilitystatement-subscriptiontopic-canonical"
)
_TYPE_LEVEL = ("read", "vread", "update", "patch", "delete", "history-instance", "history-type",
               "create", "search-type")  # fmt: skip
_SYSTEM_LEVEL = ("transaction", "batch", "search-system", "history-system")
# The statement changes with the program only.
_STARTED = datetime.now(UTC).replace(microsecond=0)
_routes: list[Route] = []


def register(routes: Iterable[Route]) -> None:
    """Name the routes that the statement is to list."""
    _routes[:] = routes


def routes() -> tuple[Route, ...]:
    """The routes in the order of the table."""
    return tuple(_routes)


def interactions() -> frozenset[str]:
    """The names of all interactions that some route answers to."""
    return frozenset(each.name for route in _routes for each in route.methods.values())


def operations() -> list[Operation]:
    """All operations that some route answers to, by name."""
    found = {
        (each.name, each.definition): each
        for route in _routes
        for each in route.methods.values()
        if isinstance(each, Operation)
    }
    return [found[key] for key in sorted(found)]


def started() -> str:
    """When this process learnt its routes, as a dateTime."""
    return _STARTED.isoformat().replace("+00:00", "Z")


def statement(base: str) -> dict[str, Any]:
    """The CapabilityStatement of this server at this address."""
    offered = interactions()
    # One handler reads both kinds of bundle.
    offered |= {"batch"} if "transaction" in offered else frozenset()
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": started(),
        "kind": "instance",
        "software": {"name": "Plume"},
        "implementation": {"description": "Plume, a FHIR R4 patient record", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml", "json", "xml"],
        "patchFormat": [
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/fhir+json",
            "application/fhir+xml",
        ],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": bool(settings.FHIR_CORS_ORIGINS),
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/"
                                    "restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ],
                            "text": "Bearer tokens with SMART App Launch v2 scopes",
                        }
                    ],
                },
                "resource": [_resource(name, offered) for name in sorted(policy.CLIENT_TYPES)],
                "interaction": _codes(_SYSTEM_LEVEL, offered),
                "operation": [_named(each) for each in operations() if each.system],
            }
        ],
    }


def _resource(name: str, offered: frozenset[str]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "type": name,
        "interaction": _codes(_TYPE_LEVEL, offered),
        "versioning": "versioned-update",
        "readHistory": "vread" in offered,
        "updateCreate": "update" in offered,
        "conditionalCreate": "create" in offered,
        "conditionalRead": "full-support",
        "conditionalUpdate": "conditional-update" in offered,
        "conditionalDelete": "single" if "conditional-delete" in offered else "not-supported",
        "referencePolicy": ["literal", "local", "enforced"],
    }
    if name == "Subscription":
        resource["extension"] = [
            {"url": _TOPIC, "valueCanonical": each}
            for each in topics.built_in(sorted(policy.CLIENT_TYPES))
        ]
    named = [
        _named(each)
        for each in operations()
        if name in each.types or not (each.types or each.system)
    ]
    if named:
        resource["operation"] = named
    if "search-type" not in offered:
        return resource
    for element, listed in (
        ("searchInclude", _includes(name)),
        ("searchRevInclude", _reverse_includes().get(name, [])),
        ("searchParam", _search_parameters(name)),
    ):
        if listed:
            resource[element] = listed
    return resource


def _named(operation: Operation) -> dict[str, str]:
    return {"name": operation.name, "definition": operation.definition}


def _codes(names: Sequence[str], offered: frozenset[str]) -> list[dict[str, str]]:
    return [{"code": name} for name in names if name in offered]


@cache
def _includes(name: str) -> list[str]:
    """The values of ``_include``: the type's own parameters that are references."""
    return [f"{name}:{each.code}" for each in parameters.for_type(name) if each.type == "reference"]


@cache
def _reverse_includes() -> dict[str, list[str]]:
    """By type, the values of ``_revinclude``: the references of any type that may point to it."""
    found: dict[str, list[str]] = {}
    for source in parameters.types():
        for each in parameters.for_type(source):
            for target in each.targets if each.type == "reference" else ():
                found.setdefault(target, []).append(f"{source}:{each.code}")
    return found


@cache
def _search_parameters(name: str) -> list[dict[str, str]]:
    return [
        {"name": each.code, "type": each.type} | ({"definition": each.url} if each.url else {})
        for each in parameters.for_type(name)
    ]
