import csv
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from config import code_list
from ehr import terminology
from summarizer import backends
from summarizer.coding import Terminology
from summarizer.evaluation.codes import gold_read, sections_of
from summarizer.evaluation.files import EvaluationError
from summarizer.evaluation.phrases import evaluate_phrases
from summarizer.types import TextEvidence
from tests.coding.toy import toy_encode, toy_index

NOTE = "HISTORY OF PRESENT ILLNESS\n\nShe is well. No fever.\n\nASSESSMENT\n\nHypertension.\n"


def test_phrases_count_a_code_or_its_stem_at_its_rank(tmp_path: Path) -> None:
    data = tmp_path / "labels.tsv"
    data.write_text(
        "id\tlabel\txrefs\n"
        "1\thigh blood pressure\tICD10CM:I10\n"
        "2\tasthma\tICD10CM:I10, ICD10CM:J45.909\n"
        "3\tdiabetes\tICD10CM:E11\n"
        "4\tfracture of lower end of right radius\tICD10CM:S52.501\n"
    )
    document = evaluate_phrases(data, Terminology(toy_index(tmp_path)), toy_encode, lambda _: None)
    assert [case["rank"] for case in document["cases"]][:2] == [1, 1]
    assert document["cases"][2]["gold"] == ["S52.501"]
    assert document["metrics"]["without_a_complete_code"] == 1
    assert document["metrics"]["cases"] == 3


def test_a_note_is_cut_at_its_headings_with_verbatim_evidence() -> None:
    sections = sections_of(NOTE)
    assert [section.key for section in sections] == ["history_of_present_illness", "assessment"]
    assert [len(section.sentences) for section in sections] == [2, 1]
    for section in sections:
        for sentence in section.sentences:
            (span,) = sentence.evidence
            assert isinstance(span, TextEvidence)
            assert NOTE[span.start : span.end] == span.quote


def test_a_gold_line_without_codes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.txt"
    path.write_text("V1 train I10 E11.9\n\nV2 train\n")
    with pytest.raises(EvaluationError, match="line 3"):
        gold_read(path)


def test_codes_are_measured_over_the_visits_that_have_gold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = toy_index(tmp_path)
    monkeypatch.setattr(code_list, "code_index", lambda: index)
    backend = SimpleNamespace(encode=toy_encode)
    monkeypatch.setattr(backends, "load", lambda *_: backend)
    notes, gold, out = tmp_path / "notes.csv", tmp_path / "gold.txt", tmp_path / "out.json"
    with notes.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("encounter_id", "dialogue", "note"))
        writer.writerow(("V1", "Doctor: Hello.", NOTE))
        writer.writerow(("V2", "Doctor: Hello.", NOTE))
    gold.write_text("V1 train I10 E11.9\n")
    call_command("evaluate", "codes", f"--notes={notes}", f"--gold={gold}", f"--out={out}")
    metrics = json.loads(out.read_text())["metrics"]
    assert (metrics["precision"], metrics["recall"], metrics["visits"]) == (1.0, 0.5, 1)
    assert metrics["preticked"]["precision"] == 1.0
    gold.write_text("V9 train I10\n")
    with pytest.raises(CommandError, match="no encounter"):
        call_command("evaluate", "codes", f"--notes={notes}", f"--gold={gold}", f"--out={out}")


def test_without_a_code_list_the_command_says_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_list, "code_index", lambda: tmp_path / "none.sqlite3")
    data = tmp_path / "labels.tsv"
    data.write_text("label\txrefs\nasthma\tICD10CM:J45.909\n")
    with pytest.raises(CommandError, match="prepare"):
        call_command("evaluate", "phrases", f"--data={data}", f"--out={tmp_path / 'out.json'}")
    assert terminology.code_index().name == "icd10cm.sqlite3"
