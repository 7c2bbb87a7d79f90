"""The summary before a visit, read from the record as the user who asks."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from ehr.exceptions import NotFound
from ehr.models import Visit
from ehr.permissions import PHYSICIAN, actor_of
from ehr.services.record_facts import context_gather
from fhir_bridge import outcomes
from summarizer.previsit import pre_visit
from summarizer.types import Section


@dataclass(frozen=True, slots=True)
class PreVisit:
    """``last_visit`` is an ISO date, empty when the record has no visit before."""

    sections: tuple[Section, ...]
    last_visit: str


def pre_visit_read(*, user: Any, visit_id: int, language: str) -> PreVisit:
    """What the record says before this visit, in ``language``. The reading is audited.

    Raises:
        NotFound: the visit is another organisation's, or its patient is no longer in the record.
        NotAllowed: the user is no physician.
    """
    actor = actor_of(user, PHYSICIAN)
    visit = Visit.objects.filter(pk=visit_id, organization_id=actor.organization_id).first()
    if visit is None:
        raise NotFound
    try:
        context = context_gather(visit, actor=actor)
    except (outcomes.NotFound, outcomes.Gone) as error:
        raise NotFound from error
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return PreVisit(
        sections=pre_visit(context, "fr" if known == "fr" else "en"),
        last_visit=context.last_visit_date,
    )
