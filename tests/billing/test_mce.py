"""A signed claim against the titles and notes of the installed code list: what a biller sees."""

from pathlib import Path

import pytest

from billing import selectors
from billing.models import BillingItem
from billing.selectors.surroundings import out_of_order, patient_conflict, principal_problem
from billing.services.items import items_rescrub
from billing.services.lines import edit_confirm
from ehr.exceptions import NotFound
from ehr.models import SignedNote
from ehr.terminology import _opened
from fhir_bridge.access import actor_for_user
from tests.billing.practice import Practice, complete, newest_item, practice_make
from tests.ehr.codelist import TABULAR, code_list_write
from tests.ehr.world import World

CHEST_PAIN = "Chest pain, unspecified"


@pytest.fixture
def practice(world: World) -> Practice:
    return practice_make(world)


@pytest.fixture
def item(world: World, practice: Practice, signed: SignedNote) -> BillingItem:
    return complete(world, practice, newest_item(world).pk)


def listed(folder: Path, title: str, note: str = "") -> None:
    """The installed list with another title, or a note, for R07.9."""
    tabular = TABULAR.replace(f"{CHEST_PAIN}</desc>", f"{title}</desc>{note}")
    assert tabular != TABULAR or title == CHEST_PAIN
    code_list_write(folder, tabular=tabular)
    _opened.cache_clear()


def edits(world: World, item: BillingItem) -> dict[str, bool]:
    found = selectors.item_detail(world.biller, item.pk).edits
    return {edit.code: edit.confirmable for edit in found}


def first(item: BillingItem) -> str:
    return str(item.signed_note.codes[0]["code"])


def test_the_titles_of_the_list_are_held_against_the_record(
    world: World, item: BillingItem, tmp_path: Path
) -> None:
    assert edits(world, item) == {}
    for title, code in (
        ("Chest pain of newborn", "age-conflict"),
        ("Chest pain of male breast", "sex-conflict"),
    ):
        listed(tmp_path, title)
        assert edits(world, item) == {code: True}
    listed(tmp_path, "Chest pain of female breast")
    assert edits(world, item) == {}


def test_a_conflict_is_confirmed_by_a_person_and_the_claim_is_ready(
    world: World, item: BillingItem, tmp_path: Path
) -> None:
    listed(tmp_path, "Chest pain of male breast")
    items_rescrub(actor_for_user(world.biller), [item.pk])
    item.refresh_from_db()
    assert item.state == "signed"
    edit_confirm(
        user=world.biller, item_id=item.pk, key="sex-conflict:R07.9", reason="Condition code 45"
    )
    item.refresh_from_db()
    assert item.state == "ready"


def test_a_first_diagnosis_that_cannot_be_first_is_the_clinicians_to_mend(
    world: World, item: BillingItem, tmp_path: Path
) -> None:
    order = [code["code"] for code in item.signed_note.codes]
    codes = sorted(item.signed_note.codes, key=lambda code: code["code"] != "R07.9")
    SignedNote.objects.filter(pk=item.signed_note_id).update(codes=codes)
    assert sorted(order) == ["I10", "R07.9"]
    listed(tmp_path, "Chest pain in diseases classified elsewhere")
    assert edits(world, item) == {"manifestation-first": False}
    with pytest.raises(NotFound):
        edit_confirm(
            user=world.biller, item_id=item.pk, key="manifestation-first:R07.9", reason="x"
        )
    note = "<notes><note>This code is intended for use as an additional code.</note></notes>"
    listed(tmp_path, CHEST_PAIN, note)
    assert edits(world, item) == {"principal-unacceptable": False}
    listed(tmp_path, CHEST_PAIN, "<codeFirst><note>underlying disease</note></codeFirst>")
    assert edits(world, item) == {"underlying-missing": True}
    listed(tmp_path, CHEST_PAIN, "<codeFirst><note>hypertension (I10)</note></codeFirst>")
    assert edits(world, item) == {"code-first-order": True}


def test_without_a_list_nothing_is_said_twice(
    world: World, item: BillingItem, tmp_path: Path
) -> None:
    (tmp_path / "icd10cm.sqlite3").unlink()
    _opened.cache_clear()
    assert principal_problem("R07.9") == ""
    assert patient_conflict("R07.9", "female", 3) == ""
    assert out_of_order(["R07.9", "I10"]) == ()
    assert set(edits(world, item)) == {"diagnosis-not-in-force"}
