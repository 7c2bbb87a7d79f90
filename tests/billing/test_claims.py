"""A claim from services to files: 837P, CSV, CMS-1500 and FHIR say the same."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from billing import selectors
from billing.exceptions import ClaimsChanged, OpenEdits, RequestReused, WrongState
from billing.formats.x12_gate import x12_check
from billing.models import BillingItem, ExportBatch, ExportFile, Submitter
from billing.services import exports as service
from billing.services.exports import export_build
from billing.services.items import (
    item_requeue,
    item_void,
    item_void_undo,
    payer_reference_save,
    rejection_record,
)
from billing.services.lines import LineInput, coverage_save, details_save, edit_confirm, lines_save
from ehr.exceptions import BadInput, NotAllowed, NotFound
from ehr.models import SignedNote
from fhir_bridge import audit, store
from fhir_bridge.access import actor_for_user, loader_actor
from fhir_bridge.mappings.coverage import InsuredPerson
from fhir_bridge.models import AuditEntry
from fhir_bridge.outcomes import Protected
from tests.billing.conftest import amend_without, sign_visit
from tests.billing.practice import INSURANCE, Practice, complete, newest_item, practice_make
from tests.ehr.world import World

FILES = ("837p", "cms1500")


@pytest.fixture
def practice(world: World) -> Practice:
    return practice_make(world)


@pytest.fixture
def item(world: World, practice: Practice, signed: SignedNote) -> BillingItem:
    return complete(world, practice, newest_item(world).pk)


def export(world: World, *item_ids: int, formats: tuple[str, ...] = FILES) -> ExportBatch:
    return export_build(user=world.biller, item_ids=item_ids, request_key=uuid4(), formats=formats)


def content(batch: ExportBatch, kind: str) -> bytes:
    return bytes(batch.files.get(kind=kind).content)


def segments(batch: ExportBatch) -> dict[str, list[list[str]]]:
    """The segments of an 837P by their name."""
    found: dict[str, list[list[str]]] = {}
    for line in content(batch, "837p").decode().replace("\n", "").rstrip("~").split("~"):
        parts = line.split("*")
        found.setdefault(parts[0], []).append(parts)
    return found


def party(found: dict[str, list[list[str]]], role: str) -> list[str]:
    return next(name for name in found["NM1"] if name[1] == role)


def resource(world: World, type_: str, id_: str) -> dict[str, Any]:
    return store.read(loader_actor(world.organization_id), type_, id_).resource


def test_an_item_is_ready_once_every_rule_is_kept(
    world: World, practice: Practice, signed: SignedNote
) -> None:
    item = newest_item(world)
    detail = selectors.item_detail(world.biller, item.pk)
    assert {edit.code for edit in detail.edits} == {"coverage-missing", "line-missing"}
    assert complete(world, practice, item.pk).state == "ready"
    lines_save(user=world.biller, item_id=item.pk, lines=[])
    item.refresh_from_db()
    assert item.state == "signed"


def test_a_line_without_a_charge_takes_the_fee(item: BillingItem, practice: Practice) -> None:
    first = item.service_lines.get(position=1)
    assert first.charge == practice.fee.amount
    assert first.system == "http://www.ama-assn.org/go/cpt"


def test_the_claim_as_fhir_csv_form_and_837p_is_the_same_field_by_field(
    world: World, item: BillingItem, practice: Practice, signed: SignedNote
) -> None:
    details_save(user=world.biller, item_id=item.pk, place_of_service="22", authorization="AUTH 9")
    batch = export(world, item.pk)
    x12 = segments(batch)
    text = content(batch, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    boxes = json.loads(content(batch, "cms1500-json"))["claims"][0]["pages"][0]
    (claim_id,) = {row["claim_id"] for row in rows}
    fhir = resource(world, "Claim", f"{claim_id}-1")
    lines = fhir["item"]

    assert x12["CLM"][0][1] == claim_id == boxes["26"]
    assert fhir["identifier"][0]["value"] == f"{claim_id}-{rows[0]['claim_version']}"
    total = Decimal(x12["CLM"][0][2])
    assert total == Decimal(rows[0]["total_charge"]) == Decimal(boxes["28"])
    assert total == fhir["total"]["value"] == Decimal("185.50")
    assert x12["CLM"][0][5] == f"22:B:{rows[0]['frequency']}"
    assert {line["locationCodeableConcept"]["coding"][0]["code"] for line in lines} == {"22"}
    assert boxes["24B.1"] == "22"
    assert (x12["REF"][1][1:], fhir["insurance"][0]["preAuthRef"], boxes["23"]) == (
        ["G1", "AUTH 9"],
        ["AUTH 9"],
        "AUTH 9",
    )

    codes = [element.split(":")[1] for element in x12["HI"][0][1:]]
    assert codes == [row["code"].replace(".", "") for row in rows]
    assert codes == [boxes["21A"], boxes["21B"]]
    assert [
        entry["diagnosisCodeableConcept"]["coding"][0]["code"] for entry in fhir["diagnosis"]
    ] == [row["code"] for row in rows]
    assert [entry["sequence"] for entry in fhir["diagnosis"]] == [1, 2]

    for number, (sv1, line) in enumerate(zip(x12["SV1"], lines, strict=True), start=1):
        code, *modifiers = sv1[1].split(":")[1:]
        assert line["productOrService"]["coding"][0]["code"] == code
        assert [each["coding"][0]["code"] for each in line.get("modifier", [])] == modifiers
        assert line["net"]["value"] == Decimal(sv1[2]) == Decimal(boxes[f"24F.{number}"])
        assert line["quantity"]["value"] == Decimal(sv1[4]) == Decimal(boxes[f"24G.{number}"])
        pointers = sv1[7].split(":")
        assert [str(each) for each in line["diagnosisSequence"]] == pointers
        assert boxes[f"24E.{number}"] == "".join("AB"[int(each) - 1] for each in pointers)
        assert boxes[f"24D.{number}"] == " ".join((code, *modifiers))
        charge = resource(world, "ChargeItem", f"{claim_id}-1-{number}")
        assert charge["code"]["coding"][0]["code"] == code
        assert charge["priceOverride"]["value"] == line["net"]["value"]
        assert charge["status"] == "billed"
    assert rows[0]["service_lines"] == "99213-25 x1 125.00 AB | 93000 x1 60.50 A"

    day = rows[0]["service_date"].replace("-", "")
    assert {dtp[3] for dtp in x12["DTP"]} == {day}
    assert {line["servicedDate"] for line in lines} == {rows[0]["service_date"]}
    assert party(x12, "IL")[9] == rows[0]["member_id"] == boxes["1a"] == "PSH-6610347"
    assert fhir["insurance"][0]["coverage"]["identifier"]["value"] == "PSH-6610347"
    assert party(x12, "PR")[9] == rows[0]["payer_id"] == boxes["payer_id"] == "PSH01"
    assert fhir["insurer"]["identifier"]["value"] == "PSH01"
    assert (
        party(x12, "PR")[3] == rows[0]["payer_name"].upper() == fhir["insurer"]["display"].upper()
    )
    assert party(x12, "85")[9] == rows[0]["billing_npi"] == boxes["33a"]
    assert fhir["provider"]["identifier"]["value"] == rows[0]["billing_npi"]
    assert party(x12, "82")[9] == rows[0]["clinician_npi"] == boxes["24J.1"]
    assert fhir["careTeam"][0]["provider"]["identifier"]["value"] == rows[0]["clinician_npi"]
    assert party(x12, "IL")[3:5] == ["ZIMMERMANN", "ADA"]
    assert x12["DMG"][0][2] == rows[0]["patient_birth_date"].replace("-", "")
    assert fhir["patient"]["reference"] == f"Patient/{world.patient_id}"


def test_the_file_is_kept_with_its_999_and_passes_the_gate_again(
    world: World, item: BillingItem
) -> None:
    batch = export(world, item.pk)
    assert x12_check(content(batch, "837p")).accepted
    shown, _, acknowledgement = selectors.batch_detail(world.biller, batch.pk)
    assert "AK9*A*1*1*1" in acknowledgement
    assert shown.control_number == 1 == Submitter.objects.get().last_control_number
    assert {file.kind for file in shown.files} == {
        "csv", "837p", "999", "cms1500-json", "cms1500-csv",
    }  # fmt: skip


def test_open_edits_write_no_claim_file_but_leave_the_csv(
    world: World, practice: Practice, signed: SignedNote
) -> None:
    item = newest_item(world)
    for formats in (("837p",), ("cms1500",)):
        with pytest.raises(OpenEdits):
            export(world, item.pk, formats=formats)
    assert not ExportBatch.objects.exists()
    assert Submitter.objects.get().last_control_number == 0
    batch = export(world, item.pk, formats=())
    assert [file.kind for file in batch.files.all()] == ["csv"]
    claim = resource(world, "Claim", f"P{signed.note_id:08d}-1")
    assert claim["insurance"][0]["coverage"]["extension"][0]["valueCode"] == "unknown"


def test_a_code_that_was_retired_since_the_signature_holds_the_claim(
    world: World, item: BillingItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "billing.selectors.surroundings.diagnosis_problem",
        lambda _system, code, _day: "unknown" if code == "I10" else "",
    )
    with pytest.raises(OpenEdits):
        export(world, item.pk)
    edits = selectors.item_detail(world.biller, item.pk).edits
    assert [edit.code for edit in edits] == ["diagnosis-not-in-force"]


def test_a_day_outside_the_release_is_confirmed_by_a_person_with_a_reason(
    world: World, item: BillingItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "billing.selectors.surroundings.diagnosis_problem", lambda *_asked: "other-release"
    )
    (edit,) = selectors.item_detail(world.biller, item.pk).edits
    with pytest.raises(BadInput):
        edit_confirm(user=world.biller, item_id=item.pk, key=edit.key, reason=" ")
    with pytest.raises(NotFound):
        edit_confirm(user=world.biller, item_id=item.pk, key="charge-missing:1", reason="x")
    edit_confirm(user=world.biller, item_id=item.pk, key=edit.key, reason="CDC table, 2026")
    detail = selectors.item_detail(world.biller, item.pk)
    assert detail.edits == ()
    assert [by.reason for _, by in detail.confirmed] == ["CDC table, 2026"]


def test_what_changes_while_the_file_is_built_stops_the_export(
    world: World, item: BillingItem, monkeypatch: pytest.MonkeyPatch
) -> None:

    def meanwhile(file: bytes) -> Any:
        lines_save(user=world.biller, item_id=item.pk, lines=[LineInput("99213", Decimal(2), (1,))])
        return x12_check(file)

    monkeypatch.setattr(service, "x12_check", meanwhile)
    with pytest.raises(ClaimsChanged):
        export(world, item.pk)
    assert not ExportBatch.objects.exists()


def test_one_request_key_is_one_set_of_items(world: World, item: BillingItem) -> None:
    key = uuid4()
    sign_visit(world)
    other = newest_item(world)
    first = export_build(user=world.biller, item_ids=[item.pk], request_key=key)
    assert export_build(user=world.biller, item_ids=[item.pk], request_key=key) == first
    for items in ([other.pk], [item.pk, other.pk]):
        with pytest.raises(RequestReused):
            export_build(user=world.biller, item_ids=items, request_key=key)


def test_a_race_for_one_request_key_is_answered_as_if_it_came_second(
    world: World, item: BillingItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    sign_visit(world)
    other = newest_item(world)
    export_build(user=world.biller, item_ids=[other.pk], request_key=key)
    earlier = service._earlier
    asked: list[int] = []

    def blind_once(*arguments: Any) -> Any:
        asked.append(1)
        return None if len(asked) == 1 else earlier(*arguments)

    monkeypatch.setattr(service, "_earlier", blind_once)
    with pytest.raises(RequestReused):
        export_build(user=world.biller, item_ids=[item.pk], request_key=key)
    item.refresh_from_db()
    assert item.state == "ready"


def test_the_exports_audit_entry_stands_and_falls_with_it(
    world: World, item: BillingItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_later", lambda _entries: None)  # what is buffered gets lost
    batch = export(world, item.pk, formats=())
    (entry,) = AuditEntry.objects.filter(action="export")
    assert entry.detail == {"batch": batch.pk, "items": 1, "formats": ["csv"]}
    sign_visit(world)

    def broken(*_arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(service, "_record", broken)
    with pytest.raises(RuntimeError):
        export(world, newest_item(world).pk, formats=())
    assert AuditEntry.objects.filter(action="export").count() == 1


def test_an_amended_note_replaces_the_payers_claim_by_its_number(
    world: World, item: BillingItem, practice: Practice, signed: SignedNote
) -> None:
    export(world, item.pk, formats=())
    amend_without(world, signed, "I10")
    newer = newest_item(world)
    complete(
        world, practice, newer.pk,
        lines=[LineInput("99213", Decimal(1), (1,))],
        coverage_id=_coverage_of(world, newer),
    )  # fmt: skip
    edits = selectors.item_detail(world.biller, newer.pk).edits
    assert [edit.code for edit in edits] == ["original-reference-missing"]
    payer_reference_save(user=world.biller, item_id=item.pk, reference="ICN-77")
    newer.refresh_from_db()
    assert newer.state == "ready"
    batch = export(world, newer.pk)
    x12 = segments(batch)
    assert x12["CLM"][0][5].endswith(":7")
    assert ["REF", "F8", "ICN-77"] in x12["REF"]
    claim_id = f"P{signed.note_id:08d}"
    related = resource(world, "Claim", f"{claim_id}-2")["related"][0]
    assert related["claim"]["reference"] == f"Claim/{claim_id}-1"
    assert related["reference"]["value"] == "ICN-77"
    row = next(csv.DictReader(io.StringIO(content(batch, "csv").decode("utf-8-sig"))))
    assert (row["frequency"], row["original_reference"]) == ("7", "ICN-77")


def _coverage_of(world: World, item: BillingItem) -> str:
    claim = selectors.item_detail(world.biller, item.pk).claim
    assert claim.coverage
    return claim.coverage.id


def test_a_rejected_claim_is_mended_and_sent_again(world: World, item: BillingItem) -> None:
    first = export(world, item.pk, formats=())
    with pytest.raises(WrongState):
        item_requeue(user=world.biller, item_id=item.pk)
    rejection_record(user=world.biller, item_id=item.pk, reason="CO-16")
    assert item_requeue(user=world.biller, item_id=item.pk).state == "ready"
    claim = selectors.item_detail(world.biller, item.pk).claim
    assert (claim.submission, claim.frequency) == (2, "1")
    second = export(world, item.pk, formats=())
    assert second != first
    assert (
        store.read(loader_actor(world.organization_id), "Claim", f"{claim.claim_id}-1").version == 2
    )


def test_a_claim_that_the_payer_has_is_sent_again_as_a_replacement(
    world: World, item: BillingItem
) -> None:
    export(world, item.pk, formats=())
    rejection_record(user=world.biller, item_id=item.pk, reason="CO-16", payer_reference="ICN-5")
    item_requeue(user=world.biller, item_id=item.pk)
    claim = selectors.item_detail(world.biller, item.pk).claim
    assert (claim.frequency, claim.original_reference) == ("7", "ICN-5")


def test_a_void_is_sent_once_and_may_be_taken_back_before(world: World, item: BillingItem) -> None:
    export(world, item.pk, formats=())
    item_void(user=world.biller, item_id=item.pk)
    assert [edit.code for edit in selectors.item_detail(world.biller, item.pk).edits] == [
        "original-reference-missing"
    ]
    assert item_void_undo(user=world.biller, item_id=item.pk).state == "exported"
    payer_reference_save(user=world.biller, item_id=item.pk, reference="ICN-6")
    assert item_void(user=world.biller, item_id=item.pk).state == "ready"
    batch = export(world, item.pk)
    item.refresh_from_db()
    assert item.state == "void"
    assert segments(batch)["CLM"][0][5].endswith(":8")
    claim = selectors.item_detail(world.biller, item.pk).claim
    stored = resource(world, "Claim", f"{claim.claim_id}-1")
    assert stored["status"] == "cancelled"
    assert resource(world, "ChargeItem", f"{claim.claim_id}-1-1")["status"] == "aborted"


def test_an_amendment_without_codes_asks_for_a_void(
    world: World, item: BillingItem, signed: SignedNote
) -> None:
    export(world, item.pk, formats=())
    amend_without(world, signed, "I10")
    amend_without(world, signed, "R07.9")
    assert selectors.item_detail(world.biller, item.pk).claim.withdrawn


def test_an_insured_parent_is_the_subscriber(
    world: World, practice: Practice, signed: SignedNote
) -> None:
    insurance = replace(
        INSURANCE, relationship="child", subscriber=InsuredPerson("Lefèvre", "Zoé Anne")
    )
    item = complete(world, practice, newest_item(world).pk, insurance=insurance)
    x12 = segments(export(world, item.pk, formats=("837p",)))
    assert party(x12, "IL")[3:6] == ["LEFEVRE", "ZOE", "ANNE"]
    assert party(x12, "QC")[3:5] == ["ZIMMERMANN", "ADA"]
    assert x12["PAT"] == [["PAT", "19"]]
    assert [hl[3:] for hl in x12["HL"]] == [["20", "1"], ["22", "1"], ["23", "0"]]


def test_insurance_is_changed_in_place_and_never_another_patients(
    world: World, item: BillingItem, practice: Practice
) -> None:
    coverage_id = _coverage_of(world, item)
    coverage_save(
        user=world.biller, item_id=item.pk, payer_id=practice.payer.pk,
        insurance=replace(INSURANCE, member_id="NEW-1"), coverage_id=coverage_id,
    )  # fmt: skip
    assert resource(world, "Coverage", coverage_id)["subscriberId"] == "NEW-1"
    theirs = {
        **resource(world, "Coverage", coverage_id),
        "id": "theirs",
        "beneficiary": {"reference": "Patient/somebody-else"},
    }
    store.update(loader_actor(world.organization_id), "Coverage", "theirs", theirs)
    with pytest.raises(NotFound):
        coverage_save(
            user=world.biller, item_id=item.pk, payer_id=practice.payer.pk,
            insurance=INSURANCE, coverage_id="theirs",
        )  # fmt: skip


def test_what_was_exported_is_changed_no_more_here_nor_over_rest(
    world: World, item: BillingItem
) -> None:
    export(world, item.pk, formats=())
    with pytest.raises(WrongState):
        lines_save(user=world.biller, item_id=item.pk, lines=[])
    claim_id = f"P{item.signed_note.note_id:08d}-1"
    with pytest.raises(Protected):
        store.update(
            actor_for_user(world.owner), "Claim", claim_id, resource(world, "Claim", claim_id)
        )


def test_the_same_service_of_the_same_day_is_found_on_another_claim(
    world: World, item: BillingItem, practice: Practice
) -> None:
    sign_visit(world)
    other = newest_item(world)
    lines_save(user=world.biller, item_id=other.pk, lines=[LineInput("93000", Decimal(1), (1,))])
    edits = selectors.item_detail(world.biller, other.pk).edits
    assert [edit.code for edit in edits if edit.confirmable] == ["duplicate-claim"]


def test_control_numbers_are_never_given_out_twice(world: World, practice: Practice) -> None:
    actor = actor_for_user(world.biller)
    numbers = [service.control_number_next(actor) for _ in range(5)]
    assert numbers == [1, 2, 3, 4, 5]


def test_outsiders_enter_nothing(
    world: World, item: BillingItem, practice: Practice, other_biller: Any
) -> None:
    refused = (
        lambda user: lines_save(user=user, item_id=item.pk, lines=[]),
        lambda user: details_save(user=user, item_id=item.pk, place_of_service="11"),
        lambda user: coverage_save(
            user=user, item_id=item.pk, payer_id=practice.payer.pk, insurance=INSURANCE
        ),
        lambda user: edit_confirm(user=user, item_id=item.pk, key="x", reason="x"),
        lambda user: item_requeue(user=user, item_id=item.pk),
        lambda user: item_void(user=user, item_id=item.pk),
        lambda user: item_void_undo(user=user, item_id=item.pk),
        lambda user: payer_reference_save(user=user, item_id=item.pk, reference="x"),
    )
    for call in refused:
        for user in (world.owner, world.outsider, world.nobody):
            with pytest.raises(NotAllowed):
                call(user)
        with pytest.raises(NotFound):
            call(other_biller)
    assert item.service_lines.count() == 2
    assert not ExportFile.objects.exists()
