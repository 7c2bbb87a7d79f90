"""The resource of the record that a sentence or a code rests on, at the version it rests on."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ehr import selectors
from ehr.exceptions import NotFound
from ehr.models import Evidence
from ehr.views.guard import PageRequest, physician
from fhir_bridge import outcomes, store
from fhir_bridge.mappings.readings import (
    concept_coding,
    concept_text,
    medication_text,
    when_of,
)


@physician
@require_safe
def source(request: PageRequest, evidence_id: int) -> HttpResponse:
    """What the record says there: its name, date, status and author. The reading is audited."""
    found = (
        Evidence.objects.filter(pk=evidence_id)
        .exclude(resource_type="")
        .values_list("sentence__section__note_id", "suggestion__note_id", named=False)
        .first()
    )
    if found is None:
        raise NotFound
    # Another organisation's note is not found, and its evidence with it.
    note = selectors.note_for_review(request.user, found[0] or found[1])
    evidence = Evidence.objects.get(pk=evidence_id)
    try:
        stored = store.vread(
            request.actor,
            evidence.resource_type,
            evidence.resource_id,
            evidence.resource_version or 1,
        )
    except (outcomes.NotFound, outcomes.Gone) as error:
        raise NotFound from error
    resource = stored.resource
    status = concept_coding(resource.get("clinicalStatus"))[1] or str(resource.get("status", ""))
    author = resource.get("recorder") or resource.get("requester") or {}
    context = {
        "note": note,
        "evidence": evidence,
        "label": concept_text(resource.get("code")) or medication_text(resource),
        "when": when_of(resource),
        "status": status,
        "author": str(author.get("display", "")),
    }
    template = "ehr/review/source_card.html" if request.htmx else "ehr/source.html"
    return render(request, template, context)
