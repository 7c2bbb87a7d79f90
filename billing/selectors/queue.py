"""The queue by state, and one item of it."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.models import BillingItem, EditConfirmation, InstitutionalClaim
from billing.scrub import Edit
from billing.selectors.claims import claims, items_of
from billing.selectors.surroundings import edits_of
from billing.shapes import Claim, Queue
from ehr.exceptions import NotFound
from ehr.models import CodingQuery, SignedNote
from ehr.permissions import BILLER, actor_of
from ehr.selectors import queries_asked
from ehr.selectors.query_shapes import QueryView
from ehr.terminology import terminology_load
from fhir_bridge import search
from fhir_bridge.access import Actor, claims_actor
from summarizer.coding.lookup import TerminologyMissing
from summarizer.coding.queries import prompt_of

SHOWN = 50
# Patients that a search by name looks at; a name that fits more has to be said more exactly.
_PATIENTS = 200
_CLAIM_ID = re.compile(r"[Pp]0*(\d{1,12})")
TO_DO = (
    BillingItem.State.SIGNED,
    BillingItem.State.NEEDS_QUERY,
    BillingItem.State.READY,
    BillingItem.State.REJECTED,
)
_OPEN = (BillingItem.State.SIGNED, BillingItem.State.NEEDS_QUERY, BillingItem.State.READY)


@dataclass(frozen=True, slots=True)
class Listed:
    """A claim in the queue, with the number of its open edits while it is still here."""

    claim: Claim
    edits: int


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """A claim with its questions and edits. ``confirmed`` pairs an edit with who settled it;
    ``askable`` are its codes that leave something open to ask the physician; ``level`` is the level
    of the visit that the physician picked and signed, or ""."""

    claim: Claim
    queries: tuple[QueryView, ...]
    edits: tuple[Edit, ...]
    confirmed: tuple[tuple[Edit, EditConfirmation], ...]
    askable: tuple[str, ...] = ()
    level: str = ""


def queue(
    user: Any,
    *,
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    text: str = "",
    after: int | None = None,
    limit: int = SHOWN,
) -> Queue:
    """A page of the organisation's claims by day of service, newest first.

    ``state``: one of `BillingItem.State`, "todo" for all that wait for billing staff, or "".
    ``text``: a claim's number, or the beginning of a patient's name or record number.
    ``after``: the item that the page before ended with. Counts are of all states within the same
    days and text.
    """
    actor = actor_of(user, BILLER)
    items = items_of(actor).filter(_within(since, until))
    if text.strip():
        items = items.filter(_matching(actor, text.strip()))
    counts = Counter(items.order_by().values_list("state", flat=True))
    states = TO_DO if state == "todo" else (state,)
    chosen = items.filter(state__in=states) if state else items
    if after is not None:
        chosen = chosen.filter(_beyond(actor, after))
    ordered = chosen.order_by("-signed_note__note__visit__scheduled_at", "-pk")
    rows = list(ordered[: limit + 1])
    more = rows[limit - 1].pk if len(rows) > limit else None
    return Queue(claims(actor, rows[:limit]), dict(counts), sum(counts.values()), more)


def item_detail(user: Any, item_id: int) -> ItemDetail:
    """One claim, its questions and its edits. Raises NotFound, also for another organisation's."""
    actor = actor_of(user, BILLER)
    found = claims(actor, items_of(actor).filter(pk=item_id))
    if not found:
        raise NotFound
    claim = found[0]
    signed = SignedNote.objects.get(billing_item=item_id)
    queries = queries_asked(user, signed.note_id)
    edits = edits_of(actor, found)[item_id] if claim.state in _OPEN else ()
    settled = {
        row.key: row
        for row in EditConfirmation.objects.filter(item_id=item_id).select_related("confirmed_by")
    }
    return ItemDetail(
        claim,
        queries,
        tuple(edit for edit in edits if not _settled(edit, settled)),
        tuple((edit, settled[edit.key]) for edit in edits if _settled(edit, settled)),
        _askable(code.code for code in claim.codes) if claim.state in _OPEN else (),
        signed.content.get("em_code", ""),
    )


def institutional_claim(user: Any, item_id: int) -> InstitutionalClaim | None:
    """What was entered of an item's institutional claim, None for a professional one.

    Raises NotFound, also for another organisation's item.
    """
    item = _item(user, item_id)
    return InstitutionalClaim.objects.filter(item=item).first()


def signed_positions(user: Any, item_id: int) -> list[tuple[int, str]]:
    """Position and code of an item's diagnoses. Raises NotFound."""
    codes = _item(user, item_id).signed_note.codes
    return [(position, str(code["code"])) for position, code in enumerate(codes, start=1)]


