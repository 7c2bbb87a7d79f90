"""A clinician's own wording and the level of a visit, as they are used: in both languages, narrow
and wide."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ehr.models import Note, NoteSentence, StyleRule
from tests.ehr.test_style import signed, wording
from tests.ehr.world import World, note_make

pytestmark = pytest.mark.browser

Window = Callable[..., Page]
TURN_ON = {"en": re.compile("^Turn on"), "fr": re.compile("^Activer")}
LEAVE_OUT = {"en": "Leave out “the patient reports that”", "fr": "the patient reports that"}


def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@pytest.mark.parametrize(
    ("locale", "width"), [("en", 1440), ("en", 390), ("fr", 1440), ("fr", 390)]
)
def test_a_rule_proposed_from_edits_acts_once_it_is_turned_on(
    world: World, use_engine: Callable[[object], None], window: Window, locale: str, width: int
) -> None:
    use_engine(wording)
    for _ in range(3):
        signed(world, "She coughs twice a day.")
    page = window(as_user="owner", locale=locale, width=width)
    page.goto("/style")
    rule = page.locator(".items li").filter(has_text=LEAVE_OUT[locale])
    expect(rule.locator(".badge")).to_have_text({"en": "Proposed", "fr": "Proposée"}[locale])
    assert fits(page)
    rule.get_by_role("button", name=TURN_ON[locale]).click()
    expect(rule.locator(".badge-accepted")).to_be_visible()

    new = note_make(world, words="Patient: The patient reports that she coughs.\n")
    drafted = NoteSentence.objects.get(section__note=new, drafted_text__contains="coughs")
    assert drafted.drafted_text == "She coughs."
    page.goto(f"/visits/{drafted.section.note.visit_id}")
    expect(page.locator(f"#s{drafted.pk}")).to_contain_text("She coughs.")

    page.goto("/style")
    rule.get_by_role("button", name={"en": "Forget", "fr": "Oublier"}[locale]).click()
    expect(rule).to_have_count(0)
    assert not StyleRule.objects.filter(find__contains="reports").exists()


def test_another_clinician_sees_none_of_it(
    world: World, use_engine: Callable[[object], None], window: Window
) -> None:
    use_engine(wording)
    for _ in range(3):
        signed(world, "She coughs twice a day.")
    page = window(as_user="colleague")
    page.goto("/style")
    expect(page.locator(".items li")).to_have_count(0)


@pytest.mark.parametrize(("locale", "width"), [("en", 1440), ("fr", 390)])
def test_a_picked_level_is_kept_judged_and_signed_with_the_note(
    note: Note, window: Window, locale: str, width: int
) -> None:
    page = window(as_user="owner", locale=locale, width=width)
    page.goto(f"/visits/{note.visit_id}")
    if width < 600:
        page.locator(".pane-nav a, .pane-nav button").last.click()
    panel = page.locator("#level")
    panel.scroll_into_view_if_needed()
    assert fits(page)
    panel.locator("select").select_option("99205")
    panel.locator("button[type=submit]").click()
    expect(panel.locator(".notice")).to_be_visible()
    note.refresh_from_db()
    assert note.em_code == "99205"
