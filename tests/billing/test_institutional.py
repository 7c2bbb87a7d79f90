"""An item as an institutional claim (beta): from the page to the 837I, the CSV and FHIR."""

import csv
import io
import re
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from billing import selectors
from billing.exceptions import OpenEdits, WrongFile, WrongState
from billing.formats.x12_gate import x12_check
from billing.models import BillingItem, ExportBatch, Facility, Fee, InstitutionalClaim, Submitter
from billing.services.exports import export_build
from billing.services.items import item_requeue, payer_reference_save, rejection_record
from billing.services.lines import (
    LineInput,
    institutional_drop,
    institutional_save,
    lines_save,
)
from billing.services.practice import AlreadyThere, facility_save, fee_save
from ehr.exceptions import NotAllowed, NotFound
from ehr.models import SignedNote
from fhir_bridge import store
from fhir_bridge.access import loader_actor
from tests.billing.conftest import amend_without, sign_visit
from tests.billing.practice import (
    ADDRESS,
    FACILITY,
    Practice,
    complete,
    newest_item,
    practice_make,
)
from tests.ehr.world import World

OUTPATIENT = {"admission_type": "3", "admission_source": "1"}
LINES = (
    LineInput("99213", Decimal(1), (), ("25",), revenue_code="0510"),
    LineInput("93000", Decimal(1), (), charge=Decimal("60.50"), revenue_code="0730"),
)


@pytest.fixture
def practice(world: World) -> Practice:
    return practice_make(world)


@pytest.fixture
def item(world: World, practice: Practice, signed: SignedNote) -> BillingItem:
    """An outpatient's claim of the practice's facility with nothing open."""
    made = complete(world, practice, newest_item(world).pk, lines=LINES)
    institutional_save(user=world.biller, item_id=made.pk, **OUTPATIENT)  # type: ignore[arg-type]
    made.refresh_from_db()
    return made


def export(world: World, *item_ids: int, formats: tuple[str, ...] = ("837i",)) -> ExportBatch:
    return export_build(user=world.biller, item_ids=item_ids, request_key=uuid4(), formats=formats)


def content(batch: ExportBatch, kind: str) -> bytes:
    return bytes(batch.files.get(kind=kind).content)


def segments(batch: ExportBatch) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in content(batch, "837i").decode().replace("\n", "").rstrip("~").split("~"):
        parts = line.split("*")
        found.setdefault(parts[0], []).append(parts)
    return found


def edits(world: World, item: BillingItem) -> list[str]:
    return [edit.code for edit in selectors.item_detail(world.biller, item.pk).edits]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_claim_as_837i_csv_and_fhir_is_the_same_field_by_field(
    world: World, item: BillingItem, practice: Practice
) -> None:
    assert item.state == "ready"
    batch = export(world, item.pk)
    assert [file.kind for file in batch.files.all()] == ["csv", "837i", "999"]
    assert x12_check(content(batch, "837i")).accepted
    assert b"005010X223A2" in content(batch, "999")
    x12 = segments(batch)
    text = content(batch, "csv").decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    claim_id = row["claim_id"]
    fhir = store.read(loader_actor(world.organization_id), "Claim", f"{claim_id}-1").resource

    assert fhir["type"]["coding"][0]["code"] == row["claim_type"] == "institutional"
    (tag,) = fhir["meta"]["tag"]
    assert (tag["system"], tag["code"], tag["display"]) == ("urn:plume:maturity", "beta", "Beta")
    (french,) = tag["_display"]["extension"]
    assert [each.get("valueString") for each in french["extension"]] == [None, "Bêta"]
    kind = x12["CLM"][0][5].split(":")
    assert kind == ["13", "A", "1"]
    assert row["type_of_bill"] == fhir["subType"]["coding"][0]["code"] == kind[0] + kind[2]
    assert Decimal(x12["CLM"][0][2]) == Decimal(row["total_charge"]) == fhir["total"]["value"]
    covered = f"{row['statement_from']}-{row['statement_to']}".replace("-", "")
    (statement,) = [each for each in x12["DTP"] if each[1] == "434"]
    assert statement[3].replace("-", "") == covered
    period = fhir["billablePeriod"]
    assert [period["start"], period["end"]] == [row["statement_from"], row["statement_to"]]
    assert x12["CL1"] == [["CL1", "3", "1", "01"]]
    facility = next(each for each in x12["NM1"] if each[1] == "77")
    assert facility[9] == fhir["facility"]["identifier"]["value"] == practice.facility.npi
    attending = next(each for each in x12["NM1"] if each[1] == "71")
    assert attending[9] == row["clinician_npi"]
    assert fhir["careTeam"][0]["provider"]["identifier"]["value"] == attending[9]
    assert [each[1:] for each in x12["SV2"]] == [
        ["0510", "HC:99213:25", "125", "UN", "1"],
        ["0730", "HC:93000", "60.5", "UN", "1"],
    ]
    for sv2, line in zip(x12["SV2"], fhir["item"], strict=True):
        assert line["revenue"]["coding"][0]["code"] == sv2[1]
        assert line["productOrService"]["coding"][0]["code"] == sv2[2].split(":")[1]
        assert line["net"]["value"] == Decimal(sv2[3])
        assert "locationCodeableConcept" not in line
    assert row["service_lines"] == "0510/99213-25 x1 125.00 | 0730/93000 x1 60.50"
    codes = [each[1].split(":")[1] for each in x12["HI"]]
    signed = [each["diagnosisCodeableConcept"]["coding"][0]["code"] for each in fhir["diagnosis"]]
    assert codes == [code.replace(".", "") for code in signed]
    assert fhir["diagnosis"][0]["type"][0]["coding"][0]["code"] == "principal"


