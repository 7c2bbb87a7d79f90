"""Suggests ICD-10-CM codes for a drafted or signed note, each with its reasons and evidence.

In order: lines of the note, mentions, codes of each mention, one pick a code, rules over all picks,
suggestions. Nothing is suggested that is not billable in the release, or has no verbatim evidence.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from summarizer.coding import assertions, medicines, mentions, rules, specificity, wording
from summarizer.coding.candidates import EXACT, Candidate, Candidates
from summarizer.coding.external_causes import external_causes
from summarizer.coding.laterality import sides_carried
from summarizer.coding.lookup import SYSTEM, Terminology
from summarizer.coding.mentions import Mention
from summarizer.coding.places import TOLD, Line, lines_of, spoken_lines
from summarizer.coding.rules import Pick
from summarizer.coding.spans import narrowed
from summarizer.types import (
    Assertion,
    CodeSuggestion,
    Language,
    RecordEvidence,
    Section,
    TextEvidence,
    Transcript,
    VisitContext,
)

LIMIT = 12
PRETICK = 0.9
FLOOR, FLOOR_STATED = 0.3, 0.56
KNOWN = 0.15  # what the problem list adds
QUALIFIED_WITHIN = 5  # words
MENTIONED, MENTIONED_ONCE = 0.65, 0.45  # in the assessment's reasoning: a lasting condition, others
NEAR = 0.80  # below this cosine a phrase says something else

_RETURNS = re.compile(
    r"\b(?:returns?|presents?|here|seen|back|revient|vient)\b.{0,40}\b(?:follow[- ]?up|re-?check|"
    r"cast (?:removal|check)|post[- ]?op\w*|contrôle|suivi)\b",
    re.IGNORECASE,
)
_KIND_REASON = {
    "synonym": "matched:synonym",
    "inclusion": "matched:inclusion-term",
    "includes": "matched:inclusion-term",
    "description": "matched:description",
    "index": "matched:index",
    "neoplasm": "matched:index",
    "external": "matched:index",
}


@dataclass(frozen=True, slots=True)
class _Named:
    """A term that a line names, before the code is made specific."""

    code: str
    term: str
    quality: float
    reason: str
    start: int
    end: int
    side: str


class Coder:
    """One per process: the terminology and its vectors are opened on first use."""

    def __init__(
        self, index_path: Path, encode: Callable[[Sequence[str]], npt.NDArray[np.float32]]
    ) -> None:
        self.terminology = Terminology(Path(index_path))
        self._candidates = Candidates(self.terminology, encode)

    @property
    def release(self) -> str:
        """The name of the release that the suggestions come from."""
        return self.terminology.release

    def suggest(
        self, sections: tuple[Section, ...], transcript: Transcript, context: VisitContext
    ) -> tuple[CodeSuggestion, ...]:
        """At most twelve codes, in the order a claim lists them.

        Raises TerminologyMissing when the index has not been built.
        """
        lines = lines_of(sections)
        picks = self._picks(lines, _language(lines, transcript.language))
        spoken = spoken_lines(transcript)
        picks = _merged(picks, self._spoken(spoken, transcript.language))
        picks = self._known(picks, context)
        picks = _merged([], sides_carried(picks, [*lines, *spoken], self.terminology))
        for rule in rules.RULES:
            picks = rule(picks, self.terminology, context)
        status = self._medicines(lines, picks)
        known = {pick.code for pick in status}
        picks = [pick for pick in picks if pick.code not in known or pick.stated] + status
        picks += external_causes(picks, [*lines, *spoken], self.terminology)
        # Where the assessment states diagnoses, passing mentions elsewhere are not for them.
        floor = FLOOR_STATED if any(pick.stated for pick in picks) else FLOOR
        picks = [pick for pick in picks if pick.confidence >= floor and pick.evidence]
        ranked = rules.sequenced(_best(picks), self.terminology)
        found = (self._suggestion(pick, context) for pick in ranked)
        return tuple(suggestion for suggestion in found if suggestion is not None)[:LIMIT]

    # -- from lines to picks -----------------------------------------------------------------------

    def _picks(self, lines: list[Line], language: Language) -> list[Pick]:
        found = mentions.find(self.terminology, [line.text for line in lines], language)
        # The vectors know English only; French is found by its wordings.
        spans = [
            (number, start, end)
            for number, line in enumerate(lines)
            for start, end in line.phrases
            if language == "en"
        ]
        near = self._candidates.find([lines[n].text[start:end] for n, start, end in spans])
        found_picks: list[Pick] = []
        self._returning = any(_RETURNS.search(line.text) for line in lines)
        for number, line in enumerate(lines):
            named = [self._of_mention(mention) for mention in found[number]]
            for (where, start, end), ranked in zip(spans, near, strict=True):
                if where == number:
                    named = self._with_phrase(line, named, ranked, start, end)
            for item in named:
                others = [other for other in named if other is not item]
                found_picks.extend(self._picked(line, item, others, number))
        return _merged([], found_picks)

    def _spoken(self, spoken: list[Line], language: Language) -> list[Pick]:
        """What the words themselves state, where the draft may have left it out: lasting
        conditions, and what the clinician tells the patient it is."""
        picks = self._picks(spoken, language)
        return [
            pick
            for pick in picks
            if pick.weight >= TOLD
            or rules.CHRONIC.match(pick.code)
            or rules.STATUS.match(pick.code)
        ]

    def _known(self, picks: list[Pick], context: VisitContext) -> list[Pick]:
        """Picks that the record's problem list knows too are likelier, and cite it."""
        problems = [f for f in context.facts if f.kind == "condition" and f.label]
        labels = [wording.plain(fact.label) for fact in problems]
        named = mentions.find(self.terminology, labels, "en")
        for fact, label in zip(problems, named, strict=True):
            categories = {term.code[:3] for mention in label for term in mention.terms}
            if fact.system == SYSTEM and fact.code:
                categories = {fact.code[:3]}
            source = RecordEvidence(
                fact.resource_type, fact.resource_id, fact.version, fact.path, fact.text
            )
            picks = [
                replace(
                    pick,
                    weight=min(1.0, pick.weight + KNOWN),
                    evidence=(*pick.evidence, source),
                ).because("record:condition")
                if pick.code[:3] in categories and source not in pick.evidence
                else pick
                for pick in picks
            ]
        return picks

    def _with_phrase(
        self, line: Line, named: list[_Named], ranked: list[Candidate], start: int, end: int
    ) -> list[_Named]:
        """The mentions, or instead of those inside a phrase the phrase as a whole, where that is
        understood better."""
        phrase = line.text[start:end]
        inside = [item for item in named if start <= item.start and item.end <= end]
        content = _content(phrase)
        covered = _content(" ".join(line.text[item.start : item.end] for item in inside))
        if not ranked or (inside and content <= covered):
            return named
        best = ranked[0]
        if best.score < NEAR or (inside and not _says_more(best, inside, covered, content)):
            return named
        explained = _content(best.term.text)
        first = next((w.start for w in wording.words(phrase) if w.text in explained), 0)
        whole = _Named(
            best.code,
            best.term.text,
            best.score,
            "matched:near" if not best.exact else _KIND_REASON[best.term.kind],
            start + first,
            end,
            wording.side_of(word.text for word in wording.words(phrase)),
        )
        return [whole, *(item for item in named if item not in inside)]

    def _of_mention(self, mention: Mention) -> _Named:
        term = max(mention.terms, key=lambda t: (EXACT[t.kind], -len(t.code)))
        return _Named(
            term.code,
            term.text,
            EXACT[term.kind],
            _KIND_REASON[term.kind],
            mention.start,
            mention.end,
            mention.side,
        )

    def _picked(
        self, line: Line, named: _Named, others: Sequence[_Named], number: int
    ) -> list[Pick]:
        """The pick of what a line names beside ``others``, two where both sides have a code, none
        where it may not be coded."""
        status = line.status or assertions.status_of(line.text, named.start, named.end)
        if status.family or status.assertion in assertions.NOT_CODED:
            return []
        told = line.told(named.start) and not rules.SYMPTOM.match(named.code)
        code, weight = named.code, TOLD if told else line.weight
        reasons = [named.reason, "section:told" if told else f"section:{line.place}"]
        lasting = bool(rules.CHRONIC.match(code)) or code[0] == "Z"
        stated = any(s <= named.start and named.end <= e for s, e in line.phrases)
        if stated:
            reasons.append("stated-as-diagnosis")
        elif line.place == "assessment" or line.phrases:
            weight = MENTIONED if lasting else MENTIONED_ONCE
        elif line.place == "history" and not lasting:
            return []  # over, or it would be said again
        elif line.passing and not told and not lasting:
            weight *= 0.6
        if status.assertion is Assertion.HISTORICAL:
            past = rules.history_code(code)
            if past and not rules.CHRONIC.match(code):
                code = past
                reasons.append("rule:I.C.21.c.4")
            elif not lasting:
                return []
        said = _around(line.text, named, others)
        picks = []
        for full, more in self._specific(code, named.side, said, line.text):
            found = self.terminology.get(full)
            if found is None or not found.billable:
                continue
            picks.append(
                Pick(
                    code=full,
                    term=named.term,
                    quality=named.quality,
                    weight=weight,
                    evidence=narrowed(line.evidence, line.text[named.start : named.end]),
                    reasons=tuple(dict.fromkeys([*reasons, *more])),
                    stated=stated and status.assertion is Assertion.AFFIRMED,
                    order=number,
                )
            )
        return picks

    def _specific(
        self, code: str, side: str, said: set[str], sentence: str
    ) -> list[tuple[str, list[str]]]:
        """The most specific complete codes that the sentence supports, and why."""
        terminology = self.terminology
        base = specificity.default_code(terminology, code)
        if not base:
            return []
        qualified = specificity.with_qualifiers(terminology, base, said)
        found = []
        for sided in specificity.with_side(terminology, qualified, side):
            full = specificity.with_seventh(terminology, sided, sentence, returning=self._returning)
            reasons = []
            if qualified != base:
                reasons.append("rule:I.B.2")
            if sided != qualified:
                reasons.append(f"side:{side}")
            if full != sided:
                reasons.append(f"seventh:{full[-1]}")
            found.append((full, reasons))
        return found

    def _medicines(self, lines: list[Line], picks: list[Pick]) -> list[Pick]:
        """I.C.21.c.3: status codes of long-term medicines, beside the condition they are for."""
        codes = [pick.code for pick in picks]
        stated = {pick.code for pick in picks if pick.stated}
        found = []
        for code, reason, names in medicines.LONG_TERM:
            if code in stated or not any(re.match(reason, other) for other in codes):
                continue
            for number, line in enumerate(lines):
                match = names.search(line.text)
                if match is None:
                    continue
                status = line.status or assertions.status_of(line.text, *match.span())
                if status != assertions.Status(cue=status.cue):
                    continue
                evidence = narrowed(line.evidence, match.group())
                why = ("matched:medicine", "rule:I.C.21.c.3")
                found.append(Pick(code, match.group(), 1.0, 0.6, evidence, why, order=number))
                break
        return found

    # -- from picks to suggestions -----------------------------------------------------------------

    def _suggestion(self, pick: Pick, context: VisitContext) -> CodeSuggestion | None:
        code = self.terminology.get(pick.code)
        if code is None or not code.billable:
            return None
        reasons = list(pick.reasons)
        detail = specificity.missing_detail(self.terminology, code)
        if detail:
            reasons.append(f"prompt:{detail}")
        in_force = self._in_force(context.visit_date)
        if not in_force:
            reasons.append("release:outside-dates")
        # A person chooses where more could be said, where codes clash, where it was a guess,
        # whether a side told elsewhere is meant, and whether a diagnosis explains a symptom
        # (I.B.4 to I.B.6).
        guessed = {"matched:near", "side:elsewhere"} & set(reasons)
        sure = pick.stated and in_force and not guessed
        sure = sure and not rules.SYMPTOM.match(pick.code) and self._confirmed(pick)
        sure = sure and not any(reason.startswith(("excludes1:", "prompt:")) for reason in reasons)
        return CodeSuggestion(
            system=SYSTEM,
            code=code.code,
            description=code.description,
            release=self.terminology.release,
            evidence=pick.evidence,
            matched_term=pick.term,
            confidence=pick.confidence,
            reasons=tuple(reasons),
            preticked=sure and pick.confidence >= PRETICK,
        )

    def _confirmed(self, pick: Pick) -> bool:
        """Whether the evidence itself names the condition as present and as no part of another:
        a draft's sentence may say more than the words that it rests on."""
        quotes = [item.quote for item in pick.evidence if isinstance(item, TextEvidence)]
        if not quotes:
            return bool(pick.evidence)
        both = (
            mentions.find(self.terminology, quotes, "en"),
            mentions.find(self.terminology, quotes, "fr"),
        )
        return any(
            pick.term in (term.text for term in mention.terms)
            and assertions.status_of(quote, mention.start, mention.end).plain
            for found in both
            for quote, named in zip(quotes, found, strict=True)
            for mention in named
        )

    def _in_force(self, visit_date: str) -> bool:
        try:
            return self.terminology.in_force(date.fromisoformat(visit_date[:10]))
        except ValueError:
            return False


