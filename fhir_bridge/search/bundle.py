"""A page of a search as a searchset Bundle, joined from stored bytes.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import orjson

from fhir_bridge.documents import Stored
from fhir_bridge.outcomes import Issue, outcome_bytes
from fhir_bridge.search.cursors import Cursor
from fhir_bridge.search.finding import Found

_SAFE = ":/|$,@"


def searchset(found: Found, *, base: str, address: str, shape: Callable[[Stored], bytes]) -> bytes:
    """The Bundle. `address` is that of the search (without parameters), `base` the server's;
    `shape` gives the bytes of a resource, whole or the parts that the request asked for.
    """
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if found.total is not None:
        parts.append(b',"total":%d' % found.total)
    parts += [b',"link":', orjson.dumps(_links(found, address))]
    entries = [_entry(base, stored, shape(stored), b"match") for stored in found.matches]
    entries += [_entry(base, stored, shape(stored), b"include") for stored in found.included]
    if found.query.warnings:
        entries.append(_outcome(found.query.warnings))
    if entries:
        parts += [b',"entry":[', b",".join(entries), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def _entry(base: str, stored: Stored, content: bytes, mode: bytes) -> bytes:
    # Types and ids are letters, digits, hyphens and dots; the base is a URL without quotes.
    url = f"{base}/{stored.type}/{stored.id}".encode()
    return b'{"fullUrl":"%s","resource":%s,"search":{"mode":"%s"}}' % (url, content, mode)


def _outcome(warnings: Sequence[str]) -> bytes:
    issues = [Issue("not-supported", text, severity="warning") for text in warnings]
    return b'{"resource":%s,"search":{"mode":"outcome"}}' % outcome_bytes(issues)


def _links(found: Found, address: str) -> list[dict[str, str]]:
    query = found.query
    links = [{"relation": "self", "url": _url(address, query.used, query.cursor)}]
    if found.next or found.previous:
        links.append({"relation": "first", "url": _url(address, query.used)})
    for relation, cursor in (("previous", found.previous), ("next", found.next)):
        if cursor:
            links.append({"relation": relation, "url": _url(address, query.used, cursor)})
    return links


def _url(address: str, used: Sequence[tuple[str, str]], cursor: Cursor | str = "") -> str:
    pairs = [*used, ("_cursor", str(cursor))] if cursor else list(used)
    return f"{address}?{urlencode(pairs, safe=_SAFE)}" if pairs else address
