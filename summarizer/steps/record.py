"""What matters of the record for this visit, as claims with record evidence.

Active problems, current medicines, allergies, recent results out of range with their trend, the
last vital signs, family history, and what is new since the last visit. No model is needed here.
"""

import re
from collections import defaultdict
from datetime import date, timedelta

from summarizer.language.lexicon import fold, lexicon
from summarizer.types import Claim, Language, RecordEvidence, RecordFact, VisitContext

_ACTIVE = frozenset(
    {"", "active", "recurrence", "relapse", "completed-current", "on-hold", "intended"}
)
NONE_KNOWN = re.compile(
    r"\b(?:no(?: known)?(?: \w+)? allerg(?:y|ies)|aucune allergie|pas d'allergie)\b", re.I
)
_RESULT_MONTHS = 12
_VITAL_DAYS = 400
_MAX = {"condition": 12, "medication": 20, "allergy": 20, "result": 8, "vital": 6, "family": 6}
# Social findings that problem lists carry as conditions (employment, education) are no diagnoses.
_NOT_CLINICAL = (
    "(finding)",
    "(situation)",
    "employment",
    "education",
    "received higher",
    "housing",
)


def record_claims(context: VisitContext, language: Language) -> list[Claim]:
    """Claims of the record, the most telling first within each section."""
    return [
        *_planned(context, language),
        *_conditions(context, language),
        *_medications(context, language),
        *_allergies(context, language),
        *_results(context, language),
        *_family(context, language),
    ]


def evidence_of(fact: RecordFact) -> RecordEvidence:
    """The element that a fact was read from."""
    return RecordEvidence(fact.resource_type, fact.resource_id, fact.version, fact.path, fact.text)


def _day(when: str) -> date | None:
    try:
        return date.fromisoformat(when[:10])
    except ValueError:
        return None


def _new(fact: RecordFact, context: VisitContext) -> str:
    return "1" if context.last_visit_date and fact.when[:10] > context.last_visit_date[:10] else ""


def _claim(
    kind: str,
    section: str,
    facts: list[RecordFact],
    context: VisitContext,
    language: Language,
    **more: str,
) -> Claim:
    first = facts[0]
    known = next((m.concept for m in lexicon("en").find(first.label)), None) or next(
        (m.concept for m in lexicon("fr").find(first.label)), None
    )
    attributes = {
        "form": "record",
        "label": first.label,
        "value": first.value,
        "unit": first.unit,
        "when": first.when,
        "abnormal": first.abnormal,
        "new": _new(first, context),
        "concept": known.key if known else fold(first.label),
        "language": language,
        **more,
    }
    return Claim(
        kind=kind,
        section=section,
        text=first.text,
        evidence=tuple(evidence_of(fact) for fact in facts),
        attributes={key: value for key, value in attributes.items() if value},
        score=1.0,
    )


def _unique(facts: list[RecordFact]) -> list[RecordFact]:
    """The newest fact of each label, newest first."""
    newest: dict[str, RecordFact] = {}
    for fact in sorted(facts, key=lambda item: (item.when, item.resource_id), reverse=True):
        newest.setdefault(fold(fact.label), fact)
    return list(newest.values())


def _of(context: VisitContext, kind: str) -> list[RecordFact]:
    return [fact for fact in context.facts if fact.kind == kind and fact.label and fact.text]


def _planned(context: VisitContext, language: Language) -> list[Claim]:
    """What this very visit was booked for: an encounter fact of the visit's day."""
    today = [f for f in _of(context, "encounter") if f.when[:10] == context.visit_date[:10]]
    return [_claim("reason", "chief_complaint", [f], context, language) for f in today[:1]]


def _conditions(context: VisitContext, language: Language) -> list[Claim]:
    facts = [
        fact
        for fact in _of(context, "condition")
        if fact.status.lower() in _ACTIVE
        and not any(mark in fact.label.lower() for mark in _NOT_CLINICAL)
    ]
    chosen = _unique(facts)[: _MAX["condition"]]
    return [_claim("history", "pmh", [fact], context, language) for fact in chosen]


def _medications(context: VisitContext, language: Language) -> list[Claim]:
    facts = [fact for fact in _of(context, "medication") if fact.status.lower() in _ACTIVE]
    return [
        _claim("medication", "medications", [fact], context, language)
        for fact in _unique(facts)[: _MAX["medication"]]
    ]


def _allergies(context: VisitContext, language: Language) -> list[Claim]:
    facts = [fact for fact in _of(context, "allergy") if fact.status.lower() in _ACTIVE]
    # "No known allergy" beside an allergy is an entry that was never taken back.
    known = [fact for fact in facts if not NONE_KNOWN.search(fact.label)]
    facts = known or facts
    return [
        _claim("allergy", "allergies", [fact], context, language)
        for fact in _unique(facts)[: _MAX["allergy"]]
    ]


def _results(context: VisitContext, language: Language) -> list[Claim]:
    """The latest value of each laboratory test that is out of range, with the one before."""
    today = _day(context.visit_date)
    series: dict[str, list[RecordFact]] = defaultdict(list)
    for fact in _of(context, "observation"):
        if fact.category != "vital-signs" and fact.value:
            series[fact.code or fold(fact.label)].append(fact)
    claims = []
    for facts in series.values():
        facts.sort(key=lambda item: item.when, reverse=True)
        latest = facts[0]
        when = _day(latest.when)
        if not latest.abnormal or (
            today and when and today - when > timedelta(days=30 * _RESULT_MONTHS)
        ):
            continue
        before = next(
            (f for f in facts[1:] if f.unit == latest.unit and f.when[:10] != latest.when[:10]),
            None,
        )
        used = [latest, before] if before else [latest]
        claims.append(
            _claim(
                "result",
                "results",
                used,
                context,
                language,
                previous=before.value if before else "",
                previous_when=before.when if before else "",
            )
        )
    claims.sort(
        key=lambda c: (len(c.attributes.get("abnormal", "")), c.attributes.get("when", "")),
        reverse=True,
    )
    return claims[: _MAX["result"]]


def _family(context: VisitContext, language: Language) -> list[Claim]:
    return [
        _claim("family", "family", [fact], context, language)
        for fact in _unique(_of(context, "family"))[: _MAX["family"]]
    ]
