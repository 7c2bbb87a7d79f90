"""Whole visits: draft each, compare with the clinician's note, and keep everything to read."""

import math
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from summarizer.backends.base import Backend
from summarizer.evaluation.checks import checks, shares
from summarizer.evaluation.critical import KINDS as KINDS_CRITICAL
from summarizer.evaluation.critical import critical_recall
from summarizer.evaluation.factuality import factuality
from summarizer.evaluation.rouge import KINDS, mean_rouge, rouge
from summarizer.exceptions import SummarizerError
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import (
    Draft,
    Evidence,
    Patient,
    SetAside,
    TextEvidence,
    Transcript,
    VisitContext,
)

# An evaluation has no chart: the words are all there is.
EMPTY = VisitContext(patient=Patient(), facts=(), visit_date="")


def evaluate_notes(
    rows: Sequence[Mapping[str, str]], backend: Backend, *, say: Callable[[str], Any]
) -> dict[str, Any]:
    """``metrics`` over the visits, the engine, and one row a visit.

    A visit without a note is drafted and checked, and compared with nothing: it counts in no ROUGE
    and no factual measure, and ``metrics`` has none of these where no visit has a note. A visit
    that cannot be drafted has ``error`` (a stable code) in its row, counts in ``metrics.failed``
    and scores nothing.
    """
    backend.encode(["warm up"])
    notes = []
    for number, row in enumerate(rows):
        notes.append(_note(number, row, backend))
        say(f"{number + 1}/{len(rows)}")
    drafted = [note for note in notes if "error" not in note]
    metrics: dict[str, Any] = {
        "notes": len(notes),
        "failed": len(notes) - len(drafted),
        **(
            mean_rouge(compared)
            if (compared := [n["rouge"] for n in notes if "rouge" in n])
            else {}
        ),
        "words": round(statistics.fmean(len(note["draft"].split()) for note in notes), 1),
        **_factual(drafted),
        **seconds([note["seconds"] for note in notes]),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    return {"metrics": metrics, "engine": backend.identity.as_dict(), "notes": notes}


def seconds(taken: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile (nearest rank) of the seconds a text."""
    ordered = sorted(taken)
    return {
        "seconds_median": round(statistics.median(ordered), 3),
        "seconds_p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3),
    }


def _note(number: int, row: Mapping[str, str], backend: Backend) -> dict[str, Any]:
    start = time.perf_counter()
    out: dict[str, Any] = {"row": number, "id": row.get("encounter_id") or row.get("ID") or ""}
    try:
        transcript = read_transcript(row["dialogue"], name=row.get("name", ""))
        draft = draft_note(transcript, EMPTY, backend=backend)
    except SummarizerError as error:
        return out | {
            "error": error.code,
            "draft": "",
            **({"rouge": dict.fromkeys(KINDS, 0.0)} if row["note"] else {}),
            "seconds": round(time.perf_counter() - start, 3),
        }
    out["seconds"] = round(time.perf_counter() - start, 3)
    text = plain_text(draft)
    if row["note"]:
        out |= _compared(row["note"], text, draft, transcript)
    return out | {
        "checks": checks(draft, transcript),
        "draft": text,
        "reference": row["note"],
        "words": transcript.text,
        "language": draft.language,
        "sentences": sentences(draft),
        "set_aside": [
            {
                "text": item.text,
                "reason": item.reason,
                "evidence": [evidence(e) for e in item.evidence],
            }
            for item in draft.set_aside
        ],
        "warnings": [asdict(flag) for flag in draft.warnings],
    }


def _compared(note: str, text: str, draft: Draft, transcript: Transcript) -> dict[str, Any]:
    """A draft against the clinician's note."""
    found = factuality(text, reference=note, source=transcript.text, language=draft.language)
    recall = critical_recall(
        reference=note,
        said=transcript.text,
        draft=text,
        aside=[part for item in draft.set_aside for part in (item.text, *_quotes(item))],
        language=draft.language,
    )
    return {
        "rouge": rouge(note, text),
        "factual": {
            "precision": round(found.precision, 4),
            "recall": round(found.recall, 4),
            "f1": round(found.f1, 4),
        },
        "critical": {
            name: [f"{fact.kind} {fact.key}" for fact in getattr(recall, name)]
            for name in ("drafted", "set_aside", "lost")
        },
    }


def _quotes(item: SetAside) -> list[str]:
    return [piece.quote for piece in item.evidence]


def _factual(drafted: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The factual measures over the drafted visits that have a note, and the checks over all."""
    if not drafted:
        return {}
    checked = shares([row for note in drafted for row in note["checks"]])
    compared = [note for note in drafted if "factual" in note]
    if not compared:
        return checked
    facts = [note["critical"] for note in compared]
    total = sum(len(group) for note in facts for group in note.values())
    kinds = {}
    for kind in KINDS_CRITICAL:
        counted = {
            name: sum(f.startswith(f"{kind} ") for note in facts for f in note[name])
            for name in ("drafted", "set_aside", "lost")
        }
        if every := sum(counted.values()):
            kinds[kind] = {"facts": every, "recall": round(counted["drafted"] / every, 4)}
    return {
        **{
            f"factual_{name}": round(statistics.fmean(n["factual"][name] for n in compared), 4)
            for name in ("precision", "recall", "f1")
        },
        "critical_facts": total,
        **{
            f"critical_{name}": round(sum(len(n[key]) for n in facts) / total, 4) if total else 1.0
            for name, key in (("recall", "drafted"), ("set_aside", "set_aside"), ("lost", "lost"))
        },
        "critical_by_kind": kinds,
        **checked,
    }


def sentences(draft: Draft) -> list[dict[str, Any]]:
    """Each sentence with its section, evidence and flags; offsets are into the row's ``words``."""
    return [
        {
            "section": section.key,
            "text": sentence.text,
            "evidence": [evidence(item) for item in sentence.evidence],
            "flags": [asdict(flag) for flag in sentence.flags],
            "confidence": sentence.confidence,
        }
        for section in draft.sections
        for sentence in section.sentences
    ]


def evidence(item: Evidence) -> dict[str, Any]:
    """A span of the words, or an element of the record."""
    return {"kind": "words" if isinstance(item, TextEvidence) else "record", **asdict(item)}


def plain_text(draft: Draft) -> str:
    """The note as text: a section's title, then a line a sentence; a blank line between."""
    return "\n\n".join(
        "\n".join([section.title.upper(), *(sentence.text for sentence in section.sentences)])
        for section in draft.sections
    )
