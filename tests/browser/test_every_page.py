"""Every page of the registry in a browser: what it keeps, whom it asks, and that it stands when cookies are blocked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

import conference_app.conference_app  # noqa: F401 - registers every page
from conference_app.components.frame.page_registry import PAGES
from tests.browser.conftest import Visitor
from tests.browser.cookieless import cookies_blocked
from tests.browser.kept import unregistered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WITHOUT_HEADING = ("/entering",)
"""Leads on at once."""


def paths(code: str) -> list[str]:
    """Every page's path: meetings with `code`, all else with a word that names nothing."""
    found = [one.route.replace("[code]", code) for one in PAGES if one.route not in WITHOUT_HEADING]
    return [re.sub(r"\[\w+\]", "nothing", path) for path in found]


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
def test_no_page_keeps_what_is_not_registered_or_asks_another_host(visitor: Callable[..., Visitor]) -> None:
    person = visitor()
    hosts: set[str] = set()
    person.page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    person.page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
    person.register("everypage")
    person.sign_in_again("everypage")  # with the staff's role
    for path in paths(person.create_meeting("Every page")):
        person.page.goto(path)
        expect(person.page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
        assert (path, unregistered(person.page)) == (path, set())
    assert hosts == {urlsplit(person.page.url).netloc}
    assert person.complaints == []


@pytest.mark.promise("P90")
def test_every_page_stands_with_cookies_blocked(browser: Browser, app_url: str, tmp_path: Path) -> None:
    """In a profile with the browser's own setting "block all cookies"; pages for members lead to the sign-in."""
    with cookies_blocked(browser, app_url, tmp_path) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
        for path in [*paths("abc-def-ghi"), "/newsletter", "/preferences/nothing", "/u/nothing", "/privacy/changes"]:
            page.goto(path)
            expect(page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
        assert (context.cookies(), broken) == ([], [])
