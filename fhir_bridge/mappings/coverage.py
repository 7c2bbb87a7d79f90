"""Who pays, as Coverage and as the payer's Organization.

https://hl7.org/fhir/R4/coverage.html, https://hl7.org/fhir/R4/organization.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir_bridge.mappings.parts import TERMINOLOGY, Ref, concept, present
from fhir_bridge.mappings.readings import concept_codes, first, parse_date

RELATIONSHIP = f"{TERMINOLOGY}/subscriber-relationship"
# The id of the contained RelatedPerson that is insured when the patient is not.
SUBSCRIBER = "subscriber"


@dataclass(frozen=True, slots=True)
class InsuredPerson:
    """The subscriber where it is not the patient."""

    family: str
    given: str = ""
    birth_date: date | None = None
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Insurance:
    """What billing enters. ``relationship``: what the patient is to the subscriber (R4's codes)."""

    member_id: str
    relationship: str
    payer: Ref
    group_number: str = ""
    subscriber: InsuredPerson | None = None
    since: date | None = None
    until: date | None = None


def coverage_build(
    insurance: Insurance, *, id: str, patient: Ref, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The Coverage; what an existing one says beyond this stays."""
    kept = dict(existing or {"resourceType": "Coverage", "status": "active"})
    for name in ("subscriber", "contained", "class"):
        kept.pop(name, None)
    group = {
        "type": concept(f"{TERMINOLOGY}/coverage-class", "group", "Group"),
        "value": insurance.group_number,
    }
    person = insurance.subscriber
    subscriber = {"reference": f"#{SUBSCRIBER}"} if person else patient.build()
    others = [
        part
        for part in (existing or {}).get("class", [])
        if "group" not in concept_codes(part.get("type"))
    ]
    return present(
        {
            **kept,
            "id": id,
            "contained": [_person(person, patient)] if person else None,
            "subscriber": subscriber,
            "subscriberId": insurance.member_id,
            "beneficiary": patient.build(),
            "relationship": concept(RELATIONSHIP, insurance.relationship),
            "period": present(
                {
                    "start": insurance.since.isoformat() if insurance.since else None,
                    "end": insurance.until.isoformat() if insurance.until else None,
                }
            ),
            "payor": [insurance.payer.build()],
            "class": [*others, group] if insurance.group_number else others,
        }
    )


def insurance_read(coverage: Mapping[str, Any]) -> Insurance:
    """The reverse: what a Coverage says of these things."""
    payor = first(coverage.get("payor"))
    period = coverage.get("period") or {}
    codes = concept_codes(coverage.get("relationship"))
    relationship = next(iter(sorted(codes)), "self")
    group = next(
        (
            str(part.get("value", ""))
            for part in coverage.get("class", [])
            if "group" in concept_codes(part.get("type"))
        ),
        "",
    )
    return Insurance(
        member_id=str(coverage.get("subscriberId", "")),
        relationship={"parent": "other", "common": "spouse"}.get(relationship, relationship),
        payer=Ref(str(payor.get("reference", "")), str(payor.get("display", ""))),
        group_number=group,
        subscriber=_subscriber(coverage) if relationship != "self" else None,
        since=parse_date(str(period.get("start", ""))),
        until=parse_date(str(period.get("end", ""))),
    )


def payer_build(
    *, id: str, name: str, number: str, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The payer's Organization; what an existing one says beyond this stays."""
    kind = concept(f"{TERMINOLOGY}/organization-type", "pay", "Payer")
    base = existing or {"resourceType": "Organization", "active": True, "type": [kind]}
    system = "urn:plume:payer-number"
    others = [part for part in base.get("identifier", []) if part.get("system") != system]
    return {
        **base,
        "id": id,
        "name": name,
        "identifier": [*others, {"system": system, "value": number}],
    }


def _person(person: InsuredPerson, patient: Ref) -> dict[str, Any]:
    name = present({"family": person.family, "given": [person.given] if person.given else None})
    return present(
        {
            "resourceType": "RelatedPerson",
            "id": SUBSCRIBER,
            "patient": patient.build(),
            "name": [name],
            "gender": person.gender,
            "birthDate": person.birth_date.isoformat() if person.birth_date else None,
        }
    )


def _subscriber(coverage: Mapping[str, Any]) -> InsuredPerson:
    """The contained person; else the policy holder's name, whose last word is the family name."""
    for part in coverage.get("contained", []):
        if part.get("id") == SUBSCRIBER:
            name = first(part.get("name"))
            return InsuredPerson(
                family=str(name.get("family", "")),
                given=" ".join(name.get("given", [])),
                birth_date=parse_date(str(part.get("birthDate", ""))),
                gender=str(part.get("gender", "")),
            )
    holder = coverage.get("subscriber") or coverage.get("policyHolder") or {}
    given, _, family = str(holder.get("display", "")).rpartition(" ")
    return InsuredPerson(family=family, given=given)
