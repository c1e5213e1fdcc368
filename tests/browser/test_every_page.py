"""Every page of the registry in a browser whose owner has blocked cookies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import conference_app.conference_app  # noqa: F401 - registers every page
from conference_app.components.frame.page_registry import PAGES
from tests.browser.cookieless import cookies_blocked
from tests.browser.test_before_alive import is_for_everybody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WITHOUT_HEADING = ("/entering",)
"""Leads on at once."""


def paths(code: str) -> list[str]:
    """Every page's path: meetings with `code`, all else with a word that names nothing."""
    found = [one.route.replace("[code]", code) for one in PAGES if one.route not in WITHOUT_HEADING]
    return [re.sub(r"\[\w+\]", "nothing", path) for path in found]


@pytest.mark.promise("P90")
def test_every_page_stands_with_cookies_blocked(browser: Browser, app_url: str, tmp_path: Path) -> None:
    """In a profile with the browser's own setting "block all cookies".

    Fixed addresses of members' pages all lead to the sign-in, and of the staff's to nothing (tests of the gate): one each.
    """
    with cookies_blocked(browser, app_url, tmp_path) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
        closed = {one.route for one in PAGES if one.route.startswith("/staff/") or not is_for_everybody(one)}
        shown = [path for path in paths("abc-def-ghi") if path not in closed - {"/dashboard"}]
        assert "/staff" in shown
        for path in [*shown, "/newsletter", "/preferences/nothing", "/u/nothing", "/privacy/changes"]:
            page.goto(path)
            expect(page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
        assert (context.cookies(), broken) == ([], [])
