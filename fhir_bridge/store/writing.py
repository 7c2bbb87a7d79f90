"""Writing one resource, or several from inside the program."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from fhir_bridge import access, audit
from fhir_bridge.access import Actor
from fhir_bridge.documents import NO_VERSION, Document, Stored, document
from fhir_bridge.outcomes import (
    Conflict,
    Gone,
    Invalid,
    Issue,
    NotFound,
    PreconditionFailed,
)
from fhir_bridge.store import references
from fhir_bridge.store.changes import (
    Change,
    apply,
    check,
    conditional_match,
    current_locked,
    id_new,
    version_check,
)
from fhir_bridge.validation import resource_type

Resource = Mapping[str, Any] | bytes | Document
# From a resource, freshly parsed, to what it shall be; it may change what it is given.
Edit = Callable[[dict[str, Any]], dict[str, Any]]
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True)
class Post:
    """Create under a new id. Others in the same `write` may refer to it by `full_url`."""

    resource: Resource
    full_url: str = ""


@dataclass(frozen=True)
class Put:
    """Create or replace under this id; with `if_match`, replace exactly that version.

    `protect` is for what a person signed: from then on only another such Put replaces it.
    """

    resource: Resource
    id: str
    if_match: int | None = None
    full_url: str = ""
    protect: bool = False


def create(
    actor: Actor, resource: Resource, *, if_none_exist: Sequence[tuple[str, str]] | None = None
) -> Stored:
    """Store a resource under a new id; an id that it brings is ignored.

    With `if_none_exist` (search parameters) the one resource that matches is returned instead.
    https://hl7.org/fhir/R4/http.html#create
    """
    return create_conditionally(actor, resource, if_none_exist=if_none_exist)[0]


def create_conditionally(
    actor: Actor, resource: Resource, *, if_none_exist: Sequence[tuple[str, str]] | None = None
) -> tuple[Stored, bool]:
    """As `create`; the second value says whether a resource was created."""
    parsed = document(resource)
    type_ = resource_type(parsed.value)
    access.require(actor, "create", type_)
    change = Change(type_, id_new(), parsed, fresh=True)
    check([change])
    if if_none_exist is None:
        apply(actor, [change])
        return change.result, True
    with transaction.atomic():
        match = conditional_match(actor, type_, if_none_exist)
        if match is not None:
            return match, False
        apply(actor, [change])
    return change.result, True


def update(
    actor: Actor, type: str, id: str, resource: Resource, *, if_match: int | None = None
) -> Stored:
    """Replace a resource, or create it under the caller's id.

    Raises PreconditionFailed when `if_match` is not the current version.
    https://hl7.org/fhir/R4/http.html#update
    """
    return update_or_create(actor, type, id, resource, if_match=if_match)[0]


def update_or_create(
    actor: Actor, type: str, id: str, resource: Resource, *, if_match: int | None = None
) -> tuple[Stored, bool]:
    """As `update`; the second value says whether the resource was created."""
    access.require(actor, "update", type)
    change = put_change(type, id, document(resource), if_match=if_match)
    check([change])
    try:
        apply(actor, [change])
    except Conflict:
        # Two clients created the same id at once. The other one's is there now: replace it.
        if transaction.get_connection().in_atomic_block or if_match is not None:
            raise
        change = put_change(type, id, document(resource))
        apply(actor, [change])
    return change.result, change.created


def update_conditionally(
    actor: Actor,
    type: str,
    query: Sequence[tuple[str, str]],
    resource: Resource,
    *,
    if_match: int | None = None,
) -> tuple[Stored, bool]:
    """Replace the one resource that matches; none: create. The second value: whether created.

    https://hl7.org/fhir/R4/http.html#cond-update
    """
    access.require(actor, "update", type)
    parsed = document(resource)
    with transaction.atomic():
        match = conditional_match(actor, type, query)
        change = conditional_put(type, parsed, match, if_match=if_match)
        check([change])
        apply(actor, [change])
    return change.result, change.created


def conditional_put(
    type: str, parsed: Document, match: Stored | None, *, if_match: int | None = None, at: str = ""
) -> Change:
    """The change of a conditional PUT: of the one match; none: a creation, under the id that the
    resource brings, if it brings one that is free. Raises Invalid when ids or types disagree."""
    own_id = parsed.value.get("id")
    if match is not None:
        return put_change(type, match.id, parsed, if_match=if_match, at=at)
    if if_match is not None:
        raise PreconditionFailed("No resource matches the criteria")
    if own_id is None:
        return Change(type, id_new(), parsed, fresh=True, at=at)
    # Whoever has this id does not match the criteria: not the one that is meant.
    return put_change(type, str(own_id), parsed, if_match=NO_VERSION, at=at)


def patch(actor: Actor, type: str, id: str, edit: Edit, *, if_match: int | None = None) -> Stored:
    """Change a part of a resource: `edit` is given the current version, which nobody else can
    replace meanwhile. Who patches must be allowed to read, since the answer is the resource.

    Raises Invalid (422) when the result is no valid resource or has another identity.
    https://hl7.org/fhir/R4/http.html#patch
    """
    with transaction.atomic():
        change = patch_change(actor, type, id, edit, if_match=if_match)
        try:
            check([change])
        except Invalid as error:
            raise Invalid(error.issues, status=422) from None
        apply(actor, [change])
    return change.result


def patch_change(
    actor: Actor, type: str, id: str, edit: Edit, *, if_match: int | None = None, at: str = ""
) -> Change:
    """The change that an edit makes of the current version, which stays locked; not yet checked.
    Call it inside the transaction that writes the change."""
    readable = access.visible(actor, "read", type).filter(fhir_id=id)
    current = current_locked(actor, type, id) if readable.exists() else None
    if current is None:
        audit.record(actor, "update", type, id, outcome="not-found")
        raise NotFound
    if current.deleted:
        raise Gone
    version_check(if_match, current.version)
    before = current.resource
    parsed = document(edit(current.resource))
    issues = _identity_faults(before, parsed.value)
    if issues:
        raise Invalid(issues, status=422)
    return put_change(type, id, parsed, if_match=current.version, at=at)


def patch_conditionally(
    actor: Actor,
    type: str,
    query: Sequence[tuple[str, str]],
    edit: Edit,
    *,
    if_match: int | None = None,
) -> Stored:
    """Change a part of the one resource that matches. Raises NotFound, PreconditionFailed."""
    access.require(actor, "update", type)
    with transaction.atomic():
        match = conditional_match(actor, type, query)
        if match is None:
            raise NotFound("No resource matches the criteria")
        return patch(actor, type, match.id, edit, if_match=if_match)


def _identity_faults(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Issue]:
    """What a patch may not touch. The version and its time may go: the server writes them."""
    name = str(before["resourceType"])
    faults = [
        Issue("business-rule", "A patch cannot change this", f"{name}.{key}")
        for key in ("resourceType", "id")
        if after.get(key) != before[key]
    ]
    old, new = before["meta"], after.get("meta")
    for key in ("versionId", "lastUpdated"):
        if isinstance(new, dict) and new.get(key, old[key]) != old[key]:
            faults.append(Issue("business-rule", "The server sets this", f"{name}.meta.{key}"))
    return faults


def delete_conditionally(
    actor: Actor, type: str, query: Sequence[tuple[str, str]], *, if_match: int | None = None
) -> None:
    """Delete the one resource that matches, if there is one. Raises PreconditionFailed when there
    are several: which one is meant cannot be known."""
    access.require(actor, "delete", type)
    with transaction.atomic():
        match = conditional_match(actor, type, query)
        if match is not None:
            apply(actor, [Change(type, match.id, None, if_match=if_match)])


def delete(actor: Actor, type: str, id: str, *, if_match: int | None = None) -> Stored:
    """Delete a resource; its versions stay readable. Deleting what is not there changes nothing.

    https://hl7.org/fhir/R4/http.html#delete
    """
    access.require(actor, "delete", type)
    change = Change(type, id, None, if_match=if_match)
    apply(actor, [change])
    return change.result


def write(actor: Actor, items: Sequence[Put | Post]) -> list[Stored]:
    """Write several resources, all or none, in the order given.

    References among them by `full_url` ("urn:uuid:...") become [type]/[id].
    """
    changes = []
    targets = {}
    for item in items:
        parsed = document(item.resource)
        type_ = resource_type(parsed.value)
        if isinstance(item, Put):
            change = put_change(type_, item.id, parsed, if_match=item.if_match)
            change.protect = item.protect
        else:
            change = Change(type_, id_new(), parsed, fresh=True)
        changes.append(change)
        if item.full_url:
            targets[item.full_url] = f"{type_}/{change.id}"
    for change in changes:
        assert change.document is not None
        references.rewrite(change.document, targets)
    check(changes)
    apply(actor, changes)
    return [change.result for change in changes]


def put_change(
    type: str, id: str, parsed: Document, *, if_match: int | None = None, at: str = ""
) -> Change:
    """The change of a PUT. Raises Invalid when address and resource disagree."""
    where = at or type
    if resource_type(parsed.value, where) != type:
        raise Invalid([Issue("invalid", "The resource is of another type than its address", where)])
    if ID.fullmatch(id) is None:
        raise Invalid([Issue("value", "This is no valid id", f"{where}.id")])
    if parsed.value.get("id") is None:
        parsed.value["id"] = id
    elif parsed.value["id"] != id:
        raise Invalid([Issue("invalid", "The id differs from that of the address", f"{where}.id")])
    return Change(type, id, parsed, if_match=if_match, at=at)
