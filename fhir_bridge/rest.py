"""HTTP on the FHIR side: what a request says, who sends it, and how an answer is written.

An interaction is a function from Request to HttpResponse under a name and a policy. The route
table (urls.py) gives each address its interactions by method; `view_of` makes one Django view of
an address. Every refusal and every failure leaves here as an OperationOutcome.

Source: https://hl7.org/fhir/R4/http.html
"""

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import get_script_prefix
from django.utils.http import http_date

from fhir_bridge import access, audit, cors, formats, transfer
from fhir_bridge.access import Actor
from fhir_bridge.documents import (
    NO_VERSION,
    Document,
    Stored,
    document,
    dumps,
    etag_version,
    number_fragment,
    parse,
)
from fhir_bridge.formats import FORM, MEDIA_TYPES, Format, answer_format
from fhir_bridge.outcomes import (
    AccessDenied,
    FhirError,
    Invalid,
    Issue,
    MethodNotAllowed,
    Protected,
    Unauthenticated,
    UnsupportedMediaType,
    outcome_bytes,
)

logger = logging.getLogger(__name__)
JSON = formats.CONTENT_TYPES["json"]
_SAFE = frozenset(["GET", "HEAD", "OPTIONS"])


@dataclass
class Request:
    """One interaction asked for, by HTTP or by an entry of a batch."""

    method: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    base: str  # "https://host/fhir"
    actor: Actor | None = None  # None on public routes only
    type: str = ""
    id: str = ""
    version: str = ""
    extra: dict[str, str] = field(default_factory=dict)  # what else the address names
    http: HttpRequest | None = None  # None for an entry of a batch
    entry: Document | None = None  # the resource of an entry of a batch
    at: str = ""  # "Bundle.entry[2].resource" for an entry of a batch

    @property
    def who(self) -> Actor:
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    def parameter(self, name: str) -> str:
        """The last value of a query parameter, "" when it is absent."""
        return next((value for key, value in reversed(self.query) if key == name), "")

    def body(self) -> bytes:
        """The body, uncompressed. Raises TooLarge, UnsupportedMediaType, Invalid."""
        if self.http is None:
            return b""
        content = transfer.received(self.http)
        return transfer.decoded(content, self.headers.get("Content-Encoding", ""))

    def document(self) -> Document:
        """The resource that was sent. Raises UnsupportedMediaType, TooLarge, Invalid."""
        if self.entry is not None:
            return self.entry
        content = self.body()
        if not content:
            raise Invalid([Issue("required", "The request needs a resource in its body")])
        match MEDIA_TYPES.get(self.media_type()):
            case "json":
                return parse(content)
            case "xml":
                return document(formats.xml_read(content))
        raise UnsupportedMediaType

    def media_type(self) -> str:
        """What the body says it is, in lower case. Raises UnsupportedMediaType: not UTF-8."""
        kind, _, rest = self.headers.get("Content-Type", "").partition(";")
        charset = rest.lower().partition("charset=")[2].strip(' "')
        if charset not in ("", "utf-8"):
            raise UnsupportedMediaType
        return kind.strip().lower()

    def form(self) -> list[tuple[str, str]]:
        """The parameters of a POSTed search, in their order."""
        if self.media_type() not in (FORM, ""):
            raise UnsupportedMediaType("Send the parameters as " + FORM)
        return query_parse(self.body())

    def preference(self, name: str) -> str:
        """What Prefer says under a name ("return", "handling"), "" for nothing. RFC 7240."""
        for each in self.headers.get("Prefer", "").split(","):
            key, _, value = each.partition(";")[0].partition("=")
            if key.strip().lower() == name:
                return value.strip(' "')
        return ""

    def format(self) -> Format:
        """What the answer is to be written in. Raises NotAcceptable."""
        headers = self.headers
        return answer_format(
            self.parameter("_format"), headers.get("Accept", ""), headers.get("Content-Type", "")
        )

    def if_match(self) -> int | None:
        """The version that If-Match names; NO_VERSION for a PUT with `If-None-Match: *`, which is
        to replace nothing. Raises Invalid for what is no version of ours."""
        etag = self.headers.get("If-Match")
        if etag is None and self.method == "PUT" and self.headers.get("If-None-Match") == "*":
            return NO_VERSION
        return None if etag is None else etag_version(etag)


@dataclass(frozen=True)
class Interaction:
    """A named interaction. `public` ones are the only ones that need no actor."""

    name: str  # the code in CapabilityStatement.rest.resource.interaction
    handle: Callable[[Request], HttpResponseBase]
    public: bool = False
    negotiated: bool = True  # False: it answers in a format of its own


def interaction(
    name: str, *, public: bool = False, negotiated: bool = True
) -> Callable[[Callable[[Request], HttpResponseBase]], Interaction]:
    """Declare a function as the interaction of this name."""

    def declared(handle: Callable[[Request], HttpResponseBase]) -> Interaction:
        return Interaction(name, handle, public, negotiated)

    return declared


