"""What billing staff may read, scoped by user: claims, never a note's words.

The queue is derived from signatures, so nothing has to tell billing that a note was signed. Of a
patient only name, birth date and record number are taken out of the record (`claim_subjects`), each
reading audited under the biller's name.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.models import BillingItem, BillingQuery, ExportBatch
from billing.shapes import Batch, Claim, ClaimCode, ClaimDetail, Clinician, Query, Queue, Subject
from ehr.exceptions import NotFound
from ehr.models import Note, SignedNote
from ehr.permissions import BILLER, actor_of
from ehr.selectors.people import user_name
from fhir_bridge import store
from fhir_bridge.access import Actor, actor_for_user
from fhir_bridge.mappings.readings import parse_date, patient_identifier, patient_name
from fhir_bridge.outcomes import AccessDenied

NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
SHOWN = 500


def queue(
    user: Any,
    *,
    state: str = "",
    since: date | None = None,
    until: date | None = None,
    limit: int = SHOWN,
) -> Queue:
    """The organisation's claims by day of service, newest first, at most ``limit``; counts are of
    all states within the same days."""
    actor = actor_of(user, BILLER)
    items = _items(actor).filter(_within(since, until))
    counts = Counter(items.order_by().values_list("state", flat=True))
    chosen = items.filter(state=state) if state else items
    ordered = chosen.order_by("-signed_note__note__visit__scheduled_at", "-pk")[:limit]
    return Queue(claims(actor, ordered), dict(counts), sum(counts.values()))


def item_detail(user: Any, item_id: int) -> ClaimDetail:
    """One claim and its questions. Raises NotFound, also for another organisation's."""
    actor = actor_of(user, BILLER)
    found = claims(actor, _items(actor).filter(pk=item_id))
    if not found:
        raise NotFound
    queries = BillingQuery.objects.filter(item_id=item_id).select_related("asked_by", "resolved_by")
    return ClaimDetail(found[0], tuple(_query(query) for query in queries))


def ready_claims(user: Any, item_ids: Iterable[int]) -> tuple[Claim, ...]:
    """Of these items the ones that can be exported now, for the confirmation."""
    actor = actor_of(user, BILLER)
    found = claims(actor, _items(actor).filter(pk__in=list(item_ids)).order_by("pk"))
    return tuple(claim for claim in found if claim.exportable)


def batches(user: Any, limit: int = 100) -> tuple[Batch, ...]:
    """The organisation's exports, newest first."""
    actor = actor_of(user, BILLER)
    found = ExportBatch.objects.filter(organization_id=actor.organization_id)
    return tuple(_batch(row) for row in found.defer("content").select_related("created_by")[:limit])


def batch_detail(user: Any, batch_id: int) -> tuple[Batch, tuple[Claim, ...]]:
    """One export and the claims in it. Raises NotFound."""
    actor = actor_of(user, BILLER)
    found = _batch_row(actor, batch_id)
    items = _items(actor).filter(export_line__batch_id=found.pk).order_by("export_line__position")
    return _batch(found), claims(actor, items)


def batch_file(user: Any, batch_id: int) -> tuple[Batch, bytes]:
    """One export and its bytes as they were built. Raises NotFound."""
    actor = actor_of(user, BILLER)
    found = _batch_row(actor, batch_id)
    return _batch(found), bytes(found.content)


# -- claims ---------------------------------------------------------------------------------------


def claims(actor: Actor, items: Iterable[BillingItem]) -> tuple[Claim, ...]:
    """The claims of these items, in their order; the record is read once for all of them."""
    rows = list(items)
    subjects = claim_subjects(actor, (row.signed_note.note.visit.patient_id for row in rows))
    clinicians = claim_clinicians(actor, (row.signed_note.signed_by for row in rows))
    return tuple(_claim(row, subjects, clinicians) for row in rows)


def items_for_claims(actor: Actor, item_ids: Iterable[int]) -> QuerySet[BillingItem]:
    """These items as `claims` needs them, by day of service."""
    chosen = _items(actor).filter(pk__in=list(item_ids))
    return chosen.order_by("signed_note__note__visit__scheduled_at", "pk")


def claim_subjects(actor: Actor, patient_ids: Iterable[str]) -> dict[str, Subject]:
    """Name, birth date and record number of patients, for claims (45 CFR 164.502(b))."""
    wanted = sorted(set(patient_ids))
    found = store.read_many(_reader(actor), [("Patient", patient_id) for patient_id in wanted])
    subjects = {}
    for patient_id in wanted:
        stored = found.get(("Patient", patient_id))
        patient = stored.resource if stored else {}
        subjects[patient_id] = Subject(
            name=patient_name(patient).full if stored else "",
            birth_date=parse_date(str(patient.get("birthDate", ""))),
            mrn=patient_identifier(patient),
        )
    return subjects


