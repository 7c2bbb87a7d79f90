"""Does each sentence say what its evidence says? Decided by code, never by a model.

Numbers, units, medicine names, negation, side, whom it is about, and the words themselves are
compared with the evidence. The same checks hold for every backend.
"""

import re
from collections.abc import Iterable, Sequence

from summarizer.exceptions import UngroundedDraft
from summarizer.language.assertion import answer, status
from summarizer.language.context import Context, context_of
from summarizer.language.lexicon import fold, lexicon, tokens
from summarizer.language.numbers import pointed, values
from summarizer.language.plain import clinical
from summarizer.language.quantities import doses, whole_doses
from summarizer.language.register_en import written
from summarizer.language.text import clean, joined
from summarizer.language.words import words
from summarizer.steps.units import find_subject
from summarizer.steps.verify_speech import speech_failures
from summarizer.steps.write.phrases import MEASURES, ORDERS, SYSTEMS, TOPICS, WORDS
from summarizer.types import (
    Assertion,
    Claim,
    Evidence,
    Language,
    RecordEvidence,
    Sentence,
    TextEvidence,
    Transcript,
)

_PAIR = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(mg/dL|g/dL|mmol/L|mg|mcg|mL|ml|g|%|cm|mm|kg|lbs?|units?|iu|ui|days?|weeks?|months?|years?|hours?|minutes?|"
    r"jours?|semaines?|mois|ans?|heures?|tablets?|pills?|comprimés?|gélules?|gouttes?|puffs?)(?![\w/])",
    re.I,
)
_SIDES = {
    "left": re.compile(r"\b(?:left|gauche)\b", re.I),
    "right": re.compile(
        r"\b(?:right|droite?)\b(?! (?:now|away|here|there|after|before|at|up|knee-))", re.I
    ),
}
_COVERED = 0.6


def assert_grounded(sentence: Sentence, transcript: Transcript) -> None:
    """Raise UngroundedDraft unless every evidence is there and verbatim."""
    if not sentence.evidence:
        raise UngroundedDraft("a sentence has no evidence")
    for item in sentence.evidence:
        if isinstance(item, TextEvidence) and transcript.text[item.start : item.end] != item.quote:
            raise UngroundedDraft("an evidence span is not verbatim")
        if not item.quote:
            raise UngroundedDraft("an evidence quote is empty")


def failures(sentence: Sentence, transcript: Transcript, language: Language) -> tuple[str, ...]:
    """The stable codes of what does not hold; empty when the sentence may be shown."""
    spoken = transcript.language
    quotes = [item.quote for item in sentence.evidence]
    found = []
    if not _numbers(sentence, quotes, spoken, language):
        found.append("number-unsupported")
    if not _units(sentence, quotes, spoken):
        found.append("unit-unsupported")
    if not _whole(sentence, quotes, spoken):
        found.append("quantity-cut")
    if not _medicines(sentence, quotes):
        found.append("medicine-unsupported")
    if not _sides(sentence, quotes):
        found.append("side-differs")
    negation, experiencer = _polarity(sentence, transcript, language)
    if not negation:
        found.append("negation-differs")
    if not experiencer:
        found.append("experiencer-differs")
    found += [code for code in _out_of_context(sentence, language) if code not in found]
    if _condition_cut(sentence, transcript):
        found.append("condition-cut")
    if (
        spoken == language
        and coverage(sentence, quotes, language, carer=find_subject(transcript, "").carer)
        < _COVERED
    ):
        found.append("words-unsupported")
    return (*found, *speech_failures(sentence, transcript, language))


_CONDITION = re.compile(r"\b(?:if|whether|unless|si|s'il|au cas où)\s*[,.]?\s*$", re.I)


def _condition_cut(sentence: Sentence, transcript: Transcript) -> bool:
    """The span starts right behind an ``if``: what it says was only supposed."""
    return any(
        isinstance(item, TextEvidence)
        and _CONDITION.search(transcript.text[max(0, item.start - 12) : item.start]) is not None
        for item in sentence.evidence
    )


def _named(claims: Iterable[Claim]) -> set[str]:
    """Words that a claim's concept is named by: they stand for what was said, not for numbers."""
    names: set[str] = set()
    for claim in claims:
        for key in ("english", "french", "problem_en", "problem_fr", "topic_en", "topic_fr"):
            if claim.attributes.get(key):
                names.add(claim.attributes[key])
        if "measure" in claim.attributes:
            names.update(MEASURES[claim.attributes["measure"]].values())
    return names


