"""Claims put together: what was signed, what billing entered, what the record says."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.models import BillingItem, BillingProvider, ExportLine, Facility
from billing.selectors.subjects import (
    address_of,
    claim_clinicians,
    claim_coverages,
    claim_subjects,
    coverage_on,
)
from billing.shapes import (
    BillingProviderFacts,
    Claim,
    ClaimCode,
    ClaimLine,
    Clinician,
    CoverageFacts,
    FacilityFacts,
    InstitutionalFacts,
    Subject,
)
from ehr.models import Note, SignedNote
from fhir_bridge.access import Actor

_OPEN = (BillingItem.State.SIGNED, BillingItem.State.NEEDS_QUERY, BillingItem.State.READY)


class _Known(NamedTuple):
    """What several claims share, read once."""

    subjects: Mapping[str, Subject]
    coverages: Mapping[str, list[CoverageFacts]]
    clinicians: Mapping[int, Clinician]
    providers: Mapping[int, BillingProviderFacts]
    only_provider: BillingProviderFacts | None
    standing: Mapping[int, BillingItem]
    facilities: Mapping[int, FacilityFacts]
    first_facility: FacilityFacts | None


def claims(actor: Actor, items: Iterable[BillingItem]) -> tuple[Claim, ...]:
    """The claims of these items, in their order; the record is read once for all of them."""
    rows = list(items)
    subjects = claim_subjects(actor, (row.signed_note.note.visit.patient_id for row in rows))
    providers = {
        row.pk: row for row in BillingProvider.objects.filter(organization_id=actor.organization_id)
    }
    facts = {pk: provider_facts(row) for pk, row in providers.items()}
    in_use = [facts[pk] for pk, row in providers.items() if row.active]
    facilities = {
        row.pk: row for row in Facility.objects.filter(organization_id=actor.organization_id)
    }
    places = {pk: facility_facts(row) for pk, row in facilities.items()}
    open_places = [places[pk] for pk, row in facilities.items() if row.active]
    standing = [getattr(row, "standing", None) for row in rows]
    known = _Known(
        subjects,
        claim_coverages(actor, subjects),
        claim_clinicians(actor, (row.signed_note.signed_by for row in rows)),
        facts,
        in_use[0] if in_use else None,
        BillingItem.objects.select_related("signed_note")
        .prefetch_related("export_lines")
        .in_bulk([pk for pk in standing if pk is not None]),
        places,
        open_places[0] if open_places else None,
    )
    return tuple(_claim(row, known) for row in rows)


def items_of(actor: Actor) -> QuerySet[BillingItem]:
    """The organisation's items, each with what a claim is made from.

    `exported_before`: the last version of the same note that was exported before it. `standing`:
    the item of the last one that the payer has: refused ones only where it gave them a number.
    `withdrawn`: a newer signature of the note has no code.
    """
    number = OuterRef("signed_note__number")
    same_note = SignedNote.objects.filter(note_id=OuterRef("signed_note__note_id"))
    exported = ExportLine.objects.filter(item=OuterRef("billing_item"))
    before = same_note.filter(Exists(exported), number__lt=number).order_by("-number")
    refused = Q(billing_item__state="rejected", billing_item__payer_reference="")
    gone = Q(billing_item__state="void")
    return (
        BillingItem.objects.filter(organization_id=actor.organization_id)
        .select_related("signed_note__note__visit", "signed_note__signed_by", "institutional")
        .prefetch_related("service_lines", "confirmations", "export_lines")
        .annotate(
            exported_before=before.values("number")[:1],
            standing=before.exclude(refused | gone).values("billing_item__pk")[:1],
            withdrawn=Exists(same_note.filter(number__gt=number, codes=[])),
        )
    )


def items_for_claims(actor: Actor, item_ids: Iterable[int]) -> QuerySet[BillingItem]:
    """These items as `claims` needs them, by day of service."""
    chosen = items_of(actor).filter(pk__in=list(item_ids))
    return chosen.order_by("signed_note__note__visit__scheduled_at", "pk")


def provider_facts(provider: BillingProvider) -> BillingProviderFacts:
    return BillingProviderFacts(
        name=provider.name,
        npi=provider.npi,
        taxonomy=provider.taxonomy,
        tax_id=provider.tax_id,
        address=address_of(provider),
        phone=provider.phone,
    )


def facility_facts(facility: Facility) -> FacilityFacts:
    return FacilityFacts(facility.name, facility.npi, facility.bill_type, address_of(facility))


def _claim(item: BillingItem, known: _Known) -> Claim:
    signed = item.signed_note
    note, visit = signed.note, signed.note.visit
    day = timezone.localdate(visit.scheduled_at, timezone.get_default_timezone())
    chosen = item.billing_provider_id
    lines = tuple(_line(row) for row in item.service_lines.all())
    sent = list(item.export_lines.all())
    frequency, prior, reference = _submission(item, known.standing, sent)
    return Claim(
        item_id=item.pk,
        state=item.state,
        state_label=str(BillingItem.State(item.state).label),
        claim_id=f"P{note.pk:08d}",
        version=signed.number,
        replaces=getattr(item, "exported_before", None) or 0,
        service_date=day,
        subject=known.subjects[visit.patient_id],
        clinician=known.clinicians[signed.signed_by_id],
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
        batch_id=max(sent, key=lambda line: line.submission).batch_id if sent else None,
        submission=item.submission,
        frequency=frequency,
        original_reference=reference,
        prior_version=prior,
        payer_reference=item.payer_reference,
        authorization=item.authorization,
        place_of_service=item.place_of_service,
        coverage=coverage_on(known.coverages.get(visit.patient_id, ()), day),
        billing_provider=known.providers[chosen] if chosen else known.only_provider,
        lines=lines,
        total=sum((line.charge for line in lines if line.charge is not None), Decimal(0)),
        encounter_id=visit.encounter_id,
        withdrawn=bool(getattr(item, "withdrawn", False)),
        confirmed=frozenset(row.key for row in item.confirmations.all()),
        institutional=_institutional(item, day, known),
        prior_institutional=_prior_kind(item, known.standing, sent) if frequency != "1" else None,
    )


def _institutional(item: BillingItem, day: date, known: _Known) -> InstitutionalFacts | None:
    row = getattr(item, "institutional", None)
    if row is None:
        return None
    chosen = row.facility_id
    facility = known.facilities[chosen] if chosen else known.first_facility
    return InstitutionalFacts(
        facility=facility,
        bill_type=row.bill_type or (facility.bill_type if facility else ""),
        statement_from=row.statement_from or day,
        statement_to=row.statement_to or day,
        admitted_on=row.admitted_on,
        admitted_at=row.admitted_at,
        admission_type=row.admission_type,
        admission_source=row.admission_source,
        patient_status=row.patient_status,
        discharged_at=row.discharged_at,
        presenting=row.presenting,
    )


def _prior_kind(
    item: BillingItem, standing: Mapping[int, BillingItem], sent: list[ExportLine]
) -> bool | None:
    """Whether what this submission replaces or voids left as an institutional claim."""
    lines = [line for line in sent if line.submission < item.submission]
    before = standing.get(getattr(item, "standing", None) or 0)
    if not lines and before is not None:
        lines = list(before.export_lines.all())
    return max(lines, key=lambda line: line.submission).institutional if lines else None


def _submission(
    item: BillingItem, standing: Mapping[int, BillingItem], sent: list[ExportLine]
) -> tuple[str, int, str]:
    """CLM05-3, the version that it replaces or voids, and the payer's number of that one."""
    before = standing.get(getattr(item, "standing", None) or 0)
    own, number = item.payer_reference, item.signed_note.number
    for line in sent:
        if line.submission == item.submission:
            prior = number if line.frequency == "8" else before.signed_note.number if before else 0
            return line.frequency, prior if line.frequency != "1" else 0, line.original_reference
    if item.voiding:
        return "8", number, own
    if item.submission > 1 and own:
        return "7", number, own
    if before is not None:
        return "7", before.signed_note.number, before.payer_reference
    return "1", 0, ""


def _line(row: Any) -> ClaimLine:
    return ClaimLine(
        position=row.position,
        code=row.code,
        system=row.system,
        units=row.units,
        charge=row.charge,
        pointers=tuple(row.pointers),
        modifiers=tuple(row.modifiers),
        place_of_service=row.place_of_service,
        description=row.description,
        id=row.pk,
        revenue_code=row.revenue_code,
    )
