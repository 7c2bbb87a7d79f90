"""Would this resource be accepted? The checks of every write, and nothing is written.
https://hl7.org/fhir/R4/resource-operation-validate.html

The answer is 200 with an OperationOutcome, whatever the verdict. Profiles are not checked, which
the outcome says when one is asked for.
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
    if request.parameter("profile") or part(given, "profile"):
        issues.append(
            Issue("not-supported", "Profiles are not checked, R4 itself is", severity="warning")
        )
    return _answer(issues)


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
