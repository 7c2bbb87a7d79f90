"""One claim's words: names with their side, record facts, measures, subjects."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from summarizer.language import register_fr
from summarizer.language.lexicon import display_forms
from summarizer.language.person_en import pronouns
from summarizer.language.register_en import written
from summarizer.language.text import listed, sentence
from summarizer.steps.write.phrases import MEASURES, SIDES, TOPICS, word
from summarizer.types import Assertion, Claim, Evidence, Language, Sentence

# Forms whose words are somebody's: they are put into the note's register.
_SPOKEN = frozenset({"statement", "reasoning", "order", "topic", "text", "introduction"})


def made(text: str, claims: Sequence[Claim]) -> Sentence:
    spoken = any(claim.attributes.get("form") in _SPOKEN for claim in claims)
    tongues = {claim.attributes.get("language") for claim in claims} if spoken else set()
    if tongues == {"en"}:
        text = written(text)
    elif tongues == {"fr"}:
        text = register_fr.written(text)
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
    said = attributes.get("said", "")
    if said and attributes.get("language") == language:
        side = attributes.get("side", "")
        shown = SIDES[side][language] if side else ""
        return said if not shown or shown in said.split() else f"{shown} {said}"
    text = attributes.get("french" if language == "fr" else "english") or claim.text
    side = attributes.get("side", "")
    if not side:
        return text
    shown = SIDES[side][language]
    return f"{text} {shown}" if language == "fr" else f"{shown} {text}"


def by_name(claims: Sequence[Claim], language: Language) -> dict[str, list[Claim]]:
    """Claims by the name they would be shown under; a sided mention absorbs the unsided one."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    sided = {c.attributes.get("concept"): c for c in claims if c.attributes.get("side")}
    for claim in claims:
        shown = claim
        if not claim.attributes.get("side") and claim.attributes.get("concept") in sided:
            shown = sided[claim.attributes.get("concept")]
        groups[name(shown, language)].append(claim)
    return groups


def lowered(text: str, language: Language) -> str:
    return text[:1].lower() + text[1:] if language == "fr" else text


def none_of(names: list[str], language: Language) -> str:
    if language == "en":
        return word("denies", language).format(listed(names, language, last="or"))
    parts = [f"pas {de(item)}" for item in names]
    return ", ".join(parts)


def de(noun: str) -> str:
    return f"d'{noun}" if noun[:1].lower() in "aeiouéèêàâîôœh" else f"de {noun}"


def introduction(claim: Claim) -> str:
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


# "Il faut", "il ne faut pas", "il fait meilleur": nobody's doing.
_IMPERSONAL_FR = re.compile(
    r"il (?:ne |n')?(?:y a|y avait|faut|fallait|faudrait|est (?:arrivé|important|possible|vrai|"
    r"préférable|tard)|s'agit|pleut|fait (?:meilleur|chaud|froid|beau|mauvais))\b",
    re.I,
)


def named_subject(text: str, language: Language, gender: str, opened: bool) -> tuple[str, bool]:
    match = _SUBJECT[language].match(text)
    if not match or (language == "fr" and _IMPERSONAL_FR.match(text)):
        return text, opened
    if language == "fr" and match[1].lower() == {"female": "il", "male": "elle"}.get(gender):
        return text, opened  # "il n'a rien eu au cœur", said of her brother
    if opened:
        return text, True
    noun = (
        ("la patiente" if gender == "female" else "le patient")
        if language == "fr"
        else "the patient"
    )
    return noun + text[match.end() :], True


def attributed(text: str, gender: str, place: int) -> str:
    """``she fell`` -> ``the patient reports that she fell``."""
    subject = "the patient" if place == 0 else pronouns(gender).subject
    return f"{subject} {'reports' if place % 2 == 0 else 'states'} that {text}"


def presented(claim: Claim, language: Language, gender: str) -> str:
    """The story's first sentence: who comes, and with what."""
    attributes = claim.attributes
    reason = attributes["reason_fr" if language == "fr" else "reason_en"]
    aged = attributes.get("french" if language == "fr" else "english", "")
    if language == "fr":
        noun = "la patiente" if gender == "female" else "le patient"
        return word("presents", language).format(f"{noun}, {aged}," if aged else noun, reason)
    if aged:
        return word("aged", language).format(aged, reason)
    return word("presents", language).format("the patient", reason)


def text_of(claim: Claim, language: Language) -> str:
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
        return recorded(claim, language)
    if form == "none":
        return word("no_allergies", language)
    if form == "concept":
        return name(claim, language)
    return claim.text


def recorded(claim: Claim, language: Language) -> str:
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


def concept_text(group: list[Claim], language: Language) -> str:
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
        if best.attributes.get("phrase"):
            return best.attributes["phrase"]
        parts = [
            claim.attributes.get("surface", shown),
            best.attributes.get("dose", ""),
            best.attributes.get("frequency", ""),
        ]
        return " ".join(part for part in parts if part)
    return shown


def after_colon(text: str) -> str:
    """Lower case after a colon, where the first word is a common one."""
    first = text.split(" ", 1)[0]
    common = first.istitle() and first.casefold() not in display_forms() and len(first) > 1
    return text[:1].lower() + text[1:] if common else text
