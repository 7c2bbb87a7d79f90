"""What a question to the physician may offer, where the documentation leaves a code unspecific.

A compliant query (AHIMA/ACDIS, Guidelines for Achieving a Compliant Query Practice) shows the
clinical indicators, offers the answers that the classification knows and leads to none. So the
answers are all siblings of the code in the order of the tabular list, or none at all where they are
too many to read or where one alone would suggest itself; "other" and "unable to determine" are the
asker's to add. Nothing here knows what a code pays.
"""

import re
from dataclasses import dataclass

from summarizer.coding import specificity
from summarizer.coding.lookup import Code, Terminology

MOST_OPTIONS = 8
_MONEY = re.compile(
    r"\b(?:reimburs\w*|pa(?:y|id|ys|ying|yments?)|payers?|payors?|revenue|money|profit\w*|DRGs?|HCCs?|RAF"
    r"|RVUs?|upcod\w*|denials?|rembours\w*|paiements?|pay[ée]\w*|payeurs?|recettes?|tarif\w*"
    r"|factur\w*|GHM|GHS|T2A|rentab\w*|argent)\b|[$€]",
    re.IGNORECASE,
)
_NOT_OFFERED = re.compile(r"\bunspecified\b|\bNOS\b|^other\b", re.IGNORECASE)
_TOPICS = (
    ("stage", re.compile(r"\bstage\b", re.IGNORECASE)),
    ("severity", re.compile(r"\b(?:mild|moderate|severe|intermittent)\b", re.IGNORECASE)),
    ("acuity", re.compile(r"\b(?:acute|chronic|recurrent)\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: a billable code. ``side``: right, left or bilateral where it adds no more."""

    code: str
    description: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class QueryPrompt:
    """What is to be asked of a code. ``topic``: side, stage, severity, acuity or detail."""

    code: str
    description: str
    topic: str
    options: tuple[Option, ...]


def prompt_of(terminology: Terminology, code: str) -> QueryPrompt | None:
    """The question that an unspecific code raises; None where it says all that can be said."""
    found = terminology.get(code)
    if found is None or not found.billable:
        return None
    missing = specificity.missing_detail(terminology, found)
    if not missing:
        return None
    stem, seventh = _stem(terminology, found)
    options = tuple(
        option
        for sibling in terminology.siblings(stem.code)
        if (option := _option(terminology, stem, sibling, seventh, missing)) is not None
    )
    topic = missing if missing == "side" else _topic(stem.description, options)
    fit = 2 <= len(options) <= MOST_OPTIONS
    return QueryPrompt(found.code, found.description, topic, options if fit else ())


def mentions_payment(question: str) -> bool:
    """Whether a question speaks of money, payers or grouping, which no query may."""
    return bool(_MONEY.search(question))


def _stem(terminology: Terminology, code: Code) -> tuple[Code, str]:
    """The code without its 7th character, and that character."""
    parent = terminology.get(code.parent)
    if parent is not None and parent.seventh:
        return parent, code.code[-1]
    return code, ""


def _option(
    terminology: Terminology, stem: Code, sibling: Code, seventh: str, missing: str
) -> Option | None:
    if sibling.code == stem.code or _NOT_OFFERED.search(sibling.description):
        return None
    side = ""
    if missing == "side":
        side = specificity.side_beside(stem.description, sibling.description)
        if not side:
            return None
    code = specificity.default_code(terminology, sibling.code)
    if seventh:
        children = terminology.children(sibling.code)
        code = next((child.code for child in children if child.code[-1] == seventh), code)
    full = terminology.get(code)
    if full is None or not full.billable:
        return None
    return Option(full.code, full.description, side)


def _topic(description: str, options: tuple[Option, ...]) -> str:
    """The first topic that the code is silent on and most answers speak of."""
    for topic, words in _TOPICS:
        named = sum(bool(words.search(option.description)) for option in options)
        if not words.search(description) and named * 2 > len(options):
            return topic
    return "detail"
