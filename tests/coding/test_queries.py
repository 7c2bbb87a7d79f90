"""What a question to the physician offers."""

from pathlib import Path

import pytest

from summarizer.coding.lookup import Terminology
from summarizer.coding.queries import mentions_payment, prompt_of
from tests.ehr.codelist import code_list_write


@pytest.fixture(scope="module")
def terminology(tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    return Terminology(code_list_write(tmp_path_factory.mktemp("list")))


def test_a_code_without_a_side_asks_for_it_and_offers_each(terminology: Terminology) -> None:
    prompt = prompt_of(terminology, "M25.569")
    assert prompt is not None
    assert prompt.topic == "side"
    assert [(one.code, one.side) for one in prompt.options] == [
        ("M25.561", "right"),
        ("M25.562", "left"),
    ]


def test_one_answer_alone_is_not_offered_it_would_lead(terminology: Terminology) -> None:
    prompt = prompt_of(terminology, "R07.9")
    assert prompt is not None
    assert prompt.options == ()


@pytest.mark.parametrize("code", ["I10", "M25.562", "M25", "Q99.9", "", "x"])
def test_a_specific_heading_or_unknown_code_asks_nothing(
    terminology: Terminology, code: str
) -> None:
    assert prompt_of(terminology, code) is None


@pytest.mark.parametrize(
    "question",
    [
        "It affects reimbursement.",
        "So that the payer pays",
        "HCC?",
        "+ 20 $",
        "Le paiement change",
        "pour la T2A",
    ],
)
def test_money_is_noticed(question: str) -> None:
    assert mentions_payment(question)


@pytest.mark.parametrize(
    "question", ["Which side is affected?", "De quel type est le diabète ?", "Is it acute?"]
)
def test_a_clinical_question_is_not_taken_for_one(question: str) -> None:
    assert not mentions_payment(question)


def test_stages_are_offered_together_and_other_types_without_the_catch_all(
    tmp_path: Path,
) -> None:
    kidney = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version>
<chapter><name>14</name><desc>Diseases of the genitourinary system (N00-N99)</desc>
<section id="N17-N19"><desc>Kidney (N17-N19)</desc>
<diag><name>N18</name><desc>Kidney disease</desc>
<diag><name>N18.1</name><desc>Kidney disease, stage 1</desc></diag>
<diag><name>N18.2</name><desc>Kidney disease, stage 2</desc></diag>
<diag><name>N18.8</name><desc>Other kidney disease</desc></diag>
<diag><name>N18.9</name><desc>Kidney disease, unspecified</desc></diag>
</diag></section></chapter></ICD10CM.tabular>"""
    prompt = prompt_of(Terminology(code_list_write(tmp_path, tabular=kidney)), "N18.9")
    assert prompt is not None
    assert (prompt.topic, [one.code for one in prompt.options]) == ("stage", ["N18.1", "N18.2"])
