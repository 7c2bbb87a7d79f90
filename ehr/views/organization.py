"""The organisation's own settings: read and changed by its administrators."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ehr import selectors
from ehr.services.organization import organization_settings_save
from ehr.views.guard import PageRequest, administrator

_CHOICES = {"": None, "on": True, "off": False}
_NAMES = {value: name for name, value in _CHOICES.items()}


class OrganizationForm(forms.Form):
    em_levels = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Level of the visit"),
        widget=forms.RadioSelect,
        choices=[
            ("", gettext_lazy("As the installation has it")),
            ("on", gettext_lazy("Shown")),
            ("off", gettext_lazy("Hidden")),
        ],
    )


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: PageRequest) -> HttpResponse:
    """The settings of one's own organisation; POST changes them."""
    found = selectors.organization_settings(request.user)
    form = OrganizationForm(
        request.POST if request.method == "POST" else None,
        initial={"em_levels": _NAMES[found.em_levels]},
    )
    if request.method == "POST" and form.is_valid():
        chosen = _CHOICES[form.cleaned_data["em_levels"]]
        organization_settings_save(user=request.user, em_levels=chosen)
        messages.success(request, _("Saved."))
        return redirect("ehr:organization")
    context = {"nav": "organization", "organization": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "ehr/organization.html", context, status=status)
