"""References at write time: those inside a bundle get their final ids, local ones must resolve.

Policy (settings.FHIR_REFERENCES): "resolve", the default, refuses a resource that is POSTed with a
local reference to what this organisation's record does not hold. A PUT under the client's own id
is not held to it: such a client mirrors another record, where resources refer to each other in
circles and arrive in any order. "open" asks for nothing. Either way a reference must be well
formed, of a type that the element allows (validation.py), and absolute ones are never looked up.
"""

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import connection
from django.db.models import Q

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.documents import Document
from fhir_bridge.models import Resource
from fhir_bridge.outcomes import Issue
from fhir_bridge.search import parameters
from fhir_bridge.validation import place_of

Key = tuple[str, str]
_AT_ONCE = 200
_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)")


def local(document: Document) -> dict[Key, list[dict[str, object]]]:
    """The resources that a document refers to by [type]/[id], with the objects that do so.

    A stored Bundle speaks for itself: references between its entries are its own.
    """
    found: dict[Key, list[dict[str, object]]] = {}
    if document.value.get("resourceType") == "Bundle":
        return found
    for holder in document.references:
        target = holder["reference"]
        match = _LOCAL.fullmatch(target) if isinstance(target, str) else None
        if match is not None:
            found.setdefault((match[1], match[2]), []).append(holder)
    return found


def conditional(document: Document) -> list[tuple[dict[str, object], str, str]]:
    """(object, type, query) of every conditional reference (`Practitioner?identifier=...`)."""
    found = []
    if document.value.get("resourceType") != "Bundle":
        for holder in document.references:
            target = holder["reference"]
            match = _CONDITIONAL.fullmatch(target) if isinstance(target, str) else None
            if match is not None:
                found.append((holder, match[1], match[2]))
    return found


def rewrite(document: Document, targets: Mapping[str, str]) -> None:
    """Replace, in place, each reference that is a key of `targets` by its value."""
    for holder in document.references:
        target = holder["reference"]
        if isinstance(target, str) and target in targets:
            holder["reference"] = targets[target]


def faults(
    actor: Actor,
    documents: Iterable[tuple[Document, str]],
    known: Iterable[Key],
) -> list[Issue]:
    """An issue for each reference to what is neither `known` nor in the organisation's record,
    as far as the actor may know it.

    `documents` come with the place where each lies ("Bundle.entry[3].resource").
    """
    issues = []
    wanted: dict[Key, list[tuple[Document, str, dict[str, object]]]] = {}
    for document, at in documents:
        for holder, _, _ in conditional(document):
            issues.append(
                Issue(
                    "value",
                    "Conditional references are resolved in transactions only",
                    _place(document, at, holder),
                )
            )
        if settings.FHIR_REFERENCES == "open":
            continue
        for key, holders in local(document).items():
            wanted.setdefault(key, []).extend((document, at, holder) for holder in holders)
    asked = {key for key in set(wanted) - set(known) if _may_ask(actor, key[0])}
    for key in asked - _existing(actor, asked):
        issues += [
            Issue(
                "not-found",
                f"The reference names no {key[0]} of this record",
                _place(document, at, holder),
            )
            for document, at, holder in wanted[key]
        ]
    return issues


def _may_ask(actor: Actor, type_: str) -> bool:
    """Whether the answer gives nothing away. A client of one patient is not told what there is of
    the types that it cannot see, nor which patients: those references are taken as they come."""
    limit = access.allowed(actor, "read", type_)
    if limit is None:
        return not actor.patient_id
    return not limit or (type_ != "Patient" and type_ in parameters.compartment("Patient"))


def _existing(actor: Actor, keys: set[Key]) -> set[Key]:
    open_, limited = [], []
    for key in sorted(keys):
        limit = access.allowed(actor, "read", key[0])
        if limit:
            limited.append(Q(type=key[0], fhir_id=key[1]) & access.within(limit))
        else:
            open_.append(key)
    found: set[Key] = set()
    for start in range(0, len(open_), _AT_ONCE):
        found |= _present(actor, open_[start : start + _AT_ONCE])
    if limited:
        rows = Resource.objects.filter(organization_id=actor.organization_id, deleted=False)
        found |= set(rows.filter(reduce(or_, limited)).values_list("type", "fhir_id"))
    return found


def _present(actor: Actor, keys: list[Key]) -> set[Key]:
    """Written out, since it is part of most creates."""
    marks = ", ".join(["(%s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, fhir_id FROM fhir_bridge_resource "  # noqa: S608
            f"WHERE organization_id = %s AND NOT deleted AND (type, fhir_id) IN (VALUES {marks})",
            [actor.organization_id, *(part for key in keys for part in key)],
        )
        return set(cursor.fetchall())


def _place(document: Document, at: str, holder: dict[str, object]) -> str:
    value = document.value
    return place_of(value, holder, at or str(value.get("resourceType"))) + ".reference"
