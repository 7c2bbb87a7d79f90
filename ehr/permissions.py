"""Who may open a route. A route without a policy does not exist: a test enumerates them all.

A view declares its policy once, with `role_required`, `administrator_required`,
`signed_in_required` or `public`, or, for a class of the REST API, with `permission_classes` and
`policy`. Whose objects a role may see is not decided here: services and selectors are scoped by
user, and answer NotFound for another organisation's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from ehr.exceptions import NotAllowed
from fhir_bridge.access import Actor, actor_for_user
from fhir_bridge.outcomes import AccessDenied

PHYSICIAN = "physician"
BILLER = "biller"
ROLES = (PHYSICIAN, BILLER)
# Beside the role, not one of them: it opens the organisation's settings and nothing else.
ADMINISTRATOR = "administrator"

View = TypeVar("View", bound=Callable[..., Any])


def actor_of(user: Any, *roles: str) -> Actor:
    """The user as the record knows them.

    Raises:
        NotAllowed: anonymous, without a membership, or (when roles are given) of another role.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        raise NotAllowed
    try:
        actor = actor_for_user(user)
    except AccessDenied as error:
        raise NotAllowed from error
    if roles and actor.role not in roles:
        raise NotAllowed
    return actor


def administrator_of(user: Any) -> Actor:
    """The user as an administrator of their organisation, of whatever role.

    Raises NotAllowed: anonymous, without a membership, or no administrator.
    """
    actor = actor_of(user)
    if not actor.administrator:
        raise NotAllowed
    return actor


def public(view: View) -> View:
    """Marks a route that anybody may open: signing in, health, metadata, the language switch."""
    view.policy = ("public",)  # type: ignore[attr-defined]
    return view


def signed_in_required(view: View) -> View:
    """Any signed-in user, whatever the role: signing out, one's own account."""
    return _guarded(view, ())


def administrator_required(view: View) -> View:
    """An administrator of an organisation; `request.actor` is set. Otherwise as `role_required`."""
    return _guarded(view, (ADMINISTRATOR,))


def role_required(*roles: str) -> Callable[[View], View]:
    """A signed-in user with one of `roles`; `request.actor` is set for the view.

    Anonymous: the sign-in page with `next`, or 401 for an API or htmx request. Another role: 403.
    """
    unknown = set(roles) - set(ROLES)
    if not roles or unknown:
        raise ValueError(f"role_required needs roles out of {ROLES}, got {roles}")
    return lambda view: _guarded(view, roles)


def _guarded(view: View, roles: tuple[str, ...]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return _sign_in(request)
        try:
            request.actor = (  # type: ignore[attr-defined]
                administrator_of(request.user)
                if roles == (ADMINISTRATOR,)
                else actor_of(request.user, *roles)
            )
        except NotAllowed as error:
            # Somebody without a membership may still sign out; no role is asked for there.
            if roles:
                return refusal(request, error)
        return view(request, *args, **kwargs)

    guarded.policy = roles or ("signed-in",)  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or not request.accepts("text/html")


def _sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        # htmx follows HX-Redirect; a 302 would put the sign-in page inside a fragment.
        response = HttpResponse(_("Please sign in."), status=401)
        response["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
        return response
    if _wants_json(request):
        return JsonResponse({"code": "not-signed-in", "message": _("Please sign in.")}, status=401)
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def refusal(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    """The 403 answer: the page, or JSON for the API."""
    if _wants_json(request):
        return JsonResponse({"code": error.code, "message": str(error)}, status=error.status)
    return render(request, "403.html", {"error": error}, status=error.status)


class RolePermission(BasePermission):
    """For REST views: the view's `policy` names the roles that may call it; none, nobody may."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        roles = getattr(view, "policy", ())
        if not roles:
            return False
        try:
            actor_of(request.user, *roles)
        except NotAllowed:
            return False
        return True
