"""A FHIR transaction: every entry of a bundle, or none.

Entries are processed in the order DELETE, POST, PUT and PATCH, GET whatever theirs is; the ids of
what is POSTed are known before anything is written, so that entries may refer to each other in
circles.
https://hl7.org/fhir/R4/http.html#transaction
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.db import transaction as database

from fhir_bridge import access
from fhir_bridge.access import Actor
from fhir_bridge.documents import NO_VERSION, Document, Stored, document, etag_version
from fhir_bridge.outcomes import (
    FhirError,
    Invalid,
    Issue,
    NotFound,
    NotSupported,
    PreconditionFailed,
)
from fhir_bridge.store import links, references
from fhir_bridge.store.changes import Change, apply, check, conditional_match, id_new
from fhir_bridge.store.writing import ID, Edit, conditional_put, patch_change, put_change
from fhir_bridge.validation import place_of, resource_type, validate_bundle

_ABSOLUTE = re.compile(r"https?://.+/([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})")
_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}


@dataclass(frozen=True)
class Result:
    """What one entry came to; of one that `found` what is there, `content` is the answer."""

    status: int
    stored: Stored | None = None
    content: bytes = b""
    found: bool = False


# Answers a GET or HEAD entry's request, within the same transaction.
Fetch = Callable[[Mapping[str, Any]], Result]
# What the patch in an entry's resource, which lies at a place, does.
ReadPatch = Callable[[Document, str], Edit]


@dataclass
class _Entry:
    index: int
    method: str
    url: str
    full_url: str
    request: Mapping[str, Any]
    document: Document | None
    change: Change | None = None
    result: Result | None = None

    @property
    def at(self) -> str:
        return f"Bundle.entry[{self.index}]"

    @property
    def type(self) -> str:
        return re.split(r"[/?]", self.url, maxsplit=1)[0]

    @property
    def query(self) -> list[tuple[str, str]] | None:
        """The criteria of a conditional PUT or DELETE, None for one that names an id."""
        _, mark, query = self.url.partition("?")
        return parse_qsl(query, keep_blank_values=True) if mark else None


def transaction(
    actor: Actor,
    bundle: Mapping[str, Any] | bytes | Document,
    *,
    fetch: Fetch | None = None,
    read_patch: ReadPatch | None = None,
) -> list[Result]:
    """Process a transaction bundle: all of it, or none and an error that names the entries.

    Returns one result per entry, in the entries' order.
    """
    parsed = document(bundle)
    if resource_type(parsed.value) != "Bundle" or parsed.value.get("type") != "transaction":
        raise Invalid([Issue("invalid", "This is no transaction Bundle", "Bundle.type")])
    validate_bundle(parsed.value)
    entries = entries_of(parsed)
    work = sorted(entries, key=lambda entry: _ORDER[entry.method])
    conditional = any(
        entry.query is not None
        or entry.method == "PATCH"
        or "ifNoneExist" in entry.request
        or (entry.document is not None and references.conditional(entry.document))
        for entry in entries
        if entry.method not in ("GET", "HEAD")
    )
    if not conditional:
        # Nothing to ask the database first: check before the write lock is taken.
        _plan(actor, work, parsed.linked, None)
    with database.atomic():
        if conditional:
            _plan(actor, work, parsed.linked, read_patch)
        writes = [entry.change for entry in work if entry.change is not None]
        apply(actor, [change for change in writes if change.document is None])
        apply(actor, [change for change in writes if change.document is not None])
        for entry in work:
            entry.result = entry.result or _result(entry, fetch)
    return [entry.result for entry in entries if entry.result is not None]


def entries_of(parsed: Document) -> list[_Entry]:
    """The entries of a validated Bundle. Raises Invalid for one without a usable request."""
    entries = []
    issues = []
    documents = list(parsed.entry_documents())
    for index, entry in enumerate(parsed.value.get("entry", [])):
        at = f"Bundle.entry[{index}]"
        request = entry.get("request")
        if request is None:
            issues.append(Issue("required", "An entry needs its request", f"{at}.request"))
            continue
        method = request.get("method", "")
        if method in ("POST", "PUT", "PATCH") and documents[index] is None:
            issues.append(Issue("required", "The entry needs a resource", f"{at}.resource"))
        if method not in _ORDER:
            issues.append(
                Issue("not-supported", "This method is not supported", f"{at}.request.method")
            )
        entries.append(
            _Entry(
                index=index,
                method=method,
                url=str(request.get("url", "")).lstrip("/"),
                full_url=str(entry.get("fullUrl", "")),
                request=request,
                document=documents[index],
            )
        )
    if issues:
        raise Invalid(issues)
    return entries


def _plan(actor: Actor, work: Sequence[_Entry], linked: bool, read_patch: ReadPatch | None) -> None:
    """Decide what each entry does, give ids, rewrite references (and what else names an entry,
    when the bundle has such links) and validate the outcome."""
    targets: dict[str, str] = {}
    for entry in work:
        try:
            if entry.method == "PATCH":
                _decide_patch(actor, entry, read_patch)
            else:
                _decide(actor, entry)
        except FhirError as error:
            raise error.within(entry.at) if not error.expression else error from None
        if entry.full_url and entry.document is not None:
            if entry.full_url in targets:
                raise Invalid(
                    [Issue("invalid", "Two entries have this fullUrl", f"{entry.at}.fullUrl")]
                )
            targets[entry.full_url] = _identity(entry)
            match = _ABSOLUTE.fullmatch(entry.full_url)
            if match is not None and entry.method == "POST":
                targets.setdefault(match[1], _identity(entry))
    _overlaps_refuse(work)
    linked = linked or any(each.startswith("http") for each in targets)
    changes = [entry.change for entry in work if entry.change is not None]
    identifiers = _identifiers(work)
    issues: list[Issue] = []
    for entry in work:
        if entry.document is None or entry.change is None:
            continue
        references.rewrite(entry.document, targets)
        if linked:
            links.rewrite(entry.document.value, targets)
        _conditional_references_resolve(actor, entry, identifiers)
        if entry.method == "POST":
            issues += _dangling(entry.document, f"{entry.at}.resource")
    if issues:
        raise Invalid(issues, status=422)
    check(changes)


def _decide(actor: Actor, entry: _Entry) -> None:
    if entry.method in ("GET", "HEAD"):
        return
    if entry.method == "DELETE":
        _decide_delete(actor, entry)
        return
    assert entry.document is not None
    at = f"{entry.at}.resource"
    type_ = resource_type(entry.document.value, at)
    if entry.type != type_:
        raise Invalid(
            [Issue("invalid", "The request's url and the resource differ in type", entry.at)]
        )
    if entry.method == "POST":
        if entry.url != type_:
            raise _misaddressed(entry, "A POST entry of a transaction creates: its url is a type")
        access.require(actor, "create", type_)
        criteria = entry.request.get("ifNoneExist")
        if criteria is not None:
            query = parse_qsl(str(criteria).rpartition("?")[2], keep_blank_values=True)
            match = conditional_match(actor, type_, query)
            if match is not None:
                entry.result = Result(200, match)
                return
        entry.change = Change(type_, id_new(), entry.document, fresh=True, at=at)
        return
    access.require(actor, "update", type_)
    if entry.query is None:
        id_ = _id_named(entry)
        entry.change = put_change(type_, id_, entry.document, if_match=_if_match(entry), at=at)
        return
    match = conditional_match(actor, type_, entry.query)
    entry.change = conditional_put(type_, entry.document, match, if_match=_if_match(entry), at=at)


def _decide_delete(actor: Actor, entry: _Entry) -> None:
    access.require(actor, "delete", entry.type)
    if entry.query is None:
        id_ = _id_named(entry)
    else:
        match = conditional_match(actor, entry.type, entry.query)
        if match is None:
            entry.result = Result(204)
            return
        id_ = match.id
    entry.change = Change(entry.type, id_, None, if_match=_if_match(entry), at=entry.at)


def _decide_patch(actor: Actor, entry: _Entry, read_patch: ReadPatch | None) -> None:
    """From here on the entry's document is what the patch makes of the resource."""
    access.require(actor, "update", entry.type)
    assert entry.document is not None
    if read_patch is None:
        raise NotSupported("PATCH entries are for the REST interface")
    at = f"{entry.at}.resource"
    edit = read_patch(entry.document, at)
    if entry.query is None:
        id_ = _id_named(entry)
    else:
        match = conditional_match(actor, entry.type, entry.query)
        if match is None:
            raise NotFound("No resource matches the criteria")
        id_ = match.id
    change = patch_change(actor, entry.type, id_, edit, if_match=_if_match(entry), at=at)
    entry.change, entry.document = change, change.document


