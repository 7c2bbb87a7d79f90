"""Edits of the Medicare Code Editor on diagnoses, as far as the tabular list itself carries them.

Source: CMS, "Definitions of Medicare Code Edits" (MCE): age conflict, sex conflict, manifestation
code as principal diagnosis, unacceptable principal diagnosis. Its lists of codes are not copied:
what a code is follows from its title, the titles of its headings and block, its chapter, and the
notes of the tabular list. Sections are of the ICD-10-CM Official Guidelines, FY 2026. An edit on
age or sex is a question to a person: titles name organs, records name an administrative gender.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from summarizer.coding.lookup import Note, Terminology

# MCE, age conflict: the four groups that it knows, in whole years.
NEWBORN, CHILD, MATERNITY, ADULT = (0, 0), (0, 17), (9, 64), (15, 124)

# A queue asks of the same codes again and again; a list does not change while it is open.
KEPT = 4096

_MALE = re.compile(
    r"\bmale\b|\bprostat|\btest(?:is|es|icle|icular)\b|\bpenis\b|\bpenile\b|\bscrot|\bepididym"
    r"|\borchitis\b|\bspermat|\bseminal\b|\bvasectomy\b|\bprepuce\b|\bcavernosum\b",
    re.IGNORECASE,
)
_FEMALE = re.compile(
    r"\bfemale\b|\bovar(?:y|ies|ian)\b|\buter(?:us|ine|i)\b|\bendometri|\bcervix\b|\bcervicitis\b"
    r"|\bvagin(?!al(?:is|ly))|vulvovagin|\bvulv|\bfallopian\b|\bgynecolog|menstru|menopaus|pregnan|\bantenatal\b"
    r"|\bgestation|\bpuerper|\bpostpartum\b|\bobstetric|\bintrauterine\b|\bplacent"
    r"|\boutcome of delivery\b",
    re.IGNORECASE,
)
# What is said of somebody else or taught to anybody, and a sex that is not settled.
_OTHERS = re.compile(r"family history|susceptibility|\bin utero\b|\binstruction\b", re.IGNORECASE)
_UNSETTLED = re.compile(r"indeterminate sex", re.IGNORECASE)
_NEWBORN = re.compile(r"(?<!not of )\bnewborns?\b|\bliveborn\b", re.IGNORECASE)
_NEONATAL = re.compile(r"\bneonatal\b", re.IGNORECASE)
# I.C.16.d: low birth weight and prematurity may still matter to a child or an adult.
_LASTING = re.compile(r"P05|P07")
_CHILD = re.compile(r"\bchild health examination\b", re.IGNORECASE)
_ADULT = re.compile(r"\badult medical examination\b", re.IGNORECASE)
_PREGNANT = re.compile(
    r"\bpregnan|\bantenatal\b|\bweeks gestation\b|\bmaternal\b|\boutcome of delivery\b",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"\bhistory\b", re.IGNORECASE)
_PERSONS = re.compile(r"for persons (\d+)(?:-(\d+))? years of age( or older)?", re.IGNORECASE)
_MANIFESTATION = re.compile(r"\bin\b.*\bclassified elsewhere\b", re.IGNORECASE)
_ADDITIONAL = re.compile(r"\bas (?:supplementary or )?(?:an )?additional codes?\b", re.IGNORECASE)
_UNDERLYING = re.compile(r"(?:the )?underlying\b", re.IGNORECASE)
_CONDITIONAL = re.compile(r"\bif (?:applicable|known|any|present)\b", re.IGNORECASE)
# Codes that the guidelines say are reported as secondary diagnoses only, each with its section.
SECONDARY = (
    (re.compile(r"Z68"), "I.B.14"),  # body mass index
    (re.compile(r"R40\.2[1-4]"), "I.B.14"),  # coma scale
    (re.compile(r"R29\.7"), "I.B.14"),  # NIH stroke scale
    (re.compile(r"Y90"), "I.B.14"),  # blood alcohol
    (re.compile(r"Z5[5-9]|Z6[0-5]"), "I.B.14"),  # social determinants of health
    (re.compile(r"Z28\.3"), "I.B.14"),  # underimmunisation
    (re.compile(r"R65\.2"), "I.C.1.d.4"),  # severe sepsis
    (re.compile(r"Z37"), "I.C.21.c.11"),  # outcome of delivery
)


@lru_cache(KEPT)
def sex_of(code: str, terminology: Terminology) -> str:
    """The sex whose organs or pregnancy a code's titles name: "male", "female" or "".

    MCE, sex conflict. Codes of chapter 15 are of the mother (I.C.15.a.2); those of chapters 16
    (newborn) and 20 (external causes) are of nobody's sex, nor is what is said of the family.
    """
    found = terminology.get(code)
    if found is None or found.chapter in (16, 20):
        return ""
    if found.chapter == 15:
        return "female"
    titles = " | ".join(_titles(code, terminology))
    if _OTHERS.search(found.description) or _UNSETTLED.search(titles):
        return ""
    # The code's own title tells most: a heading may name both sexes.
    for text in (found.description, titles):
        male, female = bool(_MALE.search(text)), bool(_FEMALE.search(text))
        if male != female:
            return "male" if male else "female"
    return ""


def sex_conflict(code: str, gender: str, terminology: Terminology) -> bool:
    """Whether a code is of the other sex (MCE, sex conflict); never for other or unknown gender.

    ``gender``: FHIR's administrative one. A person may confirm the code (CMS, condition code 45).
    """
    return gender in ("male", "female") and sex_of(code, terminology) not in ("", gender)


@lru_cache(KEPT)
def ages_of(code: str, terminology: Terminology) -> tuple[int, int] | None:
    """The ages in whole years, both included, that a code is for; None where it is for any.

    MCE, age conflict (newborn 0, paediatric 0 to 17, maternity 9 to 64, adult 15 to 124), and the
    notes of the tabular list that name ages (Z68).
    """
    found = terminology.get(code)
    if found is None or found.chapter == 20:
        return None
    stated = _ages_noted(code, found.description, terminology)
    if stated is not None:
        return stated
    text = " | ".join(_titles(code, terminology)[:-1])
    if found.chapter == 15:
        return MATERNITY
    if _HISTORY.search(text):
        return None
    if found.chapter == 21 and _PREGNANT.search(text) and sex_of(code, terminology) == "female":
        return MATERNITY
    # Before the newborn: a heading of theirs names newborns too.
    if _CHILD.search(text):
        return CHILD
    if _ADULT.search(text):
        return ADULT
    if _NEWBORN.search(text) or (found.chapter == 16 and _NEONATAL.search(text)):
        return None if _LASTING.match(found.code) else NEWBORN
    return None


def age_conflict(code: str, age: int, terminology: Terminology) -> bool:
    """Whether a patient of this age in whole years is outside of the code's ages (MCE)."""
    ages = ages_of(code, terminology)
    return ages is not None and not ages[0] <= age <= ages[1]


