"""The short way into /fhir, for clients that bring a bearer token.

Sessions, CSRF tokens and messages serve the pages; of a small answer's time they took most. A
request with an Authorization header needs none of them: the FHIR views ask the token who it is. So
it goes straight to its view, and its answer gets the headers that the pages' middleware would have
added. Whatever else comes, and a request that is yet to be sent to https or names a host that is
not ours, goes through Django as usual.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest, get_script_name
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import set_script_prefix
from django.utils import translation

from config.caching import NothingKept

Environ = dict[str, Any]
View = Callable[..., HttpResponse | StreamingHttpResponse]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, Any], Iterable[bytes]]

# A connection that served a query this lately is taken to be alive without asking it.
TRUST_SECONDS = 5.0


class ClientsFirst:
    """A WSGI application: FHIR clients by the short way, everybody else by `pages`."""

    def __init__(self, pages: Application) -> None:
        from fhir_bridge.urls import urlpatterns

        self.pages = pages
        self.views: list[tuple[re.Pattern[str], View]] = [
            (re.compile("/fhir" + str(each.pattern).removeprefix("^").removesuffix("$")),
             each.callback)
            for each in urlpatterns
        ]  # fmt: skip
        self.shared = {False: _shared_headers(secure=False), True: _shared_headers(secure=True)}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = self._view(environ) if environ.get("HTTP_AUTHORIZATION") else None
        if found is None:
            return self.pages(environ, start_response)
        request = WSGIRequest(environ)
        secure = request.is_secure()
        if settings.SECURE_SSL_REDIRECT and not secure:
            return self.pages(environ, start_response)
        set_script_prefix(get_script_name(environ))
        _language_set(request)
        _connection_trust()
        view, named = found
        try:
            response = view(request, **named)
        except DisallowedHost:
            return self.pages(environ, start_response)
        headers = {**self.shared[secure], **response.headers}
        start_response(f"{response.status_code} {response.reason_phrase}", list(headers.items()))
        if isinstance(response, HttpResponse):
            return [response.content]
        # It closes its own files; the server calls close() when it is through.
        return response

    def _view(self, environ: Environ) -> tuple[View, dict[str, str]] | None:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/fhir"):
            return None
        # WSGI hands UTF-8 over as Latin-1; what is no UTF-8 is no address of ours.
        path = path.encode("latin-1").decode("utf-8", "replace")
        for pattern, view in self.views:
            match = pattern.fullmatch(path)
            if match is not None:
                return view, {k: v for k, v in match.groupdict().items() if v is not None}
        return None


def _shared_headers(*, secure: bool) -> dict[str, str]:
    """What the middleware of settings.py adds to every answer, asked of that middleware."""
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/fhir",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "https" if secure else "http",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
        }
    )
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    answer: Any = lambda _: HttpResponse()  # noqa: E731
    for middleware in (NothingKept, CSPMiddleware, XFrameOptionsMiddleware, SecurityMiddleware):
        answer = middleware(answer)
    # Not called as a whole: the outermost would answer a plain request with a redirection.
    response = answer.process_response(request, answer.get_response(request))
    return {k: v for k, v in response.headers.items() if k not in ("Content-Type", "Vary")}


def _language_set(request: WSGIRequest) -> None:
    """The language of texts in an answer: a thread keeps that of the page it served before."""
    wanted = "HTTP_ACCEPT_LANGUAGE" in request.META
    translation.activate(
        translation.get_language_from_request(request) if wanted else settings.LANGUAGE_CODE
    )


_served = threading.local()


def _connection_trust() -> None:
    """Close a connection that is broken or too old, and ask one whether it still lives only when
    it has been idle: asking costs a round trip, and a read makes only one."""
    connection.close_if_unusable_or_obsolete()
    now = time.monotonic()
    if now - getattr(_served, "at", 0.0) < TRUST_SECONDS:
        connection.health_check_done = True  # type: ignore[attr-defined]
    _served.at = now
