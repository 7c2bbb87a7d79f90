"""Edits on the days and the diagnoses (X222A1 loop 2300; ICD-10-CM Official Guidelines)."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from billing.scrub.edits import PROFESSIONAL, Finding, Surroundings, rule
from billing.shapes import Claim

ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
MOST = 12
_FORM = re.compile(r"[A-Z](\d[0-9A-Z]|[A-Z]\d)(\.[0-9A-Z]{1,4})?")


@rule("service-date-future", place="claim", source="X222A1 2400 DTP 472")
def service_date_future(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    if claim.service_date > around.today:
        yield Finding(_("The day of the visit is in the future."))


@rule("service-before-birth", place="patient", source="X222A1 DMG02, DTP 472")
def service_before_birth(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    born = claim.subject.birth_date
    if born and claim.service_date < born:
        yield Finding(_("The visit was before the patient's birth. Check both dates."))


@rule("diagnosis-missing", place="diagnoses", source="X222A1 2300 HI")
def diagnosis_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if not claim.codes:
        yield Finding(_("The claim has no diagnosis."))


@rule(
    "too-many-diagnoses",
    place="diagnoses",
    source="X222A1 2300 HI, at most 12",
    kinds=(PROFESSIONAL,),
)
def too_many_diagnoses(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if len(claim.codes) > MOST:
        yield Finding(
            _("The claim has more than 12 diagnoses. Ask the clinician to amend the note.")
        )


@rule("diagnosis-twice", place="diagnoses", source="X222A1 2300 HI")
def diagnosis_twice(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    codes = [code.code for code in claim.codes]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _about(_("{code} is on the claim twice."), code)


@rule("diagnosis-form", place="diagnoses", source="X222A1 2300 HI01-2; ICD-10-CM")
def diagnosis_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for code in claim.codes:
        if code.system != ICD10CM or not _FORM.fullmatch(code.code):
            yield _about(_("{code} is no ICD-10-CM code; a claim takes no other."), code.code)


@rule("external-cause-first", place="diagnoses", source="ICD-10-CM guidelines I.C.20.a.6")
def external_cause_first(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.codes and claim.codes[0].code[:1] in ("V", "W", "X", "Y"):
        yield _about(
            _("{code} is an external cause and cannot be the first diagnosis."),
            claim.codes[0].code,
        )


@rule(
    "manifestation-first",
    place="diagnoses",
    source="ICD-10-CM guidelines I.A.13; Medicare Code Editor, manifestation code as principal",
)
def manifestation_first(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    if _first_problem(claim, around) == "manifestation":
        yield _about(
            _(
                "{code} is of a disease that is classified elsewhere and cannot be the first "
                "diagnosis: that disease goes first. Ask the clinician to amend the note."
            ),
            claim.codes[0].code,
        )


@rule(
    "principal-unacceptable",
    place="diagnoses",
    source="ICD-10-CM guidelines I.B.14, I.C.1.d.4, I.C.21.c.11 and the tabular list's notes; "
    "Medicare Code Editor, unacceptable principal diagnosis",
)
def principal_unacceptable(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    if _first_problem(claim, around) == "secondary":
        yield _about(
            _(
                "{code} is only ever an additional diagnosis and cannot be the first one. Ask the "
                "clinician to amend the note."
            ),
            claim.codes[0].code,
        )


@rule(
    "underlying-missing",
    place="diagnoses",
    source="ICD-10-CM guidelines I.A.13, I.B.7: code first",
    confirmable=True,
)
def underlying_missing(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    if _first_problem(claim, around) == "underlying":
        yield _about(
            _(
                "{code} is the first diagnosis, and the code list says to code first what "
                "underlies it. Ask the clinician, or confirm that nothing is known."
            ),
            claim.codes[0].code,
        )


@rule(
    "code-first-order",
    place="diagnoses",
    source="ICD-10-CM guidelines I.A.13, I.B.7: code first",
    confirmable=True,
)
def code_first_order(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    codes = [code.code for code in claim.codes if code.system == ICD10CM]
    for code, cause in around.out_of_order(codes):
        message = _("{cause} stands after {code}, and the code list says to code it first.")
        yield Finding(format_lazy(message, cause=cause, code=code), f"{code},{cause}")


@rule(
    "sex-conflict",
    place="diagnoses",
    source="Medicare Code Editor, sex conflict; CMS condition code 45",
    confirmable=True,
)
def sex_conflict(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    for code in _conflicting(claim, around, "sex"):
        yield _about(
            _(
                "{code} does not fit the gender in the record. Check both, and confirm what is "
                "right as it is."
            ),
            code,
        )


@rule(
    "age-conflict",
    place="diagnoses",
    source="Medicare Code Editor, age conflict; ICD-10-CM guidelines I.C.15, I.C.16",
    confirmable=True,
)
def age_conflict(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    for code in _conflicting(claim, around, "age"):
        yield _about(
            _(
                "{code} does not fit the patient's age on that day. Check both, and confirm what "
                "is right as it is."
            ),
            code,
        )


@rule("diagnosis-not-in-force", place="diagnoses", source="45 CFR 162.1002; ICD-10-CM release")
def diagnosis_not_in_force(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    said = {
        "unknown": _("{code} is not in the code list of that day: it was retired, or never there."),
        "incomplete": _("{code} is not complete: a claim needs a code with all its characters."),
        "no-list": _("{code} cannot be checked: no ICD-10-CM list is installed."),
    }
    for code in claim.codes:
        if code.system == ICD10CM:
            problem = around.diagnosis_problem(code.system, code.code, claim.service_date)
            if problem in said:
                yield _about(said[problem], code.code)


@rule(
    "release-unverified",
    place="diagnoses",
    source="45 CFR 162.1002; ICD-10-CM release",
    confirmable=True,
)
def release_unverified(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    unchecked = [
        code.code
        for code in claim.codes
        if code.system == ICD10CM
        and around.diagnosis_problem(code.system, code.code, claim.service_date) == "other-release"
    ]
    if unchecked:
        yield Finding(
            _(
                "The installed ICD-10-CM list is not the one for the day of the visit. Load that "
                "release, or check the codes elsewhere and confirm."
            ),
            ",".join(unchecked),
        )


def _first_problem(claim: Claim, around: Surroundings) -> str:
    first = claim.codes[0] if claim.codes else None
    return around.principal_problem(first.code) if first and first.system == ICD10CM else ""


def _conflicting(claim: Claim, around: Surroundings, kind: str) -> Iterator[str]:
    born, day = claim.subject.birth_date, claim.service_date
    age = None
    if born is not None and born <= day:
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    for code in dict.fromkeys(code.code for code in claim.codes if code.system == ICD10CM):
        if around.patient_conflict(code, claim.subject.gender, age) == kind:
            yield code


def _about(message: Any, code: str) -> Finding:
    return Finding(format_lazy(message, code=code), code)
