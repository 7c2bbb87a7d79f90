"""Visits and their words: the way in."""

from datetime import datetime
from typing import Any

from ehr.models import Draft, Visit
from fhir_bridge.access import Actor


def visit_create(
    *,
    actor: Actor,
    patient_id: str,
    scheduled_at: datetime,
    specialty: str = "primary-care",
    reason: str = "",
    language: str = "en",
) -> Visit:
    """Plan a visit of a patient of the actor's organisation; the actor is its clinician."""
    raise NotImplementedError


def visit_text_submit(
    *,
    user: Any,
    visit_id: int,
    data: bytes,
    name: str = "",
    language: str | None = None,
    template: str = "soap",
) -> Draft:
    """Keep the words and queue a draft, both or neither. The same words again: the same draft."""
    raise NotImplementedError
