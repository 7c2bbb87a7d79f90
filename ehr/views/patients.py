"""Finding a patient, the chart, and planning a visit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ehr import selectors
from ehr.forms import PatientSearchForm, VisitPlanForm
from ehr.services.visits import visit_create
from ehr.views.guard import PageRequest, physician


@physician
@require_http_methods(["GET", "HEAD", "POST"])
def patients(request: PageRequest) -> HttpResponse:
    """Patient search. The name is sent by POST, so that it stays out of addresses and logs."""
    form = PatientSearchForm(request.POST or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context = {
        "nav": "patients",
        "text": text,
        "patients": selectors.patients_find(request.user, text) if text else (),
    }
    template = "ehr/_patients.html" if request.htmx else "ehr/patients.html"
    return render(request, template, context)


@physician
@require_safe
def chart(request: PageRequest, patient_id: str) -> HttpResponse:
    """What the record holds about one patient."""
    plan = VisitPlanForm(
        initial={"scheduled_at": timezone.localtime(), "language": translation.get_language()[:2]}
    )
    context = {
        "nav": "patients",
        "chart": selectors.chart(request.user, patient_id),
        "plan": plan,
    }
    return render(request, "ehr/chart.html", context)


@physician
@require_POST
def visit_plan(request: PageRequest, patient_id: str) -> HttpResponse:
    """Plan a visit, then go to it; a mistake shows the chart again with what was typed."""
    plan = VisitPlanForm(request.POST)
    if not plan.is_valid():
        context = {
            "nav": "patients",
            "chart": selectors.chart(request.user, patient_id),
            "plan": plan,
        }
        return render(request, "ehr/chart.html", context, status=422)
    visit = visit_create(actor=request.actor, patient_id=patient_id, **plan.cleaned_data)
    messages.success(request, _("The visit is planned."))
    return redirect("ehr:visit", visit_id=visit.pk)
