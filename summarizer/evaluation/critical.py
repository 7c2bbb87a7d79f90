"""Critical facts: what a clinician's note holds, was said in the visit, and must not be lost.

Medicines, doses, allergies, abnormal findings and steps of the plan are found in the clinician's
note by the lexicon and by patterns; those that were also said are looked for in the draft, then
among what the draft set aside. What the lexicon does not know is not counted.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from summarizer.language.assertion import status
from summarizer.language.lexicon import lexicon
from summarizer.language.orders import PLAN_STEPS
from summarizer.language.quantities import doses
from summarizer.language.text import clean, joined
from summarizer.types import Assertion, Language

KINDS = ("medicine", "dose", "allergy", "finding", "plan")
_TITLE = re.compile(r"^[A-Z][A-Z /&,'-]{2,60}:?$|^[A-Z][A-Za-z /&,'-]{2,60}:$")
_PLAN = re.compile(r"\b(?:plan|assessment|instructions?|recommendations?)\b", re.I)
_FOUND = re.compile(r"\b(?:exam|examination|results?|findings?|imaging)\b", re.I)
_ALLERGY = re.compile(r"\ballerg", re.I)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Fact:
    """``kind`` is one of KINDS; ``key`` names it the same way in every text."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Recall:
    """The facts that were said, by what became of them."""

    drafted: tuple[Fact, ...]
    set_aside: tuple[Fact, ...]
    lost: tuple[Fact, ...]


def critical_recall(
    *, reference: str, said: str, draft: str, aside: Sequence[str], language: Language = "en"
) -> Recall:
    """What became of the critical facts of ``reference`` that ``said`` (the words) holds."""
    spoken = _keys(clean(joined(said), language), language)
    written = _keys(draft, language)
    left = _keys("\n".join(aside), language)
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts_of(reference, language):
        if fact.key not in spoken:
            continue
        place = "drafted" if fact.key in written else "aside" if fact.key in left else "lost"
        groups[place].append(fact)
    return Recall(tuple(groups["drafted"]), tuple(groups["aside"]), tuple(groups["lost"]))


def facts_of(note: str, language: Language) -> tuple[Fact, ...]:
    """The critical facts of a clinician's note, each once."""
    return tuple(dict.fromkeys(_facts(note, language)))


def _facts(note: str, language: Language) -> Iterator[Fact]:
    title = ""
    for line in note.splitlines():
        if _TITLE.match(line.strip()):
            title = line
            continue
        for part in _SENTENCE.split(line):
            allergy = _ALLERGY.search(title + part) is not None
            for mention in lexicon(language).find(part):
                kind, key = mention.concept.kind, f"{mention.concept.kind}:{mention.concept.key}"
                held = status(part, mention.start, mention.end, language).assertion
                if kind == "medication":
                    yield Fact("allergy" if allergy else "medicine", key)
                elif held is Assertion.DENIED or mention.concept.key == "pain":
                    continue
                elif kind in ("symptom", "condition") and _FOUND.search(title):
                    yield Fact("finding", key)
                elif kind == "test" and _PLAN.search(title):
                    yield Fact("plan", key)
            for _, _, amount, unit in doses(clean(part, language)):
                if unit.lower() in ("mg", "mcg", "µg", "g", "ml", "units", "unit", "unités"):
                    yield Fact("dose", _dose(amount, unit))
            if _PLAN.search(title):
                for name, pattern in PLAN_STEPS.items():
                    if pattern.search(part):
                        yield Fact("plan", f"step:{name}")


def _dose(amount: str, unit: str) -> str:
    return f"dose:{amount.replace(',', '.')} {unit.lower().rstrip('s')}"


def _keys(text: str, language: Language) -> set[str]:
    found = {f"{m.concept.kind}:{m.concept.key}" for m in lexicon(language).find(text)}
    found |= {_dose(amount, unit) for _, _, amount, unit in doses(clean(text, language))}
    return found | {f"step:{name}" for name, pattern in PLAN_STEPS.items() if pattern.search(text)}
