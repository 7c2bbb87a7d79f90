"""The biller's day: filter, ask, mend, export, mark a rejection; in both languages."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from billing.formats.x12_gate import x12_check
from billing.models import BillingItem
from billing.services.lines import LineInput
from ehr.models import CodingQuery
from ehr.services.queries import Answer, query_answer
from tests.billing.conftest import made, sign_visit
from tests.billing.practice import complete, newest_item, practice_make
from tests.ehr.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def signed_world(
    transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A practice with one claim that is ready and one that nobody has worked on."""
    world = made(settings, tmp_path, monkeypatch)
    practice = practice_make(world)
    sign_visit(world)
    ready = newest_item(world)
    complete(world, practice, ready.pk, lines=[LineInput("99213", Decimal(1), (1,))])
    BillingItem.objects.get(pk=ready.pk, state="ready")
    sign_visit(world)
    return world


@pytest.mark.parametrize("language", ["en", "fr"])
def test_from_the_queue_to_a_rejection(
    signed_world: World, window: Callable[..., Page], language: str
) -> None:
    def said(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    page = window(as_user="biller", locale=language)
    page.wait_for_url("**/billing/")

    # The queue by state: one is ready, one still has to be worked on.
    page.locator("#filter-ready").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("#filter-signed").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    item = newest_item(signed_world)
    page.locator(f"#item-{item.pk}").click()
    expect(page.locator("#edits li")).not_to_have_count(0)

    # A question is asked and answered.
    page.locator("#id_text").fill("Which side?")
    page.get_by_role("button", name=said("Hold and ask")).click()
    expect(page.locator(".page-head .badge-warn")).to_have_text(said("Needs an answer"))
    query = CodingQuery.objects.get(answered_at=None)
    query_answer(
        user=signed_world.owner,
        query_id=query.pk,
        expected_version=query.note.version,
        answer=Answer("undetermined"),
    )
    page.reload()
    expect(page.locator("#questions")).to_contain_text(said("Cannot be determined"))

    # An edit is mended: a wrong pointer is said at its place, then everything is kept.
    row = page.locator("[data-line]").first
    row.locator("[name$=code]").fill("93000")
    row.locator("[name$=pointers]").fill("Z")
    row.locator("[name$=charge]").fill("60.50")
    page.locator("#save-lines").click()
    expect(row.locator(".error")).to_have_text(said("Letters A to L, as the diagnoses are marked."))
    row.locator("[name$=pointers]").fill("ba")
    page.locator("#save-lines").click()
    expect(page.locator("#edits .badge-good")).to_have_text(said("Nothing open"))

    # Both are found by the patient's name and exported with a claim file.
    page.goto("/billing/")
    page.locator("[name=q]").fill("zimmermann")
    page.locator("[name=q]").press("Enter")
    expect(page.locator("#queue")).to_contain_text("zimmermann")
    page.locator("[data-choose-all]").check()
    page.get_by_role("button", name=said("Export…")).click()
    page.get_by_role("button", name=said("Export now")).click(timeout=30_000)
    page.wait_for_url("**/billing/exports/*", timeout=60_000)
    expect(page.locator("pre.x12")).to_contain_text("AK9*A*1*1*1")
    with page.expect_download() as download:
        page.locator("#download").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    claim_id = f"P{item.signed_note.note_id:08d}"
    mine = [each for each in rows if each["claim_id"] == claim_id]
    assert [each["code"] for each in mine] == [code["code"] for code in item.signed_note.codes]
    assert mine[0]["service_lines"] == "93000 x1 60.50 BA"
    with page.expect_download() as download:
        page.locator("#download-837p").click()
    file = Path(download.value.path()).read_bytes()
    assert x12_check(file).accepted
    assert f"CLM*{claim_id}*60.5*".encode() in file

    # The payer's list marks one of them.
    page.goto("/billing/rejections")
    answer = f"claim_id,reason\n{claim_id},CO-16 incomplete\n".encode()
    page.set_input_files("#id_file", {"name": "a.csv", "mimeType": "text/csv", "buffer": answer})
    page.get_by_role("button", name=said("Bring it in")).click()
    expect(page.locator(".notice-success")).to_be_visible()
    page.goto("/billing/?state=rejected")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#queue")).to_contain_text("CO-16 incomplete")
    page.locator(f"#item-{item.pk}").click()
    page.locator("#requeue").click()
    expect(page.locator("#edits .badge-good")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_institutional_claim_from_the_page_to_its_file(
    signed_world: World, window: Callable[..., Page], language: str
) -> None:
    def said(text: str) -> str:
        with translation.override(language):
            return gettext(text)

    page = window(as_user="biller", locale=language, width=390)
    page.wait_for_url("**/billing/")
    item = BillingItem.objects.get(state="ready")
    page.locator(f"#item-{item.pk}").click()
    section = page.locator("#institutional")
    expect(section.locator(".badge")).to_have_text(said("Beta"))
    section.locator("summary").click()
    section.locator("[name=admission_type]").select_option("3")
    section.locator("[name=admission_source]").select_option("1")
    page.locator("#save-institutional").click()

    # What the kind of claim asks for is said, mended, and gone.
    expect(page.locator("#edit-revenue-code-missing")).to_be_visible()
    row = page.locator("[data-line]").first
    row.locator("[name$=revenue_code]").fill("510")
    page.locator("#save-lines").click()
    expect(page.locator("#edits")).to_contain_text(
        said("Every rule is kept. The claim can be exported as 837I (beta).")
    )
    page.locator(".page-head form button").click()
    expect(page.locator("input[value='837i']")).to_be_checked()
    expect(page.locator("input[value='837p']")).to_have_count(0)
    page.get_by_role("button", name=said("Export now")).click()
    with page.expect_download() as download:
        page.locator("#download-837i").click()
    file = Path(download.value.path()).read_bytes()
    assert x12_check(file).accepted
    assert b"SV2*0510*HC:99213*" in file
