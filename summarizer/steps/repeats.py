"""A note says each thing once: a sentence that another one says as fully goes.

Compared by content (``language/content.py``) and never by spelling alone. What remains is the
fuller sentence, and the evidence of both stands under it. Complaints stand in the story and in
the review of systems, problems in the history and in the assessment: that is how a note is built.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from summarizer.language.content import Content, content, says, telling
from summarizer.language.quantities import measures
from summarizer.language.text import sentence as finished
from summarizer.steps.verify import failures
from summarizer.steps.write.wording import merged
from summarizer.steps.write.writer import GENERAL
from summarizer.types import Assertion, Claim, Language, Sentence, Transcript

# Where a sentence of the section may be said already, besides the section itself.
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "hpi": ("pmh", "social", "results"),
    "pmh": ("hpi", "social"),
    "social": ("hpi", "pmh"),
    "exam": ("vitals",),
    "results": ("vitals",),
    "assessment": ("exam", "results", "plan", "followup"),
    "followup": ("plan",),
    "plan": ("followup",),
}
_LISTS = frozenset({"chief_complaint", "ros", "family"})
# A fact by its name stands in its list whatever else tells of it.
_NAMED = frozenset({"record", "concept", "none", "introduction", "presenting"})
_CARE = frozenset({"plan", "followup"})
# "We will monitor this closely" is about something that another order need not be about.
_POINTING = re.compile(r"\b(?:it|this|that|them|these|those|ça|cela|ceci)\b", re.I)
# Here a single word says all: "no allergies", "follow-up".
_BRIEF = frozenset({"allergies", "followup"})
# "We'll start a medicine called X" tells the course, "order X, two puffs a day" what is entered.
_COURSE = re.compile(r"we will (start|restart|resume|continue)\b", re.I)
_ENTERED = re.compile(r"we will (?:order|prescribe|give)(?= )(?! (?:a |another )?refill)", re.I)
_TELLING = 2  # content words; a single one says too little to be compared between sections


class Place(NamedTuple):
    """A sentence of the note by its section and its number there."""

    section: str
    number: int


def without_repeats(
    sections: Mapping[str, Sequence[Sentence]], transcript: Transcript, language: Language
) -> tuple[dict[str, list[Sentence]], list[Claim]]:
    """(the sections, each thing said once; the claims of what went and is not under another)."""
    note = {
        Place(key, number): _plainly(sentence, language)
        for key, sentences in sections.items()
        for number, sentence in enumerate(sentences)
    }
    left: list[Claim] = []
    _same_words(note)
    _enter_courses(note, transcript, language)
    for place in list(note):
        fuller = _said_by(place, note, language)
        if fuller is None:
            continue
        gone = note.pop(place)
        united = _united(note[fuller], gone)
        if failures(united, transcript, language):
            left.extend(gone.claims)
        else:
            note[fuller] = united
    return {key: [s for place, s in note.items() if place.section == key] for key in sections}, left


def _same_words(note: dict[Place, Sentence]) -> None:
    """Sentences of one section that read the same are one."""
    first: dict[tuple[str, str], Place] = {}
    for place, sentence in list(note.items()):
        earlier = first.setdefault((place.section, sentence.text), place)
        if earlier != place:
            note[earlier] = _united(note[earlier], note.pop(place))


def _enter_courses(note: dict[Place, Sentence], transcript: Transcript, language: Language) -> None:
    """What is done with a medicine goes into the order that enters it with its dose."""
    for place, told in list(note.items()):
        course = _COURSE.match(told.text) if place.section == "plan" else None
        said = content(told.text, language)
        if not course or len(said.medicines) != 1:
            continue
        for other, entered in note.items():
            fuller = _united(
                replace(entered, text=_ENTERED.sub(f"We will {course[1]}", entered.text)), told
            )
            if (
                fuller.text != entered.text
                and other != place
                and content(entered.text, language).medicines == said.medicines
                and says(content(fuller.text, language), said)
                and not failures(fuller, transcript, language)
            ):
                note[other] = fuller
                del note[place]
                break


def _plainly(sentence: Sentence, language: Language) -> Sentence:
    """ "Lumbar strain: he has a lumbar strain" is the problem alone."""
    label, body = _labelled(sentence)
    if label and says(content(label, language), content(body, language)):
        return replace(sentence, text=finished(label))
    return sentence


def _labelled(sentence: Sentence) -> tuple[str, str]:
    """The problem that a sentence stands under, and what it says of it."""
    if not sentence.claims or sentence.claims[0].attributes.get("form") != "problem":
        return "", sentence.text
    label, colon, body = sentence.text.partition(":")
    return (label.strip(), body.strip()) if colon else ("", sentence.text)


def _said_by(place: Place, note: Mapping[Place, Sentence], language: Language) -> Place | None:
    """The sentence that says all that the one at ``place`` says."""
    sentence = note[place]
    if place.section in _LISTS or not sentence.claims or _form(sentence) in _NAMED:
        return None
    if _form(sentence) == "problem":
        return _problem_again(place, note, language)
    if _form(sentence) == "measure" and place.section == "assessment":
        return None  # the figure that a problem rests on stands under it too
    if _form(sentence) == "measure":
        return _measured_again(place, note, language)
    said = content(sentence.text, language)
    for other, candidate in note.items():
        if other == place or not _comparable(place, other, sentence, candidate, said):
            continue
        full = content(candidate.text, language)
        if not says(full, said):
            continue
        if says(said, full) and _before(place, other, note):
            continue
        return other
    return None


def _measured_again(
    place: Place, note: Mapping[Place, Sentence], language: Language
) -> Place | None:
    """The sentence that tells the same value of the same measure, and more."""
    attributes = note[place].claims[0].attributes
    value = (attributes["measure"], attributes["value"])
    return next(
        (
            other
            for other, candidate in note.items()
            if other.section in (place.section, *_ELSEWHERE.get(place.section, ()))
            and _form(candidate) not in ("measure", "record")
            and any((m.key, m.value) == value for m in measures(candidate.text, language))
        ),
        None,
    )


def _problem_again(
    place: Place, note: Mapping[Place, Sentence], language: Language
) -> Place | None:
    """The sentence of the assessment that stands under the same problem, or a more exact one."""
    sentence = note[place]
    said = content(sentence.text, language)
    for other, candidate in note.items():
        if other == place or other.section != place.section:
            continue
        label = _labelled(candidate)[0] or (candidate.text if _form(candidate) == "problem" else "")
        named = content(label, language)
        if (
            not label
            or content(candidate.text, language).hedged != said.hedged
            or not said.sides <= named.sides
        ):
            continue
        if named.items == said.items and named.numbers == said.numbers:
            if _form(candidate) != "problem" or other.number < place.number:
                return other
        elif _problem(candidate) in GENERAL.get(_problem(sentence), ()):
            return other
    return None


def _problem(sentence: Sentence) -> str:
    return sentence.claims[0].attributes.get("problem", "")


def _comparable(
    place: Place, other: Place, sentence: Sentence, candidate: Sentence, said: Content
) -> bool:
    """May the two be held against each other at all?"""
    if (
        other.section in _LISTS
        or sentence.claims[0].experiencer != candidate.claims[0].experiencer
        or _uncertain(sentence) != _uncertain(candidate)
        or _only_advised(sentence, candidate)
        # "No allergy to antibiotics" says less than "none to any medicine".
        or (place.section == "allergies" and _form(candidate) != "none")
        or (place.section in _CARE and _POINTING.search(sentence.text))
    ):
        return False
    words, brief = telling(said), place.section in _BRIEF
    if place.section != other.section:
        return (
            other.section in _ELSEWHERE.get(place.section, ())
            and words >= _TELLING
            and _form(candidate) not in _NAMED
        )
    alone = bool(said.concepts or said.numbers) and not said.hedged
    return words >= _TELLING or (words > 0 and (alone or brief))


def _only_advised(sentence: Sentence, candidate: Sentence) -> bool:
    """A prescription is not given by the advice how to take it."""
    return (sentence.claims[0].kind, candidate.claims[0].kind) == ("plan", "instruction") and any(
        claim.attributes.get("concept_kind") == "medication" for claim in sentence.claims
    )


def _before(place: Place, other: Place, note: Mapping[Place, Sentence]) -> bool:
    """Of two that say the same, the one that stands first or by its name stays."""
    if _form(note[other]) in _NAMED:
        return False
    if place.section != other.section:
        return place.section == "plan" or other.section not in _ELSEWHERE.get(place.section, ())
    return place.number < other.number


def _united(fuller: Sentence, gone: Sentence) -> Sentence:
    return replace(
        fuller,
        evidence=merged((fuller.evidence, gone.evidence)),
        claims=(*fuller.claims, *(claim for claim in gone.claims if claim not in fuller.claims)),
    )


def _form(sentence: Sentence) -> str:
    forms = [claim.attributes.get("form", "") for claim in sentence.claims]
    if forms[:1] == ["problem"] and not _labelled(sentence)[0]:
        return "problem"
    return next((form for form in forms if form != "problem"), "")


def _uncertain(sentence: Sentence) -> bool:
    return any(claim.assertion is Assertion.UNCERTAIN for claim in sentence.claims)
