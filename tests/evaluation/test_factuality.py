"""The factual measure: what a person would call unsupported scores lower."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from summarizer.evaluation.factuality import factuality, pearson, support

NOTE = "Takes lisinopril 20 mg daily. Denies chest pain. Ankle swelling for two weeks."
SAID = "I take lisinopril twenty milligrams a day. No chest pain. My ankles swell for two weeks."


def score(text: str) -> float:
    return factuality(text, reference=NOTE, source=SAID).f1


def test_the_same_note_is_wholly_supported() -> None:
    assert score(NOTE) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "wrong",
    [
        NOTE.replace("20 mg", "40 mg"),
        NOTE.replace("Denies chest pain", "Reports chest pain"),
        NOTE.replace("lisinopril", "warfarin"),
        "Denies chest pain.",
        NOTE + " Has a history of epilepsy and asthma.",
    ],
)
def test_another_dose_polarity_medicine_an_omission_or_an_invention_lowers_the_score(
    wrong: str,
) -> None:
    assert score(wrong) < score(NOTE) - 0.02


def test_what_was_said_supports_a_fact_that_the_note_left_out() -> None:
    found = factuality("Has a dog.", reference=NOTE, source=SAID + " I have a dog.")
    assert found.precision == pytest.approx(1.0)
    assert found.recall < 0.2


def test_nothing_supports_an_empty_text_and_an_empty_text_supports_nothing() -> None:
    assert factuality("", reference=NOTE, source=SAID).f1 == 0.0
    assert support("Fever.", "") == 0.0


def test_pearson_is_one_for_a_line_and_nothing_for_a_constant() -> None:
    assert pearson([1, 2, 3], [10, 20, 30]) == pytest.approx(1.0)
    assert pearson([1, 2, 3], [5, 5, 5]) == 0.0


@pytest.mark.shared
def test_it_agrees_with_people_better_than_rouge_does(shared_data: Path, tmp_path: Path) -> None:
    import json

    study = shared_data / "mts-dialog" / "Correlation-Study"
    out = tmp_path / "out.json"
    call_command(
        "evaluate",
        "factuality",
        f"--data={study / 'MTS-Dialog-Automatic-Summaries-ValidationSet.csv'}",
        f"--scores={study / 'MTS-Dialog-Manual-Scores4CorrelationStudy.csv'}",
        f"--out={out}",
    )
    metrics = json.loads(out.read_text())["metrics"]
    assert metrics["pearson_factual_f1"] > max(0.41, metrics["pearson_rouge1"])


def test_scores_of_other_summaries_are_refused(tmp_path: Path) -> None:
    texts, scores = tmp_path / "texts.csv", tmp_path / "scores.csv"
    with texts.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [("Dialogue", "Reference Summary", "Automatic Summary"), (SAID, NOTE, NOTE)] * 1
        )
    scores.write_text("FactualPrecision,FactualRecall,FactualF1\n1,1,1\n1,1,1\n")
    with pytest.raises(CommandError, match="1 summaries but 2 rows"):
        call_command(
            "evaluate",
            "factuality",
            f"--data={texts}",
            f"--scores={scores}",
            f"--out={tmp_path / 'o'}",
        )
