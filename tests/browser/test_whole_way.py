"""The main job from end to end: words in, a draft by the real engine, review, signature, export.

What was signed, what `GET /fhir/Composition/{id}` serves and what billing exports must agree.
"""

import csv
import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from ehr.models import Note, SignedNote
from ehr.services.visits import visit_create
from ehr.terminology import code_index
from fhir_bridge import store
from fhir_bridge.access import actor_for_user
from tests.ehr.world import World

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]

SEEDS = Path(settings.BASE_DIR) / "seeds"
PATIENT = "margaret-ellison"


@pytest.fixture
def visit_id(world: World) -> int:
    """A planned visit of one of the demo's patients, as the demo seeds it."""
    if not code_index().exists():
        pytest.skip("no code list: run `manage.py prepare`")
    actor = actor_for_user(world.owner)
    for name in ("_practice", PATIENT):
        bundle = (SEEDS / "patients" / f"{name}.json").read_bytes()
        store.transaction(actor, bundle)
    entries = json.loads((SEEDS / "visits" / "manifest.json").read_text())
    entry = next(entry for entry in entries if entry["patient"] == PATIENT)
    visit = visit_create(
        actor=actor,
        patient_id=PATIENT,
        scheduled_at=timezone.now(),
        specialty=entry["specialty"],
        reason=entry["reason"],
        language=entry["language"],
    )
    return int(visit.pk)


def plain(div: str) -> str:
    """The text of a narrative, as one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", div)).split())


def test_from_words_to_a_signed_note_to_an_exported_claim(
    visit_id: int, world: World, window: Callable[..., Page]
) -> None:
    # The physician gives the words; the worker drafts; the page goes on by itself.
    page = window(as_user="owner")
    page.goto(f"/visits/{visit_id}")
    page.set_input_files("#id_file", SEEDS / "visits" / f"{PATIENT}.txt")
    page.get_by_role("button", name="Draft the note").click()
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    call_command("runner", once=True)
    expect(page.locator("#panes")).to_be_visible(timeout=30_000)

    # One edit, one rejected sentence, one accepted code; warnings that block are settled.
    sentences = page.locator(".sentence.proposed")
    edited_id = sentences.nth(0).get_attribute("id")
    rejected_id = sentences.nth(1).get_attribute("id")
    rejected_text = page.locator(f"#{rejected_id} .sentence-text > span").first.inner_text()
    page.locator(f"#{edited_id} .sentence-text").click()
    page.keyboard.press("e")
    page.locator(f"#{edited_id} textarea").fill("Fatigue in the evening for three months.")
    page.keyboard.press("Enter")
    expect(page.locator(f"#{edited_id}.edited")).to_be_visible()
    page.locator(f"#{rejected_id} .sentence-text").click()
    page.keyboard.press("x")
    expect(page.locator(f"#{rejected_id}.rejected")).to_be_visible()
    while page.locator(".flag-high:not(.flag-resolved)").count():
        before = page.locator(".flag-high:not(.flag-resolved)").count()
        page.locator(".flag-high:not(.flag-resolved) [data-act=check]").first.click()
        expect(page.locator(".flag-high:not(.flag-resolved)")).to_have_count(before - 1)
    code = page.locator(".suggestion.proposed").first
    code_id, code_text = (
        code.get_attribute("id"),
        code.locator(".suggestion-head .code").inner_text(),
    )
    code.locator("[data-act=accept]").click()
    expect(page.locator(f"#{code_id}.accepted")).to_be_visible()

    # The signature, and what became of it.
    page.keyboard.press("s")
    page.get_by_role("button", name="Sign as Owner Test").click()
    expect(page.get_by_role("heading", name="Visit note")).to_be_visible()
    expect(page.locator("#note-text")).to_contain_text("Fatigue in the evening for three months.")
    signed = SignedNote.objects.get()
    kept = [line["text"] for part in signed.content["sections"] for line in part["sentences"]]
    assert "Fatigue in the evening for three months." in kept
    assert Note.objects.get().state == Note.State.SIGNED
    assert [entry["code"] for entry in signed.codes] == [code_text]

    # The record serves exactly that.
    link = page.get_by_role("link", name="FHIR Composition").get_attribute("href")
    answer = page.request.get(str(link), headers={"Accept": "application/fhir+json"})
    composition: dict[str, Any] = answer.json()
    assert composition["id"] == signed.composition_id
    assert composition["status"] == "final"
    assert composition["meta"]["versionId"] == str(signed.composition_version)
    served = " ".join(plain(part["text"]["div"]) for part in composition["section"])
    for text in kept:
        assert " ".join(text.split()) in served
    if rejected_text not in kept:
        assert rejected_text not in served

    # The biller exports it once; the row says what was signed, and nothing of the note.
    page = window(as_user="biller")
    page.goto("/")
    page.wait_for_url("**/billing/")
    page.get_by_role("checkbox").last.check()
    page.get_by_role("button", name="Export").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Export now").click()
    with page.expect_download() as download:
        page.locator("#download").click()
    content = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["code"] for row in rows] == [code_text]
    assert rows[0]["description"] == signed.codes[0]["description"]
    assert rows[0]["composition_id"] == composition["id"]
    assert rows[0]["composition_version"] == composition["meta"]["versionId"]
    assert rows[0]["patient_name"] == "Margaret Anne Ellison"
    for text in kept:
        assert text not in content

    # What billing may not see stays shut for it.
    for path in (f"/visits/{visit_id}", f"/patients/{PATIENT}", str(link)):
        assert page.request.get(path).status in (403, 404)
