import csv
from pathlib import Path

import pytest

from summarizer.evaluation.assertions import located
from summarizer.language import context
from summarizer.language.context import LexiconError, context_of

SENTENCES = Path(__file__).parent / "context_sentences.tsv"


def of(sentence: str, named: str) -> context.Context:
    start = sentence.index(named)
    return context_of(sentence, start, start + len(named))


def rows() -> list[dict[str, str]]:
    with SENTENCES.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['Condition']}: {row['sentence']}")
def test_each_development_sentence_is_read_as_labelled(row: dict[str, str]) -> None:
    where = located(row["Condition"], row["sentence"])
    assert where is not None
    found = context_of(row["sentence"], *where)
    assert (found.negation, found.temporality, found.experiencer) == (
        row["negation_status"].lower(),
        row["temporality"].lower(),
        row["experiencer"].lower(),
    )


def test_the_cue_that_decided_is_told() -> None:
    assert of("There is no evidence of stroke.", "stroke").negation_cue == "no evidence of"
    assert of("Her mother had a stroke.", "stroke").experiencer_cue == "mother"


def test_a_duration_is_told_apart_from_what_is_over() -> None:
    assert of("Back pain for the past 10 years.", "Back pain").lasting
    assert not of("History of back pain.", "back pain").lasting


def test_a_cue_acts_within_its_own_sentence() -> None:
    text = "No fever. Cough is present. Denies pain."
    assert of(text, "Cough").negation == "affirmed"
    assert of(text, "pain").negation == "negated"


def test_an_abbreviation_ends_no_sentence() -> None:
    assert of("No change per Dr. Roe, and no stroke.", "stroke").negation == "negated"


def test_a_mention_is_no_cue_for_itself() -> None:
    assert of("History of no-show.", "no-show").negation == "affirmed"


def test_typographic_apostrophes_read_as_plain_ones() -> None:
    assert of("Pas d’asthme.", "asthme").negation == "negated"


def test_a_broken_lexicon_names_its_line() -> None:
    with pytest.raises(LexiconError, match="line 2"):
        list(context._load(["# comment", "negated\tno"]))
