"""Every code suggested for public notes is billable, on its day, and rests on their own words."""

import csv
from pathlib import Path

import pytest

from config.code_list import installed_terminology
from summarizer.backends import Backend, load
from summarizer.coding import Coder
from summarizer.evaluation.codes import sections_of
from summarizer.types import Patient, TextEvidence, Transcript, VisitContext
from tests.conftest import ASSETS, SHARED

ACI = SHARED / "aci-bench" / "data" / "challenge_data"


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load("claims", {"assets": str(ASSETS)})


def notes(*paths: Path, column: str) -> list[str]:
    found = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            found += [row[column] for row in csv.DictReader(file)]
    return found


@pytest.mark.shared
@pytest.mark.model
def test_no_invalid_code_is_suggested_and_all_evidence_is_verbatim(backend: Backend) -> None:
    terminology = installed_terminology()
    coder = Coder(terminology.path, backend.encode)
    day = terminology.effective_from.isoformat()
    texts = notes(ACI / "train.csv", ACI / "valid.csv", column="note")
    assert len(texts) == 87
    suggested = 0
    for text in texts:
        context = VisitContext(Patient(), (), day)
        for each in coder.suggest(sections_of(text), Transcript(text, (), "en"), context):
            code = terminology.get(each.code)
            assert code is not None
            assert code.billable
            assert each.evidence
            for item in each.evidence:
                assert isinstance(item, TextEvidence)
                assert text[item.start : item.end] == item.quote
            suggested += 1
    assert suggested > 100
