"""Mails in a real browser: what arrives can be read and followed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import fine, go_on_at
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def open_mail(page: Page, recipient: str, subject: str | re.Pattern[str]) -> None:
    """Open the newest mail to `recipient` on the stand-in's page, waiting until it is there."""
    page.goto("/dev/mail")
    row = (
        page.get_by_role("list", name="E-mails")
        .get_by_role("button")
        .filter(has_text=recipient)
        .filter(has_text=subject)
    )
    for _look in range(30):
        if row.count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Look again").first.click()
    row.first.click()
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()


def test_the_message_of_a_registration_arrives_and_its_link_works(visitor: NewVisitor) -> None:
    person = visitor(390)
    person.fill_registration("letters")
    page = person.page
    open_mail(page, "letters@example.org", re.compile("registration"))
    fine(page)
    page.get_by_role("button", name="Headers").click()
    expect(page.get_by_text("Auto-Submitted: auto-generated")).to_be_visible()
    go_on_at(page, 1280)
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.get_by_text("We never ask for your password")).to_be_visible()
    page.get_by_role("button", name="Mail", exact=True).click()
    link = page.frame_locator("iframe").get_by_role("link").filter(has_text="http")
    # The build's links carry the public address; the path is what counts here.
    path = re.sub(r"^https?://[^/]+", "", link.first.get_attribute("href") or "")
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()
    assert person.complaints == []


def test_others_find_nothing(visitor: NewVisitor) -> None:
    person = visitor(1280)
    person.given_account("nosy")
    person.page.goto("/staff/newsletters")
    expect(person.page.get_by_role("heading", name="There is nothing at this address.")).to_be_visible()
