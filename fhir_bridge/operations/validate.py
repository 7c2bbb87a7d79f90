"""Would this resource be accepted? The checks of every write, and nothing is written.
https://hl7.org/fhir/R4/resource-operation-validate.html

The answer is 200 with an OperationOutcome, whatever the verdict. What passes the structural check
is held against R4's invariants and bindings, the profiles in its meta, and those asked for by
`profile`.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from fhir_bridge import access, store
from fhir_bridge.asked import part
from fhir_bridge.documents import Document, document, dumps
from fhir_bridge.operations import CORE, operation
from fhir_bridge.outcomes import Invalid, Issue, outcome_bytes
from fhir_bridge.rest import Request, resource_response
from fhir_bridge.terminology import Sources
from fhir_bridge.validation import plain

MOST_PROFILES = 20
_MODES = ("", "create", "update", "delete", "profile")


@operation("validate", f"{CORE}/Resource-validate")
def validate(request: Request) -> HttpResponse:
    """Of a type, or of an instance; without a resource the stored one is checked."""
    access.require(request.who, "read", request.type)
    current = store.read(request.who, request.type, request.id) if request.id else None
    parsed, given = _sent(request)
    mode = request.parameter("mode") or str(part(given, "mode").get("valueCode", ""))
    if mode not in _MODES:
        raise Invalid([Issue("value", "mode is one of create, update, delete, profile")])
    if mode == "delete" and current is not None:
        access.require(request.who, "delete", request.type)
        return _answer([])
    if parsed is None and current is not None:
        parsed = document(current.content)
    if parsed is None:
        raise Invalid([Issue("required", "Send the resource to check", "Parameters.parameter")])
    issues = _issues(request, parsed, mode)
    if not issues:
        issues = _conformance(request, parsed, _profiles(request, given))
    return _answer(issues)


def _conformance(request: Request, parsed: Document, profiles: list[str]) -> list[Issue]:
    # FHIRPath's parser takes a third of a second to import, which a start need not wait for.
    from fhir_bridge.profiles import conformance

    return conformance(plain(parsed.value), _sources(request), profiles=profiles)


def _profiles(request: Request, given: Mapping[str, Any]) -> list[str]:
    """The canonicals asked for, in the address or in Parameters."""
    named = [value for name, value in request.query if name == "profile"]
    for each in given.get("parameter", []):
        if each.get("name") == "profile":
            named += [str(v) for k, v in each.items() if k.startswith("value")]
    return list(dict.fromkeys(each for each in named if each))[:MOST_PROFILES]


def _sources(request: Request) -> Sources:
    """The definitions that the caller may read; without that right, R4's own."""
    who = request.who
    needed = (access.allowed(who, "read", each) for each in ("StructureDefinition", "ValueSet"))
    return Sources(who.organization_id if all(limit == "" for limit in needed) else None)


def _sent(request: Request) -> tuple[Document | None, Mapping[str, Any]]:
    """The resource to check, bare or in Parameters, and those Parameters."""
    if request.method in ("GET", "HEAD") or (request.entry is None and not request.body()):
        return None, {}
    parsed = request.document()
    if parsed.value.get("resourceType") != "Parameters":
        return parsed, {}
    listed = parsed.value.get("parameter")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise Invalid([Issue("structure", "Parameters holds a list", "Parameters.parameter")])
    resource = part(parsed.value, "resource").get("resource")
    return (document(dumps(resource)) if isinstance(resource, dict) else None), parsed.value


def _issues(request: Request, parsed: Document, mode: str) -> list[Issue]:
    name = request.type
    if parsed.value.get("resourceType") != name:
        return [Issue("invalid", "The resource is of another type than the address", name)]
    issues = store.faults(request.who, parsed, fresh=mode == "create")
    id_ = parsed.value.get("id")
    if mode == "update" and id_ is None:
        issues.append(Issue("required", "An update needs the id", f"{name}.id"))
    if request.id and id_ not in (None, request.id):
        issues.append(Issue("invalid", "The id differs from that of the address", f"{name}.id"))
    return issues


def _answer(issues: list[Issue]) -> HttpResponse:
    if not any(each.severity == "error" for each in issues):
        fine = Issue("informational", "No faults were found", severity="information")
        issues = [*issues, fine]
    return resource_response(outcome_bytes(issues))
