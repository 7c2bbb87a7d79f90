"""Short dialogues: the section's header and its text against the clinician's."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from summarizer.backends.base import Backend
from summarizer.evaluation.notes import evidence, seconds
from summarizer.evaluation.rouge import KINDS, mean_rouge, rouge
from summarizer.exceptions import SummarizerError
from summarizer.sections import draft_section
from summarizer.transcripts import read_transcript


def evaluate_sections(
    rows: Sequence[Mapping[str, str]], backend: Backend, *, say: Callable[[str], Any]
) -> dict[str, Any]:
    """``metrics`` and one row a dialogue. The section is written for the header that was
    predicted, never for the one in the file."""
    backend.encode(["warm up"])
    found = []
    for number, row in enumerate(rows):
        found.append(_section(number, row, backend))
        if (number + 1) % 20 == 0 or number + 1 == len(rows):
            say(f"{number + 1}/{len(rows)}")
    by_header: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in found:
        by_header[item["header"]].append(item)
    metrics = {
        "sections": len(found),
        "failed": sum("error" in item for item in found),
        "header_accuracy": round(fmean(i["predicted_header"] == i["header"] for i in found), 4),
        **mean_rouge(item["rouge"] for item in found),
        "by_header": {
            name: {
                "sections": len(items),
                "accuracy": round(fmean(i["predicted_header"] == name for i in items), 3),
                "rouge1": round(fmean(i["rouge"]["rouge1"] for i in items), 2),
            }
            for name, items in sorted(by_header.items())
        },
        **seconds([item["seconds"] for item in found]),
    }
    return {"metrics": metrics, "engine": backend.identity.as_dict(), "sections": found}


def _section(number: int, row: Mapping[str, str], backend: Backend) -> dict[str, Any]:
    start = time.perf_counter()
    out: dict[str, Any] = {
        "row": number,
        "id": row["ID"],
        "header": row["section_header"].strip().upper(),
        "reference": row["section_text"],
    }
    try:
        transcript = read_transcript(row["dialogue"], language="en")
        draft = draft_section(transcript, backend)
    except SummarizerError as error:
        return out | {
            "error": error.code,
            "predicted_header": "",
            "draft": "",
            "rouge": dict.fromkeys(KINDS, 0.0),
            "seconds": round(time.perf_counter() - start, 3),
        }
    return out | {
        "seconds": round(time.perf_counter() - start, 3),
        "predicted_header": draft.header,
        "header_confidence": draft.confidence,
        "draft": draft.text,
        "rouge": rouge(row["section_text"], draft.text),
        "words": transcript.text,
        "sentences": [
            {
                "text": sentence.text,
                "evidence": [evidence(item) for item in sentence.evidence],
                "flags": [asdict(flag) for flag in sentence.flags],
            }
            for sentence in draft.sentences
        ],
        "set_aside": [
            {
                "text": item.text,
                "reason": item.reason,
                "evidence": [evidence(e) for e in item.evidence],
            }
            for item in draft.set_aside
        ],
    }
