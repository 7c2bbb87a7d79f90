"""A batch (each entry by itself) or a transaction (all entries or none), POSTed to the base.
https://hl7.org/fhir/R4/http.html#transaction"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import orjson
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.datastructures import CaseInsensitiveMapping

from fhir_bridge import outcomes, store
from fhir_bridge.documents import Document
from fhir_bridge.interactions.patch import edit_of
from fhir_bridge.outcomes import FhirError, Invalid, Issue
from fhir_bridge.rest import (
    Answer,
    Request,
    addressed,
    answer,
    done,
    error_response,
    interaction,
    location,
    query_parse,
    resource_response,
)
from fhir_bridge.validation import resource_type, validate_bundle

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2}
_HEADERS = {
    "ifMatch": "If-Match",
    "ifNoneMatch": "If-None-Match",
    "ifModifiedSince": "If-Modified-Since",
    "ifNoneExist": "If-None-Exist",
}


@interaction("transaction")
def bundle(request: Request) -> HttpResponse:
    request.actor = request.who
    document = request.document()
    _addresses_shorten(request.base, document.value)
    if resource_type(document.value) != "Bundle":
        raise Invalid([Issue("invalid", "The base address takes a Bundle", "Bundle")])
    kind = document.value.get("type")
    if kind == "transaction":
        return _transaction(request, document)
    if kind == "batch":
        return _batch(request, document)
    raise Invalid(
        [Issue("not-supported", "Send a Bundle of type batch or transaction", "Bundle.type")]
    )


def _transaction(request: Request, document: Document) -> HttpResponse:
    def fetch(asked: Mapping[str, Any]) -> store.Result:
        response = _subrequest(request, asked, None, "")
        if response.status_code >= 400:
            issue = orjson.loads(response.content)["issue"][0]
            raise FhirError(response.status_code, issue["code"], issue.get("diagnostics", ""))
        stored = response.stored if isinstance(response, Answer) else None
        return store.Result(response.status_code, stored, response.content, found=True)

    results = store.transaction(request.who, document, fetch=fetch, read_patch=edit_of)
    entries = [_result_entry(request, result) for result in results]
    return _bundle_response("transaction-response", entries)


def _result_entry(request: Request, result: store.Result) -> dict[str, Any]:
    response: dict[str, Any] = {"status": _status(result.status)}
    entry: dict[str, Any] = {"response": response}
    stored = result.stored
    content = result.content
    wanted = request.preference("return")
    if stored is not None and not stored.deleted:
        entry = _about(request, stored, response)
        if wanted == "representation" and not result.found:
            content = stored.content
    if wanted == "OperationOutcome" and not result.found:
        response["outcome"] = orjson.Fragment(done(result.status))
    if content:
        entry["resource"] = orjson.Fragment(content)
    return entry


def _about(request: Request, stored: store.Stored, response: dict[str, Any]) -> dict[str, Any]:
    """The entry of a version: what the headers of its answer would say."""
    response |= {
        "location": location(request, stored),
        "etag": f'W/"{stored.version}"',
        "lastModified": _stamp(stored),
    }
    return {"fullUrl": f"{request.base}/{stored.reference}", "response": response}


def _addresses_shorten(base: str, bundle: dict[str, Any]) -> None:
    """An entry may name its address in full."""
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        asked = entry.get("request") if isinstance(entry, dict) else None
        if not isinstance(asked, dict):
            continue
        url = asked.get("url")
        if isinstance(url, str) and url.startswith(f"{base}/"):
            asked["url"] = url.removeprefix(f"{base}/")


def _batch(request: Request, document: Document) -> HttpResponse:
    validate_bundle(document.value)
    entries = document.value.get("entry", [])
    documents = list(document.entry_documents())
    answers: list[dict[str, Any]] = [{} for _ in entries]
    order = sorted(range(len(entries)), key=lambda index: _rank(entries[index]))
    for index in order:
        answers[index] = _batch_entry(request, entries[index], documents[index], index)
    return _bundle_response("batch-response", answers)


def _rank(entry: Mapping[str, Any]) -> int:
    return _ORDER.get(entry.get("request", {}).get("method", ""), 3)


def _batch_entry(
    request: Request, entry: Mapping[str, Any], document: Document | None, index: int
) -> dict[str, Any]:
    asked = entry.get("request")
    at = f"Bundle.entry[{index}]"
    if asked is None or not asked.get("url"):
        issue = Issue("required", "An entry needs its request", f"{at}.request")
        return {"response": {"status": _status(400), "outcome": outcomes.outcome([issue])}}
    response = _subrequest(request, asked, document, f"{at}.resource")
    told: dict[str, Any] = {"status": _status(response.status_code)}
    made: dict[str, Any] = {"response": told}
    if isinstance(response, Answer) and response.stored is not None:
        made = _about(request, response.stored, told)
    elif "ETag" in response:
        told["etag"] = response["ETag"]
    if not response.content:
        return made
    if response.status_code >= 400 or (
        isinstance(response, Answer)
        and request.preference("return") == "OperationOutcome"
        and asked.get("method") != "GET"
    ):
        told["outcome"] = orjson.Fragment(response.content)
    else:
        made["resource"] = orjson.Fragment(response.content)
    return made


def _subrequest(
    request: Request, asked: Mapping[str, Any], document: Document | None, at: str
) -> HttpResponse:
    """Answer an entry as if it had come by itself, under the same actor. What is written comes
    back only when the bundle's own Prefer asks for it."""
    method = str(asked.get("method"))
    headers = {name: str(asked[key]) for key, name in _HEADERS.items() if key in asked}
    headers["Prefer"] = request.headers.get("Prefer", "")
    if method not in ("GET", "HEAD") and not request.preference("return"):
        headers["Prefer"] += ",return=minimal"
    path, _, query = str(asked["url"]).lstrip("/").partition("?")
    try:
        match = resolve(f"/fhir/{unquote(path)}")
    except Resolver404:
        raise Invalid([Issue("value", "The entry's url is no address", at)]) from None
    route = match.func.route  # type: ignore[attr-defined]
    if route.name == "base":
        issue = Issue("not-supported", "A bundle in a bundle is not processed", at)
        return resource_response(outcomes.outcome([issue]), status=400)
    try:
        parameters = query_parse(query)
    except Invalid as error:
        # Of this entry only: in a batch, others have been answered already.
        return error_response(error)
    inner = Request(
        method=method,
        query=parameters,
        headers=CaseInsensitiveMapping(dict(headers)),
        base=request.base,
        actor=request.who,
        entry=document,
        at=at,
        **addressed(match.kwargs),
    )
    response = answer(route, inner)
    if not isinstance(response, HttpResponse):
        issue = Issue("not-supported", "Files are not for bundles: ask for them by themselves", at)
        return resource_response(outcomes.outcome([issue]), status=400)
    if method == "HEAD" and response.status_code < 400:
        response.content = b""
    return response


def _bundle_response(kind: str, entries: Sequence[Mapping[str, Any]]) -> HttpResponse:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": kind}
    if entries:
        bundle["entry"] = list(entries)
    return resource_response(orjson.dumps(bundle))


def _status(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _stamp(stored: store.Stored) -> str:
    return stored.last_updated.isoformat(timespec="milliseconds").replace("+00:00", "Z")