def test_a_stay_with_a_bed_is_billed_by_its_revenue_code(world: World, item: BillingItem) -> None:
    lines_save(
        user=world.biller,
        item_id=item.pk,
        lines=[LineInput("", Decimal(1), (), charge=Decimal(900), revenue_code="0120")],
    )
    assert edits(world, item) == ["procedure-missing"]
    institutional_save(user=world.biller, item_id=item.pk, bill_type="11", **OUTPATIENT)  # type: ignore[arg-type]
    assert set(edits(world, item)) == {
        "admission-date-missing",
        "discharge-hour-missing",
        "admitting-diagnosis-missing",
    }
    day = date(2026, 5, 4)
    institutional_save(
        user=world.biller, item_id=item.pk, bill_type="11", admitted_on=day,
        admitted_at=time(8, 30), discharged_at=time(17), presenting=1, statement_from=day,
        **OUTPATIENT,  # type: ignore[arg-type]
    )  # fmt: skip
    assert edits(world, item) == []
    batch = export(world, item.pk)
    x12 = segments(batch)
    assert x12["SV2"] == [["SV2", "0120", "", "900", "DA", "1"]]
    assert ["DTP", "435", "DT", "202605040830"] in x12["DTP"]
    claim_id = f"P{item.signed_note.note_id:08d}-1"
    actor = loader_actor(world.organization_id)
    fhir = store.read(actor, "Claim", claim_id).resource
    assert fhir["item"][0]["productOrService"]["coding"][0]["code"] == "0120"
    charge = store.read(actor, "ChargeItem", f"{claim_id}-1").resource
    assert charge["code"]["coding"][0]["code"] == "0120"
    types = [each["coding"][0]["code"] for each in fhir["diagnosis"][0]["type"]]
    assert types == ["principal", "admitting"]


def test_the_same_request_is_one_export(world: World, item: BillingItem) -> None:
    key = uuid4()
    made = [
        export_build(user=world.biller, item_ids=[item.pk], request_key=key, formats=("837i",))
        for _ in range(2)
    ]
    assert made[0] == made[1] == export(world, item.pk)
    assert ExportBatch.objects.count() == 1
    assert Submitter.objects.get().last_control_number == made[0].control_number == 1


@pytest.mark.parametrize("formats", [("837p",), ("cms1500",), ("837p", "837i")])
def test_no_file_takes_a_claim_of_the_other_kind(
    world: World, item: BillingItem, formats: tuple[str, ...]
) -> None:
    with pytest.raises(WrongFile):
        export(world, item.pk, formats=formats)
    institutional_drop(user=world.biller, item_id=item.pk)
    with pytest.raises(WrongFile):
        export(world, item.pk)
    assert not ExportBatch.objects.exists()
    assert Submitter.objects.get().last_control_number == 0


def test_two_kinds_leave_together_as_csv_only(
    world: World, item: BillingItem, practice: Practice
) -> None:
    sign_visit(world)
    other = complete(world, practice, newest_item(world).pk, lines=[LineInput("93000", 1, (1,))])  # type: ignore[arg-type]
    for formats in (("837i",), ("837p",)):
        with pytest.raises(WrongFile):
            export(world, item.pk, other.pk, formats=formats)
    client = signed_in(world.biller)
    page = client.post(reverse("billing:confirm"), {"item": [item.pk, other.pk]}).content.decode()
    assert "do not fit into one file" in page
    assert re.search(r'value="837i" disabled', page)
    assert re.search(r'value="837p" disabled', page)
    batch = export(world, item.pk, other.pk, formats=())
    rows = csv.DictReader(io.StringIO(content(batch, "csv").decode("utf-8-sig"), newline=""))
    assert {row["claim_type"] for row in rows} == {"institutional", "professional"}


