"""The end of a registration in a real browser: where the mail went, what if none comes, and what waits for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.cookieless import cookies_blocked
from tests.browser.looks import fine, go_on_at
from tests.browser.members import Members
from tests.browser.visitors import NewContext, Visitor
from tests.mailing import mailed_link

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def settled(page: Page) -> str:
    """What the page of a new registration says."""
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    expect(page.get_by_role("button", name="Send it again")).to_be_visible()
    return page.locator("main").inner_text()


@pytest.mark.promise("P22")
def test_from_the_form_through_the_mail_to_the_first_invitation(visitor: NewVisitor) -> None:
    name = "fresh"
    person = visitor(390)
    page = person.page
    person.fill_registration(name)
    assert f"{name}@example.org" in settled(page)
    assert name not in page.url
    fine(page)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text(re.compile(r"Too many attempts\. Try again in \d+ second"))).to_be_visible()
    page.get_by_role("button", name="Correct the address").click()
    expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    page.get_by_label("E-mail", exact=True).fill("nobody@")
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_text("This does not look like an e-mail address.")).to_be_visible()
    fine(page)
    page.get_by_label("E-mail", exact=True).fill(f"{name}@example.net")
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_text("A new e-mail is on its way to this address.")).to_be_visible()
    expect(page.get_by_text(f"{name}@example.net")).to_be_visible()

    go_on_at(page, 1280)
    page.get_by_role("link", name="Look around first").click()
    page.wait_for_url("**/dashboard")
    code = person.create_meeting("Too early")
    expect(page.get_by_text("Confirm your e-mail address with the link")).to_be_visible()
    expect(page.get_by_role("button", name="Send again")).to_be_visible()
    expect(page.get_by_role("button", name="Start meeting")).to_have_count(0)
    assert f"/m/{code}" not in page.content()
    fine(page)
    guest = visitor(390)
    guest.page.goto(f"/m/{code}")
    guest.page.get_by_label("Your name").fill("Tomasz")
    guest.page.get_by_role("button", name="Join", exact=True).click()
    expect(guest.page.get_by_text("Nobody can come in yet.")).to_be_visible()

    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url + str(request.headers.get("referer"))))
    link = person.mailed_link(f"{name}@example.net", "/verify")
    token = link.rpartition("=")[2]
    page.goto(link)
    expect(page.get_by_role("button", name="Confirm my address")).to_be_enabled()
    assert page.url.endswith("/verify")
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("heading", name="Your address is confirmed.")).to_be_visible()
    assert not [one for one in requests if token in one]
    page.goto(f"/meetings/{code}")
    expect(page.get_by_role("button", name="Start meeting")).to_be_visible()
    page.goto("/check-mail")
    page.wait_for_url("**/dashboard")
    assert person.complaints == []


def test_a_known_address_ends_at_the_same_page(visitor: NewVisitor) -> None:
    visitor().given_account("owner")
    pages = {}
    for username, email in (("newone", "newone@example.org"), ("secondone", "owner@example.org")):
        person = visitor()
        person.fill_registration(username, email=email)
        pages[username] = (settled(person.page).replace(email, "ADDRESS"), person.page.url)
        person.page.get_by_role("link", name="Look around first").click()
        expect(person.page.get_by_text("Confirm your e-mail address with the link")).to_be_visible()
    assert pages["newone"] == pages["secondone"]


def test_the_mail_is_one_click_away_on_this_machine(visitor: NewVisitor) -> None:
    person = visitor()
    person.fill_registration("onemachine")
    mailed_link(person.mails, "onemachine@example.org", "/verify")
    person.page.get_by_role("link", name="Open the e-mail").click()
    expect(person.page.get_by_role("list", name="E-mails").get_by_role("button").first).to_contain_text("onemachine")


def test_with_cookies_blocked_registration_ends_at_the_mail_all_the_same(
    browser: Browser, app_url: str, app_data: Path, members: Members, tmp_path: Path
) -> None:
    with cookies_blocked(browser, app_url, tmp_path) as context:
        person = Visitor(context, app_data, members)
        person.fill_registration("cookieless")
        expect(person.page.get_by_text("This browser is not signed in.")).to_be_visible()
        person.page.goto(person.mailed_link("cookieless@example.org", "/verify"))
        person.page.get_by_role("button", name="Confirm my address").click()
        expect(person.page.get_by_role("heading", name="Your address is confirmed.")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "promise"),
    [
        ("/verify", "You followed the link"),
        ("/revoke", "Your account gets this e-mail address back"),
        ("/reset/choose", "Then every device is signed out"),
        ("/address/confirm", "What we keep about you"),
        ("/address/revoke", "Everything that we kept"),
    ],
)
def test_half_a_link_says_so_and_promises_nothing(new_context: NewContext, path: str, promise: str) -> None:
    page = new_context(390).new_page()
    page.goto(f"{path}#token=short")
    expect(page.get_by_text("This address is not the whole link.")).to_be_visible()
    expect(page.get_by_text(promise)).to_have_count(0)
    fine(page)


def test_the_address_suggests_a_username_that_anybody_may_change(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/register")
    expect(page.get_by_role("button", name="Create account")).to_be_enabled()
    email, username = page.get_by_label("E-mail", exact=True), page.get_by_label("Username", exact=True)
    email.fill("anna.nowak+news@example.org")
    email.press("Tab")
    expect(username).to_have_value("anna.nowak")
    email.fill("ola@example.org")
    email.press("Tab")
    expect(username).to_have_value("ola")  # nobody has chosen another
    username.fill("mine")
    email.fill("eva@example.org")
    email.press("Tab")
    expect(username).to_have_value("mine")
