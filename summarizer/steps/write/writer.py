"""The deterministic writer: one function a section, claims in, sentences out.

Every sentence carries the evidence of the claims that it was written from. Concepts are named in
the note's language; statements exist only in the language that they were said in.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from summarizer.language.person_en import pronouns
from summarizer.language.text import listed
from summarizer.language.words import words
from summarizer.steps.extract.imperative_en import VERBS
from summarizer.steps.write.phrases import SYSTEMS, word
from summarizer.steps.write.wording import (
    after_colon,
    attributed,
    by_name,
    concept_text,
    de,
    introduction,
    lowered,
    made,
    name,
    named_subject,
    none_of,
    presented,
    recorded,
    text_of,
)
from summarizer.types import Assertion, Claim, Language, Sentence

_SYSTEM_ORDER = list(SYSTEMS)


# What the patient does, whoever says it; coming back is told as a plan, not as advice.
_PATIENTS = words(
    "take use avoid wear rest ice elevate drink eat exercise limit apply quit lose "
    "report watch record log stretch sleep wash gargle hydrate finish complete touch cut work "
    "keep try stay"
)
_COMES = words("come return")
_WATCHED = re.compile(r"keep (?:an? |track|watch)|take (?:care|pictures|photos|an? )", re.I)
_GOES_ON = re.compile(
    r"(?:stop|start|begin|keep) (?:taking|using|doing|eating|drinking|smoking)\b|"
    r"continue (?:to )?(?:tak|us|watch|stay|do|ic|eat|drink|exercis|stretch|rest|wear|elevat|work|"
    r"avoid|log|record|track|weigh)(?:e|ing|ying)?\b",
    re.I,
)
_REFERRED = re.compile(r"^(refer|send) (?=(?:over |back |up )?to\b)", re.I)
_SAID_OF = words("need note let")


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
        "presenting",
        "negative",
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
    for system in sorted(systems, key=_SYSTEM_ORDER.index):
        for claim in systems[system]:
            text = _provoked(claim, language) if _is_provoked(claim) else claim.text
            out.append(made(text, [claim]))
    return out


def _is_provoked(claim: Claim) -> bool:
    return claim.attributes.get("form") == "provoked"


_MOVED = {"move": "moving", "bend": "bending", "flex": "flexing", "extend": "extending"}
_MOVED |= {"pull": "pulling", "lift": "lifting", "turn": "turning"}


def _provoked(claim: Claim, language: Language) -> str:
    """``press on the calf`` + yes: ``Pain to palpation on the calf``."""
    denied = claim.assertion is Assertion.DENIED
    verb, _, place = claim.text.partition(" ")
    if language == "fr":
        return word("not_tender" if denied else "tender", language).format(claim.text)
    doing = "pressing" if place.startswith("against ") else _MOVED.get(verb, "")
    if doing:  # "when I press against your flexed wrist" is no palpation
        key = "no_pain_moved" if denied else "pain_moved"
        return word(key, language).format(f"with {doing} {place}")
    return word("not_tender" if denied else "tender", language).format(
        place
        if re.match(r"(?:on|over|at|in|along|around|here|up|down|into)\b", place)
        else f"of {place}"
    )


def _story(claims: Sequence[Claim], language: Language, gender: str) -> list[Sentence]:
    """Introduction first, then in the visit's order, what is denied last; ``the patient`` opens,
    pronouns follow."""
    intro = [c for c in claims if c.attributes.get("form") == "introduction"]
    presenting = [c for c in claims if c.attributes.get("form") == "presenting"]
    denied = [c for c in claims if c.attributes.get("form") == "negative"]
    leads = (*intro, *presenting, *denied)
    rest = [c for c in claims if c not in leads]
    rest.sort(key=lambda c: int(c.attributes.get("at", "0")))
    out = [made(introduction(c), [c]) for c in intro]
    if presenting and not intro:
        out.append(made(presented(presenting[0], language, gender), presenting[:1]))
    opened = told = False
    for place, claim in enumerate(rest):
        text = text_of(claim, language)
        topic = claim.attributes.get("topic_fr" if language == "fr" else "topic_en", "")
        if topic:
            text = f"{topic}{' :' if language == 'fr' else ':'} {text}"
        elif language == "en" and _attributed(claim, gender, place, told):
            told, opened = True, True
            text = attributed(text, gender, place)
        else:
            text, opened = named_subject(text, language, gender, opened)
        out.append(made(text, [claim]))
    if denied:
        names = list(by_name(denied, language))
        if language == "en":
            subject = pronouns(gender).subject if opened else "the patient"
            text = word("hpi_denies", language).format(subject, listed(names, language, last="or"))
        else:
            text = none_of(names, language)
        out.append(made(text, denied))
    return out


_EVERY = 3


def _attributed(claim: Claim, gender: str, place: int, told: bool) -> bool:
    """The first statement of the patient's own, and every third after it, says who reports it."""
    return (
        claim.attributes.get("source") == "patient"
        and gender in ("female", "male")
        and (not told or place % _EVERY == 0)
        and re.match(
            r"(?:she|he)\b(?! (?:denies|reports|states|thinks|said|feels like|does not think)\b)",
            claim.text,
        )
        is not None
    )


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
    named = held | seen
    affirmed = [c for c in affirmed if not GENERAL.get(c.attributes["concept"], set()) & named]
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


# Concepts that say less than one of these beside them.
GENERAL: dict[str, set[str | None]] = {
    "diabetes": {"diabetes_1", "diabetes_2"},
    "arthritis": {"osteoarthritis", "rheumatoid_arthritis", "rheumatoid", "oa", "ra"},
}


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
            known = any(
                c.attributes.get("form") == "record"
                or (c.attributes.get("form") == "concept" and c.assertion is Assertion.AFFIRMED)
                for c in claims
            )
            if "none" not in done and not known:
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
        if claim.attributes.get("form") in ("reasoning", "measure"):
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
            made(
                f"{name(problem, language)}{colon} {after_colon(text_of(reason, language))}",
                [problem, reason],
            )
            for reason in because
        )
    for left in reasons.values():
        out.extend(made(text_of(reason, language), [reason]) for reason in left)
    return out


def _order(claim: Claim, language: Language) -> Sentence:
    """An order in the clinician's voice, an instruction as what the patient was told."""
    text = after_colon(claim.text)
    if language == "fr":
        return made(text, [claim])
    first = text.split(" ", 1)[0].lower()
    if claim.attributes.get("verb") == "explain":
        return made(word("discussed", language).format(text), [claim])
    if re.match(r"(?:don't|do not|not)\b", text, re.I):
        rest = re.sub(r"^(?:don't|do not|not)\s+", "", text, flags=re.I)
        key = "advised_not" if claim.kind == "instruction" else "will"
        return made(word(key, language).format(rest if key != "will" else f"not {rest}"), [claim])
    if first == "follow-up":
        return made(word("patient_will", language).format(f"follow up{text[9:]}"), [claim])
    if first not in VERBS or first in _SAID_OF:
        return made(text, [claim])
    if claim.section == "followup" and first in _COMES:
        return made(word("patient_will", language).format(text), [claim])
    text = re.sub(
        r"^(refer|send) (?=(?:over |back |up )?to\b)", r"\1 the patient ", text, flags=re.I
    )
    told = (
        claim.kind == "instruction"
        or (first in _PATIENTS and not _WATCHED.match(text))
        or _GOES_ON.match(text)
    )
    return made(word("advised" if told else "will", language).format(text), [claim])