def test_open_edits_write_no_claim_file(world: World, item: BillingItem) -> None:
    institutional_save(user=world.biller, item_id=item.pk)
    assert set(edits(world, item)) == {"admission-type-missing", "admission-source-missing"}
    with pytest.raises(OpenEdits):
        export(world, item.pk)
    assert not ExportBatch.objects.exists()


def test_a_replacement_is_of_the_kind_that_the_payer_has(
    world: World, item: BillingItem, practice: Practice, signed: SignedNote
) -> None:
    export(world, item.pk)
    payer_reference_save(user=world.biller, item_id=item.pk, reference="ICN-77")
    amend_without(world, signed, "I10")
    newer = newest_item(world)
    claim = selectors.item_detail(world.biller, newer.pk).claim
    assert (claim.frequency, claim.prior_institutional) == ("7", True)
    assert "claim-kind-changed" in edits(world, newer)
    assert claim.coverage
    complete(world, practice, newer.pk, lines=LINES, coverage_id=claim.coverage.id)
    institutional_save(user=world.biller, item_id=newer.pk, **OUTPATIENT)  # type: ignore[arg-type]
    assert edits(world, newer) == []
    assert segments(export(world, newer.pk))["CLM"][0][5] == "13:A:7"


def test_a_refused_claim_that_the_payer_numbered_stays_of_its_kind(
    world: World, item: BillingItem
) -> None:
    export(world, item.pk)
    with pytest.raises(WrongState):
        institutional_drop(user=world.biller, item_id=item.pk)
    rejection_record(user=world.biller, item_id=item.pk, reason="CO-16", payer_reference="ICN-5")
    item_requeue(user=world.biller, item_id=item.pk)
    assert edits(world, item) == []
    institutional_drop(user=world.biller, item_id=item.pk)
    assert "claim-kind-changed" in edits(world, item)


def test_a_line_takes_the_revenue_code_of_its_fee(
    world: World, item: BillingItem, practice: Practice
) -> None:
    fee_save(user=world.biller, values={"revenue_code": "0521"}, fee_id=practice.fee.pk)
    lines_save(user=world.biller, item_id=item.pk, lines=[LineInput("99213", Decimal(1), ())])
    assert item.service_lines.get().revenue_code == "0521"
    assert edits(world, item) == []


def test_without_a_facility_the_claim_says_so(world: World, item: BillingItem) -> None:
    Facility.objects.update(active=False)
    assert edits(world, item) == ["facility-missing"]


def test_a_facility_is_there_once(world: World, practice: Practice) -> None:
    with pytest.raises(AlreadyThere):
        facility_save(user=world.biller, values=FACILITY)
    assert Facility.objects.count() == 1


def test_it_is_made_changed_and_undone_on_the_page(
    world: World, practice: Practice, signed: SignedNote
) -> None:
    item = complete(world, practice, newest_item(world).pk)
    client = signed_in(world.biller)
    url = reverse("billing:institutional", args=[item.pk])
    sent = {
        "facility": practice.facility.pk, "bill_type": "", "patient_status": "01",
        "presenting": "2", **OUTPATIENT,
    }  # fmt: skip
    assert client.post(url, sent).status_code == 302
    row = InstitutionalClaim.objects.get(item=item)
    assert (row.facility, row.presenting, row.statement_from) == (practice.facility, 2, None)
    page = client.get(reverse("billing:item", args=[item.pk])).content.decode()
    assert "0131" in page
    assert "Beta" in page
    assert 'name="line-0-revenue_code"' in page
    assert 'name="line-0-pointers"' not in page
    for wrong in (
        {"facility": "99999"}, {"bill_type": "99"}, {"patient_status": "00"},
        {"presenting": "9"}, {"admission_type": "8"}, {"statement_from": "x"},
        {"statement_from": "2026-05-04", "statement_to": "2026-05-03"}, {"admitted_at": "25:00"},
    ):  # fmt: skip
        assert client.post(url, {**sent, **wrong}).status_code == 422, wrong
    row.refresh_from_db()
    assert row.presenting == 2
    assert client.post(reverse("billing:professional", args=[item.pk])).status_code == 302
    assert not InstitutionalClaim.objects.exists()


