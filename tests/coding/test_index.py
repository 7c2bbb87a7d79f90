"""The Alphabetic Index: both file forms, "see", the neoplasm and drug tables, and the command."""

from datetime import date
from pathlib import Path

import pytest

from summarizer.coding import Terminology, build_index
from summarizer.coding.alphabetic import IndexFileError, read_all, read_index
from summarizer.coding.candidates import Candidates
from summarizer.coding.index_terms import resolve
from tests.coding.toy import TABULAR, toy_encode, toy_index

HEAD = "RowID,Letter,Level,Term,See,SeeAlso,NonEssModif,Code\n"
INDEX = HEAD + (
    '1,A,0,"Asthma, asthmatic",,,(bronchial) (spasmodic),J45.909\n'
    "2,A,1,with,,,,\n"
    "3,A,2,exacerbation,,,(acute),J45.901\n"
    "4,W,0,Wheezy chest,Asthma,,,\n"
    '5,W,0,Wheezy attack,"Asthma, with, exacerbation",,,\n'
    "6,G,0,Gone,,,,J45.998\n"
    "7,L,0,Lost,Nowhere,,,\n"
    '8,A,0,Adenocarcinoma,,"Neoplasm, malignant, by site",,\n'
)
NEOPLASM = (
    "RowID,Level,Term,SeeAlso,NonEssModif,MalignantPrimary,MalignantSecondary,CaInSitu,Benign,"
    "UncertainBehavior,UnspecifiedBehavior\n"
    '1,0,"Neoplasm, neoplastic",,,I10,I11.9,-,E11.9,-,-\n'
    "2,1,lung,,,J18.9,I11.9,-,E10.9,-,-\n"
)
DRUG = (
    "RowID,Letter,Level,Term,SeeAlso,NonEssModif,PoisoningAccidental,PoisoningIntentionalSelfHarm,"
    "PoisoningAssault,PoisoningUndetermined,AdverseEffect,Underdosing\n"
    "1,I,0,Insulin,,,R05.9,--,--,--,R07.9,--\n"
)
XML = """<?xml version="1.0"?>
<ICD10CM.index><version>2026</version><title>Index</title><letter><title>A</title>
<mainTerm><title>Asthma, asthmatic <nemod>(bronchial)</nemod></title><code>J45.909</code>
<term level="1"><title>with</title><term level="2"><title>exacerbation</title>
<code>J45.901</code></term></term></mainTerm>
<mainTerm><title>Wheezy chest</title><see>Asthma</see></mainTerm>
</letter></ICD10CM.index>"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def built(tmp_path: Path) -> Terminology:
    source = file(tmp_path, "icd10c-tabular-April-1-2026.xml", TABULAR)
    parts = [
        file(tmp_path, "Index.csv", INDEX),
        file(tmp_path, "neoplasms.csv", NEOPLASM),
        file(tmp_path, "Drugs.csv", DRUG),
    ]
    report = build_index(source, tmp_path / "out.sqlite3", toy_encode, index=parts)
    assert report is not None
    assert report.gone == ("J45.998",)
    assert [line.split(":")[0] for line in report.unresolved] == ["Lost"]
    return Terminology(tmp_path / "out.sqlite3")


def found(terminology: Terminology, phrase: str) -> str:
    return Candidates(terminology, toy_encode).find([phrase])[0][0].code


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("Asthma with exacerbation", "J45.901"),
        ("bronchial asthma", "J45.909"),
        ("wheezy chest", "J45.909"),
        ("wheezy attack", "J45.901"),
        ("lung cancer", "J18.9"),
        ("pulmonary cancer", "J18.9"),
        ("benign neoplasm of lung", "E10.9"),
        ("adenocarcinoma of the lung", "J18.9"),
    ],
)
def test_the_index_names_codes_in_the_order_of_speech(
    built: Terminology, phrase: str, code: str
) -> None:
    assert found(built, phrase) == code


def test_the_published_xml_says_the_same_as_the_csv(tmp_path: Path) -> None:
    xml = resolve(read_all([file(tmp_path, "icd10cm_index_2026.xml", XML)]))
    assert {(t.text, t.code) for t in xml.terms} == {
        ("Asthma", "J45.909"),
        ("Asthma with exacerbation", "J45.901"),
        ("Wheezy chest", "J45.909"),
    }


def test_a_substance_is_found_with_the_codes_of_the_drug_table(built: Terminology) -> None:
    assert built.substance("insulin") == ["R05.9", "R07.9"]
    assert built.substance("aspirin") == []
    assert {"R05.9", "R07.9"} <= {code.code for code in built.search("insulin")}


def test_a_code_is_judged_by_the_release_of_the_day_of_service(tmp_path: Path) -> None:
    now = file(tmp_path, "icd10c-tabular-April-1-2026.xml", TABULAR)
    retired = "<diag><name>I99</name><desc>Retired disorder</desc></diag>"
    before = TABULAR.replace(
        "</section></chapter>\n<chapter><name>10</name>",
        f"{retired}</section></chapter>\n<chapter><name>10</name>",
    )
    old = file(tmp_path, "icd10c-tabular-October-1-2024.xml", before)
    out = tmp_path / "two.sqlite3"
    build_index(now, out, toy_encode, releases=[old])
    both = Terminology(out)
    then, today, never = date(2025, 3, 1), date(2026, 5, 1), date(2020, 1, 1)
    assert both.is_billable("I99", then)
    assert not both.is_billable("I99", today)
    assert both.problem("I99", today) == "unknown"
    assert both.problem("E11", then) == "not-in-release"
    assert both.problem("I10", never) == "unknown-release"
    assert both.problem("I10", then) == both.problem("I10", today) == ""
    assert both.release_on(then) == "ICD-10-CM 2024-10-01"


def test_vectors_made_before_are_taken_over(tmp_path: Path) -> None:
    out = toy_index(tmp_path)
    asked: list[str] = []

    def counting(texts):  # type: ignore[no-untyped-def]
        asked.extend(texts)
        return toy_encode(texts)

    source = tmp_path / "icd10c-tabular-April-1-2026.xml"
    build_index(source, out, counting, index=[file(tmp_path, "Index.csv", INDEX)])
    assert "wheezy chest" in asked
    assert "heart failure" not in asked


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.csv", "a,b\n1,2\n", "its columns are a, b"),
        ("a.xml", "<wrong/>", "not an ICD-10-CM index"),
        ("a.xml", "<ICD10CM.index>", "not well-formed"),
        ("a.csv", HEAD + "1,A,2,Deep,,,,\n", "level 2 has no parent"),
        ("a.csv", HEAD, "no index entries"),
    ],
)
def test_a_file_that_is_no_index_is_named_with_the_reason(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    with pytest.raises(IndexFileError, match=why):
        read_index(file(tmp_path, name, text))


def test_an_xml_that_reaches_for_other_files_gets_nothing(tmp_path: Path) -> None:
    secret = file(tmp_path, "secret.txt", "A00.0")
    text = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><ICD10CM.index><letter>'
        "<mainTerm><title>Bad</title><code>&e;</code></mainTerm></letter></ICD10CM.index>"
    )
    part = read_index(file(tmp_path, "a.xml", text))
    assert part.entries[0].codes == ()
