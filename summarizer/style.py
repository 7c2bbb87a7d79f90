"""A clinician's own wording: rules learned from edits, that a person reads and turns on.

A rule replaces a phrase of the drafted note by another ("twice a day" by "BID"). It changes how a
thing is said, never what: rules that touch a number, a denial, a side, a medicine or whom it is
about are refused, and a rule is left out of any sentence that would not hold against its evidence
afterwards. Rules are plain data: the same input, backend and rules give the same draft.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from summarizer.language.lexicon import fold, lexicon
from summarizer.language.text import sentence as finished
from summarizer.language.words import words
from summarizer.steps.verify import failures
from summarizer.types import Language, Section, Sentence, Transcript

MOST_WORDS = 6
MOST_LENGTH = 60
# Differences that an edit may have and still be about wording; more is another sentence.
MOST_CHANGES = 2

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", re.UNICODE)
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]", re.UNICODE)


def _forms(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words(text))


_NUMBERS = _forms(
    "one two three four five six seven eight nine ten eleven twelve once twice thrice half double "
    "un une deux trois quatre cinq six sept huit neuf dix douze demi"
)
_DENIALS = _forms(
    "no not none never without denies deny denied denying neither nor negative cannot absent "
    "pas ne non aucun aucune jamais sans nie nient negatif ni"
)
_SIDES = _forms("left right bilateral bilaterally both gauche droit droite bilaterale")
_PEOPLE = _forms(
    "mother father brother sister wife husband daughter son parent family mere pere frere soeur "
    "femme mari fille fils famille"
)
# How often a medicine is taken has set abbreviations: these alone may stand for a number word.
FREQUENCIES = {
    "once a day": "daily", "once daily": "daily", "every day": "daily", "twice a day": "bid",
    "two times a day": "bid", "three times a day": "tid", "3 times a day": "tid",
    "four times a day": "qid", "4 times a day": "qid", "at bedtime": "qhs", "as needed": "prn",
    "every morning": "qam", "every evening": "qpm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StyleRule:
    """Write ``write`` for ``find`` in notes of ``language``; an empty ``write`` leaves it out."""

    id: int
    language: Language
    find: str
    write: str


def refusal(find: str, write: str, language: Language) -> str:
    """Why a rule may not be kept, as a stable code; "" when it may.

    empty, same, too-long, no-words, number, denial, side, person, medicine, other-condition.
    """
    if not find.strip():
        return "empty"
    if _folded(find) == _folded(write) and find.strip() == write.strip():
        return "same"
    if max(len(find), len(write)) > MOST_LENGTH or len(find.split()) > MOST_WORDS:
        return "too-long"
    if not _WORD.search(find):
        return "no-words"
    abbreviated = FREQUENCIES.get(" ".join(find.lower().split()))
    if abbreviated and write.lower().replace(".", "") == abbreviated:
        return ""
    for code, kept in (
        ("number", _NUMBERS), ("denial", _DENIALS), ("side", _SIDES), ("person", _PEOPLE),
    ):  # fmt: skip
        if _folded(find) & kept != _folded(write) & kept:
            return code
    if _digits(find) != _digits(write):
        return "number"
    if _concepts(find, language, "medication") != _concepts(write, language, "medication"):
        return "medicine"
    named = _concepts(write, language, "condition", "symptom")
    if named and named != _concepts(find, language, "condition", "symptom"):
        return "other-condition"
    return ""


def proposals(drafted: str, signed: str, language: Language) -> list[tuple[str, str]]:
    """The (find, write) pairs by which a person reworded a sentence; none where it was rewritten.

    Names, dates and numbers make no rule: a phrase is of common words, of terms of the lexicon, or,
    where it is written, of an abbreviation in capitals.
    """
    before, after = _TOKEN.findall(drafted), _TOKEN.findall(signed)
    lower = ([token.lower() for token in before], [token.lower() for token in after])
    matcher = difflib.SequenceMatcher(a=lower[0], b=lower[1], autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if not changes or len(changes) > MOST_CHANGES:
        return []
    found = []
    for kind, start, end, first, last in changes:
        if kind == "insert" or (kind == "delete" and start > 0):
            continue
        find, write = " ".join(before[start:end]), " ".join(after[first:last])
        common = _common(before[start:end], language, sentence_start=start == 0)
        if common and _writable(after[first:last], language, sentence_start=first == 0):
            find = find[:1].lower() + find[1:] if start == 0 else find
            write = write[:1].lower() + write[1:] if first == 0 and not _short(write) else write
            if not refusal(find, write, language):
                found.append((find, write))
    return found


def styled(
    sections: Sequence[Section],
    rules: Sequence[StyleRule],
    transcript: Transcript,
    language: Language,
) -> tuple[tuple[Section, ...], tuple[int, ...]]:
    """The sections in the clinician's wording, and the ids of the rules that changed a sentence.

    Longer phrases first, then by id. A sentence of the record's is left as it is recorded.
    """
    mine = sorted(
        (rule for rule in rules if rule.language == language),
        key=lambda rule: (-len(rule.find), rule.id),
    )
    used: set[int] = set()
    out = []
    for section in sections:
        sentences = []
        for sentence in section.sentences:
            standing = sentence
            for rule in mine:
                changed = _changed(standing, rule)
                if changed is not None and _holds(changed, transcript, language):
                    standing = changed
                    used.add(rule.id)
            sentences.append(standing)
        out.append(replace(section, sentences=tuple(sentences)))
    return tuple(out), tuple(sorted(used))


def _changed(sentence: Sentence, rule: StyleRule) -> Sentence | None:
    if any(claim.attributes.get("form") == "record" for claim in sentence.claims):
        return None
    phrase = r"\s+".join(re.escape(word) for word in rule.find.split())
    pattern = rf"(?<!\w){phrase}(?!\w)"
    text, count = re.subn(pattern, lambda _: rule.write, sentence.text, flags=re.IGNORECASE)
    text = re.sub(r"\s+([,.;:])", r"\1", re.sub(r" {2,}", " ", text)).strip(" ,;")
    if not count or not _WORD.search(text):
        return None
    changed = finished(text)
    return replace(sentence, text=changed) if changed != sentence.text else None


def _holds(sentence: Sentence, transcript: Transcript, language: Language) -> bool:
    """A clinician's own abbreviation stands in no evidence; everything else still has to."""
    allowed = {"words-unsupported", "name-unsupported", "frequency-unsupported"}
    return not set(failures(sentence, transcript, language)) - allowed


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _WORD.findall(text))


def _digits(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)?", text))


def _concepts(text: str, language: Language, *kinds: str) -> set[str]:
    return {m.concept.key for m in lexicon(language).find(text) if m.concept.kind in kinds}


def _short(word: str) -> bool:
    return word.isupper() and len(word) <= 6


def _common(said: Sequence[str], language: Language, *, sentence_start: bool) -> bool:
    """Whether no word is a name, a number or a mark, so that a rule holds nothing of a patient."""
    if not said or len(said) > MOST_WORDS or any(not _WORD.fullmatch(word) for word in said):
        return False
    return all(
        word.islower()
        or (place == 0 and sentence_start)
        or _short(word)
        or bool(lexicon(language).find(word))
        for place, word in enumerate(said)
    )


def _writable(said: Sequence[str], language: Language, *, sentence_start: bool) -> bool:
    return not said or _common(said, language, sentence_start=sentence_start)