def test_revenue_codes_are_typed_with_or_without_the_zero(world: World, item: BillingItem) -> None:
    client = signed_in(world.biller)
    url = reverse("billing:lines", args=[item.pk])
    counts = {"line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0"}
    typed = {**counts, "line-0-revenue_code": "250", "line-0-charge": "5"}
    assert client.post(url, typed).status_code == 302
    line = item.service_lines.get()
    assert (line.revenue_code, line.code, line.units) == ("0250", "", Decimal(1))
    for wrong in ("1", "0001", "abcd", "9999"):
        assert client.post(url, {**typed, "line-0-revenue_code": wrong}).status_code == 422
    assert item.service_lines.get() == line


def test_facilities_and_fees_are_entered_on_their_pages(world: World, practice: Practice) -> None:
    client = signed_in(world.biller)
    new = reverse("billing:facility-new")
    sent = {**ADDRESS, "name": "Annex", "npi": FACILITY["npi"], "bill_type": "85", "active": "on"}
    assert client.post(new, sent).status_code == 302
    assert client.post(new, sent).status_code == 422
    for wrong in (
        {"npi": "1234567890"}, {"bill_type": "00"}, {"line1": "PO Box 7"}, {"postal_code": "1"},
        {"name": ""}, {"name": "王"},
    ):  # fmt: skip
        assert client.post(new, {**sent, **wrong}).status_code == 422, wrong
    annex = Facility.objects.get(bill_type="85")
    change = reverse("billing:facility", args=[annex.pk])
    assert client.post(change, {**sent, "name": "Annexe"}).status_code == 302
    annex.refresh_from_db()
    assert annex.name == "Annexe"
    assert "Annexe" in client.get(reverse("billing:practice")).content.decode()

    def brought(text: str) -> int:
        file = io.BytesIO(text.encode())
        file.name = "fees.csv"
        return client.post(reverse("billing:fees"), {"file": file}).status_code

    head = "code,amount,since,revenue_code\n"
    assert brought(head + "93000,60.50,2026-01-01,730\n") == 302
    assert Fee.objects.get(code="93000").revenue_code == "0730"
    assert brought(head + "93000,60.50,2026-01-01,1\n") == 422
    assert brought("code,amount,since\n93000,61.00,2026-01-01\n") == 302
    assert Fee.objects.get(code="93000").revenue_code == "0730"


@pytest.mark.parametrize(("language", "word"), [("en", "Beta"), ("fr", "Bêta")])
def test_the_pages_say_beta(world: World, item: BillingItem, language: str, word: str) -> None:
    client = signed_in(world.biller)
    said = {"Accept-Language": language}
    detail = client.get(reverse("billing:item", args=[item.pk]), headers=said)
    confirm = client.post(reverse("billing:confirm"), {"item": [item.pk]}, headers=said)
    batch = export(world, item.pk)
    made = client.get(reverse("billing:export", args=[batch.pk]), headers=said)
    listed = client.get(reverse("billing:exports"), headers=said)
    practice = client.get(reverse("billing:practice"), headers=said)
    for page in (detail, confirm, made, listed, practice):
        assert word in page.content.decode()
    assert "005010X223A2" in made.content.decode()
    file = client.get(reverse("billing:file", args=[batch.pk, "837i"]))
    assert file.content == content(batch, "837i")
    assert "beta" in file["Content-Disposition"]


def test_outsiders_make_nothing_institutional(
    world: World, item: BillingItem, practice: Practice, other_biller: Any
) -> None:
    calls = (
        lambda user: institutional_save(user=user, item_id=item.pk, bill_type="85"),
        lambda user: institutional_drop(user=user, item_id=item.pk),
        lambda user: facility_save(
            user=user, values={"name": "x"}, facility_id=practice.facility.pk
        ),
        lambda user: selectors.institutional_claim(user, item.pk),
        lambda user: selectors.signed_positions(user, item.pk),
        lambda user: selectors.facility_row(user, practice.facility.pk),
    )
    for call in calls:
        for user in (world.owner, world.outsider, world.nobody):
            with pytest.raises(NotAllowed):
                call(user)
        with pytest.raises(NotFound):
            call(other_biller)
    theirs = Facility.objects.create(
        organization_id=world.other_organization_id, name="Theirs", npi="1", bill_type="13"
    )
    with pytest.raises(NotFound):
        institutional_save(user=world.biller, item_id=item.pk, facility_id=theirs.pk)
    page = signed_in(world.biller).post(
        reverse("billing:institutional", args=[item.pk]),
        {"facility": theirs.pk, "patient_status": "01"},
    )
    assert page.status_code == 422
    assert "Theirs" not in page.content.decode()
    row = InstitutionalClaim.objects.get(item=item)
    assert (row.bill_type, row.facility) == ("", None)
