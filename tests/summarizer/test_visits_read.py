"""A folder of transcripts is read as visits, whatever wrote them."""

import json
from pathlib import Path

import pytest

from summarizer.backends import load
from summarizer.evaluation.files import EvaluationError
from summarizer.evaluation.notes import evaluate_notes
from summarizer.evaluation.visits import visits_read
from summarizer.transcripts import read_transcript
from tests.conftest import ASSETS

HEAD = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    "xmin = 0\nxmax = 9\ntiers? <exists>\nsize = 1\n"
)


def grid(*turns: tuple[float, float, str]) -> str:
    items = "".join(
        f"        intervals [{number}]:\n            xmin = {start}\n            xmax = {end}\n"
        f'            text = "{text}"\n'
        for number, (start, end, text) in enumerate(turns, 1)
    )
    return (
        f'{HEAD}item []:\n    item [1]:\n        class = "IntervalTier"\n        name = "Speaker"\n'
        f"        xmin = 0\n        xmax = 9\n        intervals: size = {len(turns)}\n{items}"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    talk = tmp_path / "transcripts"
    talk.mkdir()
    (talk / "a_doctor.TextGrid").write_text(
        grid((0, 2, "Any fever?"), (2, 4, ""), (4, 9, "I see."))
    )
    (talk / "a_patient.TextGrid").write_text(
        grid((0, 2, ""), (2, 4, "No, just a cough."), (4, 9, ""))
    )
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.json").write_text(json.dumps({"note": "Cough. No fever."}))
    return tmp_path


def test_a_pair_of_textgrids_is_one_visit_in_the_order_of_time(folder: Path) -> None:
    (row,) = visits_read(folder)
    transcript = read_transcript(row["dialogue"], name=row["name"])
    assert transcript.text.split("\n") == ["Any fever?", "No, just a cough.", "I see."]
    assert [u.role.value for u in transcript.utterances] == ["clinician", "patient", "clinician"]
    assert (row["encounter_id"], row["note"]) == ("a", "Cough. No fever.")


def test_the_other_speakers_file_is_needed(folder: Path) -> None:
    (folder / "transcripts" / "a_patient.TextGrid").unlink()
    with pytest.raises(EvaluationError, match="both speakers"):
        visits_read(folder)


def test_a_broken_textgrid_is_named(folder: Path) -> None:
    path = folder / "transcripts" / "a_patient.TextGrid"
    path.write_text("nothing of the kind")
    with pytest.raises(EvaluationError, match="a_patient"):
        visits_read(folder)


def test_a_folder_without_transcripts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no transcripts"):
        visits_read(tmp_path)


def test_a_transcript_in_two_formats_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "call.json").write_text(json.dumps([{"speaker": "doctor", "text": "hello there"}]))
    (tmp_path / "call.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nhello there\n")
    (tmp_path / "README.txt").write_text("about")
    (row,) = visits_read(tmp_path)
    assert row["name"] == "call.json"


@pytest.mark.model
def test_a_visit_without_a_note_is_checked_and_compared_with_nothing() -> None:
    words = "Doctor: Any fever?\nPatient: No, just a cough for three days."
    backend = load("claims", {"assets": str(ASSETS)})
    metrics = evaluate_notes([{"dialogue": words, "note": ""}], backend, say=str)["metrics"]
    assert metrics["checks_passed"] == 1.0
    assert not {"rouge1", "factual_f1", "critical_recall"} & set(metrics)
