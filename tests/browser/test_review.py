"""Review as a clinician does it: keyboard only, by mouse, narrow, in French, without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from ehr.models import CodeSuggestion, Note, NoteSentence
from tests.ehr.world import World, draft_make, visit_make

pytestmark = pytest.mark.browser

Window = Callable[..., Page]


def path_of(note: Note) -> str:
    return f"/visits/{note.visit_id}"


def lines(note: Note) -> list[NoteSentence]:
    return list(NoteSentence.objects.filter(section__note=note).order_by("section", "position"))


def test_a_whole_review_by_keyboard_alone(note: Note, window: Window) -> None:
    first, second, third, fourth, *_ = lines(note)
    page = window(as_user="owner")
    page.goto(path_of(note))
    keys = page.keyboard

    keys.press("j")  # from the first sentence, which is chosen at the start, to the second
    expect(page.locator(f"#s{second.pk}")).to_be_focused()
    keys.press("a")
    expect(page.locator(f"#s{second.pk}.accepted")).to_be_visible()
    expect(page.locator(f"#s{third.pk}")).to_be_focused()
    keys.press("x")
    expect(page.locator(f"#s{third.pk}.rejected")).to_be_visible()
    keys.press("k")
    keys.press("u")
    expect(page.locator(f"#s{third.pk}.proposed")).to_be_visible()

    keys.press("j")
    keys.press("e")
    editor = page.locator(f"#text-{fourth.pk}")
    expect(editor).to_be_focused()
    keys.press("Escape")
    expect(editor).to_be_hidden()
    keys.press("e")
    keys.press("Control+A")
    keys.type("No fever, jaxe?")  # the letters of commands are only letters here
    keys.press("Enter")
    edited = page.locator(f"#s{fourth.pk}.edited")
    expect(edited).to_contain_text("No fever, jaxe?")

    for _ in range(3):
        keys.press("ArrowUp")
    expect(page.locator(f"#s{first.pk}")).to_be_focused()
    keys.press("f")
    expect(page.locator(f"#s{first.pk}")).to_contain_text("Checked by owner")

    keys.press("c")
    keys.press("a")
    code = CodeSuggestion.objects.filter(note=note).first()
    assert code is not None
    expect(page.locator(f"#c{code.pk}.accepted")).to_be_visible()

    keys.press("?")
    expect(page.locator("#keys")).to_be_visible()
    keys.press("Escape")
    keys.press("s")
    expect(page.locator("#sign-dialog")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#document-title")).to_be_visible()
    note.refresh_from_db()
    assert note.state == Note.State.SIGNED
    statuses = [line.status for line in lines(note)[:4]]
    assert statuses == ["proposed", "accepted", "proposed", "edited"]


def test_keys_pressed_faster_than_the_server_answers_are_all_kept(
    note: Note, window: Window
) -> None:
    page = window(as_user="owner")
    page.goto(path_of(note))
    page.keyboard.press("j")
    for _ in range(4):
        page.keyboard.press("a")
    expect(page.locator(".sentence.accepted")).to_have_count(4)
    assert page.locator("#notices .notice").count() == 0


def test_shortcuts_can_be_switched_off(note: Note, window: Window) -> None:
    page = window(as_user="owner")
    page.goto(path_of(note))
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_label("Shortcuts are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert page.locator(".sentence.accepted").count() == 0


def test_a_sentence_lights_its_source_and_the_words_lead_back(note: Note, window: Window) -> None:
    second, third = lines(note)[1:3]
    page = window(as_user="owner")
    page.goto(path_of(note))
    page.locator(f"#s{second.pk} .sentence-text").click()
    lit = page.locator(".span.lit")
    expect(lit).to_have_text(second.text)
    expect(lit).to_be_in_viewport()
    expect(page.locator("#source")).to_contain_text(second.text)

    page.locator(f'.span[data-keys~="s{third.pk}"]').first.click()
    expect(page.locator(f"#s{third.pk}")).to_be_focused()
    expect(page.locator(".span.lit")).to_have_text(third.text)


def test_a_sentence_from_the_record_shows_which_resource(note: Note, window: Window) -> None:
    known = NoteSentence.objects.get(section__note=note, section__key="assessment")
    page = window(as_user="owner")
    page.goto(path_of(note))
    page.locator(f"#s{known.pk} .sentence-text").click()
    expect(page.locator("#source")).to_contain_text("Problem")
    page.locator("#source").get_by_role("link", name="Show").click()
    card = page.locator("#source .source-card")
    expect(card).to_contain_text("1 June 2015")
    link = card.get_by_role("link").get_attribute("href") or ""
    assert link.startswith("/fhir/Condition/condition-1/_history/")


def test_a_change_elsewhere_is_said_and_nothing_is_overwritten(note: Note, window: Window) -> None:
    second, third = lines(note)[1:3]
    here, there = window(as_user="owner"), window(as_user="colleague")
    here.goto(path_of(note))
    there.goto(path_of(note))
    there.locator(f"#s{second.pk} .sentence-text").click()
    there.locator(f"#s{second.pk} [data-act=accept]").click()
    expect(there.locator(f"#s{second.pk}.accepted")).to_be_visible()
    here.locator(f"#s{third.pk} .sentence-text").click()
    here.locator(f"#s{third.pk} [data-act=reject]").click()
    expect(here.get_by_role("alert")).to_contain_text("The note changed since you opened it.")
    here.get_by_role("link", name="Show the current version").click()
    expect(here.locator(f"#s{second.pk}.accepted")).to_be_visible()
    third.refresh_from_db()
    assert third.status == "proposed"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_no_page_scrolls_sideways(width: int, note: Note, world: World, window: Window) -> None:
    waiting = draft_make(world)
    planned = visit_make(world)
    page = window(as_user="owner", width=width)
    for path in (
        "/worklist/2026-05-04",
        "/patients",
        f"/patients/{world.patient_id}",
        path_of(note),
        f"/visits/{waiting.visit_id}",
        f"/visits/{planned.pk}",
        f"/notes/{note.pk}/sign",
    ):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, (path, wide)


def test_one_pane_at_a_time_on_a_telephone(note: Note, window: Window) -> None:
    second = lines(note)[1]
    page = window(as_user="owner", width=390)
    page.goto(path_of(note))
    expect(page.locator("#words")).to_be_hidden()
    page.locator(f"#s{second.pk} .cite").first.click()
    expect(page.locator("#words")).to_be_visible()
    expect(page.locator(".span.lit")).to_be_in_viewport()
    page.locator(".pane-nav").get_by_text("Sources and codes").click()
    expect(page.locator("#codes")).to_be_visible()
    expect(page.locator("#note")).to_be_hidden()


def test_review_works_without_a_script(note: Note, window: Window) -> None:
    first, second = lines(note)[:2]
    page = window(as_user="owner", scripts=False)
    page.goto(path_of(note))
    page.locator(f"#s{second.pk} [data-act=accept]").click()
    expect(page.locator(f"#s{second.pk}.accepted")).to_be_visible()
    page.locator(f"#s{first.pk} details.edit summary").click()
    page.locator(f"#text-{first.pk}").fill("Chest pain since Friday.")
    page.locator(f"#edit-{first.pk}").get_by_role("button", name="Save").click()
    expect(page.locator(f"#s{first.pk}.edited")).to_be_visible()
    page.locator("#sign-link").click()
    page.get_by_role("button", name="Sign as Owner Test").click()
    expect(page.locator("#document-title")).to_be_visible()


def test_the_language_is_switched_and_stays(note: Note, window: Window) -> None:
    page = window(as_user="owner")
    page.goto("/worklist")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.goto(path_of(note))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("link", name="Relire et signer")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_file_that_is_too_large_is_said_before_it_is_sent(world: World, window: Window) -> None:
    page = window(as_user="owner")
    page.goto(f"/visits/{visit_make(world).pk}")
    words = b"a" * (2 * 1024 * 1024 + 1)
    big: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": words}
    page.set_input_files("#id_file", big)
    expect(page.locator("#file-said")).to_contain_text("larger than the limit")


def test_a_patient_is_found_while_typing(world: World, window: Window) -> None:
    page = window(as_user="owner")
    page.goto("/patients")
    page.locator("#patient-q").press_sequentially("zimm")
    page.get_by_role("link", name="Ada Zimmermann").click()
    expect(page.locator(".banner-name")).to_have_text("Ada Zimmermann")
    assert "zimm" not in page.url.lower()
