"""Edits on the service lines (X222A1 loop 2400; HCPCS and CPT forms; CMS places of service)."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from billing.scrub.edits import PROFESSIONAL, Finding, Surroundings, rule
from billing.shapes import Claim, ClaimLine

MOST = 50
PROCEDURE = re.compile(r"\d{4}[0-9A-Z]|[A-V]\d{4}")
MODIFIER = re.compile(r"[0-9A-Z]{2}")
# CMS place of service code set, as of 2024; a payer may take fewer.
PLACES = frozenset(
    f"{number:02d}"
    for first, last in ((1, 27), (31, 34), (41, 42), (49, 58), (60, 62), (65, 66), (71, 72))
    for number in range(first, last + 1)
) | {"81", "99"}
# A repeated service says so by its modifier.
REPEATED = frozenset(("76", "77", "91", "59", "XE", "XP", "XS", "XU"))


@rule("line-missing", place="lines", source="X222A1 2400 LX")
def line_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if not claim.lines:
        yield Finding(_("The claim has no service line. Enter what was done and its charge."))


@rule("too-many-lines", place="lines", source="X222A1 2400 LX, at most 50")
def too_many_lines(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if len(claim.lines) > MOST:
        yield Finding(_("A claim has at most 50 service lines."))


@rule(
    "procedure-form",
    place="lines",
    source="X222A1 2400 SV101-2",
    other_source="X223A2 2400 SV202-2",
)
def procedure_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        # What an institutional claim says by its revenue code alone is `procedure-missing`'s.
        alone = claim.institutional is not None and not line.code
        if not alone and not PROCEDURE.fullmatch(line.code):
            yield _on(line, _("Line {line}: this is no CPT or HCPCS code (five characters)."))


@rule("procedure-not-in-force", place="lines", source="45 CFR 162.1002; the practice's fees")
def procedure_not_in_force(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        if around.procedure_known(line.system, line.code, claim.service_date) is False:
            yield _on(line, _("Line {line}: the fees have this code, but not for that day."))


@rule("procedure-not-listed", place="lines", source="45 CFR 162.1002; the loaded code list")
def procedure_not_listed(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    messages = {
        "unknown": _("Line {line}: the loaded code list does not have this code."),
        "not-in-force": _("Line {line}: the code list has this code, but not for that day."),
    }
    for line in claim.lines:
        if PROCEDURE.fullmatch(line.code):
            problem = around.procedure_problem(line.system, line.code, claim.service_date)
            if problem:
                yield _on(line, messages[problem])


@rule(
    "modifier-form",
    place="lines",
    source="X222A1 2400 SV101-3 to -6",
    other_source="X223A2 2400 SV202-3 to -6",
)
def modifier_form(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        wrong = any(not MODIFIER.fullmatch(modifier) for modifier in line.modifiers)
        if wrong or len(line.modifiers) > 4 or len(set(line.modifiers)) < len(line.modifiers):
            yield _on(
                line, _("Line {line}: at most four different modifiers of two characters each.")
            )


@rule("pointer-missing", place="lines", source="X222A1 2400 SV107", kinds=(PROFESSIONAL,))
def pointer_missing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        if not line.pointers:
            yield _on(line, _("Line {line}: choose the diagnosis that it is for."))


@rule(
    "pointer-to-nothing",
    place="lines",
    source="X222A1 2400 SV107-1 to -4",
    kinds=(PROFESSIONAL,),
)
def pointer_to_nothing(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        outside = any(not 1 <= pointer <= min(len(claim.codes), 12) for pointer in line.pointers)
        if outside or len(line.pointers) > 4 or len(set(line.pointers)) < len(line.pointers):
            yield _on(
                line,
                _("Line {line}: one to four different diagnoses, each one that the claim has."),
            )


@rule(
    "place-of-service",
    place="lines",
    source="X222A1 CLM05-1, SV105; CMS POS code set",
    kinds=(PROFESSIONAL,),
)
def place_of_service(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    if claim.place_of_service not in PLACES:
        yield Finding(_("The place of service is none of CMS's two-digit codes."))
    for line in claim.lines:
        if line.place_of_service and line.place_of_service not in PLACES:
            yield _on(line, _("Line {line}: the place of service is none of CMS's codes."))


@rule("duplicate-line", place="lines", source="CMS Claims Processing Manual ch. 1, 120")
def duplicate_line(claim: Claim, _around: Surroundings) -> Iterator[Finding]:
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for line in claim.lines:
        service = ("" if line.code else line.revenue_code, line.code, line.modifiers)
        if service in seen and not REPEATED & set(line.modifiers):
            yield _on(
                line,
                _("Line {line}: the same service twice. Raise the units, or add a modifier."),
            )
        seen.add(service)


@rule(
    "duplicate-claim",
    place="lines",
    source="CMS Claims Processing Manual ch. 1, 120",
    confirmable=True,
)
def duplicate_claim(claim: Claim, around: Surroundings) -> Iterator[Finding]:
    for line in claim.lines:
        service = (claim.subject.id, claim.service_date, line.code, line.modifiers)
        if line.code and service in around.billed and not REPEATED & set(line.modifiers):
            yield _on(
                line,
                _("Line {line}: another claim of this patient has the same service on that day."),
                line.code,
            )


def _on(line: ClaimLine, message: Any, about: str = "") -> Finding:
    return Finding(format_lazy(message, line=line.position), about or str(line.position))
