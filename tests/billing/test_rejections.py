"""A payer's file marks claims, all of them or none."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.exceptions import ImportRefused
from billing.formats.x12_envelope import interchange
from billing.models import BillingItem, ExportBatch
from billing.services.exports import export_build
from billing.services.rejections import Imported, rejections_import
from ehr.exceptions import NotAllowed
from ehr.models import SignedNote
from tests.billing.conftest import sign_visit
from tests.billing.generated import SENDER
from tests.billing.practice import newest_item
from tests.ehr.world import World

MADE = datetime(2026, 9, 1, 9, 5, tzinfo=UTC)


@pytest.fixture
def items(world: World, signed: SignedNote) -> list[BillingItem]:
    """Two exported claims."""
    first = newest_item(world)
    sign_visit(world)
    second = newest_item(world)
    found = [first, second]
    export_build(user=world.biller, item_ids=[each.pk for each in found], request_key=uuid4())
    return found


def number(item: BillingItem) -> str:
    return f"P{item.signed_note.note_id:08d}"


def states(items: list[BillingItem]) -> list[str]:
    return [BillingItem.objects.get(pk=item.pk).state for item in items]


def test_a_list_marks_its_claims_and_again_changes_nothing(
    world: World, items: list[BillingItem]
) -> None:
    file = (
        "\ufeffclaim_id;reason;payer_claim_number\r\n"
        f'{number(items[0])};"CO-16; à compléter";ICN-1\r\n\r\n'
    ).encode()
    assert rejections_import(user=world.biller, content=file) == Imported(1, 0, 0)
    item = BillingItem.objects.get(pk=items[0].pk)
    assert (item.state, item.rejection_reason, item.payer_reference) == (
        "rejected",
        "CO-16; à compléter",
        "ICN-1",
    )
    assert rejections_import(user=world.biller, content=file) == Imported(0, 1, 0)
    assert states(items) == ["rejected", "exported"]


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ("P99999999,CO-11", 3),
        ("not-a-claim,CO-11", 3),
        (",CO-11", 3),
        ("{second},", 3),
        ("{second},CO-11,x", 3),
        ("{first},something else", 3),
    ],
)
def test_one_wrong_row_leaves_every_claim_as_it_was(
    world: World, items: list[BillingItem], rows: str, row: int
) -> None:
    said = rows.format(first=number(items[0]), second=number(items[1]))
    file = f"claim_id,reason,claim_version\n{number(items[0])},CO-16\n{said}\n"
    with pytest.raises(ImportRefused) as caught:
        rejections_import(user=world.biller, content=file.encode())
    assert [fault.row for fault in caught.value.faults] == [row]
    assert states(items) == ["exported", "exported"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        "claim_id,reason\nP00000001,refusée".encode("cp1252"),
        "claim_id,reason\n".encode("utf-16"),
        b"claim_id,reason\n",
        b"number,why\nP1,x\n",
        b'claim_id,reason\nP00000001,"open\n',
        b"claim_id,reason\x00\n",
        b"%PDF-1.4 \xff\xfe",
        b"ISA*00*",
        b"x" * 2_000_001,
    ],
    ids=lambda content: content[:12].decode("ascii", "replace").strip() or "empty",
)
def test_what_cannot_be_read_is_said(world: World, content: bytes) -> None:
    with pytest.raises(ImportRefused) as caught:
        rejections_import(user=world.biller, content=content)
    assert all(str(fault.message) for fault in caught.value.faults)


def x12(*body: tuple[str, ...], version: str, transaction: str, group: str) -> bytes:
    return interchange(
        body, SENDER, version=version, control_number=5, made_at=MADE,
        transaction=transaction, group=group,
    )  # fmt: skip


def acknowledged(control_number: int, verdict: str) -> bytes:
    return x12(
        ("AK1", "HC", str(control_number), "005010X222A1"),
        ("AK2", "837", "0001", "005010X222A1"),
        ("IK3", "NM1", "17", "2010", "8"),
        ("IK4", "9", "67", "1"),
        ("IK5", verdict),
        ("AK9", verdict, "1", "1", "0"),
        version="005010X231A1", transaction="999", group="FA",
    )  # fmt: skip


def test_a_999_rejects_every_claim_of_the_file(world: World, items: list[BillingItem]) -> None:
    ExportBatch.objects.update(control_number=41)
    assert rejections_import(user=world.biller, content=acknowledged(41, "A")).accepted == 2
    assert states(items) == ["exported", "exported"]
    assert rejections_import(user=world.biller, content=acknowledged(41, "R")) == Imported(2, 0, 0)
    reason = BillingItem.objects.get(pk=items[0].pk).rejection_reason
    assert reason.startswith("999 R (NM1 17")
    with pytest.raises(ImportRefused):
        rejections_import(user=world.biller, content=acknowledged(42, "R"))


def test_a_277ca_tells_claims_apart_and_brings_the_payers_numbers(
    world: World, items: list[BillingItem]
) -> None:
    file = x12(
        ("BHT", "0085", "08", "1", "20260901", "0905", "TH"),
        ("HL", "1", "", "20", "1"), ("NM1", "PR", "2", "PINE", "", "", "", "", "46", "PINE1"),
        ("TRN", "1", "ABC"),
        ("HL", "2", "1", "21", "1"), ("TRN", "2", "CHMG01"), ("STC", "A1:19:PR", "20260901"),
        ("HL", "3", "2", "19", "1"), ("TRN", "1", "0"), ("STC", "A1:19:PR", "20260901"),
        ("HL", "4", "3", "PT"), ("NM1", "QC", "1", "ZIMMERMANN", "ADA"),
        ("TRN", "2", number(items[0])), ("STC", "A7:562:85", "20260901", "U", "125"),
        ("HL", "5", "3", "PT"), ("NM1", "QC", "1", "ZIMMERMANN", "ADA"),
        ("TRN", "2", number(items[1])), ("STC", "A2:20:PR", "20260901", "WQ", "125"),
        ("REF", "1K", "ICN-9"),
        version="005010X214", transaction="277", group="HN",
    )  # fmt: skip
    assert rejections_import(user=world.biller, content=file) == Imported(1, 0, 1)
    assert states(items) == ["rejected", "exported"]
    assert BillingItem.objects.get(pk=items[0].pk).rejection_reason == "277CA A7:562:85"
    assert BillingItem.objects.get(pk=items[1].pk).payer_reference == "ICN-9"


def test_the_page_says_what_is_wrong_and_what_was_done(
    world: World, items: list[BillingItem]
) -> None:
    client = Client()
    client.force_login(world.biller)
    url = reverse("billing:rejections")
    wrong = SimpleUploadedFile("list.csv", b"claim_id,reason\nP99999999,CO-1\n")
    answer = client.post(url, {"file": wrong})
    assert answer.status_code == 422
    assert "Row 2" in answer.content.decode()
    right = SimpleUploadedFile("list.csv", f"claim_id,reason\n{number(items[0])},CO-1\n".encode())
    done = client.post(url, {"file": right}, follow=True)
    assert "1 claim is marked as rejected" in done.content.decode()
    assert client.post(url).status_code == 422


def test_outsiders_mark_nothing(world: World, items: list[BillingItem], other_biller: Any) -> None:
    file = f"claim_id,reason\n{number(items[0])},CO-1\n".encode()
    for user in (world.owner, world.outsider, world.nobody):
        with pytest.raises(NotAllowed):
            rejections_import(user=user, content=file)
    with pytest.raises(ImportRefused):
        rejections_import(user=other_biller, content=file)
    assert states(items) == ["exported", "exported"]
