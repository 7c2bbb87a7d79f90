"""The checks of each shown sentence against its own evidence, counted over a draft."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from summarizer.evaluation.factuality import support
from summarizer.language.text import clean, joined
from summarizer.steps.verify import failures
from summarizer.types import Draft, Transcript

SUPPORTED = 0.8  # of a sentence's content words, with its numbers and its polarity


def checks(draft: Draft, transcript: Transcript) -> list[dict[str, Any]]:
    """One row a sentence, in the draft's order: ``failures`` (stable codes), ``support`` by its
    evidence from 0 to 1, and whether it holds a ``number`` or is ``flagged``."""
    rows = []
    for section in draft.sections:
        for sentence in section.sentences:
            quotes = [item.quote for item in sentence.evidence]
            said = "\n".join([*quotes, *(clean(joined(q), transcript.language) for q in quotes)])
            rows.append(
                {
                    "failures": list(failures(sentence, transcript, draft.language)),
                    "support": round(support(sentence.text, said, draft.language), 3),
                    "number": any(character.isdigit() for character in sentence.text),
                    "flagged": bool(sentence.flags),
                }
            )
    return rows


def shares(rows: Sequence[dict[str, Any]]) -> dict[str, float | int]:
    """The checks of many sentences as shares from 0 to 1."""
    if not rows:
        return {"sentences": 0}

    def without(*codes: str) -> float:
        return round(fmean(not set(codes) & set(row["failures"]) for row in rows), 4)

    numbered = [row for row in rows if row["number"]]
    exact = [not {"number-unsupported", "unit-unsupported"} & set(r["failures"]) for r in numbered]
    return {
        "sentences": len(rows),
        "checks_passed": round(fmean(not row["failures"] for row in rows), 4),
        "numbers_exact": round(fmean(exact), 4) if exact else 1.0,
        "negation_exact": without("negation-differs"),
        "medicines_exact": without("medicine-unsupported"),
        "fully_supported": round(fmean(row["support"] >= SUPPORTED for row in rows), 4),
        "support": round(fmean(row["support"] for row in rows), 4),
    }
