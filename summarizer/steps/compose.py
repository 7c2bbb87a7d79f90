"""One section, written and verified: rewritten once where it does not hold, then withheld."""

from collections.abc import Sequence
from dataclasses import replace

from summarizer.backends.base import Backend, WriteRequest
from summarizer.language.text import sentence as finished
from summarizer.steps.templates import TITLES
from summarizer.steps.verify import failures
from summarizer.steps.write import write_section
from summarizer.steps.write.wording import merged
from summarizer.steps.write.writer import one
from summarizer.types import Claim, Language, Sentence, Transcript

# A model's sentence is tied to the drafted sentences that it is near to in meaning.
_ALIGNED = 0.6
_ALSO = 0.08


def compose(
    key: str,
    claims: Sequence[Claim],
    transcript: Transcript,
    language: Language,
    gender: str,
    backend: Backend,
) -> tuple[list[Sentence], list[tuple[Claim, str]]]:
    """(verified sentences, claims withheld with the reason ``unverified: code``)."""
    if not claims:
        return [], []
    drafted = write_section(key, claims, language, gender)
    kept, withheld = _verified(drafted, transcript, language, gender)
    if not kept:
        return [], withheld
    written = backend.write(
        WriteRequest(
            key=key,
            title=TITLES[key][language],
            language=language,
            claims=tuple(claims),
            drafted=tuple(sentence.text for sentence in kept),
        )
    )
    if written is not None:
        kept = _replaced(kept, written, transcript, language, backend)
    return kept, withheld


def _verified(
    drafted: Sequence[Sentence], transcript: Transcript, language: Language, gender: str
) -> tuple[list[Sentence], list[tuple[Claim, str]]]:
    kept: list[Sentence] = []
    withheld: list[tuple[Claim, str]] = []
    for sentence in drafted:
        found = failures(sentence, transcript, language)
        if not found:
            kept.append(sentence)
            continue
        for claim in sentence.claims:
            again = one(claim, language, gender)
            if len(sentence.claims) > 1 and not failures(again, transcript, language):
                kept.append(again)
            else:
                withheld.append((claim, f"unverified: {found[0]}"))
    return kept, withheld


def _replaced(
    drafted: list[Sentence],
    written: Sequence[str],
    transcript: Transcript,
    language: Language,
    backend: Backend,
) -> list[Sentence]:
    """The model's sentences where they hold; the deterministic ones for every claim they miss.

    A model's sentence takes over the drafted sentences that it is aligned with, and must hold
    against exactly their evidence. Order follows the drafted section.
    """
    texts = [finished(text) for text in written if any(c.isalnum() for c in text)]
    if not texts:
        return drafted
    similar = backend.encode(texts) @ backend.encode([s.text for s in drafted]).T
    taken: dict[int, Sentence] = {}
    covered: set[int] = set()
    for row, text in enumerate(texts):
        best = float(similar[row].max())
        if best < _ALIGNED:
            continue
        near = [
            column
            for column in range(len(drafted))
            if similar[row, column] >= max(_ALIGNED, best - _ALSO) and column not in covered
        ]
        if not near:
            continue
        sources = [drafted[column] for column in near]
        candidate = Sentence(
            text=text,
            evidence=merged(source.evidence for source in sources),
            claims=tuple(claim for source in sources for claim in source.claims),
            confidence=round(min(0.9, best), 2),
        )
        if failures(candidate, transcript, language) or _drops_figures(text, sources):
            continue
        taken[near[0]] = candidate
        covered.update(near)
    out: list[Sentence] = []
    for column, source in enumerate(drafted):
        if column in taken:
            out.append(taken[column])
        elif column not in covered:
            out.append(replace(source))
    return out


def _drops_figures(text: str, sources: Sequence[Sentence]) -> bool:
    """A rewording may not lose a number that it takes over."""
    figures = {word.strip(".,;:()") for source in sources for word in source.text.split()}
    figures = {word for word in figures if any(character.isdigit() for character in word)}
    said = {word.strip(".,;:()") for word in text.split()}
    return bool(figures - said)
