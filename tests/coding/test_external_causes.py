"""I.C.20: how an injury happened, what the patient was doing, and when neither is coded."""

import pytest

from summarizer.coding import Coder, build_index
from tests.coding.toy import TABULAR, codes, toy_encode

SEVENTH = (
    '<sevenChrDef><extension char="A">initial encounter</extension>'
    '<extension char="D">subsequent encounter</extension></sevenChrDef>'
)
CHAPTER = f"""<chapter><name>20</name><desc>External causes (V00-Y99)</desc>
<section id="W00-Y93"><desc>Causes (W00-Y93)</desc>
<diag><name>W00</name><desc>Fall due to ice and snow</desc>{SEVENTH}
<diag><name>W00.0</name><desc>Fall on same level due to ice and snow</desc></diag></diag>
<diag><name>W19</name><desc>Unspecified fall</desc>{SEVENTH}</diag>
<diag><name>Y93</name><desc>Activity codes</desc>
<diag><name>Y93.6</name><desc>Team sports</desc>
<diag><name>Y93.66</name><desc>Activity, soccer</desc></diag></diag></diag>
</section></chapter></ICD10CM.tabular>"""
BROKEN = "Fracture of the lower end of the right radius."


@pytest.fixture(scope="module")
def falls(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    folder = tmp_path_factory.mktemp("falls")
    source = folder / "icd10c-tabular-April-1-2026.xml"
    source.write_text(TABULAR.replace("</ICD10CM.tabular>", CHAPTER))
    build_index(source, folder / "out.sqlite3", toy_encode)
    return Coder(folder / "out.sqlite3", toy_encode)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("She slipped and fell on ice.", "W00.0XXA"),
        ("She fell yesterday.", "W19.XXXA"),
        ("Elle a fait une chute hier.", "W19.XXXA"),
    ],
)
def test_the_cause_stands_beside_the_injury(falls: Coder, told: str, code: str) -> None:
    assert codes(falls, hpi=told, assessment=BROKEN) == ["S52.501A", code]


def test_the_activity_counts_in_the_sentence_that_tells_of_the_injury(falls: Coder) -> None:
    told = "She was playing soccer and fell."
    assert "Y93.66" in codes(falls, hpi=told, assessment=BROKEN)
    hobby = "She fell. She likes soccer."
    assert "Y93.66" not in codes(falls, hpi=hobby.replace(". ", ".\n"), assessment=BROKEN)


def test_at_a_later_encounter_the_cause_goes_on_and_the_activity_does_not(falls: Coder) -> None:
    told = "She returns for follow-up; she was playing soccer and fell."
    found = codes(falls, hpi=told, assessment=BROKEN)
    assert found == ["S52.501D", "W19.XXXD"]


@pytest.mark.parametrize("told", ["She fell.", "No injury.", "She was at risk: no fall."])
def test_without_an_injury_there_is_no_cause(falls: Coder, told: str) -> None:
    assert codes(falls, hpi=told, assessment="Hypertension.") == ["I10"]


def test_a_denied_fall_is_no_cause(falls: Coder) -> None:
    assert codes(falls, hpi="She never fell.", assessment=BROKEN) == ["S52.501A"]