def _around(text: str, named: _Named, others: Sequence[_Named]) -> set[str]:
    """The words of the mention and of the few before and after it, without those that name
    something else: "diabetes, and kidney stones" is no diabetes of the kidney."""
    tokens = wording.words(text)
    first = next((i for i, word in enumerate(tokens) if word.end > named.start), 0)
    last = next((i for i, word in enumerate(tokens) if word.end >= named.end), len(tokens) - 1)
    near = tokens[max(0, first - QUALIFIED_WITHIN) : last + 1 + QUALIFIED_WITHIN]
    taken = [(o.start, o.end) for o in others if o.end <= named.start or named.end <= o.start]
    return {
        word.text
        for word in near
        if not any(start <= word.start and word.end <= end for start, end in taken)
    }


def _language(lines: list[Line], spoken: Language) -> Language:
    """The note's language, which need not be the visit's: told by its commonest small words."""
    text = f" {' '.join(line.text for line in lines).lower()} "
    french = sum(text.count(word) for word in (" le ", " la ", " de ", " du ", " une ", " les "))
    english = sum(text.count(word) for word in (" the ", " of ", " and ", " with ", " is ", " to "))
    return spoken if french == english else "fr" if french > english else "en"


def _merged(first: list[Pick], second: list[Pick]) -> list[Pick]:
    merged: dict[str, Pick] = {}
    for pick in (*first, *second):
        held = merged.get(pick.code)
        merged[pick.code] = pick if held is None else _joined(held, pick)
    return list(merged.values())


def _content(text: str) -> set[str]:
    tokens = (word.text for word in wording.words(text))
    return {token for token in wording.without_sides(tokens) if token not in wording.NOISE}


def _says_more(best: Candidate, inside: list[_Named], covered: set[str], content: set[str]) -> bool:
    """Whether the whole phrase's candidate explains words that the mentions inside leave out."""
    if any(best.code.startswith(item.code) for item in inside):
        return True
    explained = _content(best.term.text) & content
    return best.exact or (best.score >= 0.86 and len(explained) > len(covered & content))


def _joined(held: Pick, other: Pick) -> Pick:
    """One pick of two mentions of the same code: the firmer one, with both evidences."""
    firm, soft = (held, other) if held.confidence >= other.confidence else (other, held)
    evidence = tuple(dict.fromkeys((*firm.evidence, *soft.evidence)))[:4]
    return replace(
        firm,
        evidence=evidence,
        stated=held.stated or other.stated,
        order=min(held.order, other.order),
        weight=min(1.0, firm.weight + 0.03),
    )


def _best(picks: list[Pick]) -> list[Pick]:
    return sorted(picks, key=lambda pick: (not pick.stated, -pick.confidence, pick.order))[:LIMIT]
