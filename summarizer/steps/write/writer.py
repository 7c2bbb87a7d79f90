"""The deterministic writer: one function a section, claims in, sentences out.

Every sentence carries the evidence of the claims that it was written from. Concepts are named in
the note's language; statements exist only in the language that they were said in.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from summarizer.language.text import listed, sentence
from summarizer.steps.write.phrases import MEASURES, SIDES, SYSTEMS, TOPICS, word
from summarizer.types import Assertion, Claim, Evidence, Language, Sentence

_SYSTEM_ORDER = list(SYSTEMS)


def write_section(
    key: str, claims: Sequence[Claim], language: Language, gender: str
) -> list[Sentence]:
    """The sentences of one section. Claims that cannot be said in ``language`` are left out."""
    usable = [claim for claim in claims if sayable(claim, language)]
    if key == "ros":
        return _by_system(usable, language)
    if key == "exam":
        return _exam(usable, language)
    if key in ("chief_complaint",):
        return _reason(usable, language)
    if key == "hpi":
        return _story(usable, language, gender)
    if key == "pmh":
        return _history(usable, language, gender)
    if key in ("assessment",):
        return _assessment(usable, language)
    if key in ("plan", "followup"):
        return [_order(claim, language) for claim in usable]
    return _each(usable, language, gender)


def sayable(claim: Claim, language: Language) -> bool:
    """Free statements are not translated; concepts, measures and record facts are."""
    said_in = claim.attributes.get("language", language)
    return said_in == language or claim.attributes.get("form") in {
        "concept",
        "measure",
        "none",
        "record",
        "problem",
    }


def one(claim: Claim, language: Language, gender: str) -> Sentence:
    """One claim as one plain sentence: the fallback when a fuller wording did not hold."""
    if claim.section in ("plan", "followup"):
        return _order(claim, language)
    return _each([claim], language, gender)[0]


def _made(text: str, claims: Sequence[Claim]) -> Sentence:
    return Sentence(
        text=sentence(text),
        evidence=merged(claim.evidence for claim in claims),
        claims=tuple(claims),
        confidence=round(min(1.0, max(0.05, min(_confidence(c) for c in claims))), 2),
    )


def merged(groups: Iterable[Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """Evidence without repeats, in order."""
    return tuple(dict.fromkeys(item for group in groups for item in group))


def _confidence(claim: Claim) -> float:
    base = {"record": 0.99, "measure": 0.95, "concept": 0.9, "order": 0.85, "introduction": 0.95}
    value = base.get(claim.attributes.get("form", ""), 0.75)
    return value - (0.15 if claim.assertion is Assertion.UNCERTAIN else 0.0)


def name(claim: Claim, language: Language) -> str:
    """The concept's name in the note's language, with its side."""
    attributes = claim.attributes
    text = attributes.get("french" if language == "fr" else "english") or claim.text
    side = attributes.get("side", "")
    if not side:
        return text
    shown = SIDES[side][language]
    return f"{text} {shown}" if language == "fr" else f"{shown} {text}"


def _unique(claims: Sequence[Claim], language: Language) -> dict[str, list[Claim]]:
    """Claims by the name they would be shown under; a sided mention absorbs the unsided one."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    sided = {c.attributes.get("concept"): c for c in claims if c.attributes.get("side")}
    for claim in claims:
        shown = claim
        if not claim.attributes.get("side") and claim.attributes.get("concept") in sided:
            shown = sided[claim.attributes.get("concept")]
        groups[name(shown, language)].append(claim)
    return groups


# -- sections ------------------------------------------------------------------------------------


