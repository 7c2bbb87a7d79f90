"""Headless Chromium against a live server, with the workflow's standing world."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ehr.models import Note
from tests.ehr.conftest import use_engine
from tests.ehr.engines import flagged
from tests.ehr.world import World, note_make, world_make

__all__ = ["use_engine"]

CHROMIUM = os.environ.get("PLUME_TEST_CHROMIUM", "/usr/bin/chromium")
# What the browser and htmx print for an answer that refuses on purpose.
REFUSED = re.compile(r"status of 4\d\d|Status Error Code 4\d\d")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
# Playwright's loop runs in this thread; Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def world(transactional_db: None) -> World:
    """Committed, so that the server's threads see it."""
    return world_make()


@pytest.fixture
def note(world: World, use_engine: Callable[[Any], None]) -> Note:
    """A note under review whose first sentence carries a warning that blocks the signature."""
    use_engine(flagged)
    return note_make(world)


@pytest.fixture
def window(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Opens a window, signed in or not. A script error or a breach of the content policy in any
    of them fails the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda line: (
                problems.append(line.text)
                if line.type == "error" and not REFUSED.search(line.text)
                else None
            ),
        )

    def open_window(
        *,
        as_user: str = "",
        password: str = "pw",
        width: int = 1440,
        scripts: bool = True,
        locale: str = "en",
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            locale=locale,
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        if as_user:
            page.goto("/sign-in")
            page.fill("#id_username", as_user)
            page.fill("#id_password", password)
            page.press("#id_password", "Enter")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert problems == []
