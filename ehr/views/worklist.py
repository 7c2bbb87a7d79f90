"""The day's visits: where a physician begins."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from ehr import selectors
from ehr.models import Visit
from ehr.views.guard import PageRequest, physician


@physician
@require_safe
def worklist(request: PageRequest, day: date | None = None) -> HttpResponse:
    """The visits of a day; for htmx the list only, which refreshes itself while a draft is made."""
    asked = _day_asked(request) if day is None else None
    if asked is not None:
        return redirect("ehr:worklist-day", day=asked)
    today = timezone.localdate()
    listed = selectors.worklist(request.user, day or today)
    status = request.GET.get("status", "")
    mine = request.GET.get("whose") == "mine"
    rows = [
        row
        for row in listed.rows
        if (not status or row.status == status) and (not mine or row.mine)
    ]
    context = {
        "nav": "worklist",
        "day": listed.day,
        "questions": len(selectors.queries_waiting(request.user)),
        "today": today,
        "before": listed.day - timedelta(days=1),
        "after": listed.day + timedelta(days=1),
        "rows": rows,
        "total": len(listed.rows),
        "status": status,
        "mine": mine,
        "filters": [
            (choice, choice.label, listed.counts.get(choice, 0))
            for choice in Visit.Status
            if listed.counts.get(choice, 0) or choice == status
        ],
        "drafting": any(row.status == Visit.Status.DRAFTING for row in rows),
        "path": reverse("ehr:worklist-day", kwargs={"day": listed.day}),
    }
    template = "ehr/_worklist.html" if request.htmx else "ehr/worklist.html"
    return render(request, template, context)


def _day_asked(request: PageRequest) -> date | None:
    """The day of `?day=`; None, and so today, for what is no day that has a worklist."""
    try:
        day = parse_date(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day is not None and selectors.day_shown(day) else None
