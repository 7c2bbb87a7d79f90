"""Requests that Django refuses before any view, such as one to a host that is not ours."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from fhir_bridge.outcomes import Invalid, Issue
from fhir_bridge.rest import error_response


def bad_request(http: HttpRequest, exception: Exception) -> HttpResponse:
    """A FHIR client gets an OperationOutcome, everybody else the page."""
    if http.path_info == "/fhir" or http.path_info.startswith("/fhir/"):
        issue = Issue("invalid", "This request cannot be served: see its host and headers")
        return error_response(Invalid([issue]))
    return defaults.bad_request(http, exception)