def _item(user: Any, item_id: int) -> BillingItem:
    actor = actor_of(user, BILLER)
    rows = BillingItem.objects.filter(organization_id=actor.organization_id)
    found = rows.select_related("signed_note").filter(pk=item_id).first()
    if found is None:
        raise NotFound
    return found


def _askable(codes: Iterable[str]) -> tuple[str, ...]:
    try:
        terminology = terminology_load()
        return tuple(code for code in codes if prompt_of(terminology, code) is not None)
    except TerminologyMissing:
        return ()


def ready_claims(user: Any, item_ids: Iterable[int]) -> tuple[Listed, ...]:
    """Of these items the ones that can be exported now, for the confirmation."""
    actor = actor_of(user, BILLER)
    found = claims(actor, items_of(actor).filter(pk__in=list(item_ids)).order_by("pk"))
    return listed(actor, [claim for claim in found if claim.exportable])


def listed(actor: Actor, found: Iterable[Claim]) -> tuple[Listed, ...]:
    """These claims with the number of their open edits."""
    chosen = list(found)
    edits = edits_of(actor, [claim for claim in chosen if claim.state in _OPEN])
    return tuple(
        Listed(claim, len(open_of(claim, edits.get(claim.item_id, ())))) for claim in chosen
    )


def open_of(claim: Claim, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that no person settled."""
    return tuple(edit for edit in edits if not (edit.confirmable and edit.key in claim.confirmed))


def missing_items(organization_id: int) -> QuerySet[SignedNote]:
    """The newest signature of each note, where it has codes and no item yet."""
    newer = SignedNote.objects.filter(note_id=OuterRef("note_id"), number__gt=OuterRef("number"))
    return (
        SignedNote.objects.filter(
            note__visit__organization_id=organization_id, billing_item__isnull=True
        )
        .exclude(codes=[])
        .exclude(Exists(newer))
    )


def replaced_items(organization_id: int) -> QuerySet[BillingItem]:
    """Items that were not exported before a newer signature of the same note."""
    newer = SignedNote.objects.filter(
        note_id=OuterRef("signed_note__note_id"), number__gt=OuterRef("signed_note__number")
    )
    return BillingItem.objects.filter(
        organization_id=organization_id, state__in=_OPEN, voiding=False
    ).filter(Exists(newer))


def answered_items(organization_id: int) -> QuerySet[BillingItem]:
    """Items that wait for an answer though no question about their note is open."""
    open_queries = CodingQuery.objects.filter(
        note_id=OuterRef("signed_note__note_id"), answered_at=None
    )
    return BillingItem.objects.filter(
        organization_id=organization_id, state=BillingItem.State.NEEDS_QUERY
    ).exclude(Exists(open_queries))


def _settled(edit: Edit, settled: dict[str, EditConfirmation]) -> bool:
    return edit.confirmable and edit.key in settled


def _matching(actor: Actor, text: str) -> Q:
    number = _CLAIM_ID.fullmatch(text)
    if number:
        return Q(signed_note__note_id=int(number[1]))
    words = [("name", _escaped(word)) for word in text.split()[:5]]
    reader = claims_actor(actor)
    by_name = search.find(reader, "Patient", words, limit=_PATIENTS)
    by_number = search.find(reader, "Patient", [("identifier", _escaped(text))], limit=_PATIENTS)
    patients = {stored.id for stored in (*by_name, *by_number)}
    return Q(signed_note__note__visit__patient_id__in=patients)


def _escaped(word: str) -> str:
    """A value in which `,`, `$` and `|` are letters (R4 search.html#escaping)."""
    return "".join(f"\\{char}" if char in "\\,$|" else char for char in word)


def _beyond(actor: Actor, after: int) -> Q:
    """What comes after this item in the queue's order; nothing when there is no such item."""
    item = (
        BillingItem.objects.filter(organization_id=actor.organization_id, pk=after)
        .select_related("signed_note__note__visit")
        .first()
    )
    if item is None:
        return Q(pk__in=[])
    moment = item.signed_note.note.visit.scheduled_at
    return Q(signed_note__note__visit__scheduled_at__lt=moment) | Q(
        signed_note__note__visit__scheduled_at=moment, pk__lt=after
    )


def _within(since: date | None, until: date | None) -> Q:
    found = Q()
    if since:
        found &= Q(signed_note__note__visit__scheduled_at__gte=_midnight(since))
    if until:
        after = _midnight(until + timedelta(days=1))
        found &= Q(signed_note__note__visit__scheduled_at__lt=after)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
