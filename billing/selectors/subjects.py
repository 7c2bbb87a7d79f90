"""What the record says of the people of a claim: patients, their insurance, and who signed."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from billing.models import Payer, RenderingProvider
from billing.shapes import Address, Clinician, CoverageFacts, PayerFacts, Subject
from ehr.selectors.people import user_name
from fhir_bridge import search, store
from fhir_bridge.access import Actor, actor_for_user, claims_actor
from fhir_bridge.mappings.coverage import Insurance, insurance_read
from fhir_bridge.mappings.readings import Json, first, parse_date, patient_identifier, patient_name
from fhir_bridge.outcomes import AccessDenied

NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
_AT_ONCE = 100


def claim_subjects(actor: Actor, patient_ids: Iterable[str]) -> dict[str, Subject]:
    """What identifies patients to a payer, and no more (45 CFR 164.502(b))."""
    wanted = sorted(set(patient_ids))
    found = store.read_many(claims_actor(actor), [("Patient", each) for each in wanted])
    subjects = {}
    for patient_id in wanted:
        stored = found.get(("Patient", patient_id))
        patient = stored.resource if stored else {}
        name = patient_name(patient)
        subjects[patient_id] = Subject(
            name=name.full,
            birth_date=parse_date(str(patient.get("birthDate", ""))),
            mrn=patient_identifier(patient),
            id=patient_id,
            family=name.family,
            given=name.given,
            gender=str(patient.get("gender", "")),
            address=_address(patient),
        )
    return subjects


def claim_coverages(
    actor: Actor, subjects: Mapping[str, Subject]
) -> dict[str, list[CoverageFacts]]:
    """The active insurances of patients, the newest first."""
    payers = {
        row.record_id: row for row in Payer.objects.filter(organization_id=actor.organization_id)
    }
    found: dict[str, list[CoverageFacts]] = {}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), _AT_ONCE):
        patients = ",".join(f"Patient/{each}" for each in wanted[start : start + _AT_ONCE])
        params = [("beneficiary", patients), ("status", "active")]
        for stored in search.find(claims_actor(actor), "Coverage", params):
            insurance = insurance_read(stored.resource)
            beneficiary = str(stored.resource["beneficiary"].get("reference", ""))
            patient_id = beneficiary.removeprefix("Patient/")
            facts = _coverage(stored.id, insurance, payers, subjects.get(patient_id))
            found.setdefault(patient_id, []).append(facts)
    for each in found.values():
        each.sort(key=lambda facts: (facts.since or date.min, facts.id), reverse=True)
    return found


def coverage_on(coverages: Iterable[CoverageFacts], day: date) -> CoverageFacts | None:
    """The insurance of that day; none in force, the newest one, for the edit that says so."""
    listed = list(coverages)
    for facts in listed:
        if (facts.since or day) <= day <= (facts.until or day):
            return facts
    return listed[0] if listed else None


def claim_clinicians(actor: Actor, users: Iterable[Any]) -> dict[int, Clinician]:
    """Those who signed as payers know them, by user id: billing's own entry, else the record's."""
    known = {user.pk: user for user in users}
    practitioners = {pk: _practitioner_id(user) for pk, user in known.items()}
    keys = [("Practitioner", found) for found in set(practitioners.values()) if found]
    stored = store.read_many(claims_actor(actor), keys)
    entries = {
        row.clinician_id: row
        for row in RenderingProvider.objects.filter(
            organization_id=actor.organization_id, clinician_id__in=known
        )
    }
    found = {}
    for pk, user in known.items():
        row = stored.get(("Practitioner", practitioners[pk]))
        found[pk] = _clinician(
            user, row.resource if row else {}, entries.get(pk), practitioners[pk]
        )
    return found


def payer_facts(payer: Payer) -> PayerFacts:
    return PayerFacts(
        name=payer.name,
        payer_id=payer.payer_id,
        filing_indicator=payer.filing_indicator,
        address=address_of(payer),
        reference=payer.record_id,
    )


def address_of(row: Any) -> Address:
    """The address of a row that has one."""
    return Address(
        row.line1, row.line2, row.city, row.state.upper(), row.postal_code, row.country.upper()
    )


def _coverage(
    coverage_id: str,
    insurance: Insurance,
    payers: Mapping[str, Payer],
    patient: Subject | None,
) -> CoverageFacts:
    payer = payers.get(insurance.payer.target.removeprefix("Organization/"))
    person = insurance.subscriber
    return CoverageFacts(
        id=coverage_id,
        member_id=insurance.member_id,
        relationship=insurance.relationship,
        group_number=insurance.group_number,
        payer=payer_facts(payer) if payer and payer.active else None,
        payer_name=payer.name if payer else insurance.payer.display,
        subscriber=Subject(
            name=f"{person.given} {person.family}".strip(),
            birth_date=person.birth_date,
            family=person.family,
            given=person.given,
            gender=person.gender,
            # A family is taken to live together, as claim forms do; the payer has the address.
            address=patient.address if patient else Address(),
        )
        if person
        else None,
        since=insurance.since,
        until=insurance.until,
    )


def _clinician(
    user: Any, practitioner: Json, entry: RenderingProvider | None, reference: str
) -> Clinician:
    if entry is not None:
        return Clinician(
            user_name(user), entry.npi, entry.family, entry.given, entry.taxonomy, reference
        )
    name = first(practitioner.get("name"))
    npi = next(
        (
            str(identifier.get("value", ""))
            for identifier in practitioner.get("identifier", [])
            if identifier.get("system") == NPI_SYSTEM
        ),
        "",
    )
    return Clinician(
        name=user_name(user),
        npi=npi,
        family=str(name.get("family", "")) or user.last_name,
        given=" ".join(name.get("given", [])) or user.first_name,
        reference=reference,
    )


def _practitioner_id(user: Any) -> str:
    try:
        return actor_for_user(user).practitioner_id
    except AccessDenied:
        return ""  # left the organisation since


def _address(patient: Json) -> Address:
    """The home address, else the first that is not old."""
    rank = {"home": 0, "old": 9, "temp": 7, "billing": 1}
    listed = sorted(patient.get("address", []), key=lambda each: rank.get(each.get("use", ""), 3))
    found = first(listed)
    street = [str(line) for line in found.get("line", [])]
    country = str(found.get("country", "")).upper()
    return Address(
        line1=street[0] if street else "",
        line2=" ".join(street[1:]),
        city=str(found.get("city", "")),
        state=str(found.get("state", "")).upper(),
        postal_code=str(found.get("postalCode", "")),
        country="US" if country in ("", "USA", "UNITED STATES") else country[:2],
    )
