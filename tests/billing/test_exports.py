import csv
import hashlib
import io
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from billing import selectors
from billing.exceptions import AlreadyExported, NothingChosen, NotReady, SignatureBroken
from billing.models import BillingItem, ExportBatch, ExportLine
from billing.services.exports import export_build
from billing.services.items import billing_items_ensure, query_raise, rejection_record
from ehr.exceptions import NotAllowed, NotFound
from ehr.models import SignedNote
from ehr.services.notes import note_amend
from tests.billing.conftest import amend_without, made, sign_visit
from tests.ehr.world import World


def ready_ids(world: World) -> list[int]:
    billing_items_ensure(user=world.biller)
    return [claim.item_id for claim in selectors.queue(world.biller, state="signed").claims]


def export(world: World, *, item_ids: list[int] | None = None, key: Any = None) -> ExportBatch:
    chosen = ready_ids(world) if item_ids is None else item_ids
    return export_build(user=world.biller, item_ids=chosen, request_key=key or uuid4())


def rows_of(batch: ExportBatch) -> list[dict[str, str]]:
    text = bytes(batch.files.get(kind="csv").content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_file_agrees_with_what_was_signed_field_by_field(
    world: World, signed: SignedNote
) -> None:
    batch = export(world)
    rows = rows_of(batch)
    assert len(rows) == batch.files.get().rows == len(signed.codes) == 2
    for position, (row, code) in enumerate(zip(rows, signed.codes, strict=True), start=1):
        assert row == {
            "claim_id": f"P{signed.note_id:08d}",
            "claim_version": "1",
            "replaces_version": "",
            "service_date": "2026-05-04",
            "patient_mrn": "MRN-4711",
            "patient_name": "Ada Zimmermann",
            "patient_birth_date": "1961-02-03",
            "clinician_name": "Owner Test",
            "clinician_npi": "",
            "position": str(position),
            "code": code["code"],
            "code_system": code["system"],
            "code_release": code["release"],
            "description": code["description"],
            "composition_id": signed.composition_id,
            "composition_version": str(signed.composition_version),
            "signed_at": signed.signed_at.isoformat(),
            "frequency": "1",
            "original_reference": "",
            "payer_id": "",
            "payer_name": "",
            "member_id": "",
            "billing_npi": "",
            "total_charge": "",
            "service_lines": "",
            "claim_type": "professional",
            "type_of_bill": "",
            "statement_from": "",
            "statement_to": "",
        }


def test_the_file_is_kept_as_it_was_built(world: World, signed: SignedNote) -> None:
    batch = export(world)
    shown, content = selectors.batch_file(world.biller, batch.pk)
    assert hashlib.sha256(content).hexdigest() == batch.files.get().sha256 == shown.sha256
    assert shown.filename.endswith(f"-{batch.pk}.csv")


def test_a_second_click_gives_the_same_export(world: World, signed: SignedNote) -> None:
    key = uuid4()
    items = ready_ids(world)
    first = export(world, item_ids=items, key=key)
    assert export(world, item_ids=items, key=key) == first
    assert export(world, item_ids=items) == first
    assert ExportBatch.objects.count() == 1


def test_an_exported_item_is_in_no_second_export(world: World, signed: SignedNote) -> None:
    items = ready_ids(world)
    export(world, item_ids=items)
    other = sign_visit(world)
    both = [*items, *ready_ids(world)]
    assert len(both) == 2
    with pytest.raises(AlreadyExported):
        export(world, item_ids=both)
    assert BillingItem.objects.get(signed_note=other).state == "signed"
    assert ExportBatch.objects.count() == 1


def test_an_amended_note_exports_again_as_a_new_version(world: World, signed: SignedNote) -> None:
    first = export(world)
    amend_without(world, signed, "I10")
    second = export(world)
    assert second != first
    (row,) = rows_of(second)
    assert (row["claim_id"], row["claim_version"], row["replaces_version"]) == (
        rows_of(first)[0]["claim_id"],
        "2",
        "1",
    )
    assert row["code"] == "R07.9"
    assert ExportLine.objects.count() == 2


def test_what_was_exported_stays_exported_after_an_amendment(
    world: World, signed: SignedNote
) -> None:
    export(world)
    amend_without(world, signed, "I10")
    billing_items_ensure(user=world.biller)
    assert BillingItem.objects.get(signed_note=signed).state == "exported"


def test_an_item_that_waits_is_not_exported(world: World, signed: SignedNote) -> None:
    items = ready_ids(world)
    query_raise(user=world.biller, item_id=items[0], question="Which side?")
    with pytest.raises(NotReady):
        export(world, item_ids=items)


def test_a_note_being_amended_is_not_exported(world: World, signed: SignedNote) -> None:
    items = ready_ids(world)
    note_amend(user=world.owner, note_id=signed.note_id, reason="Wrong side")
    with pytest.raises(NotReady):
        export(world, item_ids=items)


def test_a_version_that_was_amended_meanwhile_is_not_exported(
    world: World, signed: SignedNote
) -> None:
    items = ready_ids(world)
    amend_without(world, signed, "I10")
    with pytest.raises(NotReady):
        export(world, item_ids=items)


def test_a_broken_seal_stops_the_whole_export(world: World, signed: SignedNote) -> None:
    other = sign_visit(world)
    items = ready_ids(world)
    SignedNote.objects.filter(pk=other.pk).update(codes=[{"code": "Z99.9", "system": "x"}])
    with pytest.raises(SignatureBroken) as caught:
        export(world, item_ids=items)
    assert caught.value.details["item_ids"] == [BillingItem.objects.get(signed_note=other).pk]
    assert not ExportBatch.objects.exists()


def test_nothing_chosen_exports_nothing(world: World) -> None:
    with pytest.raises(NothingChosen):
        export(world, item_ids=[])


def test_a_payers_rejection_is_kept_with_its_reason(world: World, signed: SignedNote) -> None:
    items = ready_ids(world)
    export(world, item_ids=items)
    rejection_record(user=world.biller, item_id=items[0], reason="CO-11")
    (claim,) = selectors.queue(world.biller, state="rejected").claims
    assert claim.rejection_reason == "CO-11"


def test_outsiders_export_nothing(world: World, signed: SignedNote, other_biller: Any) -> None:
    items = ready_ids(world)
    for user in (world.owner, world.outsider, world.nobody):
        with pytest.raises(NotAllowed):
            export_build(user=user, item_ids=items, request_key=uuid4())
    with pytest.raises(NotFound):
        export_build(user=other_biller, item_ids=items, request_key=uuid4())
    batch = export(world, item_ids=items)
    assert selectors.batches(other_biller) == ()
    with pytest.raises(NotFound):
        selectors.batch_file(other_biller, batch.pk)
    with pytest.raises(NotFound):
        selectors.batch_detail(other_biller, batch.pk)


@pytest.mark.django_db(transaction=True)
def test_two_exports_at_once_export_once(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = made(settings, tmp_path, monkeypatch)
    sign_visit(world)
    items = ready_ids(world)
    together = threading.Barrier(2)
    made_batches: list[int] = []
    errors: list[BaseException] = []

    def click() -> None:
        try:
            together.wait()
            made_batches.append(export(world, item_ids=items).pk)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert not errors
    assert len(made_batches) == 2
    assert len(set(made_batches)) == ExportBatch.objects.count() == 1
    assert ExportLine.objects.count() == 1
