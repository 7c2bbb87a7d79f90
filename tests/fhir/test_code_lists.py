"""Code lists of one's own are read whole or not at all, and serve terminology operations."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from fhir_bridge import definitions
from fhir_bridge.code_lists import CodeListError, ccam, cim10fr, cpt, hcpcs
from fhir_bridge.code_lists.common import in_use
from fhir_bridge.documents import document
from fhir_bridge.validation import validate

# Every text here is invented; the codes only have the right form.


def record(
    code: str, kind: str, long: str, short: str = "", added: str = "", ended: str = ""
) -> str:
    line = f"{code:>5}00100{kind}{long:<80}{short:<28}"
    return f"{line:<268}{added:<8}{'':8}{ended:<8}N{'':27}"


HCPCS = "\n".join(
    [
        record("A9901", "3", "Cushion for a chair,", "Cushion", "20200101"),
        record("A9901", "4", "with wheels"),
        record("A9902", "3", "Old cushion", "Old cushion", "20000101", "20191231"),
        record("D9901", "3", "A dentist's", "Dental"),
        record("ZZ", "7", "A modifier", "Modifier", "20200101"),
    ]
)
HCPCS_CSV = """Some quarter,,,,,,,,
HCPC,SEQNUM,RECID,LONG DESCRIPTION,SHORT DESCRIPTION,ADD DT,ACT EFF DT,TERM DT
A9901,00100,3,"Cushion for a chair,",Cushion,20200101,20200101,
A9901,00200,4,with wheels,,,,
"""
CPT = "Copyright of somebody\n\n00001\tAn invented service\n0001T\tAnother  one\n"
CCAM = """Liste;;;
Code;Texte;Date d'effet;Date de fin
;Chapitre 1;;
ABCD001;Geste inventé;01/01/2020;
"""
CLAML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ClaML SYSTEM "ClaML.dtd">
<ClaML version="2.0.0"><Title name="CIM"/>
<Modifier code="M4"><SubClass code=".0"/><SubClass code=".1"/></Modifier>
<ModifierClass modifier="M4" code=".0"><Rubric kind="preferred"><Label>à droite</Label></Rubric>
</ModifierClass>
<ModifierClass modifier="M4" code=".1"><Rubric kind="preferred"><Label>à gauche</Label></Rubric>
</ModifierClass>
<Class code="I" kind="chapter"><Rubric kind="preferred"><Label>Chapitre</Label></Rubric></Class>
<Class code="X01" kind="category"><SuperClass code="I"/><ModifiedBy code="M4"/>
<Rubric kind="preferred"><Label>Mal <Fragment>inventé</Fragment></Label></Rubric>
<Rubric kind="inclusion"><Label>Autre nom</Label></Rubric></Class>
</ClaML>"""


def test_hcpcs_is_read_from_columns_with_its_days() -> None:
    found = {entry.code: entry for entry in hcpcs.read(HCPCS.encode()).entries}
    assert sorted(found) == ["A9901", "A9902", "ZZ"]
    assert found["A9901"].display == "Cushion for a chair, with wheels"
    assert found["A9901"].kept == ("Cushion",)
    assert in_use(found["A9901"].more, date(2026, 1, 1))
    assert not in_use(found["A9901"].more, date(2019, 1, 1))
    assert in_use(found["A9902"].more, date(2019, 12, 31))
    assert not in_use(found["A9902"].more, date(2020, 1, 1))


def test_hcpcs_is_read_from_csv_alike() -> None:
    (found,) = hcpcs.read(HCPCS_CSV.encode()).entries
    assert (found.code, found.display) == ("A9901", "Cushion for a chair, with wheels")


