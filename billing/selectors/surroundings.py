"""What the claim scrubber knows beside a claim: code lists, fees, other claims, the day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils import timezone

from billing.models import BillingItem, Fee, ServiceLine
from billing.scrub import Edit, Surroundings, scrub
from billing.selectors.practice import sender
from billing.selectors.procedures import procedure_problem
from billing.shapes import Claim
from ehr.terminology import terminology_load
from fhir_bridge.access import Actor
from summarizer.coding import mce
from summarizer.coding.lookup import TerminologyMissing

Service = tuple[str, date, str, tuple[str, ...]]
_STANDING = (BillingItem.State.READY, BillingItem.State.EXPORTED)


def edits_of(actor: Actor, claims: Sequence[Claim]) -> dict[int, tuple[Edit, ...]]:
    """Every edit of these claims by item, those that a person confirmed too."""
    fees = _fees(actor, claims)
    around = Surroundings(
        today=timezone.localdate(timezone=timezone.get_default_timezone()),
        diagnosis_problem=diagnosis_problem,
        procedure_known=lambda system, code, day: _fee_known(fees, system, code, day),
        procedure_problem=procedure_problem,
        principal_problem=principal_problem,
        patient_conflict=patient_conflict,
        out_of_order=out_of_order,
        sender_known=sender(actor) is not None,
    )
    billed = _billed(actor, claims)
    found = {}
    for claim in claims:
        others = frozenset(service for claim_id, service in billed if claim_id != claim.claim_id)
        found[claim.item_id] = scrub(claim, replace(around, billed=others))
    return found


def diagnosis_problem(_system: str, code: str, day: date) -> str:
    """See `Surroundings`: asked of the installed ICD-10-CM list."""
    try:
        terminology = terminology_load()
        if not terminology.in_force(day):
            return "other-release"
        problem = terminology.problem(code)
    except TerminologyMissing:
        return "no-list"
    return {"": "", "unknown": "unknown", "malformed": "unknown"}.get(problem, "incomplete")


def principal_problem(code: str) -> str:
    """See `Surroundings`: by the titles and notes of the installed ICD-10-CM list."""
    try:
        terminology = terminology_load()
        if mce.manifestation(code, terminology):
            return "manifestation"
        if mce.secondary_only(code, terminology):
            return "secondary"
        return "underlying" if mce.underlying_wanted(code, terminology) else ""
    except TerminologyMissing:
        return ""  # `diagnosis_problem` says that there is none


def patient_conflict(code: str, gender: str, age: int | None) -> str:
    """See `Surroundings`."""
    try:
        terminology = terminology_load()
        if mce.sex_conflict(code, gender, terminology):
            return "sex"
        too = age is not None and mce.age_conflict(code, age, terminology)
        return "age" if too else ""
    except TerminologyMissing:
        return ""


def out_of_order(codes: Sequence[str]) -> Sequence[tuple[str, str]]:
    """See `Surroundings`."""
    try:
        return mce.out_of_order(codes, terminology_load())
    except TerminologyMissing:
        return ()


Fees = dict[tuple[str, str], list[tuple[date, date | None]]]


def _fees(actor: Actor, claims: Sequence[Claim]) -> Fees:
    codes = {line.code for claim in claims for line in claim.lines}
    found: Fees = {}
    rows = Fee.objects.filter(organization_id=actor.organization_id, code__in=codes)
    for system, code, since, until in rows.values_list("system", "code", "since", "until"):
        found.setdefault((system, code), []).append((since, until))
    return found


def _fee_known(fees: Fees, system: str, code: str, day: date) -> bool | None:
    spans = fees.get((system, code))
    if spans is None:
        return None
    return any(since <= day and (until is None or day <= until) for since, until in spans)


def _billed(actor: Actor, claims: Sequence[Claim]) -> list[tuple[str, Service]]:
    """The services of the same patients in claims that stand, each with its claim's number."""
    patients = {claim.subject.id for claim in claims if claim.lines}
    if not patients:
        return []
    rows = ServiceLine.objects.filter(
        item__organization_id=actor.organization_id,
        item__state__in=_STANDING,
        item__signed_note__note__visit__patient_id__in=patients,
    ).select_related("item__signed_note__note__visit")
    found = []
    for row in rows:
        note = row.item.signed_note.note
        day = timezone.localdate(note.visit.scheduled_at, timezone.get_default_timezone())
        service = (note.visit.patient_id, day, row.code, tuple(row.modifiers))
        found.append((f"P{note.pk:08d}", service))
    return found
