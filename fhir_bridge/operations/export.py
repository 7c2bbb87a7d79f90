"""Ask for many resources as files: the system's, all patients', a group's.
https://hl7.org/fhir/uv/bulkdata/export.html
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse

from fhir_bridge import access, audit, store
from fhir_bridge.asked import instant, sent
from fhir_bridge.bulk import exports, jobs
from fhir_bridge.definitions import resource_types
from fhir_bridge.documents import Stored
from fhir_bridge.operations import operation
from fhir_bridge.operations.bulk import accepted, asynchronous
from fhir_bridge.outcomes import AccessDenied, Invalid, Issue
from fhir_bridge.rest import Request
from fhir_bridge.search.matching import criteria_check

DEFINITIONS = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_FORMATS = frozenset(["application/fhir+ndjson", "application/ndjson", "ndjson"])
_KNOWN = ("_outputFormat", "_since", "_type", "_typeFilter", "_elements", "patient")
_NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]+\?)")
_ELEMENT = re.compile(r"(?:([A-Z][A-Za-z]+)\.)?([a-z][A-Za-z]*)")
_NESTED_GROUPS = 5
_FILTERS_MAX = 100
Pairs = list[tuple[str, str]]


@operation("export", f"{DEFINITIONS}/export", system=True)
def of_system(request: Request) -> HttpResponse:
    return _kick_off(request, "system")


@operation("export", f"{DEFINITIONS}/patient-export", "Patient")
def of_patients(request: Request) -> HttpResponse:
    return _kick_off(request, "patient")


@operation("export", f"{DEFINITIONS}/group-export", "Group")
def of_group(request: Request) -> HttpResponse:
    """The members of a group, of groups in it too, that are patients and not inactive."""
    return _kick_off(request, "group")


def _kick_off(request: Request, level: str) -> HttpResponse:
    if level != "system":
        access.require(request.who, "search", "Patient")
    asynchronous(request)
    given = _parameters(request)
    strict = "handling=lenient" not in request.headers.get("Prefer", "").replace(" ", "")
    for name, _ in given:
        if strict and name not in _KNOWN and name not in ("_format", "_pretty"):
            raise _refused("not-supported", f"$export knows {', '.join(_KNOWN)}")
    for _, value in _named(given, "_outputFormat"):
        if value.replace(" ", "+") not in _FORMATS:
            raise _refused(
                "not-supported", "_outputFormat: application/fhir+ndjson is what there is"
            )
    since = instant(next((value for _, value in _named(given, "_since")), ""), "_since")
    types = _types(request, level, _listed(given, "_type"))
    members = _members(request) if level == "group" else None
    asked: dict[str, Any] = {
        "level": level,
        "types": types,
        "since": since.isoformat() if since else "",
        "filters": _filters(request, given, types),
        "elements": _elements(given),
    }
    patients = _patients(request, level, _listed(given, "patient"), members)
    address = f"{request.base}/{_path(request, level)}$export"
    query = urlencode([each for each in given if each[0] != "patient"], safe=":/|,?=&")
    job = jobs.job_create(
        request.who,
        jobs.Kind.EXPORT,
        request=f"{address}?{query}" if query else address,
        asked=asked,
        patients=patients,
    )
    # Of what is not known a name may be anything, a patient's too.
    names = sorted({name for name, _ in given if name in _KNOWN})
    audit.record(request.who, "export", detail={"parameters": names, "job": job, "level": level})
    return accepted(request, job)


def _path(request: Request, level: str) -> str:
    return {"system": "", "patient": "Patient/", "group": f"Group/{request.id}/"}[level]


def _parameters(request: Request) -> Pairs:
    """Those of the address and of a Parameters body, where `patient` is a reference."""
    found = list(request.query)
    if any(name == "patient" for name, _ in found):
        raise _refused("not-supported", "patient comes in the body: ids do not belong in addresses")
    if request.method != "POST" or not (request.entry or request.body()):
        return found
    for each in sent(request).value.get("parameter", []):
        value = next((held for key, held in each.items() if key.startswith("value")), None)
        if isinstance(value, dict):
            value = value.get("reference") if each["name"] == "patient" else None
        if value is None or isinstance(value, list):
            raise _refused("value", "This parameter takes a simple value", "Parameters.parameter")
        found.append((str(each["name"]), str(value)))
    return found


def _types(request: Request, level: str, named: list[str]) -> list[str]:
    """The types to export, those of the patient compartment below system level."""
    possible = exports.types_of(level)
    who = request.who
    readable = access.allowed_types(who, "search") & access.allowed_types(who, "read")
    if not named:
        found = possible & readable
        if not found:
            raise AccessDenied
        return sorted(found)
    for each in named:
        if each not in resource_types():
            raise _refused("value", "_type lists R4 resource types")
        access.require(who, "search", each)
        access.require(who, "read", each)
    if not set(named) <= possible:
        raise _refused("not-supported", "_type names what is in no patient's compartment")
    return sorted(set(named))


def _filters(request: Request, given: Pairs, types: list[str]) -> list[tuple[str, Pairs]]:
    """(type, criteria) of each `_typeFilter`; those of one type are alternatives."""
    found = []
    for _, value in _named(given, "_typeFilter"):
        for each in _NEXT_FILTER.split(value):
            name, mark, query = each.partition("?")
            if not mark or name not in types:
                raise _refused("value", "_typeFilter is [type]?[criteria], of a type of _type")
            criteria = parse_qsl(query, keep_blank_values=True)
            criteria_check(request.who, name, criteria)
            found.append((name, criteria))
            if len(found) > _FILTERS_MAX:
                raise _refused("too-costly", f"_typeFilter: at most {_FILTERS_MAX} filters")
    return found


def _elements(given: Pairs) -> list[str]:
    found = _listed(given, "_elements")
    for each in found:
        match = _ELEMENT.fullmatch(each)
        if match is None or (match[1] and match[1] not in resource_types()):
            raise _refused("value", "_elements lists elements: [type].[name] or [name]")
    return found


def _patients(
    request: Request, level: str, named: list[str], members: set[str] | None
) -> set[str] | None:
    """The ids of the patients to stay with; None: all."""
    if not named:
        return members
    if level == "system":
        raise _refused("not-supported", "patient narrows an export of patients or of a group")
    ids = {each.removeprefix("Patient/") for each in named}
    found = store.read_many(request.who, {("Patient", each) for each in ids})
    if len(found) < len(ids) or (members is not None and not ids <= members):
        raise _refused("not-found", "patient names somebody who is not among those exported")
    return ids


def _members(request: Request) -> set[str]:
    groups = [store.read(request.who, "Group", request.id)]
    found: set[str] = set()
    seen = {request.id}
    for _ in range(_NESTED_GROUPS):
        inner: set[str] = set()
        for type_, id_ in _referred(groups):
            if type_ == "Patient":
                found.add(id_)
            elif type_ == "Group":
                inner.add(id_)
        groups = list(
            store.read_many(request.who, {("Group", id_) for id_ in inner - seen}).values()
        )
        seen |= inner
        if not groups:
            break
    return found


def _referred(groups: Iterable[Stored]) -> Iterable[tuple[str, str]]:
    for group in groups:
        for member in group.resource.get("member", []):
            if member.get("inactive") is not True:
                type_, _, id_ = str(member["entity"].get("reference", "")).partition("/")
                yield type_, id_


def _named(given: Pairs, name: str) -> Pairs:
    return [each for each in given if each[0] == name]


def _listed(given: Pairs, name: str) -> list[str]:
    parts = [part.strip() for _, value in _named(given, name) for part in value.split(",")]
    return [part for part in parts if part]


def _refused(code: str, diagnostics: str, expression: str = "") -> Invalid:
    return Invalid([Issue(code, diagnostics, expression)])