def test_cpt_is_a_code_a_tab_and_a_text() -> None:
    found = cpt.read(CPT.encode("cp1252")).entries
    assert [(entry.code, entry.display) for entry in found] == [
        ("00001", "An invented service"),
        ("0001T", "Another one"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_ccam_is_read_in_any_usual_encoding(encoding: str) -> None:
    (found,) = ccam.read(CCAM.encode(encoding)).entries
    assert (found.code, found.display) == ("ABCD001", "Geste inventé")
    assert not in_use(found.more, date(2019, 1, 1))


def test_cim_10_fr_expands_its_modifiers_under_their_class() -> None:
    found = {entry.code: entry for entry in cim10fr.read(CLAML.encode()).entries}
    assert sorted(found) == ["I", "X01", "X01.0", "X01.1"]
    assert found["X01"].display == "Mal inventé"
    assert found["X01"].kept == ("Autre nom",)
    assert found["X01.1"].display == "Mal inventé, à gauche"
    assert found["X01.1"].more == ({"code": "parent", "valueCode": "X01"},)


@pytest.mark.parametrize(
    "made",
    [
        hcpcs.read(HCPCS.encode()), cpt.read(CPT.encode()), ccam.read(CCAM.encode()),
        cim10fr.read(CLAML.encode()),
    ],
    ids=lambda made: made.name,
)  # fmt: skip
def test_each_list_is_a_valid_code_system(made: object) -> None:
    validate(document(made.resource()))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("read", "content", "said"),
    [
        (hcpcs.read, b"", "no code"),
        (hcpcs.read, b"A9901", "Line 1"),
        (hcpcs.read, record("A9901", "9", "x").encode(), "no kind of record"),
        (hcpcs.read, record("A9901", "4", "x").encode(), "without its code"),
        (hcpcs.read, record("A9901", "3", "x", added="20201399").encode(), "no day"),
        (hcpcs.read, b"HCPC,RECID\nA9901,3\n", "no column"),
        (cpt.read, b"Copyright only", "no code"),
        (cpt.read, b"PK\x03\x04\0\0", "no text file"),
        (ccam.read, b"a;b\nc;d\n", "headings"),
        (ccam.read, b"Code;Texte\nABCD001;\n", "ABCD001 has no text"),
        (cim10fr.read, b"<ClaML", "cannot be read"),
        (cim10fr.read, b"<html/>", "not ClaML"),
        (cim10fr.read, b"<ClaML><Class code='A'/></ClaML>", "no preferred label"),
        (
            cim10fr.read,
            CLAML.replace('ModifiedBy code="M4"', 'ModifiedBy code="M9"').encode(),
            "M9",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_told(read: object, content: bytes, said: str) -> None:
    with pytest.raises(CodeListError, match=said):
        read(content)  # type: ignore[operator]


def test_an_entity_bomb_is_not_resolved() -> None:
    entities = '<!DOCTYPE ClaML [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]>'
    bomb = CLAML.replace('<!DOCTYPE ClaML SYSTEM "ClaML.dtd">', entities)
    (kept,) = {
        entry.code: entry.kept
        for entry in cim10fr.read(bomb.replace("Autre nom", "&b;").encode()).entries
    }["X01"]
    assert "x" not in kept


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The definitions, in a folder of the test's own."""
    shared = definitions._built()
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / shared.name).symlink_to(shared)
    monkeypatch.setattr(definitions, "_path", lambda: folder / shared.name)
    monkeypatch.setattr(definitions, "_built", lambda: folder / shared.name)
    definitions._concepts.cache_clear()
    yield folder
    definitions._concepts.cache_clear()


def test_a_list_is_loaded_replaced_and_kept_when_the_next_is_wrong(
    own_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.txt"
    path.write_text(HCPCS)
    call_command("load_codes", "hcpcs", path)
    assert "HCPCS Level II: 3 codes" in capsys.readouterr().out
    listed = definitions.code_system(hcpcs.URL)
    assert listed is not None
    assert listed.find("A9901") is not None
    path.write_text("nonsense that is long enough")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_codes", "hcpcs", path)
    assert len(list(own_folder.glob("hcpcs.*"))) == 1
    path.write_text(record("A9999", "3", "Another"))
    call_command("load_codes", "hcpcs", path)
    definitions._concepts.cache_clear()
    listed = definitions.code_system(hcpcs.URL)
    assert listed is not None
    assert listed.find("A9901") is None
    assert listed.find("A9999") is not None
    with pytest.raises(CommandError):
        call_command("load_codes", "cpt", tmp_path / "absent")
