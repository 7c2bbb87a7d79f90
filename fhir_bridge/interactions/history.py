"""The versions of a resource, of a type, or of the record, newest first, in pages.
https://hl7.org/fhir/R4/http.html#history"""

from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse

from fhir_bridge import shaping, store
from fhir_bridge.asked import instant, period, whole
from fhir_bridge.rest import Request, interaction, resource_response

PAGE, LARGEST_PAGE = 50, 1_000
_KEPT = frozenset(["_since", "_at", "_format", "_pretty", "_summary", "_elements"])


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
    count = min(whole(request.parameter("_count"), "_count", PAGE), LARGEST_PAGE)
    offset = whole(request.parameter("_offset"), "_offset", 0)
    page = store.history_page(
        request.who,
        request.type,
        request.id,
        since=instant(request.parameter("_since"), "_since"),
        at=period(request.parameter("_at"), "_at"),
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
        content = shaping.content_shaped(stored.content, stored.type, request.query)
        entry["resource"] = orjson.Fragment(content)
    return entry


def _link(address: str, request: Request, offset: int, count: int) -> str:
    kept = [(key, value) for key, value in request.query if key in _KEPT]
    return f"{address}?{urlencode([*kept, ('_count', count), ('_offset', offset)])}"
