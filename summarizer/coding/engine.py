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
from summarizer.coding.lookup import SYSTEM, Terminology
from summarizer.coding.mentions import Mention
from summarizer.coding.places import Line, lines_of
from summarizer.coding.rules import Pick
from summarizer.coding.spans import narrowed
from summarizer.types import (
    Assertion,
    CodeSuggestion,
    Language,
    Section,
    Transcript,
    VisitContext,
)

LIMIT = 12
PRETICK = 0.9  # to be calibrated on held-out notes
FLOOR = 0.3
NEAR = 0.80  # below this cosine a phrase says something else

_KIND_REASON = {
    "synonym": "matched:synonym",
    "inclusion": "matched:inclusion-term",
    "includes": "matched:inclusion-term",
    "description": "matched:description",
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
        if not lines:
            return ()
        picks = self._picks(lines, transcript.language)
        for rule in rules.RULES:
            picks = rule(picks, self.terminology, context)
        picks += self._medicines(lines, picks)
        picks = [pick for pick in picks if pick.confidence >= FLOOR and pick.evidence]
        ranked = rules.sequenced(_best(picks), self.terminology)
        return tuple(
            found for pick in ranked if (found := self._suggestion(pick, context)) is not None
        )[:LIMIT]

    # -- from lines to picks -----------------------------------------------------------------------

    def _picks(self, lines: list[Line], language: Language) -> list[Pick]:
        found = mentions.find(self.terminology, [line.text for line in lines], language)
        phrased = [i for i, line in enumerate(lines) if line.phrase and language == "en"]
        near = dict(
            zip(
                phrased,
                self._candidates.find([lines[i].phrase for i in phrased]),
                strict=True,
            )
        )
        merged: dict[str, Pick] = {}
        for number, line in enumerate(lines):
            for named in self._named(line, found[number], near.get(number, [])):
                pick = self._pick(line, named, number)
                if pick is None:
                    continue
                held = merged.get(pick.code)
                merged[pick.code] = pick if held is None else _joined(held, pick)
        return list(merged.values())

    def _named(
        self, line: Line, found: list[Mention], near: list[Candidate]
    ) -> list[_Named]:
        """What a line names: its mentions, or the whole phrase where that is understood better."""
        named = [self._of_mention(mention) for mention in found]
        if not line.phrase or not near:
            return named
        start = line.text.find(line.phrase)
        end = start + len(line.phrase)
        inside = [item for item in named if start <= item.start and item.end <= end]
        content = _content(line.phrase)
        covered = _content(" ".join(line.text[item.start : item.end] for item in inside))
        if inside and content <= covered:
            return named
        best = near[0]
        if best.score < NEAR or (inside and not _says_more(best, inside, covered, content)):
            return named
        whole = _Named(
            best.code,
            best.term.text,
            best.score,
            "matched:near" if not best.exact else _KIND_REASON[best.term.kind],
            start,
            end,
            wording.side_of(word.text for word in wording.words(line.phrase)),
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

    def _pick(self, line: Line, named: _Named, number: int) -> Pick | None:
        status = line.status or assertions.status_of(line.text, named.start, named.end)
        code, weight, reasons = named.code, line.weight, [named.reason, *line.reasons]
        if status.family:
            return None
        if status.assertion in (Assertion.DENIED, Assertion.HYPOTHETICAL, Assertion.UNCERTAIN):
            return None
        if status.assertion is Assertion.HISTORICAL or line.past:
            past = rules.history_code(code)
            if past and not rules.CHRONIC.match(code):
                code, reasons = past, [*reasons, "rule:I.C.21.c.4"]
            elif not rules.CHRONIC.match(code) and code[0] not in "Z":
                return None
        elif line.passing and not (rules.CHRONIC.match(code) or code[0] == "Z"):
            weight *= 0.6
        said = {word.text for word in wording.words(line.text)}
        code, more = self._specific(code, named.side, said, line.text)
        found = self.terminology.get(code)
        if found is None or not found.billable:
            return None
        quality = named.quality
        return Pick(
            code=code,
            term=named.term,
            quality=quality,
            weight=weight,
            evidence=narrowed(line.evidence, line.text[named.start : named.end]),
            reasons=tuple(dict.fromkeys([*reasons, *more])),
            stated=line.stated and status.assertion is Assertion.AFFIRMED,
            order=number,
        )

    def _specific(
        self, code: str, side: str, said: set[str], sentence: str
    ) -> tuple[str, list[str]]:
        """The most specific complete code that the sentence supports, and why."""
        reasons = []
        terminology = self.terminology
        base = specificity.default_code(terminology, code)
        if not base:
            return code, []
        qualified = specificity.with_qualifiers(terminology, base, said)
        if qualified != base:
            reasons.append("rule:I.B.2")
        sided = specificity.with_side(terminology, qualified, side)
        if sided != qualified:
            reasons.append(f"side:{side}")
        full = specificity.with_seventh(terminology, sided, sentence)
        if full != sided:
            reasons.append(f"seventh:{full[-1]}")
        return full, reasons

    def _medicines(self, lines: list[Line], picks: list[Pick]) -> list[Pick]:
        """I.C.21.c.3: status codes of long-term medicines, beside the condition they are for."""
        codes = [pick.code for pick in picks]
        found = []
        for code, reason, names in medicines.LONG_TERM:
            if code in codes or not any(re.match(reason, other) for other in codes):
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
        doubtful = any(reason.startswith("excludes1:") for reason in reasons)
        return CodeSuggestion(
            system=SYSTEM,
            code=code.code,
            description=code.description,
            release=self.terminology.release,
            evidence=pick.evidence,
            matched_term=pick.term,
            confidence=pick.confidence,
            reasons=tuple(reasons),
            preticked=pick.stated and in_force and not doubtful and pick.confidence >= PRETICK,
        )

    def _in_force(self, visit_date: str) -> bool:
        try:
            return self.terminology.in_force(date.fromisoformat(visit_date[:10]))
        except ValueError:
            return False


def _content(text: str) -> set[str]:
    tokens = (word.text for word in wording.words(text))
    return {token for token in wording.without_sides(tokens) if token not in wording.NOISE}


def _says_more(
    best: Candidate, inside: list[_Named], covered: set[str], content: set[str]
) -> bool:
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
