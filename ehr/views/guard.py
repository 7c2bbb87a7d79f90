"""What every page shares: who may open it, and how a refusal of the workflow is said."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from ehr.exceptions import NotAllowed, NotFound, Refused, WorkflowError
from ehr.permissions import PHYSICIAN, administrator_required, refusal, role_required
from fhir_bridge.access import Actor

View = Callable[..., HttpResponse]


class PageRequest(HttpRequest):
    """A request after the middleware and the policy: `htmx` and `actor` are set."""

    htmx: HtmxDetails
    actor: Actor


def physician(view: View) -> View:
    """The policy of every clinical page: a physician; what is refused is said on the page."""
    return role_required(PHYSICIAN)(refusals_said(view))


def administrator(view: View) -> View:
    """The policy of the organisation's settings; what is refused is said on the page."""
    return administrator_required(refusals_said(view))


def refusals_said(view: View) -> View:
    """Turns a WorkflowError into an answer: a notice for htmx, a page or a message otherwise."""

    @wraps(view)
    def said(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except WorkflowError as error:
            return _answer(request, error)

    return said


def _answer(request: PageRequest, error: WorkflowError) -> HttpResponse:
    came_from = came_from_path(request)
    if request.htmx:
        reload_url = came_from if isinstance(error, Refused) else ""
        context = {"error": error, "reload_url": reload_url}
        return render(request, "parts/notice.html", context, status=error.status)
    if isinstance(error, NotAllowed):
        return refusal(request, error)
    if isinstance(error, NotFound) or request.method == "GET" or not came_from:
        template = "404.html" if isinstance(error, NotFound) else "400.html"
        return render(request, template, {"error": error}, status=error.status)
    messages.error(request, str(error))
    return redirect(came_from)


def came_from_path(request: PageRequest) -> str:
    """The path of the page that sent this request, empty when it is not one of ours."""
    if request.htmx:
        return request.htmx.current_url_abs_path or ""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    parts = urlsplit(referer)
    # "//host" at the start of a path would be read as another site.
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path
