"""Codes against the note: accepted beyond what it says, and said without a code accepted.

Both directions are told alike, as advice; neither blocks the signature.
"""

from collections.abc import Sequence

from ehr.models import CodeSuggestion, NoteSentence
from ehr.selectors.labels import CODE_BALANCE
from ehr.selectors.shapes import BalanceView, SectionView, SentenceView, SuggestionView
from ehr.terminology import terminology_load
from summarizer.coding import mentions
from summarizer.coding.lookup import TerminologyMissing
from summarizer.types import Language

_Spans = list[tuple[int, int]]


def balance(
    sections: Sequence[SectionView], suggestions: Sequence[SuggestionView], language: Language
) -> tuple[BalanceView, ...]:
    """What to look at, in the order of the codes."""
    standing = [
        line
        for section in sections
        for line in section.sentences
        if line.status != NoteSentence.Status.REJECTED
    ]
    spans = _spans(standing)
    # Before the first decision nothing was forgotten yet.
    begun = any(_decided(one) for one in suggestions)
    named: frozenset[str] | None = None
    found = []
    for one in suggestions:
        kind = ""
        if one.status == CodeSuggestion.Status.ACCEPTED and one.added_by_person:
            named = _categories(standing, language) if named is None else named
            kind = "" if one.code[:3] in named else "unnamed"
        elif one.status == CodeSuggestion.Status.ACCEPTED:
            kind = "" if _rests(one, spans) else "unsupported"
        elif begun and "stated-as-diagnosis" in one.reasons and not _decided(one):
            kind = "undecided" if _rests(one, spans) else ""
        if kind:
            found.append(BalanceView(one.id, one.code, one.description, kind, CODE_BALANCE[kind]))
    return tuple(found)


def _decided(one: SuggestionView) -> bool:
    return one.status != CodeSuggestion.Status.PROPOSED


def _spans(lines: Sequence[SentenceView]) -> _Spans:
    return [
        (item.start, item.end)
        for line in lines
        for item in line.evidence
        if item.start is not None and item.end is not None
    ]


def _rests(one: SuggestionView, spans: _Spans) -> bool:
    """Whether a sentence that stands was written from the words of the code, or it has none: what
    rests on the record alone is not for the note to say."""
    words = [(e.start, e.end) for e in one.evidence if e.start is not None and e.end is not None]
    return not words or any(
        start < end and first < last for first, end in words for start, last in spans
    )


def _categories(lines: Sequence[SentenceView], language: Language) -> frozenset[str]:
    """The three-character categories of the conditions that the sentences name."""
    try:
        found = mentions.find(terminology_load(), [line.text for line in lines], language)
    except TerminologyMissing:
        return frozenset()
    return frozenset(term.code[:3] for some in found for one in some for term in one.terms)
