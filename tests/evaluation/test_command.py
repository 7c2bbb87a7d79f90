"""manage.py evaluate: figures and rows on a file, with no database in reach."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

DIALOGUE = """Doctor: What brings you in today?
Patient: I've had a cough for three weeks.
Doctor: Any fever?
Patient: No.
Doctor: Are you allergic to anything?
Patient: I'm allergic to penicillin.
Doctor: I will start you on azithromycin 250 mg once daily."""
NOTE = "The patient has had a cough for 3 weeks. Denies fever. Allergic to penicillin."


def visits(tmp_path: Path, *rows: tuple[str, str]) -> Path:
    path = tmp_path / "visits.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("dialogue", "note"))
        writer.writerows(rows)
    return path


@pytest.mark.model
def test_each_visit_comes_with_its_draft_sentences_and_verbatim_evidence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    data = visits(tmp_path, (DIALOGUE, NOTE), ("  ", NOTE), (DIALOGUE, NOTE))
    call_command("evaluate", "notes", f"--data={data}", f"--out={out}", "--limit=2")
    document = json.loads(out.read_text())
    drafted, failed = document["notes"]
    assert document["metrics"]["failed"] == 1
    assert failed["error"] == "empty"
    assert document["metrics"]["rouge1"] == pytest.approx(drafted["rouge"]["rouge1"] / 2, abs=0.01)
    assert json.loads(capsys.readouterr().out) == document["metrics"]
    assert document["engine"]["weights_sha256"]
    for sentence in drafted["sentences"]:
        assert sentence["text"] in drafted["draft"]
        for piece in sentence["evidence"]:
            assert drafted["words"][piece["start"] : piece["end"]] == piece["quote"]


def test_an_unknown_backend_and_a_bad_file_end_with_one_line(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    data = visits(tmp_path, (DIALOGUE, NOTE))
    with pytest.raises(CommandError, match="no drafting backend named 'nobody'"):
        call_command("evaluate", "notes", f"--data={data}", f"--out={out}", "--backend=nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate", "notes", f"--data={tmp_path / 'x.csv'}", f"--out={out}")
    assert not out.exists()


@pytest.mark.parametrize("limit", ["0", "-3", "many"])
def test_a_limit_is_a_count_from_one(tmp_path: Path, limit: str) -> None:
    data = visits(tmp_path, (DIALOGUE, NOTE))
    with pytest.raises(CommandError, match="limit"):
        call_command(
            "evaluate", "notes", f"--data={data}", f"--out={tmp_path / 'o'}", f"--limit={limit}"
        )
