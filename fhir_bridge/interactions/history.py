"""The versions of a resource, of a type, or of the record, newest first, in pages.
https://hl7.org/fhir/R4/http.html#history"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse

from fhir_bridge import store
from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import Request, interaction, resource_response

PAGE, LARGEST_PAGE = 50, 1_000


@interaction("history-instance")
def instance(request: Request) -> HttpResponse:
    return _answer(request)


@interaction("history-type")
def of_type(request: Request) -> HttpResponse:
    return _answer(request)


@interaction("history-system")
def system(request: Request) -> HttpResponse:
    return _answer(request)


def _answer(request: Request) -> HttpResponse:
    count = min(_number(request, "_count", PAGE), LARGEST_PAGE)
    offset = _number(request, "_offset", 0)
    page = store.history_page(
        request.who,
        request.type,
        request.id,
        since=_since(request),
        offset=offset,
        limit=count,
    )
    address = "/".join(
        part for part in (request.base, request.type, request.id, "_history") if part
    )
    links = [{"relation": "self", "url": _link(address, request, offset, count)}]
    if count and offset + count < page.total:
        links.append({"relation": "next", "url": _link(address, request, offset + count, count)})
    bundle = {
        "resourceType": "Bundle",
        "type": "history",
        "total": page.total,
        "link": links,
        "entry": [_entry(request, version) for version in page.versions],
    }
    if not bundle["entry"]:
        del bundle["entry"]
    return resource_response(orjson.dumps(bundle))


def _entry(request: Request, stored: store.Stored) -> dict[str, Any]:
    address = f"{stored.type}/{stored.id}"
    method = "DELETE" if stored.deleted else "POST" if stored.version == 1 else "PUT"
    stamp = stored.last_updated.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    entry: dict[str, Any] = {
        "fullUrl": f"{request.base}/{address}",
        "request": {"method": method, "url": stored.type if method == "POST" else address},
        "response": {
            "status": {"DELETE": "204", "POST": "201", "PUT": "200"}[method],
            "etag": f'W/"{stored.version}"',
            "lastModified": stamp,
        },
    }
    if not stored.deleted:
        entry["resource"] = orjson.Fragment(stored.content)
    return entry


def _link(address: str, request: Request, offset: int, count: int) -> str:
    kept = [(key, value) for key, value in request.query if key in ("_since", "_format")]
    return f"{address}?{urlencode([*kept, ('_count', count), ('_offset', offset)])}"


def _number(request: Request, name: str, default: int) -> int:
    text = request.parameter(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid([Issue("value", f"{name} is a whole number")])
    return int(text)


def _since(request: Request) -> datetime | None:
    text = request.parameter("_since").replace(" ", "+")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid([Issue("value", "_since is an instant, with its zone")]) from None