def _id_named(entry: _Entry) -> str:
    id_ = entry.url.partition("/")[2]
    if ID.fullmatch(id_) is None:
        raise _misaddressed(entry, "The url of this entry is [type]/[id], or a type and criteria")
    return id_


def _misaddressed(entry: _Entry, diagnostics: str) -> Invalid:
    return Invalid([Issue("not-supported", diagnostics, f"{entry.at}.request.url")])


def _if_match(entry: _Entry) -> int | None:
    etag = entry.request.get("ifMatch")
    if etag is None and entry.request.get("ifNoneMatch") == "*" and entry.method == "PUT":
        return NO_VERSION
    return None if etag is None else etag_version(str(etag))


def _identity(entry: _Entry) -> str:
    if entry.change is not None:
        return f"{entry.change.type}/{entry.change.id}"
    assert entry.result is not None
    assert entry.result.stored is not None
    return entry.result.stored.reference


def _overlaps_refuse(work: Sequence[_Entry]) -> None:
    """No resource may be written by two entries."""
    seen = set()
    for entry in work:
        if entry.change is None:
            continue
        key = (entry.change.type, entry.change.id)
        if key in seen:
            raise Invalid([Issue("invalid", "Two entries write the same resource", entry.at)])
        seen.add(key)


def _identifiers(work: Sequence[_Entry]) -> dict[tuple[str, str], set[str]]:
    """(type, "system|value") of the resources in the bundle -> their [type]/[id]."""
    found: dict[tuple[str, str], set[str]] = {}
    for entry in work:
        listed = entry.document.value.get("identifier") if entry.document else None
        for each in listed if isinstance(listed, list) else []:
            if isinstance(each, dict) and each.get("value"):
                token = f"{each.get('system', '')}|{each['value']}"
                found.setdefault((entry.type, token), set()).add(_identity(entry))
    return found


