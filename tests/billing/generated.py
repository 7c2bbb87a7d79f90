"""Claims by the thousand, drawn from a seed: English and French names, every kind of line."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from billing.npi import npi_complete
from billing.scrub.edits import Surroundings
from billing.shapes import (
    Address,
    BillingProviderFacts,
    Claim,
    ClaimCode,
    ClaimLine,
    Clinician,
    CoverageFacts,
    FacilityFacts,
    InstitutionalFacts,
    PayerFacts,
    Sender,
    Subject,
)

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
TODAY = date(2026, 9, 1)
SENDER = Sender(
    "Cedar Hill Medical Group", "CHMG01", "Brendan Keane", "(207) 555-0100", "Clearing House",
    "CLEAR9",
)  # fmt: skip
GIVEN = (
    "Zoé", "Anne-Sophie", "François-Xavier", "Noé", "Hélène", "Ada", "Siobhán", "José María",
    "Bjørn", "Maëlys", "Jean Luc", "D'Arcy",
)  # fmt: skip
FAMILY = (
    "Lefèvre", "Œuvrard", "O’Neil", "de la Fontaine", "Müller-Groß", "Nuñez", "Łukasik", "Smith",
    "Ætherton", "Benoît", "Çelik", "St. John",
)  # fmt: skip
CODES = ("E11.9", "I10", "J45.909", "M54.50", "R07.9", "Z00.00", "S82.101A", "F32.1", "N39.0",
         "E78.5", "K21.9", "H66.91", "U07.1", "C50.911", "Z79.4", "G47.33")  # fmt: skip
PROCEDURES = ("99213", "99214", "93000", "J1100", "G0439", "36415", "0001U", "99000", "87880")
FILING = ("CI", "MB", "MC", "12", "BL", "HM", "CH", "ZZ", "16")
STREETS = (
    "311 Bartlett Street, Apt #4",
    "12 Rue de l'Église",
    "240 Cedar Hill Rd: Suite 3",
    "7 Ash",
)


def known(_system: str, _code: str, _day: date) -> bool | None:
    return True


def in_force(_system: str, _code: str, _day: date) -> str:
    return ""


AROUND = Surroundings(TODAY, in_force, known)


def claims_drawn(count: int, seed: int = 837) -> list[Claim]:
    draw = random.Random(seed)
    providers = [_provider(draw) for _ in range(3)]
    payers = [_payer(draw) for _ in range(6)]
    return [_claim(draw, number, providers, payers) for number in range(1, count + 1)]


def _claim(
    draw: random.Random,
    number: int,
    providers: list[BillingProviderFacts],
    payers: list[PayerFacts],
) -> Claim:
    codes = draw.sample(CODES, draw.randint(1, 12))
    day = TODAY - timedelta(days=draw.randint(0, 150))
    subject = _person(draw, day)
    relationship = draw.choice(("self", "self", "spouse", "child", "other"))
    lines = tuple(
        _line(draw, position, code, len(codes))
        for position, code in enumerate(
            draw.sample(PROCEDURES, draw.randint(1, len(PROCEDURES))), start=1
        )
    )
    frequency = draw.choice(("1", "1", "1", "7", "8"))
    return Claim(
        item_id=number,
        state="ready",
        state_label="Ready",
        claim_id=f"P{number:08d}",
        version=draw.randint(1, 3),
        replaces=0,
        service_date=day,
        subject=subject,
        clinician=Clinician(
            "Claire Martin", _npi(draw), draw.choice(FAMILY), draw.choice(GIVEN),
            draw.choice(("", "207Q00000X", "207RC0000X")), "dr-claire-martin",
        ),
        codes=tuple(
            ClaimCode(position, ICD10CM, code, f"What {code} means", "ICD-10-CM 2026-04-01")
            for position, code in enumerate(codes, start=1)
        ),
        composition_id=f"composition-{number}",
        composition_version=1,
        signed_at=datetime(2026, 8, 1, 10, 0, tzinfo=UTC),
        frequency=frequency,
        original_reference=f"ICN-{draw.randint(1000, 99999)}" if frequency != "1" else "",
        authorization=draw.choice(("", "", "AUTH 77")),
        place_of_service=draw.choice(("11", "22", "02", "12")),
        coverage=CoverageFacts(
            id=f"coverage-{number}",
            member_id=f"PSH-{draw.randint(10, 9_999_999)}",
            relationship=relationship,
            group_number=draw.choice(("", "GRP 12")),
            payer=draw.choice(payers),
            subscriber=None if relationship == "self" else _person(draw, day),
        ),
        billing_provider=draw.choice(providers),
        lines=lines,
        total=sum((line.charge or Decimal(0) for line in lines), Decimal(0)),
        encounter_id=f"encounter-{number}",
    )  # fmt: skip


CAUSES = ("W19.XXXA", "Y92.009", "V49.9XXA", "X58.XXXA")
OTHERS = tuple(f"I{number}" for number in range(10, 16)) + tuple(f"L{n}.9" for n in range(20, 40))
REVENUE = ("0300", "0450", "0510", "0250", "0730", "0320")


def institutional_drawn(count: int, seed: int = 8371) -> list[Claim]:
    """Institutional claims: outpatients and stays, with up to 24 diagnoses and external causes."""
    draw = random.Random(seed)
    facilities = [_facility(draw) for _ in range(4)]
    return [institutional(claim, draw, facilities) for claim in claims_drawn(count, seed)]


def institutional(claim: Claim, draw: random.Random, facilities: list[FacilityFacts]) -> Claim:
    """The same visit as an institutional claim."""
    bill_type = draw.choice(("11", "13", "13", "14", "18", "21", "71", "77", "85", "32", "81"))
    facility = draw.choice(facilities)
    provider = claim.billing_provider
    assert provider is not None
    if draw.random() < 0.3:  # the one who is paid is the place itself
        facility = replace(facility, npi=provider.npi)
    inpatient = bill_type in ("11", "18", "21")
    admitted = bill_type not in ("13", "14", "71", "77", "85")
    first = claim.service_date - timedelta(days=draw.randint(0, 5) if inpatient else 0)
    born = claim.subject.birth_date or first
    first = max(first, born)
    last = min(claim.service_date + timedelta(days=draw.randint(0, 3)), TODAY)
    codes = [code.code for code in claim.codes]
    codes += draw.sample(CAUSES, draw.randint(0, 4))
    if draw.random() < 0.2:
        codes += [code for code in OTHERS if code not in codes][: 24 - len(codes)]
    status = draw.choice(("01", "01", "03", "07", "20", "30"))
    lines = [
        replace(line, revenue_code=draw.choice(REVENUE), pointers=(), place_of_service="")
        for line in claim.lines
    ]
    if inpatient:
        bed = ClaimLine(
            len(lines) + 1, "", "", Decimal((last - first).days + 1), Decimal("1250.00"), (),
            revenue_code="0120",
        )  # fmt: skip
        lines.append(bed)
    return replace(
        claim,
        codes=tuple(
            ClaimCode(position, ICD10CM, code, f"What {code} means", "ICD-10-CM 2026-04-01")
            for position, code in enumerate(codes, start=1)
        ),
        lines=tuple(lines),
        total=sum((line.charge or Decimal(0) for line in lines), Decimal(0)),
        prior_institutional=None if claim.frequency == "1" else True,
        institutional=InstitutionalFacts(
            facility=facility,
            bill_type=bill_type,
            statement_from=first,
            statement_to=last,
            admitted_on=first if admitted else None,
            admitted_at=time(draw.randint(0, 8), 5) if inpatient else None,
            admission_type=draw.choice("12359"),
            admission_source=draw.choice(("1", "2", "4", "D")),
            patient_status=status,
            discharged_at=time(draw.randint(9, 23), 40) if inpatient and status != "30" else None,
            presenting=draw.randint(1, len(claim.codes)),
        ),
    )


def _facility(draw: random.Random) -> FacilityFacts:
    address = Address("1 Hôpital Way", "", "Lewiston", "ME", draw.choice(("04240", "042405301")))
    return FacilityFacts(f"Hôpital {draw.choice(FAMILY)}", _npi(draw), "13", address)


def _line(draw: random.Random, position: int, code: str, codes: int) -> ClaimLine:
    pointers = draw.sample(range(1, codes + 1), draw.randint(1, min(4, codes)))
    return ClaimLine(
        position=position,
        code=code,
        system="",
        units=draw.choice((Decimal(1), Decimal(2), Decimal("1.5"), Decimal("10.000"))),
        charge=Decimal(draw.randint(1, 500_000)) / 100,
        pointers=tuple(pointers),
        modifiers=tuple(draw.sample(("25", "59", "GT", "RT", "76"), draw.randint(0, 4))),
        place_of_service=draw.choice(("", "", "11", "21")),
    )


def _person(draw: random.Random, day: date) -> Subject:
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    return Subject(
        name=f"{given} {family}",
        birth_date=day - timedelta(days=draw.randint(0, 36_000)),
        mrn=f"MRN-{draw.randint(1, 9999)}",
        id=f"patient-{draw.randint(1, 10**9)}",
        family=family,
        given=given,
        gender=draw.choice(("male", "female", "other", "unknown")),
        address=_address(draw),
    )


def _address(draw: random.Random) -> Address:
    if draw.random() < 0.1:
        return Address("12 rue Émile-Zola", "", "Montréal", "QC", "H2X 1Y4", "CA")
    return Address(
        draw.choice(STREETS), draw.choice(("", "Suite 3")), draw.choice(("Lewiston", "Orono")),
        draw.choice(("ME", "CA", "NY")), draw.choice(("04240", "04240-5301")),
    )  # fmt: skip


def _provider(draw: random.Random) -> BillingProviderFacts:
    return BillingProviderFacts(
        f"Cedar Hill {draw.choice(FAMILY)}", _npi(draw), "261QP2300X", "12-3456789",
        Address("240 Cedar Hill Road", "Suite 3", "Lewiston", "ME", "04240-5301"), "2075550100",
    )  # fmt: skip


def _payer(draw: random.Random) -> PayerFacts:
    address = draw.choice((Address(), Address("1 Pine St", "", "Augusta", "ME", "04330")))
    number = draw.randint(10_000, 99_999)
    return PayerFacts(f"Pine État {number}", str(number), draw.choice(FILING), address, "payer-1")


def _npi(draw: random.Random) -> str:
    return npi_complete(f"2{draw.randint(0, 99_999_999):08d}")


def with_line(claim: Claim, **changes: object) -> Claim:
    """The claim with its first line changed; the total follows."""
    first = replace(claim.lines[0], **changes)  # type: ignore[arg-type]
    lines = (first, *claim.lines[1:])
    total = sum((line.charge for line in lines if line.charge is not None), Decimal(0))
    return replace(claim, lines=lines, total=total)
