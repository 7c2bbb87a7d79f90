"""Signing in and out, the start page and the health check."""

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from ehr.exceptions import NotAllowed
from ehr.forms import SignInForm
from ehr.permissions import BILLER, PHYSICIAN, public, refusal, signed_in_required
from ehr.views.guard import PageRequest

sign_in = public(
    LoginView.as_view(
        template_name="ehr/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
    )
)


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, str] | None
) -> HttpResponse:
    """The sign-in page of a user name that failed too often: says when to try again (429).

    The same for a name that nobody has, so that it tells nothing about who has an account.
    """
    wait = settings.AXES_COOLOFF_TIME
    page = render(
        request,
        "ehr/sign_in.html",
        {
            "form": SignInForm(),
            "next": request.POST.get("next", ""),
            "minutes": max(1, round(wait.total_seconds() / 60)),
        },
        status=429,
    )
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page


sign_out = signed_in_required(require_POST(LogoutView.as_view(next_page="ehr:sign-in")))


@signed_in_required
@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Everybody's start: where it leads depends on the role."""
    role = getattr(getattr(request, "actor", None), "role", "")
    if role == PHYSICIAN:
        return redirect("ehr:worklist")
    if role == BILLER:
        return redirect("billing:queue")
    return refusal(request, NotAllowed())


@public
@require_GET
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 while the process serves and its database answers; nothing about anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