def _reason(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    texts = [c for c in claims if c.attributes.get("form") == "text"]
    concepts = [c for c in claims if c.attributes.get("form") == "concept"]
    if concepts:
        names = list(_unique(concepts, language))
        shown = listed(names, language)
        lead = f"{texts[0].text}: " if texts and texts[0].text not in ("follow-up",) else ""
        return [_made(f"{lead}{shown}", [*texts[:1], *concepts] if lead else concepts)]
    return [_made(c.text, [c]) for c in texts[:1]]


def _by_system(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    """One sentence a system and polarity; what is both affirmed and denied is shown as both said."""
    out = []
    systems: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        systems[claim.attributes.get("system") or "general"].append(claim)
    for system in sorted(systems, key=_SYSTEM_ORDER.index):
        label = SYSTEMS[system][language]
        colon = " :" if language == "fr" else ":"
        affirmed = [c for c in systems[system] if c.assertion is not Assertion.DENIED]
        denied = [c for c in systems[system] if c.assertion is Assertion.DENIED]
        held = {c.attributes.get("concept") for c in affirmed}
        denied = [c for c in denied if c.attributes.get("concept") not in held]
        if affirmed:
            names = _unique(affirmed, language)
            text = word("reports", language).format(listed(list(names), language))
            out.append(_made(f"{label}{colon} {_lower(text, language)}", affirmed))
        if denied:
            names = _unique(denied, language)
            out.append(
                _made(f"{label}{colon} {_lower(_none_of(list(names), language), language)}", denied)
            )
    return out


def _lower(text: str, language: Language) -> str:
    return text[:1].lower() + text[1:] if language == "fr" else text


def _none_of(names: list[str], language: Language) -> str:
    if language == "en":
        return word("denies", language).format(listed(names, language, last="or"))
    parts = [f"pas {_de(item)}" for item in names]
    return ", ".join(parts)


def _de(noun: str) -> str:
    return f"d'{noun}" if noun[:1].lower() in "aeiouéèêàâîôœh" else f"de {noun}"


def _exam(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    systems: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        systems[claim.attributes.get("system") or "general"].append(claim)
    out = []
    colon = " :" if language == "fr" else ":"
    for system in sorted(systems, key=_SYSTEM_ORDER.index):
        for claim in systems[system]:
            if claim.attributes.get("form") == "provoked":
                key = "tender" if claim.assertion is Assertion.AFFIRMED else "not_tender"
                verb, _, place = claim.text.partition(" ")
                phrase = (
                    f"{verb}es {place}" if verb.endswith(("sh", "ch", "ss")) else f"{verb}s {place}"
                )
                text = word(key, language).format(phrase if language == "en" else claim.text)
            else:
                text = claim.text
            label = "" if system == "general" else f"{SYSTEMS[system][language]}{colon} "
            body = text if not label else text[:1].upper() + text[1:]
            out.append(_made(f"{label}{body}", [claim]))
    return out


def _story(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """Introduction first, then in the order of the visit; ``the patient`` opens, pronouns follow."""
    intro = [c for c in claims if c.attributes.get("form") == "introduction"]
    rest = [c for c in claims if c.attributes.get("form") != "introduction"]
    rest.sort(key=lambda c: int(c.attributes.get("at", "0")))
    out = [_made(_capital_name(c), [c]) for c in intro]
    opened = False
    for claim in rest:
        text = _text(claim, language)
        text, opened = _named_subject(text, language, gender, opened)
        out.append(_made(text, [claim]))
    return out


def _capital_name(claim: Claim) -> str:
    said = claim.attributes.get("name", "")
    return (
        claim.text.replace(said, said.title(), 1)
        if said and claim.text.startswith(said)
        else claim.text
    )


_SUBJECT = {
    "en": re.compile(r"^(she|he|the patient)\b(?!')", re.I),
    "fr": re.compile(r"^(elle|il|le patient|la patiente)\b", re.I),
}
_SAYS = {"en": ("the patient", "she", "he"), "fr": ("le patient", "elle", "il")}


def _named_subject(text: str, language: Language, gender: str, opened: bool) -> tuple[str, bool]:
    match = _SUBJECT[language].match(text)
    if not match or (language == "fr" and re.match(r"il (?:y a|faut|est arrivé)", text, re.I)):
        return text, opened
    if opened:
        return text, True
    noun = (
        ("la patiente" if gender == "female" else "le patient")
        if language == "fr"
        else "the patient"
    )
    return noun + text[match.end() :], True


def _text(claim: Claim, language: Language) -> str:
    attributes = claim.attributes
    form = attributes.get("form")
    colon = " :" if language == "fr" else ":"
    if form == "topic":
        return f"{TOPICS[attributes['topic']][language]}{colon} {claim.text}"
    if form == "measure":
        unit = attributes.get("unit", "")
        gap = "" if unit == "%" and language == "en" else " "
        value = f"{attributes['value']}{gap}{unit}".strip()
        return f"{MEASURES[attributes['measure']][language]} {value}"
    if form == "record":
        return _recorded(claim, language)
    if form == "none":
        return word("no_allergies", language)
    if form == "concept":
        return name(claim, language)
    return claim.text


def _recorded(claim: Claim, language: Language) -> str:
    attributes = claim.attributes
    label = attributes.get("label", claim.text)
    if claim.kind == "result":
        text = f"{label} {attributes.get('value', '')} {attributes.get('unit', '')}".strip()
        text += f" ({_date(attributes.get('when', ''))})" if attributes.get("when") else ""
        if attributes.get("previous"):
            text += ", " + word("previously", language).format(
                attributes["previous"], _date(attributes.get("previous_when", ""))
            )
        return text
    if claim.kind == "medication":
        return claim.text
    return label


def _date(when: str) -> str:
    return when[:10]


def _history(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """Problems once each, the record's wording first; then what was told about the past."""
    out: list[Sentence] = []
    recorded = [c for c in claims if c.attributes.get("form") == "record"]
    seen = {c.attributes.get("concept") for c in recorded}
    for claim in recorded:
        said = [
            c
            for c in claims
            if c.attributes.get("form") == "concept"
            and c.attributes.get("concept") == claim.attributes.get("concept")
            and c.assertion is not Assertion.DENIED
        ]
        out.append(_made(_recorded(claim, language), [claim, *said]))
    concepts = [
        c
        for c in claims
        if c.attributes.get("form") == "concept" and c.attributes.get("concept") not in seen
    ]
    affirmed = [c for c in concepts if c.assertion is not Assertion.DENIED]
    held = {c.attributes.get("concept") for c in affirmed}
    for shown, group in _unique(affirmed, language).items():
        out.append(_made(shown, group))
    denied = [
        c
        for c in concepts
        if c.assertion is Assertion.DENIED and c.attributes.get("concept") not in held
    ]
    if denied:
        names = list(_unique(denied, language))
        if language == "en":
            text = word("negative_history", language).format(listed(names, language, last="or"))
        else:
            text = ", ".join(["pas d'antécédent " + _de(n) for n in names])
        out.append(_made(text, denied))
    statements = [c for c in claims if c.attributes.get("form") not in ("record", "concept")]
    return [*out, *_story(statements, language, gender)]


def _each(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """One sentence a fact; the record and the words about the same thing share one."""
    out: list[Sentence] = []
    recorded = {
        c.attributes.get("concept"): c for c in claims if c.attributes.get("form") == "record"
    }
    groups: dict[str, list[Claim]] = defaultdict(list)
    opened = False
    for claim in claims:
        form, concept = claim.attributes.get("form"), claim.attributes.get("concept", "")
        if form == "concept":
            groups[f"{concept}|{claim.assertion}"].append(claim)
        elif form == "measure":
            groups[f"{claim.attributes['measure']}|{claim.attributes['value']}"].append(claim)
        elif form == "none":
            groups["none"].append(claim)
    done: set[str] = set()
    for claim in claims:
        attributes = claim.attributes
        form, concept = attributes.get("form"), attributes.get("concept", "")
        if form == "concept":
            key = f"{concept}|{claim.assertion}"
            if key in done or (concept in recorded and claim.section != "family"):
                continue
            done.add(key)
            out.append(_made(_concept_text(groups[key], language), groups[key]))
        elif form == "measure":
            key = f"{attributes['measure']}|{attributes['value']}"
            if key not in done:
                done.add(key)
                out.append(_made(_text(claim, language), groups[key]))
        elif form == "none":
            if "none" not in done and not any(c.attributes.get("form") == "record" for c in claims):
                done.add("none")
                out.append(_made(_text(claim, language), groups["none"]))
        elif form == "record":
            out.append(_made(_text(claim, language), [claim]))
        else:
            text, opened = _named_subject(_text(claim, language), language, gender, opened)
            out.append(_made(text, [claim]))
    return out


def _concept_text(group: list[Claim], language: Language) -> str:
    claim = group[0]
    shown = name(claim, language)
    if claim.section == "family":
        key = "no_family" if claim.assertion is Assertion.DENIED else "family"
        return word(key, language).format(shown)
    if claim.kind == "allergy":
        said = claim.attributes.get("surface", shown)
        key = "not_allergic" if claim.assertion is Assertion.DENIED else "allergic"
        return word(key, language).format(said)
    if claim.kind == "medication":
        best = max(
            group,
            key=lambda c: (
                len(c.attributes.get("dose", "")) + len(c.attributes.get("frequency", ""))
            ),
        )
        parts = [
            claim.attributes.get("surface", shown),
            best.attributes.get("dose", ""),
            best.attributes.get("frequency", ""),
        ]
        return " ".join(part for part in parts if part)
    return shown


def _assessment(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    """A sentence for each problem, then the reasoning about it under its name."""
    out: list[Sentence] = []
    problems = [c for c in claims if c.attributes.get("form") == "problem"]
    reasons: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.attributes.get("form") == "reasoning":
            reasons[claim.attributes.get("problem", "")].append(claim)
    done: set[str] = set()
    for problem in problems:
        key = problem.attributes.get("problem", "")
        if key in done:
            continue
        done.add(key)
        shown = name(problem, language)
        if problem.assertion is Assertion.UNCERTAIN:
            shown = word("suspected", language).format(shown)
        out.append(_made(shown, [problem]))
        for reason in reasons.pop(key, []):
            out.append(_made(reason.text, [reason]))
    for left in reasons.values():
        out.extend(_made(reason.text, [reason]) for reason in left)
    return out


def _order(claim: Claim, language: Language) -> Sentence:
    text = claim.text
    if (
        claim.kind == "instruction"
        and language == "en"
        and not claim.attributes.get("concept") == "medication"
    ):
        verb = claim.attributes.get("verb", "")
        if verb not in {
            "continue",
            "stop",
            "start",
            "increase",
            "decrease",
            "hold",
            "avoid",
            "resume",
        }:
            text = word("patient_to", language).format(text)
    problem = claim.attributes.get("problem_fr" if language == "fr" else "problem_en", "")
    if problem and claim.section == "plan" and problem.lower() not in text.lower():
        return _made(f"{problem}{' :' if language == 'fr' else ':'} {text}", [claim])
    return _made(text, [claim])
