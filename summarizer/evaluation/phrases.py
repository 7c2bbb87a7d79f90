"""How well a disease's name finds its ICD-10-CM code."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from summarizer.coding.candidates import Candidates, Encode
from summarizer.coding.lookup import Terminology, normalised
from summarizer.coding.specificity import default_code
from summarizer.evaluation.files import tab_rows_read

COLUMNS = ("label", "xrefs")
RANKS = 10
BATCH = 256
_CODE = re.compile(r"ICD10CM:\s*([A-Z0-9.]+)", re.IGNORECASE)


def evaluate_phrases(
    data: Path, terminology: Terminology, encode: Encode, say: Callable[[str], Any] = print
) -> dict[str, Any]:
    """Metrics and a row a label of a tab-separated file with the columns ``label`` and ``xrefs``.

    ``xrefs`` holds ``ICD10CM:CODE`` once or more. Scored are labels with a code that is billable in
    the installed release or the stem of one by its 7th character; any such code counts as right.
    Raises EvaluationError.
    """
    rows = [(row, _gold(row["xrefs"], terminology)) for row in tab_rows_read(data, COLUMNS)]
    scored = [(row, gold) for row, gold in rows if gold]
    candidates = Candidates(terminology, encode)
    cases = []
    for start in range(0, len(scored), BATCH):
        batch = scored[start : start + BATCH]
        found = candidates.find([row["label"] for row, _ in batch], limit=4 * RANKS)
        for (row, gold), ranked in zip(batch, found, strict=True):
            codes = ranked_codes(terminology, [item.code for item in ranked])[:RANKS]
            rank = next((i for i, code in enumerate(codes, 1) if code in gold), 0)
            cases.append({"label": row["label"], "gold": gold, "found": codes, "rank": rank})
        say(f"{len(cases)} of {len(scored)}")
    return {"metrics": _metrics(cases, len(rows)), "release": terminology.release, "cases": cases}


def ranked_codes(terminology: Terminology, headings: Sequence[str]) -> list[str]:
    """Headings as the codes a coder would end at, in the same order, each once."""
    codes = (default_code(terminology, heading) or heading for heading in headings)
    return list(dict.fromkeys(codes))


def _gold(xrefs: str, terminology: Terminology) -> list[str]:
    found = []
    for typed in _CODE.findall(xrefs):
        code = terminology.get(normalised(typed)) if normalised(typed) else None
        if code is not None and (code.billable or code.seventh):
            found.append(code.code)
    return found


def _metrics(cases: Sequence[dict[str, Any]], rows: int) -> dict[str, Any]:
    def within(rank: int) -> float:
        right = sum(1 <= case["rank"] <= rank for case in cases)
        return round(right / len(cases), 4) if cases else 0.0

    category = sum(
        bool(case["found"]) and case["found"][0][:3] in {code[:3] for code in case["gold"]}
        for case in cases
    )
    return {
        "recall_at_1": within(1),
        "recall_at_5": within(5),
        "recall_at_10": within(10),
        "category_recall_at_1": round(category / len(cases), 4) if cases else 0.0,
        "cases": len(cases),
        "without_a_complete_code": rows - len(cases),
    }
