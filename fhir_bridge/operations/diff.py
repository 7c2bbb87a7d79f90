"""What changed between two versions of a resource, or differs between two resources.

The answer is a FHIRPath Patch: sent as a PATCH of the one, it makes the other.
https://hl7.org/fhir/R4/fhirpatch.html
"""

import re

from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.asked import only, parameters_of
from fhir_bridge.documents import Stored, etag_version
from fhir_bridge.operations import operation
from fhir_bridge.outcomes import Invalid, Issue, NotFound
from fhir_bridge.patches import MAX_OPERATIONS
from fhir_bridge.patches.differences import differences
from fhir_bridge.rest import Request, resource_response

DEFINITION = "urn:plume:operation:diff"
_REFERENCE = re.compile(
    r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/([0-9]{1,9}))?"
)  # fmt: skip


@operation("diff", DEFINITION)
def of_instance(request: Request) -> HttpResponse:
    """From `fromVersion` (the version before) to `toVersion` (the current one); `includeMeta=true`
    looks at profiles, tags and security labels too."""
    asked = only(parameters_of(request), "fromVersion", "toVersion", "includeMeta")
    current = store.read(request.who, request.type, request.id)
    new = _version(request, current, asked.get("toVersion", ""), current.version)
    old = _version(request, current, asked.get("fromVersion", ""), max(new.version - 1, 1))
    return _answer(old, new, asked)


@operation("diff", f"{DEFINITION}-resources", system=True)
def of_resources(request: Request) -> HttpResponse:
    """Between the resources (or versions, `Patient/1/_history/2`) that `from` and `to` name."""
    asked = only(parameters_of(request), "from", "to", "includeMeta")
    old, new = (_referred(request, asked.get(name, ""), name) for name in ("from", "to"))
    if old.type != new.type:
        raise Invalid([Issue("invalid", "from and to name resources of one type")])
    return _answer(old, new, asked)


def _version(request: Request, current: Stored, text: str, default: int) -> Stored:
    number = default
    if text:
        number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else etag_version(text)
    if number == current.version:
        return current
    if number < 1:
        raise NotFound("There is no such version")
    return store.vread(request.who, request.type, request.id, number)


def _referred(request: Request, text: str, name: str) -> Stored:
    match = _REFERENCE.fullmatch(text.removeprefix(f"{request.base}/"))
    if match is None:
        raise Invalid([Issue("required", f"{name} is [type]/[id], with a version or without")])
    type_, id_, version = match.groups()
    if version:
        return store.vread(request.who, type_, id_, int(version))
    return store.read(request.who, type_, id_)


def _answer(old: Stored, new: Stored, asked: dict[str, str]) -> HttpResponse:
    wanted = asked.get("includeMeta", "false")
    if wanted not in ("true", "false"):
        raise Invalid([Issue("value", "includeMeta is true or false")])
    leave = frozenset() if wanted == "true" else frozenset(["meta"])
    patch = differences(old.resource, new.resource, leave=leave)
    if len(patch.get("parameter", ())) > MAX_OPERATIONS:
        raise Invalid([Issue("too-costly", "They differ in too much for a patch")], status=422)
    return resource_response(patch)
