"""The coding rules, each a named function with the guideline that it comes from.

Source: ICD-10-CM Official Guidelines for Coding and Reporting, FY 2026 (CMS, NCHS, AHA, AHIMA),
https://www.cms.gov/medicare/coding-billing/icd-10-codes. Section numbers stand in each docstring.
"""

import re

from summarizer.coding.lookup import Code, Terminology

_UNSPECIFIED = re.compile(r"\bunspecified\b|\bNOS\b|not specified", re.IGNORECASE)
_WITHOUT = re.compile(
    r"without (complication|mention|aura|bleeding|obstruction|hemorrhage|coma|rupture|esophagitis"
    r"|spontaneous|behavioral|loss|status)|uncomplicated|not intractable|single episode",
    re.IGNORECASE,
)


def default_code(terminology: Terminology, heading: str) -> str:
    """The code below a heading that says no more than the heading does (I.A.9, "unspecified").

    A code that still takes a 7th character is returned without it. "" when every child says more.
    """
    found = terminology.get(heading)
    while found is not None and not found.billable and not found.seventh:
        found = _plainest(terminology.children(found.code))
    return found.code if found else ""


def _plainest(children: list[Code]) -> Code | None:
    if len(children) == 1:
        return children[0]

    def said(code: Code) -> tuple[int, int, str]:
        silent = len(_UNSPECIFIED.findall(code.description)) * 2
        silent += 2 * bool(_WITHOUT.search(code.description)) + (code.code[-1] == "9")
        return (-silent, len(code.description), code.code)

    ranked = sorted(children, key=said)
    return ranked[0] if ranked and said(ranked[0])[0] < 0 else None
