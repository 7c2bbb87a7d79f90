"""A clinician's own rules of wording: read, turned on and off, written, forgotten."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ehr import selectors
from ehr.exceptions import BadInput, NotFound
from ehr.services import style as rules
from ehr.views.guard import PageRequest, physician


class RuleForm(forms.Form):
    language = forms.ChoiceField(
        label=gettext_lazy("In notes in"),
        choices=[("en", gettext_lazy("English")), ("fr", gettext_lazy("French"))],
    )
    find = forms.CharField(max_length=60, label=gettext_lazy("For the phrase"))
    write = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Write (empty: leave it out)")
    )


@physician
@require_safe
def style(request: PageRequest) -> HttpResponse:
    """The rules of the one who asks."""
    return _page(request, RuleForm(initial={"language": get_language()}))


@physician
@require_POST
def add(request: PageRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            rules.rule_add(user=request.user, **form.cleaned_data)
        except BadInput as error:
            form.add_error("write", str(error))
        else:
            messages.success(request, _("The rule is on. It words your next drafts."))
            return redirect("ehr:style")
    return _page(request, form, status=422)


@physician
@require_POST
def turn(request: PageRequest, rule_id: int, action: str) -> HttpResponse:
    """on, off or forget."""
    if action == "forget":
        rules.rule_forget(user=request.user, rule_id=rule_id)
    elif action in ("on", "off"):
        rules.rule_turn(user=request.user, rule_id=rule_id, on=action == "on")
    else:
        raise NotFound
    return redirect("ehr:style")


def _page(request: PageRequest, form: RuleForm, status: int = 200) -> HttpResponse:
    context = {"rules": selectors.style_rules(request.user), "form": form}
    return render(request, "ehr/style.html", context, status=status)
