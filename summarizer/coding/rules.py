"""The coding rules over a visit's codes, each a named function with the guideline it comes from.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, FY 2026 (CMS, NCHS, AHA, AHIMA),
https://www.cms.gov/medicare/coding-billing/icd-10-codes. Section numbers stand in each docstring.
The rules treat saying too much and too little alike, and know nothing of payment.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from summarizer.coding.lookup import Terminology
from summarizer.types import Evidence, VisitContext


@dataclass(frozen=True, slots=True)
class Pick:
    """A code on its way to be suggested. ``weight`` says how firmly the place states it."""

    code: str
    term: str
    quality: float
    weight: float
    evidence: tuple[Evidence, ...]
    reasons: tuple[str, ...]
    stated: bool = False  # as a diagnosis of this visit, not in passing
    order: int = 0

    @property
    def confidence(self) -> float:
        return round(min(1.0, self.quality * self.weight), 3)

    def because(self, *reasons: str) -> "Pick":
        """The same with more reasons."""
        return replace(self, reasons=tuple(dict.fromkeys((*self.reasons, *reasons))))


FIRM = 0.7  # from here on a place says outright what it is

Rule = Callable[[list[Pick], Terminology, VisitContext], list[Pick]]

# History that has a code of its own once the condition is over (I.C.21.c.4).
HISTORY = (
    ("C50", "Z85.3"), ("C61", "Z85.46"), ("C18", "Z85.038"), ("C34", "Z85.118"),
    ("C43", "Z85.820"), ("C44", "Z85.828"), ("C73", "Z85.850"), ("C67", "Z85.51"),
    ("C64", "Z85.528"), ("C56", "Z85.43"), ("C81", "Z85.71"), ("C", "Z85.9"),
    ("I21", "I25.2"), ("I63", "Z86.73"), ("G45", "Z86.73"), ("I82", "Z86.718"),
    ("I26", "Z86.711"), ("F17", "Z87.891"), ("N20", "Z87.442"), ("J18", "Z87.01"),
    ("N39.0", "Z87.440"), ("K27", "Z87.11"), ("K25", "Z87.11"), ("U07.1", "Z86.16"),
    ("R29.6", "Z91.81"), ("O24.4", "Z86.32"), ("M10", "Z87.39"),
)  # fmt: skip
# Lasting conditions: "history of hypertension" still means that the patient has it.
CHRONIC = re.compile(
    r"E0[3-5]|E1[013]|E66|E78|I1[0-3]|I25|I48|I50|I73|J44|J45|N18|G20|G30|G35|G40|F3[1-4]|F20|F41"
    r"|F90|F84|M0[5-6]|M1[5-9]|M81|K21|K50|K51|K74|B18|G47|N40|D50|D64|L40|F17|F10|G43|M32"
)
# Z codes that tell of the patient, not why this encounter takes place (I.C.21.c): carrier and
# infection status, social circumstances, long-term medicines, histories, absent organs.
STATUS = re.compile(r"Z1[4-9]|Z2|Z5[5-9]|Z6[0-8]|Z7[7-9]|Z8|Z9")
SYMPTOM = re.compile(r"R\d|M25\.[56]|M79\.[16]|M54\.[2569]|H57\.1|H92\.0|N64\.4|K08\.89|R52")
# A symptom and the diagnoses of the same place or system that it is routinely part of.
EXPLAINED = (
    (r"M54", r"M4[5-9]|M5[01]|S1[36]|S2[023]|S3[239]|N20|N10|M80|M62\.830"),
    (r"M25\.[45]6|M79\.66", r"M17|M2[23]|S8[0-3]|M70\.[45]"),
    (r"M25\.51", r"M75|M19\.0[01]|S4[0-3]"),
    (r"M25\.52", r"M77\.[01]|M70\.[23]|S5|G56\.2"),
    (r"M25\.53|M79\.64", r"S52|S6|M65|G56|M18|M19\.04|M72\.0"),
    (r"M25\.55", r"M16|M70\.[67]|M87|S7"),
    (r"M25\.57|M79\.67", r"S82|S9|M72\.2|M76|M20|M10"),
    (r"M25\.5|M79\.[16]", r"M0[56]|M1[0-9]|M35\.3|M79\.7"),
    (r"R07", r"I2[0-6]|I30|J1[2-8]|J20|K21|K20"),
    (r"R05|R06|R09\.[12]|R50", r"J\d|I50|U07"),
    (r"R07\.0|R13|R49", r"J0[2-6]|K2[01]"),
    (r"R50|R53|R11|R19\.7", r"A\d|B\d|J\d|N10|N39|H66|K5|U07"),
    (r"R51|R42|R11", r"G4[34]|H81|S06"),
    (r"R1[0-4]|R19", r"K\d|N20|N80|A0"),
    (r"R3[0-9]", r"N[1-4]\d|C61"),
    (r"R60", r"I50|I8[27]|N18|K74"),
    (r"R00|R55|R42", r"I4[4-9]|I95|E05"),
    (r"R2[01]|L29", r"B0\d|L\d|G6[0-3]|E1[01]\.4|G56"),
    (r"R73", r"E1[013]"),
    (r"R45|R41|G47\.0", r"F\d"),
    (r"H92\.0", r"H6[0-9]|H7"),
)
MALE_ONLY = re.compile(r"C6[0-3]|D29|D40|N4[0-9]|N5[0-3]|Z12\.5|Z85\.4[5-9]|R97\.2|E29")
FEMALE_ONLY = re.compile(
    r"C5[1-8]|D06|D2[5-8]|D39|N7[0-7]|N8\d|N9[0-8]|O|Z3[4-79]|E28|Z12\.4|R87|Z85\.4[0-4]|Z90\.71"
)


def history_code(code: str) -> str:
    """The personal-history code of a condition that is over, or "" (I.C.21.c.4)."""
    return next((target for prefix, target in HISTORY if code.startswith(prefix)), "")


def diabetes_with(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.A.15 "with" and I.C.4.a: diabetes and a condition linked to it are one combination code."""
    codes = {pick.code for pick in picks}
    for kind in ("E11", "E10"):
        plain = f"{kind}.9"
        if plain not in codes:
            continue
        linked = (
            (r"N18", f"{kind}.22", True),
            (r"G62\.9|G63", f"{kind}.42", False),
            (r"H35\.0|H36", f"{kind}.319", False),
            (r"R73\.9", f"{kind}.65", False),
            (r"E16\.2", f"{kind}.649", False),
        )
        found = False
        for pattern, combined, keep in linked:
            if any(re.match(pattern, pick.code) for pick in picks):
                picks = _combine(picks, plain, pattern, combined, "rule:I.A.15", keep=keep)
                found = True
        if found or any(c.startswith(kind) and c != plain for c in codes):
            picks = [pick for pick in picks if pick.code != plain]
    return picks


