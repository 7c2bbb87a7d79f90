"""Read, add to and take from a resource's profiles, tags and security labels.
https://hl7.org/fhir/R4/resource-operation-meta.html, -meta-add, -meta-delete

A change makes a new version, with its entries in history and audit trail like any other.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.asked import part, sent
from fhir_bridge.documents import Stored
from fhir_bridge.operations import CORE, operation
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, resource_response, version_headers

_LISTS = ("profile", "tag", "security")


@operation("meta", f"{CORE}/Resource-meta")
def meta(request: Request) -> HttpResponse:
    return _answer(store.read(request.who, request.type, request.id))


@operation("meta-add", f"{CORE}/Resource-meta-add")
def meta_add(request: Request) -> HttpResponse:
    given = _given(request)

    def edit(resource: dict[str, Any]) -> dict[str, Any]:
        own = resource["meta"]
        for name in _LISTS:
            held = own.get(name, [])
            known = {_identity(each) for each in held}
            added = [each for each in given.get(name, []) if _identity(each) not in known]
            if held or added:
                own[name] = held + added
        return resource

    return _changed(request, edit)


@operation("meta-delete", f"{CORE}/Resource-meta-delete")
def meta_delete(request: Request) -> HttpResponse:
    given = _given(request)

    def edit(resource: dict[str, Any]) -> dict[str, Any]:
        own = resource["meta"]
        for name in _LISTS:
            gone = {_identity(each) for each in given.get(name, [])}
            kept = [each for each in own.pop(name, []) if _identity(each) not in gone]
            if kept:
                own[name] = kept
        return resource

    return _changed(request, edit)


def _given(request: Request) -> Mapping[str, Any]:
    access.require(request.who, "update", request.type)
    value = part(sent(request).value, "meta").get("valueMeta")
    if not isinstance(value, dict):
        raise Invalid(
            [Issue("required", "Send the parameter meta, a valueMeta", "Parameters.parameter")]
        )
    return value


def _changed(request: Request, edit: store.Edit) -> HttpResponse:
    return _answer(
        store.patch(request.who, request.type, request.id, edit, if_match=request.if_match())
    )


def _answer(stored: Stored) -> HttpResponse:
    value = {"name": "return", "valueMeta": stored.resource["meta"]}
    return resource_response(
        {"resourceType": "Parameters", "parameter": [value]}, headers=version_headers(stored)
    )


def _identity(each: Any) -> Any:
    """A profile is its URL, a coding its system and code, whatever its version and display."""
    return (each.get("system"), each.get("code")) if isinstance(each, dict) else each
