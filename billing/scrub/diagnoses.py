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


def _about(message: Any, code: str) -> Finding:
    return Finding(format_lazy(message, code=code), code)
