"""Public dialogues through the whole engine: nothing comes out without its words."""

import csv
import json
import re
from pathlib import Path

import pytest

from summarizer.backends import Backend
from summarizer.pipeline import draft_note
from summarizer.steps.verify import failures
from summarizer.transcripts import read_transcript
from summarizer.types import Draft, Patient, TextEvidence, Transcript, VisitContext

pytestmark = [pytest.mark.shared, pytest.mark.model, pytest.mark.slow]
EMPTY = VisitContext(patient=Patient(), facts=(), visit_date="2026-03-01")


def assert_holds(draft: Draft, transcript: Transcript) -> None:
    assert draft.sections
    for part in draft.sections:
        for sentence in part.sentences:
            assert sentence.evidence
            assert failures(sentence, transcript, draft.language) == ()
            for item in sentence.evidence:
                assert isinstance(item, TextEvidence)
                assert transcript.text[item.start : item.end] == item.quote


def test_every_sentence_of_the_aci_bench_valid_notes_holds(
    shared_data: Path, backend: Backend
) -> None:
    path = shared_data / "aci-bench" / "data" / "challenge_data" / "valid.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 20
    for row in rows:
        transcript = read_transcript(row["dialogue"])
        assert_holds(draft_note(transcript, EMPTY, backend=backend), transcript)


@pytest.mark.parametrize("suffix", ["json", "srt"])
def test_french_emergency_calls_are_drafted(
    shared_data: Path, backend: Backend, suffix: str
) -> None:
    for path in sorted((shared_data / "simsamu-fr").glob(f"*/*.{suffix}"))[::6]:
        transcript = read_transcript(path.read_bytes(), name=path.name)
        assert transcript.language == "fr"
        assert_holds(draft_note(transcript, EMPTY, backend=backend), transcript)


INTERVAL = re.compile(r'xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = "((?:[^"]|"")*)"')


def test_primock57_consultations_are_drafted(shared_data: Path, backend: Backend) -> None:
    folder = shared_data / "primock57" / "transcripts"
    for number in (1, 4):
        turns = []
        for role in ("doctor", "patient"):
            text = (folder / f"day1_consultation{number:02}_{role}.TextGrid").read_text()
            for start, end, words in INTERVAL.findall(text):
                if words.strip():
                    turns.append(
                        {"role": role, "start": float(start), "end": float(end), "text": words}
                    )
        turns.sort(key=lambda turn: turn["start"])
        transcript = read_transcript(json.dumps(turns))
        assert "<" not in transcript.text
        assert_holds(draft_note(transcript, EMPTY, backend=backend), transcript)
