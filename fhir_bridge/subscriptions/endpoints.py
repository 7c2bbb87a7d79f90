"""Where notifications may go, and the sending.

By default to public addresses over https only. What a name resolves to is checked each time, and
the connection goes to the very address that was checked, so that a name cannot point elsewhere a
moment later. Redirects are not followed, proxies of the environment are not used, answers are not
read. What is sent, headers included, is never logged.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from fhir_bridge.outcomes import Issue

_HEADER = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}):[ \t]*([\t\x20-\x7e\x80-\xff]{0,4000})")
# They are the connection's, not the subscriber's.
_OUR_HEADERS = frozenset(
    ["host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "te",
     "trailer", "keep-alive", "proxy-authorization", "proxy-connection", "expect"]
)  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Undelivered(Exception):
    """The notification was not taken; the text names no address and nothing of a patient."""


def endpoint_faults(url: str) -> list[Issue]:
    """What speaks against an endpoint, as far as its text says. Names are resolved when sending."""
    at = "Subscription.channel.endpoint"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return [Issue("value", "The endpoint is no URL", at)]
    if not host or parts.username or parts.password or parts.fragment:
        return [Issue("value", "The endpoint is a URL with a host, without user or fragment", at)]
    literal = _literal(host)
    local = host == "localhost" or (literal is not None and literal.is_loopback)
    plain = parts.scheme == "http" and (_listed(host) or (local and not settings.EXPOSED))
    if parts.scheme != "https" and not plain:
        return [Issue("security", "The endpoint must be an https: address", at)]
    hidden = local and settings.EXPOSED and not _listed(host)
    if hidden or (literal is not None and not _allowed(literal, host)):
        return [Issue("security", "The endpoint is not a public address", at)]
    return []


def header_faults(headers: Sequence[Any]) -> list[Issue]:
    """What speaks against the headers that a channel asks for."""
    faults = []
    for index, header in enumerate(headers):
        match = _HEADER.fullmatch(str(header))
        if match is None or match[1].lower() in _OUR_HEADERS:
            at = f"Subscription.channel.header[{index}]"
            faults.append(Issue("value", "A header is Name: value, and not the connection's", at))
    return faults


def send(
    method: str,
    url: str,
    *,
    headers: Sequence[str],
    content: bytes,
    content_type: str,
    timeout: float,
) -> int:
    """Send one request and return the status of its answer; `timeout` (s) is for all of it, so
    that a receiver which answers byte by byte holds no runner. Raises Undelivered."""
    if endpoint_faults(url):
        raise Undelivered("the endpoint is not allowed")
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _address(host, parts.port or (443 if parts.scheme == "https" else 80))
    shown = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    target = parts._replace(netloc=f"{shown}{port}").geturl()
    sent = [("Host", parts.netloc), ("User-Agent", "Plume")]
    for header in headers:
        match = _HEADER.fullmatch(str(header))
        if match is not None:
            sent.append((match[1], match[2].strip()))
    if content_type:
        sent.append(("Content-Type", content_type))

    async def exchange() -> int:
        async with (
            asyncio.timeout(timeout),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                method,
                target,
                headers=[(name.encode(), value.encode("latin-1")) for name, value in sent],
                content=content,
                extensions={"sni_hostname": host},
            ) as response,
        ):
            return response.status_code

    try:
        return asyncio.run(exchange())
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
        raise Undelivered(type(error).__name__) from None


def _address(host: str, port: int) -> Address:
    """The address to connect to: of those that a name has, the first; all must be allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Undelivered("the name has no address") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(_allowed(each, host) for each in addresses):
        raise Undelivered("the endpoint is not a public address")
    return addresses[0]


def _allowed(address: Address, host: str) -> bool:
    if _listed(host):
        return True
    address = _inner(address)
    if address.is_loopback:
        return not settings.EXPOSED
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour or (
            address.teredo[1] if address.teredo else None
        )  # fmt: skip
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return carried or address
    return address


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _listed(host: str) -> bool:
    return host in settings.SUBSCRIPTION_HOSTS
