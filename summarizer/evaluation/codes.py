"""How well the suggested ICD-10-CM codes of a visit meet those that a coder gave it."""

import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from summarizer.backends.base import Backend
from summarizer.coding import Coder
from summarizer.evaluation.calibration import calibration
from summarizer.evaluation.files import EvaluationError, rows_read, text_read
from summarizer.evaluation.scores import scores
from summarizer.exceptions import TranscriptError
from summarizer.pipeline import draft_note
from summarizer.transcripts import read_transcript
from summarizer.types import (
    CodeSuggestion,
    Patient,
    Section,
    Sentence,
    TextEvidence,
    Transcript,
    VisitContext,
)

SOURCES = ("note", "dialogue")
COLUMNS = ("encounter_id", "dialogue", "note")
_CODE = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_HEADING = re.compile(r"^[ \t]*([A-Z][A-Z &/,()-]{1,48}?)[ \t]*:?[ \t]*$", re.MULTILINE)
_LINE = re.compile(r"\S[^\n]*")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|[.!?](?=\S)[^.!?\n]*)*[.!?]*")


def evaluate_codes(
    notes: Path,
    gold: Path,
    *,
    source: str,
    coder: Coder,
    backend: Backend,
    say: Callable[[str], Any] = print,
) -> dict[str, Any]:
    """Micro precision, recall and F1 over visits, and a row a visit.

    ``notes`` is CSV with `COLUMNS`; ``gold`` has a line ``encounter_id split code...`` a visit.
    Scored are the visits of ``notes`` that have gold codes. ``source`` note reads the note's
    sections, dialogue drafts the note first. The visit's day is the release's first, since a code
    of another day is never ticked beforehand. Raises EvaluationError.
    """
    wanted = gold_read(gold)
    visits = [row for row in rows_read(notes, COLUMNS) if row["encounter_id"] in wanted]
    if not visits:
        raise EvaluationError(f"{gold} has codes for no encounter of {notes}.")
    cases = []
    for number, row in enumerate(visits, start=1):
        cases.append(_case(row, wanted[row["encounter_id"]], source, coder, backend))
        say(f"{number} of {len(visits)}")
    return {"metrics": _metrics(cases), "release": coder.release, "cases": cases}


def gold_read(path: Path) -> dict[str, list[str]]:
    """The codes of each encounter; raises EvaluationError for a line that is none."""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(text_read(path).splitlines(), start=1):
        if not line.strip():
            continue
        encounter, _, *codes = [*line.split(), ""]
        codes = [code for code in codes if code]
        if not codes or not all(_CODE.fullmatch(code) for code in codes):
            raise EvaluationError(f"{path}, line {number}: expected encounter, split and codes.")
        found[encounter] = codes
    if not found:
        raise EvaluationError(f"{path} has no lines.")
    return found


def sections_of(note: str) -> tuple[Section, ...]:
    """A written note as sections: headings are lines in capitals, each sentence its own evidence.

    Under an assessment or plan a line stays whole, since its heading states the diagnosis.
    """
    marks = [(match.start(), match.end(), match[1].lower()) for match in _HEADING.finditer(note)]
    marks = [(0, 0, "other"), *marks, (len(note), len(note), "")]
    made = []
    for (_, start, key), (end, *_) in itertools.pairwise(marks):
        whole = re.search(r"assess|impression|plan|diagnos", key) is not None
        pattern = _LINE if whole else _SENTENCE
        sentences = []
        for match in pattern.finditer(note, start, end):
            quote = match.group().strip()
            if quote:
                at = note.index(quote, match.start())
                sentences.append(Sentence(quote, (TextEvidence(at, at + len(quote), quote),)))
        if sentences:
            made.append(Section(key.replace(" ", "_"), key.title(), tuple(sentences)))
    return tuple(made)


def _case(
    row: dict[str, str], gold: list[str], source: str, coder: Coder, backend: Backend
) -> dict[str, Any]:
    day = coder.terminology.effective_from.isoformat()
    context = VisitContext(Patient(), (), day)
    error, text = "", ""
    found: tuple[CodeSuggestion, ...] = ()
    if source == "note":
        text = row["note"]
        found = coder.suggest(sections_of(text), Transcript(text, (), "en"), context)
    else:
        try:
            transcript = read_transcript(row["dialogue"])
        except TranscriptError as failure:
            error = failure.code
        else:
            text = transcript.text
            found = draft_note(transcript, context, backend=backend, coder=coder).codes
    return {
        "encounter_id": row["encounter_id"],
        "gold": gold,
        "found": [code.code for code in found],
        "preticked": [code.code for code in found if code.preticked],
        "suggestions": [_shown(code) for code in found],
        "words": text,
        **({"error": error} if error else {}),
    }


def _shown(code: CodeSuggestion) -> dict[str, Any]:
    return {
        "code": code.code,
        "description": code.description,
        "confidence": code.confidence,
        "matched_term": code.matched_term,
        "reasons": list(code.reasons),
        "evidence": [
            {"start": item.start, "end": item.end, "quote": item.quote}
            for item in code.evidence
            if isinstance(item, TextEvidence)
        ],
    }


def _metrics(cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def measured(which: str) -> dict[str, float]:
        right = sum(len(set(case[which]) & set(case["gold"])) for case in cases)
        told = sum(len(set(case[which])) for case in cases)
        return dict(scores(right, told, sum(len(set(case["gold"])) for case in cases)))

    metrics: dict[str, Any] = measured("found")
    metrics["preticked"] = measured("preticked")
    metrics["preticked"]["count"] = sum(len(set(case["preticked"])) for case in cases)
    for name, value in list(metrics["preticked"].items()):
        metrics[f"preticked_{name}"] = value
    metrics["calibration"] = calibration(cases)
    metrics["visits"] = len(cases)
    return metrics
