"""Visits and their words: the way in."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from ehr.exceptions import BadInput, BadVisitText, NotFound, Refused
from ehr.models import Draft, Note, Visit, VisitText
from ehr.permissions import PHYSICIAN, actor_of
from ehr.services.drafts import OPEN, draft_requeue, wake
from fhir_bridge import outcomes, store
from fhir_bridge.access import Actor
from summarizer.exceptions import TranscriptError
from summarizer.steps.templates import TEMPLATES
from summarizer.transcripts import read_transcript
from summarizer.types import Transcript


def visit_create(
    *,
    actor: Actor,
    patient_id: str,
    scheduled_at: datetime,
    specialty: str = "primary-care",
    reason: str = "",
    language: str = "en",
) -> Visit:
    """Plan a visit of a patient of the actor's organisation; the actor is its clinician.

    Raises:
        NotFound: the organisation's record has no such patient.
        BadInput: the actor is not a person, or a field is too long or unknown.
    """
    if actor.user_id is None or actor.role != PHYSICIAN:
        raise BadInput(code="clinician-missing")
    if language not in dict(settings.LANGUAGES) or len(reason) > 200 or len(specialty) > 40:
        raise BadInput
    try:
        store.read(actor, "Patient", patient_id)
    except (outcomes.NotFound, outcomes.Gone) as error:
        raise NotFound from error
    return Visit.objects.create(
        organization_id=actor.organization_id,
        clinician_id=actor.user_id,
        patient_id=patient_id,
        scheduled_at=scheduled_at,
        specialty=specialty,
        reason=reason,
        language=language,
    )


def visit_text_submit(
    *,
    user: Any,
    visit_id: int,
    data: bytes,
    name: str = "",
    language: str | None = None,
    template: str = "soap",
) -> Draft:
    """Keep the words and queue a draft, both or neither; a worker is woken after the commit.

    The same words again return the draft that they already have (a failed one is queued again).
    Other words supersede what is not signed: the old draft is kept, and no longer offered.

    Args:
        data: the words as given: text, VTT, SRT or JSON, at most VISIT_TEXT_MAX_BYTES.
        name: the file's name, kept to show it and to tell formats apart.
        language: of the note, "en" or "fr"; None: the language of the words.

    Raises:
        BadVisitText: the words cannot be read. Nothing was stored.
        NotFound, NotAllowed: the visit is another organisation's, the user is no physician.
        Refused: the visit was cancelled.
    """
    actor = actor_of(user, PHYSICIAN)
    if not Visit.objects.filter(pk=visit_id, organization_id=actor.organization_id).exists():
        raise NotFound
    if template not in TEMPLATES or language not in (None, *dict(settings.LANGUAGES)):
        raise BadInput
    if len(data) > settings.VISIT_TEXT_MAX_BYTES:
        raise BadVisitText("too-large", size=len(data))
    try:
        transcript = read_transcript(data, name=name)
    except TranscriptError as error:
        # The reader's detail may quote the words: only its code goes on.
        raise BadVisitText(error.code) from None
    queue = partial(
        _queue,
        user_id=user.pk,
        visit_id=visit_id,
        transcript=transcript,
        sha256=hashlib.sha256(data).hexdigest(),
        name=name[-200:],
        language=language or transcript.language,
        template=template,
    )
    return _once_more_after_a_race(queue)


def _once_more_after_a_race(queue: Callable[[], Draft]) -> Draft:
    try:
        return queue()
    except IntegrityError:
        # Another request got in between (a constraint says so): its draft is there to be found.
        return queue()


@transaction.atomic
def _queue(
    *,
    user_id: int,
    visit_id: int,
    transcript: Transcript,
    sha256: str,
    name: str,
    language: str,
    template: str,
) -> Draft:
    visit = Visit.objects.select_for_update().get(pk=visit_id)
    if visit.status == Visit.Status.CANCELLED:
        raise Refused(code="visit-cancelled")
    words, _created = VisitText.objects.get_or_create(
        visit=visit,
        sha256=sha256,
        defaults={
            "source_format": transcript.source_format,
            "source_name": name,
            "text": transcript.text,
            "utterances": [asdict(utterance) for utterance in transcript.utterances],
            "notices": list(transcript.notices),
            "language": transcript.language,
            "submitted_by_id": user_id,
        },
    )
    same = (
        Draft.objects.filter(visit_text=words, template=template, language=language)
        .exclude(state=Draft.State.SUPERSEDED)
        .order_by("-pk")
        .first()
    )
    if same is not None:
        return draft_requeue(same) if same.state == Draft.State.FAILED else same
    _supersede(visit)
    draft = Draft.objects.create(
        visit=visit,
        visit_text=words,
        template=template,
        language=language,
        requested_by_id=user_id,
    )
    visit.status = Visit.Status.DRAFTING
    visit.save(update_fields=["status"])
    transaction.on_commit(partial(wake, draft.pk))
    return draft


def _supersede(visit: Visit) -> None:
    """Set aside what is open, failed or under review; what was ever signed stays as it is.

    A worker that is still drafting finds its lease gone and stores nothing.
    """
    signed = Note.objects.filter(visit=visit).exclude(signatures=None).values("draft_id")
    Draft.objects.filter(
        visit=visit, state__in=[*OPEN, Draft.State.FAILED, Draft.State.READY]
    ).exclude(pk__in=signed).update(
        state=Draft.State.SUPERSEDED, lease_owner="", lease_expires_at=None
    )