@dataclass(frozen=True)
class Operation(Interaction):
    """An operation ($name) with its definition; `types` it is listed under, none: every type."""

    definition: str = ""
    types: tuple[str, ...] = ()
    system: bool = False  # offered at the base address, and under no type


@dataclass(frozen=True)
class Route:
    """An address below /fhir (a regular expression with named groups) and what it answers to."""

    name: str
    pattern: str
    methods: Mapping[str, Interaction]

    @property
    def public(self) -> bool:
        return bool(self.methods) and all(each.public for each in self.methods.values())

    @property
    def allowed(self) -> set[str]:
        """The methods of the address, those that every address has too."""
        return {*self.methods, "OPTIONS"} | ({"HEAD"} if "GET" in self.methods else set())


# -- requests ------------------------------------------------------------------------------------


def view_of(route: Route) -> Callable[..., HttpResponseBase]:
    """The Django view of a route."""

    def view(http: HttpRequest, **named: str) -> HttpResponseBase:
        request = Request(
            method=str(http.method),
            query=[],
            headers=http.headers,
            base=base_of(http),
            http=http,
            **addressed(named),
        )
        return answer(route, request)

    # Bearer tokens need no CSRF token; _actor checks it for users of a session.
    view.csrf_exempt = True  # type: ignore[attr-defined]
    view.policy = ("public",) if route.public else ("fhir",)  # type: ignore[attr-defined]
    view.route = route  # type: ignore[attr-defined]
    return view


def addressed(named: Mapping[str, str]) -> dict[str, Any]:
    """The groups of an address as fields of Request; those it does not know go to `extra`."""
    known = {key: value for key, value in named.items() if key in ("type", "id", "version")}
    extra = {key: value for key, value in named.items() if key not in known}
    return {**known, "extra": extra}


def answer(route: Route, request: Request) -> HttpResponseBase:
    """Run the interaction that a request asks for; errors become outcomes."""
    response: HttpResponseBase
    try:
        if request.http is not None:
            request.query = query_parse(request.http.META.get("QUERY_STRING", ""))
        response = _run(route, request)
    except FhirError as error:
        if isinstance(error, AccessDenied | Protected) and request.actor is not None:
            audit.record(request.actor, route.name, request.type[:40], request.id, outcome="denied")
        response = error_response(error)
    except OperationalError as error:
        # Locks that were not to be had in time, a deadlock, a database that is away.
        _log(request, route, error)
        response = error_response(
            FhirError(503, "transient", "The database is busy: try again", headers=_RETRY)
        )
    except Exception as error:
        _log(request, route, error)
        response = error_response(FhirError(500, "exception", "Something failed on our side"))
    try:
        return _finished(request, response)
    except Exception as error:
        _log(request, route, error)
        failed = error_response(FhirError(500, "exception", "Something failed on our side"))
        failed["Cache-Control"] = "no-store"
        return failed


_RETRY = {"Retry-After": "1"}
# A client's names for its request, which come back to it: http.html#custom.
_ECHOED = ("X-Request-Id", "X-Correlation-Id")
_NAME = re.compile(r"[A-Za-z0-9._:\-]{1,128}")
# They have no body, and say nothing of one.
_WITHOUT_CONTENT = frozenset([204, 304])
_AS_STORED = ("json", False)


def _run(route: Route, request: Request) -> HttpResponseBase:
    method = "GET" if request.method == "HEAD" else request.method
    found = route.methods.get(method)
    if method == "OPTIONS" and route.methods:
        # Says what the CapabilityStatement says to everybody; browsers ask before they sign in.
        return HttpResponse(status=204, headers={"Allow": ", ".join(sorted(route.allowed))})
    if found is None or not found.public:
        request.actor = request.actor or _actor(request)
    if found is None:
        if not route.methods:
            raise FhirError(404, "not-found", "There is no such address")
        raise MethodNotAllowed(route.allowed)
    if request.method == "POST" and request.headers.get("Content-Type", "").startswith(FORM):
        # A POSTed search may have parameters in its address as well: http.html#search.
        request.query = [*request.query, *request.form()]
    if found.negotiated:
        request.format()
    return found.handle(request)


def _actor(request: Request) -> Actor:
    """Who sends the request: a bearer token, or the user of a session."""
    authorization = request.headers.get("Authorization", "")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated
        return access.actor_for_token(token.strip())
    http = request.http
    if http is None or not http.user.is_authenticated:
        raise Unauthenticated
    if request.method not in _SAFE:
        # The check reads a form by itself, and would take one in chunks for an empty one.
        transfer.received(http)
        if _csrf_failed(http):
            raise AccessDenied("A signed-in user's changes need the CSRF token (X-CSRFToken)")
    return access.actor_for_user(http.user)


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _csrf_failed(http: HttpRequest) -> bool:
    def view(_: HttpRequest) -> HttpResponse:
        return HttpResponse()

    check = _Csrf(view)
    check.process_request(http)
    return check.process_view(http, view, (), {}) is not None