def _bare(sentence: Sentence) -> str:
    text = sentence.text
    for name in sorted(_named(sentence.claims), key=len, reverse=True):
        text = re.sub(re.escape(name), " ", text, flags=re.I)
    return text


def _recorded(claims: Iterable[Claim]) -> str:
    keys = ("value", "when", "previous", "previous_when", "label", "unit")
    return " ".join(
        claim.attributes.get(key, "")
        for claim in claims
        if claim.attributes.get("form") == "record"
        for key in keys
    )


def _numbers(
    sentence: Sentence, quotes: Sequence[str], spoken: Language, language: Language
) -> bool:
    wanted = values(_digits_only(_bare(sentence)), language)
    held = values(_recorded(sentence.claims).replace("-", " "), language)
    for quote in quotes:
        held |= values(joined(pointed(quote, spoken)), spoken)
        held |= values(clean(quote, spoken), spoken)
    dates = set(re.findall(r"\d{4}-\d\d-\d\d", sentence.text))
    in_record = _recorded(sentence.claims) + " ".join(quotes)
    if any(day not in in_record for day in dates):
        return False
    for day in dates:
        held |= values(day.replace("-", " "), language)
    return wanted <= held


def _digits_only(text: str) -> str:
    return " ".join(
        re.findall(r"\d+(?:[.,]\d+)?", re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\1 \2 \3", text))
    )


def _pairs(text: str) -> set[tuple[str, str]]:
    singular = {"g": "g", "mg": "mg"}
    return {
        (m[1].replace(",", "."), singular.get(m[2].lower(), m[2].lower().rstrip("s")))
        for m in _PAIR.finditer(text)
    }


def _units(sentence: Sentence, quotes: Sequence[str], spoken: Language) -> bool:
    held = _pairs(_recorded(sentence.claims))
    for claim in sentence.claims:
        if claim.attributes.get("form") == "record":
            held |= _pairs(
                f"{claim.attributes.get('value', '')} {claim.attributes.get('unit', '')}"
            )
            held |= _pairs(
                f"{claim.attributes.get('previous', '')} {claim.attributes.get('unit', '')}"
            )
    for quote in quotes:
        held |= _pairs(clean(quote, spoken)) | _pairs(quote)
    return _pairs(_bare(sentence)) <= held


def _whole(sentence: Sentence, quotes: Sequence[str], spoken: Language) -> bool:
    """No dose is made from a piece of the number that was said."""
    said = [clean(quote, spoken) for quote in quotes]
    whole = {(amount, unit) for text in said for _, _, amount, unit in whole_doses(text)}
    pieces = {(amount, unit) for text in said for _, _, amount, unit in doses(text)} - whole
    return not any((amount, unit) in pieces for _, _, amount, unit in doses(sentence.text))


def _keys(text: str, kind: str) -> set[str]:
    found: set[str] = set()
    for language in ("en", "fr"):
        found.update(m.concept.key for m in lexicon(language).find(text) if m.concept.kind == kind)
    return found


def _medicines(sentence: Sentence, quotes: Sequence[str]) -> bool:
    held: set[str] = set()
    for quote in quotes:
        held |= _keys(joined(quote), "medication")
    return _keys(sentence.text, "medication") <= held


def _sides(sentence: Sentence, quotes: Sequence[str]) -> bool:
    said = " ".join(quotes)
    return all(
        not pattern.search(sentence.text) or pattern.search(said) for pattern in _SIDES.values()
    )


def _polarity(sentence: Sentence, transcript: Transcript, language: Language) -> tuple[bool, bool]:
    """(negation agrees, experiencer agrees) for every concept that sentence and evidence share."""
    held = _evidence_polarity(sentence.evidence, transcript)
    text = sentence.text
    negation = experiencer = True
    for mention in lexicon(language).find(text):
        if mention.concept.kind not in ("symptom", "condition", "medication"):
            continue
        said = held.get(mention.concept.key)
        if said is None:
            continue
        denied = status(text, mention.start, mention.end, language).assertion is Assertion.DENIED
        if denied not in {value for value, _ in said}:
            negation = False
        about = {who for _, who in said}
        family = any(claim.experiencer != "patient" for claim in sentence.claims)
        relative = status(text, mention.start, mention.end, language).experiencer != "patient"
        if about == {"family"} and not (family or relative):
            experiencer = False
    return negation, experiencer


def _evidence_polarity(
    evidence: Sequence[Evidence], transcript: Transcript
) -> dict[str, set[tuple[bool, str]]]:
    """For each concept in the evidence: was it denied there, and who has it."""
    spoken = transcript.language
    held: dict[str, set[tuple[bool, str]]] = {}
    quotes = [joined(item.quote) for item in evidence]
    kinds = [isinstance(item, RecordEvidence) for item in evidence]
    for place, (quote, recorded) in enumerate(zip(quotes, kinds, strict=True)):
        replies = [
            answer(later, spoken)
            for later in quotes[place + 1 : place + 2]
            if _turn_after(evidence[place], evidence[place + 1], transcript)
        ]
        for mention in lexicon(spoken).find(quote):
            found = status(quote, mention.start, mention.end, spoken)
            denied = found.assertion is Assertion.DENIED
            options = held.setdefault(mention.concept.key, set())
            who = "family" if found.experiencer == "family" else "patient"
            if replies and replies[0] and not recorded:
                options.add((replies[0] == "no", who))
                continue
            options.add((denied, who))
    return held


def _out_of_context(sentence: Sentence, language: Language) -> list[str]:
    """A condition written as there, though every evidence that names it denies it, speaks of
    preventing or risking it, or tells it of another: by ConText's cues, which reach further than
    the words beside it ("I don't think that this is a sign of a stroke")."""
    if not all(isinstance(item, TextEvidence) for item in sentence.evidence):
        return []
    quotes = [joined(item.quote) for item in sentence.evidence]
    for mention in lexicon(language).find(sentence.text):
        written = context_of(sentence.text, mention.start, mention.end)
        if mention.concept.kind != "condition" or _astray(written):
            continue
        said = [
            context_of(quote, other.start, other.end)
            for quote in quotes
            for other in (*lexicon("en").find(quote), *lexicon("fr").find(quote))
            if other.concept.key == mention.concept.key
        ]
        if said and all(_astray(each) for each in said):
            return [_astray(said[0])]
    return []


def _astray(context: Context) -> str:
    """What keeps a condition from being the patient's own and present, "" where nothing does."""
    if context.experiencer == "other":
        return "experiencer-differs"
    if context.negation == "negated":
        return "negation-differs"
    return "only-supposed" if context.temporality == "hypothetical" else ""


def _turn_after(asked: Evidence, later: Evidence, transcript: Transcript) -> bool:
    """Only words of another turn, said after these, answer them."""
    if not isinstance(asked, TextEvidence) or not isinstance(later, TextEvidence):
        return False
    turns = [
        next((n for n, u in enumerate(transcript.utterances) if u.start <= e.start < u.end), -1)
        for e in (asked, later)
    ]
    return turns[0] < turns[1]


_SMALL = words(
    "follow followup signale connue suspected suspecte record "
    "patient report deny denie state clinician the caregiver and with for was were has have had "
    "her his she their them that this not does did been being will would from who which are him "
    "doe cannot don doesn didn isn aren wasn weren haven hasn hadn "
    "present today continue impression herself himself themselve patiente pas une des est dan "
    "pour avec sur que qui son elle lui aux depui antecedent clinique accompagnant rapporte"
)


def stems(text: str) -> set[str]:
    return {
        token.form[:5] for token in tokens(text) if len(token.form) > 2 and token.form not in _SMALL
    }


def coverage(
    sentence: Sentence, quotes: Sequence[str], language: Language, *, carer: str = ""
) -> float:
    """The share of a sentence's content words that its evidence holds, between 0 and 1. ``carer``
    speaks for the patient: what was said as ``I`` is written of them."""
    text = _bare(sentence)
    if carer:
        text = re.sub(rf"\b(?:the )?{re.escape(carer)}\b", " ", text, flags=re.I)
    for table in (SYSTEMS, MEASURES, TOPICS, WORDS, ORDERS):
        for row in table.values():
            fixed = row[language].replace("{}", "").strip(" ,:")
            if len(fixed) > 3:
                text = re.sub(rf"\b{re.escape(fixed)}\b", " ", text, flags=re.I)
    wanted = stems(text)
    if not wanted:
        return 1.0
    held: set[str] = set()
    for quote in quotes:
        held |= stems(joined(quote)) | stems(clean(quote, language))
        held |= stems(clinical(clean(quote, language), language))
        held |= stems(written(clean(quote, language))) if language == "en" else set()
    held |= stems(_recorded(sentence.claims))
    for claim in sentence.claims:  # a complaint's name, typed like any concept's
        held |= stems(claim.attributes.get("concepts", ""))
    for quote in quotes:
        for mention in lexicon(language).find(joined(quote)):
            held |= stems(mention.concept.english) | stems(mention.concept.french)
    held |= {fold(word)[:5] for word in re.findall(r"[^\W_]+", text) if word.isdigit()}
    return len(wanted & held) / len(wanted)
