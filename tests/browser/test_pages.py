"""The pages in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def field(page: Page, label: str) -> object:
    return page.get_by_label(label, exact=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_from_registration_to_sign_out(visitor: NewVisitor, width: int) -> None:
    person = visitor(width)
    page = person.page
    page.goto("/register")
    for label, value in (
        ("First name", "Anna"),
        ("Last name", "Kowalska"),
        ("Username", f"anna{width}"),
        ("E-mail", f"anna{width}@example.org"),
        ("Password", "correct horse battery staple"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/dashboard")
    expect(page.get_by_role("heading", name="Your first meeting is two fields away.")).to_be_visible()

    page.get_by_role("link", name="New meeting").first.click()
    page.get_by_label("Subject", exact=True).fill("Quarterly review")
    page.get_by_text("At a set time", exact=True).click()
    expect(page.get_by_label("Date and time")).not_to_have_value("")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Warsaw")
    page.get_by_role("button", name="Create meeting").click()
    page.wait_for_url(re.compile(r"/meetings/(?!new)[\w-]+/?$"))
    expect(page.get_by_role("heading", name="Quarterly review")).to_be_visible()
    expect(page.get_by_text("Warsaw", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Start meeting")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy invitation link").click()
    expect(page.get_by_text("Copied").first).to_be_visible()
    assert re.search(r"/m/[\w-]+$", page.evaluate("navigator.clipboard.readText()"))

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Subject", exact=True).fill("Annual review")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Annual review")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this meeting?")
    expect(dialog).to_contain_text("Annual review")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete meeting").click()
    page.wait_for_url("**/dashboard**")
    expect(page.get_by_role("heading", name="Your first meeting is two fields away.")).to_be_visible()
    expect(page.get_by_text("The meeting is deleted.")).to_be_visible()

    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    page.wait_for_url(lambda url: not url.endswith("/dashboard"))
    page.goto("/dashboard")
    page.wait_for_url("**/sign-in?next=**")
    page.get_by_label("E-mail", exact=True).fill(f"anna{width}@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard")
    assert person.complaints == []
