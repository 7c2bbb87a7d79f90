"""Which pages of other origins may call from a browser: those of settings.FHIR_CORS_ORIGINS.

Never with cookies: such a page brings a token of its own, and a signed-in user's session stays out
of its reach. https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_SENT = (
    "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Exist, "
    "If-None-Match, Prefer, X-Correlation-Id, X-Request-Id"
)
_READ = (
    "Content-Location, ETag, Last-Modified, Location, Retry-After, X-Correlation-Id, X-Request-Id"
)
_PREFLIGHT_SECONDS = "600"


def allow(response: HttpResponseBase, http: HttpRequest) -> None:
    """Let the page that asked read an answer, if its origin may."""
    allowed = settings.FHIR_CORS_ORIGINS
    if not allowed:
        return
    origin = http.headers.get("Origin", "")
    patch_vary_headers(response, ["Origin"])
    if not origin or ("*" not in allowed and origin not in allowed):
        return
    response["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
    if http.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = _METHODS
        response["Access-Control-Allow-Headers"] = _SENT
        response["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    else:
        response["Access-Control-Expose-Headers"] = _READ