def _conditional_references_resolve(
    actor: Actor, entry: _Entry, identifiers: Mapping[tuple[str, str], set[str]]
) -> None:
    """`Practitioner?identifier=s|v` -> the one match, in the bundle or in the record."""
    assert entry.document is not None
    for holder, type_, criteria in references.conditional(entry.document):
        query = parse_qsl(criteria, keep_blank_values=True)
        found = set()
        if len(query) == 1 and query[0][0] == "identifier":
            found |= identifiers.get((type_, query[0][1]), set())
        place = place_of(entry.document.value, holder, f"{entry.at}.resource") + ".reference"
        try:
            match = conditional_match(actor, type_, query)
        except FhirError as error:
            raise error.within(place) from None
        if match is not None:
            found.add(match.reference)
        if len(found) != 1:
            code = "multiple-matches" if found else "not-found"
            raise PreconditionFailed(
                "The conditional reference has not exactly one match", code
            ).within(place)
        holder["reference"] = found.pop()


def _dangling(parsed: Document, at: str) -> list[Issue]:
    """urn: references that name no entry; in a stored Bundle they name its own entries."""
    if parsed.value.get("resourceType") == "Bundle":
        return []
    return [
        Issue(
            "not-found",
            "The reference names no entry of this bundle",
            place_of(parsed.value, holder, at) + ".reference",
        )
        for holder in parsed.references
        if str(holder["reference"]).startswith(("urn:uuid:", "urn:oid:"))
    ]


def _result(entry: _Entry, fetch: Fetch | None) -> Result:
    if entry.change is not None:
        if entry.change.document is None:
            return Result(204, entry.change.stored)
        return Result(201 if entry.change.created else 200, entry.change.stored)
    if fetch is None:
        raise NotSupported("GET entries are for the REST interface")
    try:
        return fetch(entry.request)
    except FhirError as error:
        raise error.within(entry.at) if not error.expression else error from None