def hypertension_with(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.C.9.a: hypertension with heart failure or kidney disease is I11, I12 or I13."""
    if not any(pick.code == "I10" for pick in picks):
        return picks
    heart = any(re.match(r"I50", pick.code) for pick in picks)
    kidney = [pick.code for pick in picks if pick.code.startswith("N18")]
    late = any(code in ("N18.5", "N18.6") for code in kidney)
    if heart and kidney:
        combined = "I13.2" if late else "I13.0"
    elif heart:
        combined = "I11.0"
    elif kidney:
        combined = "I12.0" if late else "I12.9"
    else:
        return picks
    picks = _combine(picks, "I10", r"I50|N18", combined, "rule:I.C.9.a", keep=True)
    return [pick for pick in picks if pick.code != "I10"]


def _combine(
    picks: list[Pick], base: str, pattern: str, combined: str, reason: str, *, keep: bool
) -> list[Pick]:
    bases = [pick for pick in picks if pick.code == base]
    others = [pick for pick in picks if re.match(pattern, pick.code)]
    if not bases or not others:
        return picks
    first, second = bases[0], max(others, key=lambda pick: pick.confidence)
    evidence = tuple(dict.fromkeys((*first.evidence, *second.evidence)))
    merged = replace(
        first,
        code=combined,
        weight=min(first.weight, second.weight),
        evidence=evidence,
        reasons=tuple(dict.fromkeys((*first.reasons, reason))),
        stated=first.stated and second.stated,
    )
    rest = [pick for pick in picks if keep or pick not in others]
    return [merged if pick == first else pick for pick in rest if pick.code != combined]


def pain_chronic(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.C.6.b.1.b: a stated "chronic" pain of a site takes G89.29 beside the code of the site."""
    if any(pick.code.startswith("G89") for pick in picks):
        return picks
    for pick in picks:
        if not (pick.stated and re.match(r"M54\.[2569]|M25\.5|M79\.6|R10", pick.code)):
            continue
        if any(re.search(r"\bchroni", item.quote, re.IGNORECASE) for item in pick.evidence):
            added = replace(pick, code="G89.29", weight=pick.weight * 0.9)
            return [*picks, added.because("rule:I.C.6.b")]
    return picks


def history_over(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.C.21.c.4: a personal history is of a condition that is over, not of one still present."""
    present = {history_code(pick.code) for pick in picks} - {""}
    return [pick for pick in picks if pick.code not in present]


def symptoms_integral(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.B.5: signs and symptoms are not coded beside the diagnosis that they belong to.

    A symptom mentioned in passing goes when any diagnosis is stated; one that the assessment states
    as a problem of its own goes only when a stated diagnosis explains it (`EXPLAINED`). Without any
    stated diagnosis symptoms are what can be coded (I.B.4).
    """
    stated = [pick for pick in picks if pick.stated or pick.weight >= FIRM]
    if not stated:
        return picks
    kept = []
    for pick in picks:
        explained = any(
            re.match(symptom, pick.code) and re.match(cause, other.code)
            for symptom, cause in EXPLAINED
            for other in stated
            if other is not pick
        )
        firm = pick.stated or pick.weight >= FIRM
        if not SYMPTOM.match(pick.code) or (firm and not explained):
            kept.append(pick)
    return kept


def excludes_checked(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.A.12.a: two codes that an Excludes1 note keeps apart; the likelier stays, both say why."""
    kept: list[Pick] = []
    for pick in sorted(picks, key=lambda p: (-p.confidence, p.order)):
        clash = next((k for k in kept if terminology.excludes1(pick.code, k.code)), None)
        if clash is None:
            kept.append(pick)
        elif pick.stated and clash.stated:
            kept[kept.index(clash)] = clash.because(f"excludes1:{pick.code}")
            kept.append(replace(pick, weight=pick.weight * 0.6).because(f"excludes1:{clash.code}"))
    return kept


def fits_patient(picks: list[Pick], terminology: Terminology, context: VisitContext) -> list[Pick]:
    """The Medicare Code Editor's age and sex edits, as far as the record knows age and sex."""
    return [pick for pick in picks if _fits(pick.code, context)]


def _fits(code: str, context: VisitContext) -> bool:
    gender = context.patient.gender
    if gender == "male" and FEMALE_ONLY.match(code):
        return False
    if gender == "female" and MALE_ONLY.match(code):
        return False
    age = age_on(context.patient.birth_date, context.visit_date)
    if age is None:
        return True
    if code[0] == "P" or code.startswith("Z00.11"):
        return age < 1
    if code[0] == "O":
        return 9 <= age <= 64
    if code.startswith("Z00.12"):
        return age <= 17
    return not code.startswith("Z00.0") or age >= 18


def most_specific(picks: list[Pick], terminology: Terminology, _: VisitContext) -> list[Pick]:
    """I.B.2: of a family, an unspecified code goes when a sibling says more."""
    families: dict[str, list[Pick]] = {}
    for pick in picks:
        families.setdefault(pick.code[:3], []).append(pick)
    dropped = set()
    for family in families.values():
        for pick in family:
            found = terminology.get(pick.code)
            vague = found is not None and "unspecified" in found.description.lower()
            if vague and any(
                other.code != pick.code
                and other.confidence >= pick.confidence * 0.6
                and "unspecified" not in _described(terminology, other.code)
                for other in family
            ):
                dropped.add(pick.code)
    return [pick for pick in picks if pick.code not in dropped]


def _described(terminology: Terminology, code: str) -> str:
    found = terminology.get(code)
    return found.description.lower() if found else ""


def sequenced(picks: Sequence[Pick], terminology: Terminology) -> list[Pick]:
    """IV.G and I.A.13: stated diagnoses first, etiology before manifestation, Z codes last."""
    ranked = sorted(
        picks, key=lambda p: (p.code[0] == "Z", not p.stated, -p.confidence, p.order, p.code)
    )
    for pick in list(ranked):
        for note in terminology.notes(pick.code, "code-first"):
            causes = [p for p in ranked if p is not pick and note.names(p.code)]
            for cause in causes:
                if ranked.index(cause) > ranked.index(pick):
                    ranked.remove(cause)
                    ranked.insert(ranked.index(pick), cause)
    return ranked


def age_on(birth_date: str, day: str) -> int | None:
    """Whole years, or None when either date is not a full one."""
    try:
        born, on = date.fromisoformat(birth_date), date.fromisoformat(day[:10])
    except ValueError:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


RULES: tuple[Rule, ...] = (
    fits_patient,
    diabetes_with,
    hypertension_with,
    history_over,
    pain_chronic,
    most_specific,
    symptoms_integral,
    excludes_checked,
)