def query_parse(text: str | bytes) -> list[tuple[str, str]]:
    """The parameters of a query or form, in order. Raises Invalid for more than 1,000, and for a
    null character, which no database column holds."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=1_000)
    except ValueError:
        raise Invalid([Issue("too-costly", "A request may have 1000 parameters at most")]) from None
    if any("\0" in part for pair in found for part in pair):
        raise Invalid([Issue("value", "A parameter has a null character")])
    return found


def base_of(http: HttpRequest) -> str:
    return f"{http.scheme}://{http.get_host()}{get_script_prefix()}fhir"


# -- answers -------------------------------------------------------------------------------------


class Answer(HttpResponse):
    """An answer about one version."""

    stored: Stored | None = None


def stored_response(
    request: Request, stored: Stored, *, status: int = 200, located: bool = False
) -> HttpResponse:
    """A version as an answer: its bytes, ETag and Last-Modified, its place when `located`."""
    headers = version_headers(stored)
    if located:
        headers["Location"] = location(request, stored)
    response = Answer(stored.content, status=status, headers=headers, content_type=JSON)
    response.stored = stored
    return response


def written_response(request: Request, stored: Stored, *, created: bool) -> HttpResponse:
    """The answer to a write, as much of it as `Prefer: return=` asks for."""
    status = 201 if created else 200
    response = stored_response(request, stored, status=status, located=True)
    match request.preference("return"):
        case "minimal":
            response.content = b""
        case "OperationOutcome":
            response.content = done(status)
    return response


def done(status: int) -> bytes:
    """The OperationOutcome that says what a write did."""
    what = {200: "stored", 201: "created", 204: "deleted"}.get(status, "processed")
    return outcome_bytes(
        [Issue("informational", f"The resource was {what}", severity="information")]
    )


def version_headers(stored: Stored) -> dict[str, str]:
    return {
        "ETag": f'W/"{stored.version}"',
        "Last-Modified": http_date(stored.last_updated.timestamp()),
    }


def location(request: Request, stored: Stored) -> str:
    return f"{request.base}/{stored.type}/{stored.id}/_history/{stored.version}"


def not_modified(request: Request, stored: Stored) -> bool:
    """Whether the client has this version already (If-None-Match, else If-Modified-Since)."""
    etags = request.headers.get("If-None-Match")
    if etags is not None:
        own = f'"{stored.version}"'
        listed = [each.strip().removeprefix("W/") for each in etags.split(",")]
        return own in listed or "*" in listed
    since = _moment(request.headers.get("If-Modified-Since", ""))
    return since is not None and stored.last_updated.replace(microsecond=0) <= since


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def resource_response(
    resource: Mapping[str, Any] | bytes, *, status: int = 200, headers: Mapping[str, str] = {}
) -> HttpResponse:
    """A resource that is not stored (a Bundle, a CapabilityStatement) as an answer."""
    content = resource if isinstance(resource, bytes) else dumps(resource)
    return HttpResponse(content, status=status, headers=dict(headers), content_type=JSON)


def error_response(error: FhirError) -> HttpResponse:
    return HttpResponse(
        outcome_bytes(error.issues), status=error.status, headers=error.headers, content_type=JSON
    )


def _finished(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """What every answer shares: no caching of patient data, `_pretty`, gzip, no body
    for HEAD."""
    if request.http is None:
        return response
    response["Cache-Control"] = "no-store"
    cors.allow(response, request.http)
    for name in _ECHOED:
        if _NAME.fullmatch(request.headers.get(name, "")):
            response[name] = request.headers[name]
    if not isinstance(response, HttpResponse):
        return _streamed(request, response)
    _written(request, response)
    transfer.encode(response, request.headers.get("Accept-Encoding", ""))
    if response.status_code in _WITHOUT_CONTENT:
        del response["Content-Type"]
    else:
        response["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    return response


def _written(request: Request, response: HttpResponse) -> None:
    """Write a resource in the format that was asked for. Inside it is JSON, as it is stored."""
    try:
        wanted = request.format()
    except FhirError:
        wanted = "json"
    pretty = request.parameter("_pretty") == "true"
    if not response.content or response["Content-Type"] != JSON or (wanted, pretty) == _AS_STORED:
        return
    value = parse(response.content).value
    if wanted == "xml":
        response.content = formats.xml_write(value, pretty=pretty)
        response["Content-Type"] = formats.CONTENT_TYPES["xml"]
    else:
        response.content = orjson.dumps(value, default=number_fragment, option=orjson.OPT_INDENT_2)


def _streamed(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """The same for an answer that is sent piece by piece: gzip, and no body for HEAD."""
    assert isinstance(response, StreamingHttpResponse)
    if request.method == "HEAD":
        return HttpResponse(headers=dict(response.items()))
    transfer.encode_stream(response, request.headers.get("Accept-Encoding", ""))
    return response


def _log(request: Request, route: Route, error: Exception) -> None:
    """Where it failed, in ids and lines of code. The exception's own text may hold patient data."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    actor = request.actor.name if request.actor else "nobody"
    logger.error(
        "%s on %s %s by %s\n%s", type(error).__name__, request.method, route.name, actor, frames
    )
