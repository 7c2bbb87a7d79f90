"""The summary before a visit, from the record alone: what a clinician reads in half a minute.

No model and no words: every sentence is written from facts of the record and carries their elements
as evidence. Intervals of the monitoring that may be overdue are those of common practice and are
named in ``MONITORING``; they are a reminder to look, not a recommendation for this patient.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from summarizer.language.dates import dates_written
from summarizer.language.lexicon import fold
from summarizer.language.text import sentence as finished
from summarizer.steps.record import evidence_of, record_claims
from summarizer.steps.write.wording import made, recorded
from summarizer.types import Claim, Language, RecordFact, Section, Sentence, VisitContext

TITLES: Mapping[str, Mapping[Language, str]] = {
    "changes": {"en": "New since the last visit", "fr": "Nouveau depuis la dernière visite"},
    "problems": {"en": "Active problems", "fr": "Problèmes actifs"},
    "medications": {"en": "Medicines", "fr": "Traitements en cours"},
    "allergies": {"en": "Allergies", "fr": "Allergies"},
    "results": {"en": "Results out of range", "fr": "Résultats hors norme"},
    "overdue": {"en": "Follow-up that may be overdue", "fr": "Suivi peut-être en retard"},
}


@dataclass(frozen=True, slots=True)
class Monitoring:
    """A test that is usual every ``months`` for whoever has one of ``conditions`` or takes one of
    ``medicines`` (folded stems of their names). ``codes``: LOINC."""

    english: str
    french: str
    months: int
    codes: frozenset[str]
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()


MONITORING = (
    Monitoring(
        "hemoglobin A1c",
        "hémoglobine glyquée",
        6,
        frozenset({"4548-4", "17856-6", "59261-8"}),
        ("diabet",),
    ),
    Monitoring(
        "blood pressure",
        "pression artérielle",
        12,
        frozenset({"85354-9", "8480-6", "55284-4"}),
        ("hypertens",),
    ),
    Monitoring(
        "lipids",
        "bilan lipidique",
        12,
        frozenset({"2093-3", "18262-6", "13457-7", "2089-1"}),
        ("hyperlipid", "hypercholest", "dyslipid"),
        ("statin",),
    ),
    Monitoring("TSH", "TSH", 12, frozenset({"3016-3", "11580-8"}), ("hypothyro",), ("levothyrox",)),
    Monitoring(
        "creatinine",
        "créatinine",
        12,
        frozenset({"2160-0", "38483-4", "33914-3", "62238-1"}),
        ("kidney disease", "renal", "maladie renale", "insuffisance renale", "diabet"),
        ("lithium",),
    ),
    Monitoring("INR", "INR", 3, frozenset({"6301-6", "34714-6"}), (), ("warfarin", "fluindione")),
)
_ACTIVE = frozenset({"", "active", "recurrence", "relapse"})


def pre_visit(context: VisitContext, language: Language) -> tuple[Section, ...]:
    """The sections that the record has something for, in a fixed order."""
    claims = record_claims(context, language)
    lines: dict[str, list[Sentence]] = {
        "changes": _changes(context, claims, language),
        "problems": [_shown(c, language) for c in claims if c.section == "pmh"],
        "medications": [_shown(c, language) for c in claims if c.section == "medications"],
        "allergies": [_shown(c, language) for c in claims if c.section == "allergies"],
        "results": [_trend(c, language) for c in claims if c.section == "results"],
        "overdue": _overdue(context, language),
    }
    return tuple(
        Section(key, TITLES[key][language], tuple(_dated(each, language) for each in lines[key]))
        for key in TITLES
        if lines[key]
    )


def _dated(sentence: Sentence, language: Language) -> Sentence:
    return replace(sentence, text=dates_written(sentence.text, language))


def _shown(claim: Claim, language: Language) -> Sentence:
    text = claim.text if claim.kind == "allergy" else recorded(claim, language)
    since = claim.attributes.get("when", "")[:10]
    if claim.kind == "history" and since:
        day = "le " if language == "fr" and len(since) == 10 else ""
        text += f" (depuis {day}{since})" if language == "fr" else f" (since {since})"
    return made(text, [claim])


def _trend(claim: Claim, language: Language) -> Sentence:
    """The value, whether it is above or below its range, and where it comes from."""
    attributes = claim.attributes
    high = attributes.get("abnormal", "").startswith("H")
    low = attributes.get("abnormal", "").startswith("L")
    words = {
        "en": "above range" if high else "below range" if low else "abnormal",
        "fr": "au-dessus de la norme" if high else "au-dessous de la norme" if low else "anormal",
    }[language]
    text = recorded(claim, language)
    change = _direction(attributes.get("value", ""), attributes.get("previous", ""), language)
    return made(f"{text}, {words}{f', {change}' if change else ''}", [claim])


def _direction(value: str, previous: str, language: Language) -> str:
    try:
        now, before = float(value), float(previous)
    except ValueError:
        return ""
    if now == before:
        return "stable" if language == "fr" else "unchanged"
    rising = now > before
    if language == "fr":
        return "en hausse" if rising else "en baisse"
    return "rising" if rising else "falling"


_KINDS = {
    "history": {"en": "Problem", "fr": "Problème"},
    "medication": {"en": "Medicine", "fr": "Traitement"},
    "allergy": {"en": "Allergy", "fr": "Allergie"},
    "result": {"en": "Result", "fr": "Résultat"},
}


def _changes(context: VisitContext, claims: list[Claim], language: Language) -> list[Sentence]:
    colon = " : " if language == "fr" else ": "
    out = [
        made(f"{_KINDS[claim.kind][language]}{colon}{recorded(claim, language)}", [claim])
        for claim in claims
        if claim.attributes.get("new") and claim.kind in _KINDS
    ]
    done = {claim.evidence for claim in claims}
    for fact in context.facts:
        fresh = context.last_visit_date and fact.when[:10] > context.last_visit_date[:10]
        if fresh and fact.kind in ("procedure", "immunization") and fact.label:
            item = evidence_of(fact)
            if (item,) not in done:
                out.append(Sentence(finished(f"{fact.label} ({fact.when[:10]})"), (item,)))
    return out


def _overdue(context: VisitContext, language: Language) -> list[Sentence]:
    today = _day(context.visit_date)
    if today is None:
        return []
    out = []
    for test in MONITORING:
        reason = next((f for f in context.facts if _calls_for(f, test)), None)
        if reason is None:
            continue
        done = [f for f in context.facts if f.kind == "observation" and f.code in test.codes]
        last = max(done, key=lambda fact: fact.when, default=None)
        when = _day(last.when) if last else None
        if when and today - when <= timedelta(days=round(test.months * 30.44)):
            continue
        evidence = (evidence_of(reason), *((evidence_of(last),) if last else ()))
        out.append(Sentence(finished(_reminder(test, reason, when, language)), evidence))
    return out


def _calls_for(fact: RecordFact, test: Monitoring) -> bool:
    if fact.status.lower() not in _ACTIVE:
        return False
    stems = {"condition": test.conditions, "medication": test.medicines}.get(fact.kind, ())
    label = " ".join(fold(word) for word in fact.label.split())
    return any(stem in label for stem in stems) and "prediabet" not in label


def _reminder(test: Monitoring, reason: RecordFact, when: date | None, language: Language) -> str:
    if language == "fr":
        last = f"dernier le {when.isoformat()}" if when else "aucun dans le dossier"
        return f"{test.french} : {last}, habituel tous les {test.months} mois pour {reason.label}"
    last = f"last on {when.isoformat()}" if when else "none in the record"
    return f"{test.english}: {last}, usual every {test.months} months for {reason.label}"


def _day(when: str) -> date | None:
    try:
        return date.fromisoformat(when[:10])
    except ValueError:
        return None