@lru_cache(KEPT)
def manifestation(code: str, terminology: Terminology) -> bool:
    """Whether a code's title says "in diseases classified elsewhere": it is never first (I.A.13).

    MCE, manifestation code as principal diagnosis.
    """
    found = terminology.get(code)
    return found is not None and bool(_MANIFESTATION.search(found.description))


@lru_cache(KEPT)
def secondary_only(code: str, terminology: Terminology) -> str:
    """Why a code is never the first one: the guideline's section, "tabular" for a note of the
    list that calls it an additional code, or "" where it may be first.

    MCE, unacceptable principal diagnosis.
    """
    section = next((said for pattern, said in SECONDARY if pattern.match(code)), "")
    if section:
        return section
    noted = any(_ADDITIONAL.search(note.text) for note in _own_notes(code, terminology, "note"))
    return "tabular" if noted else ""


@lru_cache(KEPT)
def underlying_wanted(code: str, terminology: Terminology) -> bool:
    """Whether the list says without condition to code first what underlies this code.

    I.A.13 and I.B.7: the underlying condition goes first where it is known, so a person settles it.
    """
    return any(
        _UNDERLYING.match(note.text) and not _CONDITIONAL.search(note.text)
        for note in _first_notes(code, terminology)
    )


def out_of_order(codes: Sequence[str], terminology: Terminology) -> list[tuple[str, str]]:
    """Pairs of a code and a later one that a "code first" note at it names (I.A.13, I.B.7).

    ``codes``: in the order of the claim. Notes at blocks and chapters say too little of one code.
    """
    found = []
    for position, code in enumerate(codes):
        notes = _first_notes(code, terminology)
        for later in codes[position + 1 :]:
            if any(note.names(later) for note in notes):
                found.append((code, later))
    return found


def _ages_noted(code: str, description: str, terminology: Terminology) -> tuple[int, int] | None:
    """Ages that a note names; where notes are for adults and children, by the code's title."""
    child = "pediatric" in description.lower()
    for note in _own_notes(code, terminology, "note"):
        match = _PERSONS.search(note.text)
        if match and ("pediatric" in note.text.lower()) == child:
            return int(match[1]), int(match[2]) if match[2] else ADULT[1]
    return None


def _titles(code: str, terminology: Terminology) -> list[str]:
    """The code's title, its headings' up to the category, and its block's."""
    *headings, block, _chapter = terminology.lineage(code) or ["", ""]
    known = terminology.get_many(headings)
    titles = [known[each].description for each in headings if each in known]
    return [*titles, terminology.group_title(block)]


@lru_cache(KEPT)
def _first_notes(code: str, terminology: Terminology) -> tuple[Note, ...]:
    return tuple(_own_notes(code, terminology, "code-first"))


def _own_notes(code: str, terminology: Terminology, kind: str) -> list[Note]:
    """The notes at a code and its headings, and of kind "note" those of its block too."""
    *headings, block, _chapter = terminology.lineage(code) or ["", ""]
    owners = {*headings, block} if kind == "note" else set(headings)
    return [note for note in terminology.notes(code, kind) if note.owner in owners]
