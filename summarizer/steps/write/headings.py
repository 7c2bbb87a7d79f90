"""Headings inside a section: findings under their system, orders under problem and kind.

They are set last, on the sentences that held: the first of each group carries the heading.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from summarizer.language.lexicon import lexicon
from summarizer.steps.write.phrases import ORDERS, SYSTEMS
from summarizer.steps.write.wording import after_colon
from summarizer.types import Language, Sentence

_KINDS = list(ORDERS)
_REFERRAL = re.compile(
    r"\b(?:refer\w*|consult(?!ation dans)\w*|physical therap\w+|specialist|nutritionist|dietitian|"
    r"adress\w+|avis|kinésith\w+)\b|\b\w+ologist\b|\b\w+ologue\b",
    re.I,
)
_TEST = re.compile(
    r"\b(?:x-?rays?|mri|ct|scans?|labs?|tests?|panel|stud(?:y|ies)|culture|biopsy|screening|"
    r"radio\w*|irm|scanner|bilan|prise de sang|analyses?)\b",
    re.I,
)


def headed(key: str, sentences: Sequence[Sentence], language: Language) -> list[Sentence]:
    """The section's sentences in their groups, the first of each under its heading."""
    if key == "exam":
        return _by_system(sentences, language)
    if key == "plan":
        return _by_problem(sentences, language)
    return list(sentences)


def _with(heading: str, sentence: Sentence, language: Language) -> Sentence:
    colon = " :" if language == "fr" else ":"
    body = after_colon(sentence.text) if language == "fr" else sentence.text
    return replace(sentence, text=f"{heading[:1].upper()}{heading[1:]}{colon} {body}")


def _by_system(sentences: Sequence[Sentence], language: Language) -> list[Sentence]:
    out: list[Sentence] = []
    last = "general"
    for sentence in sentences:
        system = sentence.claims[0].attributes.get("system") or "general"
        shown = SYSTEMS[system][language]
        out.append(sentence if system in (last, "general") else _with(shown, sentence, language))
        last = system
    return out


def _kind(sentence: Sentence) -> str:
    claim = sentence.claims[0]
    attributes = claim.attributes
    if attributes.get("verb") == "explain":
        return "education"
    if attributes.get("concept_kind") == "medication":
        return "treatment"
    if attributes.get("verb") == "refer" or _REFERRAL.search(sentence.text):
        return "referral"
    tested = any(
        mention.concept.kind == "test"
        for mention in lexicon("fr" if attributes.get("language") == "fr" else "en").find(
            claim.text
        )
    )
    if tested or _TEST.search(sentence.text):
        return "testing"
    return "education" if claim.kind == "instruction" else "treatment"


def _by_problem(sentences: Sequence[Sentence], language: Language) -> list[Sentence]:
    problems = list(dict.fromkeys(s.claims[0].attributes.get("problem", "") for s in sentences))
    ordered = sorted(
        sentences,
        key=lambda s: (
            problems.index(s.claims[0].attributes.get("problem", "")),
            _KINDS.index(_kind(s)),
        ),
    )
    out: list[Sentence] = []
    last = ("", "")
    for sentence in ordered:
        attributes = sentence.claims[0].attributes
        problem, kind = attributes.get("problem", ""), _kind(sentence)
        named = attributes.get("problem_fr" if language == "fr" else "problem_en", "")
        if (problem, kind) == last:
            out.append(sentence)
        elif problem and problem != last[0]:
            label = ORDERS[kind][language]
            out.append(_with(f"{named}, {label[:1].lower()}{label[1:]}", sentence, language))
        else:
            out.append(_with(ORDERS[kind][language], sentence, language))
        last = (problem, kind)
    return out
