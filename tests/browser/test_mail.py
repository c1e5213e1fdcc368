"""Mails and newsletters in a real browser: what arrives can be read and followed, and staff can write."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
WIDTHS = (1280, 390)


def looks_right(page: Page) -> None:
    """No serious finding, and nothing wider than the window."""
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def open_mail(page: Page, recipient: str, subject: str | re.Pattern[str]) -> None:
    """Open the newest mail to `recipient` on the stand-in's page, waiting until it is there."""
    page.goto("/dev/mail")
    row = (
        page.get_by_role("list", name="Mails").get_by_role("button").filter(has_text=recipient).filter(has_text=subject)
    )
    for _look in range(30):
        if row.count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Look again").first.click()
    row.first.click()
    expect(page.frame_locator("iframe").locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_letter_of_a_registration_arrives_and_its_link_works(visitor: NewVisitor, width: int) -> None:
    person = visitor(width)
    person.register(f"reader{width}")
    page = person.page
    open_mail(page, f"reader{width}@example.org", re.compile("registration"))
    looks_right(page)
    page.get_by_role("button", name="Headers").click()
    expect(page.get_by_text("Auto-Submitted: auto-generated")).to_be_visible()
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.get_by_text("We never ask for your password")).to_be_visible()
    page.get_by_role("button", name="Mail", exact=True).click()
    link = page.frame_locator("iframe").get_by_role("link").filter(has_text="http")
    # The build's links carry the public address; the path is what counts here.
    path = re.sub(r"^https?://[^/]+", "", link.first.get_attribute("href") or "")
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()
    assert person.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_write_try_and_send(visitor: NewVisitor, width: int) -> None:
    name = f"editor{width}"
    person = visitor(width)
    person.register(name)
    page = person.page
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    page.wait_for_url(lambda url: not url.endswith("/dashboard"))
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard**")

    page.goto("/staff/newsletters")
    expect(page.get_by_role("heading", name="Newsletters")).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Write a newsletter").first.click()
    page.get_by_label("Subject in English").fill(f"News {width}")
    page.get_by_label("Subject in Polish").fill("Nowości")
    page.get_by_label("Text in English").fill("## Title\n\nSome *news*.")
    page.get_by_label("Text in Polish").fill("Trochę nowości.")
    page.get_by_role("button", name="Keep and preview").click()
    expect(page.frame_locator("iframe").locator("em")).to_have_text("news")
    expect(page.get_by_text(re.compile(r"\d+ (person|people) would get it now")).first).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_text("A test is on its way to you.")).to_be_visible()
    page.get_by_role("button", name="Send the newsletter").click()
    dialog = page.get_by_role("dialog", name="Send the newsletter?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Not yet").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Send the newsletter").click()
    dialog.get_by_role("button", name="Send the newsletter").click()
    expect(page.get_by_role("status").filter(has_text="Sent")).to_be_visible(timeout=30_000)
    looks_right(page)
    open_mail(page, f"{name}@example.org", f"Test: News {width}")
    assert person.complaints == []


def test_others_find_nothing(visitor: NewVisitor) -> None:
    person = visitor(1280)
    person.register("nosy")
    person.page.goto("/staff/newsletters")
    expect(person.page.get_by_role("heading", name="There is nothing here.")).to_be_visible()
