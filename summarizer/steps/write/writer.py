"""The deterministic writer: one function a section, claims in, sentences out.

Every sentence carries the evidence of the claims that it was written from. Concepts are named in
the note's language; statements exist only in the language that they were said in.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from summarizer.language.text import listed
from summarizer.language.words import words
from summarizer.steps.extract.imperative_en import VERBS
from summarizer.steps.write.phrases import SYSTEMS, word
from summarizer.steps.write.wording import (
    after_colon,
    by_name,
    concept_text,
    de,
    introduction,
    lowered,
    made,
    name,
    named_subject,
    none_of,
    recorded,
    text_of,
)
from summarizer.types import Assertion, Claim, Language, Sentence

_SYSTEM_ORDER = list(SYSTEMS)


# Orders that read well without saying who carries them out.
_PLAIN = words("continue stop start increase decrease hold avoid resume")


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
    if claim.section == "ros":
        return _by_system([claim], language)[0]
    return _each([claim], language, gender)[0]


# -- sections ------------------------------------------------------------------------------------


def _reason(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    planned = [c for c in claims if c.attributes.get("form") == "record"]
    if planned:
        return [made(recorded(planned[0], language), planned[:1])]
    texts = [c for c in claims if c.attributes.get("form") == "text"]
    concepts = [c for c in claims if c.attributes.get("form") == "concept"]
    if concepts:
        names = list(by_name(concepts, language))
        shown = listed(names, language)
        lead = f"{texts[0].text}: " if texts and texts[0].text not in ("follow-up",) else ""
        return [made(f"{lead}{shown}", [*texts[:1], *concepts] if lead else concepts)]
    return [made(c.text, [c]) for c in texts[:1]]


def _by_system(claims: Sequence[Claim], language: Language) -> list[Sentence]:
    """One sentence a system and polarity; what was affirmed anywhere is not shown as denied."""
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
            names = by_name(affirmed, language)
            text = word("reports", language).format(listed(list(names), language))
            out.append(made(f"{label}{colon} {lowered(text, language)}", affirmed))
        if denied:
            names = by_name(denied, language)
            out.append(
                made(f"{label}{colon} {lowered(none_of(list(names), language), language)}", denied)
            )
    return out


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
            out.append(made(f"{label}{body}", [claim]))
    return out


def _story(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """Introduction first, then in the visit's order; ``the patient`` opens, pronouns follow."""
    intro = [c for c in claims if c.attributes.get("form") == "introduction"]
    rest = [c for c in claims if c.attributes.get("form") != "introduction"]
    rest.sort(key=lambda c: int(c.attributes.get("at", "0")))
    out = [made(introduction(c), [c]) for c in intro]
    opened = False
    for claim in rest:
        text = text_of(claim, language)
        topic = claim.attributes.get("topic_fr" if language == "fr" else "topic_en", "")
        if topic:
            text = f"{topic}{' :' if language == 'fr' else ':'} {text}"
        else:
            text, opened = named_subject(text, language, gender, opened)
        out.append(made(text, [claim]))
    return out


def _history(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """Problems once each, the record's wording first; then what was told about the past."""
    out: list[Sentence] = []
    on_record = [c for c in claims if c.attributes.get("form") == "record"]
    seen = {c.attributes.get("concept") for c in on_record}
    for claim in on_record:
        said = [
            c
            for c in claims
            if c.attributes.get("form") == "concept"
            and c.attributes.get("concept") == claim.attributes.get("concept")
            and c.assertion is not Assertion.DENIED
        ]
        out.append(made(recorded(claim, language), [claim, *said]))
    concepts = [
        c
        for c in claims
        if c.attributes.get("form") == "concept" and c.attributes.get("concept") not in seen
    ]
    affirmed = [c for c in concepts if c.assertion is not Assertion.DENIED]
    held = {c.attributes.get("concept") for c in affirmed}
    for shown, group in by_name(affirmed, language).items():
        out.append(made(shown, group))
    denied = [
        c
        for c in concepts
        if c.assertion is Assertion.DENIED and c.attributes.get("concept") not in held
    ]
    if denied:
        names = list(by_name(denied, language))
        if language == "en":
            text = word("negative_history", language).format(listed(names, language, last="or"))
        else:
            text = ", ".join(["pas d'antécédent " + de(n) for n in names])
        out.append(made(text, denied))
    statements = [c for c in claims if c.attributes.get("form") not in ("record", "concept")]
    return [*out, *_story(statements, language, gender)]


def _each(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """One sentence a fact; the record and the words about the same thing share one."""
    out: list[Sentence] = []
    on_record = {
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
            if key in done or (concept in on_record and claim.section != "family"):
                continue
            done.add(key)
            out.append(made(concept_text(groups[key], language), groups[key]))
        elif form == "measure":
            key = f"{attributes['measure']}|{attributes['value']}"
            if key not in done:
                done.add(key)
                out.append(made(text_of(claim, language), groups[key]))
        elif form == "none":
            if "none" not in done and not any(c.attributes.get("form") == "record" for c in claims):
                done.add("none")
                out.append(made(text_of(claim, language), groups["none"]))
        elif form == "record":
            # What was said of the same thing stands beside it: contradictions show there.
            said = [c for key, group in groups.items() for c in group if _same(c, claim)]
            out.append(made(text_of(claim, language), [claim, *said]))
        else:
            text, opened = named_subject(text_of(claim, language), language, gender, opened)
            out.append(made(text, [claim]))
    return out


def _same(said: Claim, recorded_claim: Claim) -> bool:
    """Said of the same medicine or allergy as a fact of the record, or of allergies altogether."""
    if said.section == "family":
        return False
    if said.attributes.get("form") == "none":
        return recorded_claim.kind == "allergy"
    return said.attributes.get("concept", "") == recorded_claim.attributes.get("concept")


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
        because = reasons.pop(key, [])
        if not because or problem.assertion is Assertion.UNCERTAIN:
            out.append(made(shown, [problem]))
        colon = " :" if language == "fr" else ":"
        out.extend(
            made(f"{name(problem, language)}{colon} {after_colon(reason.text)}", [problem, reason])
            for reason in because
        )
    for left in reasons.values():
        out.extend(made(reason.text, [reason]) for reason in left)
    return out


def _order(claim: Claim, language: Language) -> Sentence:
    text = after_colon(claim.text)
    if (
        claim.kind == "instruction"
        and language == "en"
        and claim.attributes.get("concept_kind") != "medication"
    ):
        if re.match(r"don't\b", text, re.I):
            text = re.sub(r"^don't", "do not", text, flags=re.I)
        elif (first := text.split(" ", 1)[0].lower()) in VERBS and first not in _PLAIN:
            text = word("patient_to", language).format(text)
    problem = claim.attributes.get("problem_fr" if language == "fr" else "problem_en", "")
    if problem and claim.section == "plan" and problem.lower() not in text.lower():
        return made(f"{problem}{' :' if language == 'fr' else ':'} {text}", [claim])
    return made(text, [claim])
