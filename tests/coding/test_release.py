"""The release that the pinned package carries, and what of it the shipped tables name."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from summarizer.backends.encoder import Encoder
from summarizer.coding import Coder, build_index, medicines, rules, specificity, synonyms
from summarizer.coding.tabular import Tabular, read_tabular, seventh_code, sevenths_of
from summarizer.types import Section, Sentence, TextEvidence, Transcript
from tests.coding.toy import visit
from tests.conftest import ASSETS

pytestmark = pytest.mark.model
DATA = ASSETS / "simple_icd_10_cm" / "data"
NAME = "icd10c-tabular-April-1-2026.xml"


@pytest.fixture(scope="module")
def release() -> Tabular:
    return read_tabular(DATA / NAME)


@pytest.fixture(scope="module")
def every_code(release: Tabular) -> set[str]:
    """Categories, printed codes and 7th-character codes."""
    found = {heading.code for heading in release.headings}
    for heading in release.headings:
        if heading.is_leaf:
            found |= {seventh_code(heading.code, char) for char, _ in sevenths_of(heading)}
    return found


def test_the_codes_are_those_of_the_published_list(every_code: set[str]) -> None:
    listed = {
        line
        for line in (DATA / "code-list-April-2026.txt").read_text().split()
        if "-" not in line and not line.isdigit()
    }
    assert {code.replace(".", "") for code in every_code} == listed


def test_every_synonym_names_a_code_of_the_release(every_code: set[str]) -> None:
    lost = {synonym.code for synonym in synonyms.load() if synonym.code not in every_code}
    assert not lost


def test_no_wording_means_two_things() -> None:
    meant: dict[tuple[str, str], str] = {}
    for synonym in synonyms.load():
        assert synonym.term
        key = (synonym.language, synonym.term.lower())
        assert meant.setdefault(key, synonym.code) == synonym.code, synonym


def test_the_synonyms_are_bilingual() -> None:
    spoken: dict[str, set[str]] = {}
    for synonym in synonyms.load():
        spoken.setdefault(synonym.code, set()).add(synonym.language)
    assert len(spoken) > 400
    assert all(languages == {"en", "fr"} for languages in spoken.values())


def test_the_rules_name_codes_of_the_release(every_code: set[str]) -> None:
    named = {target for _, target in rules.HISTORY}
    named |= {code for code, *_ in medicines.LONG_TERM}
    named |= {code for joint in specificity.PRIMARY_JOINTS.values() for code in joint}
    named |= {f"E1{kind}.{end}" for kind in "01" for end in ("9", "22", "42", "319", "65", "649")}
    named |= {"I11.0", "I12.0", "I12.9", "I13.0", "I13.2", "G89.29"}
    assert named <= every_code


@pytest.fixture(scope="module")
def real_coder(tmp_path_factory: pytest.TempPathFactory) -> Coder:
    """A few blocks of the release with the real encoder: seconds instead of minutes."""
    folder = tmp_path_factory.mktemp("release")
    tree = ElementTree.parse(DATA / NAME)
    root = tree.getroot()
    for chapter in root.findall("chapter"):
        for block in chapter.findall("section"):
            if block.get("id") not in ("E00-E07", "E70-E88", "I10-I1A", "I30-I5A"):
                chapter.remove(block)
    tree.write(folder / NAME)
    encoder = Encoder.from_assets(ASSETS)
    build_index(folder / NAME, folder / "icd10cm.sqlite3", encoder.encode)
    return Coder(folder / "icd10cm.sqlite3", encoder.encode)


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("Longstanding persistent atrial fibrillation", "I48.11"),
        ("Underactive thyroid gland", "E03.9"),
        ("Elevated triglycerides", "E78.1"),
    ],
)
def test_a_phrase_that_is_no_term_finds_its_code_by_meaning(
    real_coder: Coder, phrase: str, code: str
) -> None:
    span = TextEvidence(0, len(phrase), phrase)
    sections = (Section("assessment", "", (Sentence(phrase, (span,)),)),)
    found = real_coder.suggest(sections, Transcript(phrase, (), "en"), visit())
    assert code in [item.code for item in found]


@pytest.mark.shared
def test_every_suggestion_on_real_notes_is_billable_and_verbatim(
    real_coder: Coder, shared_data: Path
) -> None:
    import csv

    with (shared_data / "aci-bench/data/challenge_data/valid.csv").open() as file:
        notes = [row["note"] for row in csv.DictReader(file)]
    suggested = 0
    for text in notes:
        lines = [
            Sentence(match.group(), (TextEvidence(match.start(), match.end(), match.group()),))
            for match in re.finditer(r"\S[^\n]*", text)
        ]
        sections = (Section("assessment", "", tuple(lines)),)
        for item in real_coder.suggest(sections, Transcript(text, (), "en"), visit(gender="")):
            suggested += 1
            assert real_coder.terminology.is_billable(item.code)
            for span in item.evidence:
                assert isinstance(span, TextEvidence)
                assert text[span.start : span.end] == span.quote
    assert suggested > 10
