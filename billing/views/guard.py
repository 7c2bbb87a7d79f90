"""The policy of every billing page: billing staff only; what is refused is said on the page."""

from collections.abc import Callable

from django.http import HttpResponse

from ehr.permissions import BILLER, role_required
from ehr.views.guard import PageRequest, refusals_said

View = Callable[..., HttpResponse]


def biller(view: View) -> View:
    """A signed-in member of the billing staff; `request.actor` is set."""
    return role_required(BILLER)(refusals_said(view))


__all__ = ["PageRequest", "biller"]