def claim_clinicians(actor: Actor, users: Iterable[Any]) -> dict[int, Clinician]:
    """Name and NPI of those who signed, by user id."""
    known = {user.pk: user for user in users}
    practitioners = {pk: _practitioner_id(user) for pk, user in known.items()}
    keys = [("Practitioner", found) for found in set(practitioners.values()) if found]
    stored = store.read_many(_reader(actor), keys)
    clinicians = {}
    for pk, user in known.items():
        row = stored.get(("Practitioner", practitioners[pk]))
        resource = row.resource if row else {}
        npi = next(
            (
                str(identifier.get("value", ""))
                for identifier in resource.get("identifier", [])
                if identifier.get("system") == NPI_SYSTEM
            ),
            "",
        )
        clinicians[pk] = Clinician(user_name(user), npi)
    return clinicians


def _reader(actor: Actor) -> Actor:
    """The biller may not open a Patient; this reads the few elements above, under their name."""
    return replace(actor, role="worker")


def _practitioner_id(user: Any) -> str:
    try:
        return actor_for_user(user).practitioner_id
    except AccessDenied:
        return ""  # left the organisation since


def _claim(
    item: BillingItem, subjects: dict[str, Subject], clinicians: dict[int, Clinician]
) -> Claim:
    signed = item.signed_note
    note = signed.note
    visit = note.visit
    line = getattr(item, "export_line", None)
    return Claim(
        item_id=item.pk,
        state=item.state,
        state_label=str(BillingItem.State(item.state).label),
        claim_id=f"P{note.pk:08d}",
        version=signed.number,
        replaces=getattr(item, "exported_before", None) or 0,
        service_date=timezone.localdate(visit.scheduled_at, timezone.get_default_timezone()),
        subject=subjects[visit.patient_id],
        clinician=clinicians[signed.signed_by_id],
        codes=tuple(
            ClaimCode(
                position=position,
                system=str(code.get("system", "")),
                code=str(code["code"]),
                description=str(code.get("description", "")),
                release=str(code.get("release", "")),
            )
            for position, code in enumerate(signed.codes, start=1)
        ),
        composition_id=signed.composition_id,
        composition_version=signed.composition_version,
        signed_at=signed.signed_at,
        amending=note.state == Note.State.AMENDING,
        rejection_reason=item.rejection_reason,
        batch_id=line.batch_id if line else None,
    )


def _items(actor: Actor) -> QuerySet[BillingItem]:
    """The organisation's items, each with what a claim is made from and the last version of the
    same note that was exported before it."""
    before = (
        SignedNote.objects.filter(
            note_id=OuterRef("signed_note__note_id"),
            number__lt=OuterRef("signed_note__number"),
            billing_item__export_line__isnull=False,
        )
        .order_by("-number")
        .values("number")[:1]
    )
    return (
        BillingItem.objects.filter(organization_id=actor.organization_id)
        .select_related("signed_note__note__visit", "signed_note__signed_by", "export_line")
        .annotate(exported_before=before)
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
    waiting = (BillingItem.State.READY, BillingItem.State.NEEDS_QUERY)
    return BillingItem.objects.filter(organization_id=organization_id, state__in=waiting).filter(
        Exists(newer)
    )


def _query(row: BillingQuery) -> Query:
    return Query(
        question=row.question,
        asked_by=user_name(row.asked_by),
        asked_at=row.asked_at,
        answer=row.answer,
        resolved_by=user_name(row.resolved_by) if row.resolved_by else "",
        resolved_at=row.resolved_at,
    )


def _batch_row(actor: Actor, batch_id: int) -> ExportBatch:
    found = (
        ExportBatch.objects.filter(organization_id=actor.organization_id, pk=batch_id)
        .select_related("created_by")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _batch(row: ExportBatch) -> Batch:
    day = timezone.localdate(row.created_at, timezone.get_default_timezone())
    return Batch(
        id=row.pk,
        format=row.format,
        filename=f"plume-claims-{day.isoformat()}-{row.pk}.{row.format}",
        sha256=row.sha256,
        item_count=row.item_count,
        row_count=row.row_count,
        created_by=user_name(row.created_by),
        created_at=row.created_at,
    )
