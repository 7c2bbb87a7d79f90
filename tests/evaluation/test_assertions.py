import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from summarizer.evaluation.assertions import COLUMNS, evaluate_assertions, located
from summarizer.evaluation.files import EvaluationError

HEAD = "\t".join(COLUMNS)


def data(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "sentences.tsv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_each_axis_is_measured_on_its_own(tmp_path: Path) -> None:
    path = data(
        tmp_path,
        "fever\tNo fever.\tNegated\tRecent\tPatient",
        "cough\tShe has a cough.\tNegated\tRecent\tPatient",
        "GOUT\tHistory of gout.\tAffirmed\tHistorical\tPatient",
        "stroke\tHer father had a stroke.\tAffirmed\tRecent\tOther",
        "asthma\tPossible asthma.\tPossible\tRecent\tPatient",
    )
    out = tmp_path / "out.json"
    call_command("evaluate", "assertions", f"--data={path}", f"--out={out}")
    document = json.loads(out.read_text())
    assert document["metrics"]["negation"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667}
    assert document["metrics"]["historical"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert document["metrics"]["experiencer"]["f1"] == 1.0
    assert [case["found"]["negation"] for case in document["cases"]] == [
        "negated", "affirmed", "affirmed", "affirmed", "possible",
    ]  # fmt: skip


def test_a_condition_is_found_in_another_case_spacing_or_with_words_between() -> None:
    assert located("CHEST  PAIN", "Denies chest pain.") == (7, 17)
    assert located("pain chest", "Denies pain in the chest.") == (7, 24)
    assert located("ear", "Fear of heights.") == (1, 4)
    assert located("gout", "Denies chest pain.") is None


def test_quotation_marks_are_characters(tmp_path: Path) -> None:
    path = data(tmp_path, 'fever\t"No fever" he says, "none.\tNegated\tRecent\tPatient')
    assert evaluate_assertions(path)["metrics"]["negation"]["f1"] == 1.0


def test_a_missing_column_and_an_empty_sentence_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="lacks the column experiencer"):
        call_command(
            "evaluate", "assertions", f"--out={tmp_path / 'out.json'}",
            f"--data={data(tmp_path, head=HEAD.rsplit(chr(9), 1)[0])}",
        )  # fmt: skip
    with pytest.raises(EvaluationError, match="row 1"):
        evaluate_assertions(data(tmp_path, "fever\t \tNegated\tRecent\tPatient"))
