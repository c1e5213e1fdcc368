"""Consent in a real browser: sign-up to stop, links without scripts, blocked cookies, and what a browser keeps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from conference_app.services.documents import cookies
from tests.browser.browser_storage import kept_by, unregistered
from tests.browser.cookieless import cookies_blocked
from tests.browser.looks import fine, go_on_at
from tests.browser.visitors import NewContext, Visitor
from tests.mailing import mailed_link

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NewVisitor = Callable[..., Visitor]


@pytest.mark.promise("P54")
@pytest.mark.promise("P60")
def test_from_the_newsletter_s_form_to_the_last_click(new_context: NewContext, app_data: Path) -> None:
    page = new_context(390, java_script_enabled=False).new_page()
    address = "reader@example.org"
    page.goto("/")
    expect(page.locator("#newsletter_agreed")).not_to_be_checked()
    page.locator("#newsletter_email").fill(address)
    page.locator("#newsletter_agreed").check()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your mail.")).to_be_visible()
    go_on_at(page, 1280)
    page.goto(mailed_link(app_data / "mails", address, "/newsletter/confirm/"))
    page.get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_role("heading", name="You'll get the newsletter from now on.")).to_be_visible()


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
def test_a_browser_keeps_only_what_is_registered(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.page
    for path in ("/", "/privacy", "/cookies", "/contact", "/newsletter", "/register"):
        page.goto(path, wait_until="networkidle")
    assert page.context.cookies() == []  # before anybody asks for anything
    seen = kept_by(page)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="Polski").click()
    page.wait_for_url("**/pl/register")
    seen |= kept_by(page)
    person.register("keeper")
    code = person.create_meeting("Kept")
    page.goto(f"/meetings/{code}", wait_until="networkidle")
    page.goto(f"/m/{code}", wait_until="networkidle")
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()
    seen |= kept_by(page)
    assert {(kind, name) for kind, name in seen if cookies.find(kind, name) is None} == set()
    assert {("cookie", "parley_session"), ("cookie", "parley_language"), ("local storage", "theme")} <= seen


@pytest.mark.promise("P85")
def test_whatever_is_kept_beside_the_register_is_seen(new_context: NewContext) -> None:
    """Every browser test ends with that look; this one shows that nothing escapes it."""
    page = new_context().new_page()
    page.goto("/privacy")
    page.evaluate("document.cookie = 'spy=1'; localStorage.spy = sessionStorage.spy = '1'; caches.open('spy')")
    page.evaluate("new Promise(done => { indexedDB.open('spy').onsuccess = done; }).then(() => true)")
    kinds = ("cookie", "local storage", "session storage", "cache", "database")
    assert unregistered(page) == {(kind, "spy") for kind in kinds}
    page.goto("about:blank")  # what it kept itself is nothing to fail for


@pytest.mark.promise("P86")
def test_cookies_are_opaque_and_out_of_reach_of_scripts(visitor: NewVisitor) -> None:
    person = visitor()
    person.register("opaque")
    [session] = [one for one in person.page.context.cookies() if one.get("name") == "parley_session"]
    assert (session.get("httpOnly"), session.get("sameSite"), session.get("path")) == (True, "Lax", "/")
    assert "opaque" not in str(session.get("value"))
    assert person.page.evaluate("document.cookie") == ""


@pytest.mark.promise("P90")
def test_with_cookies_blocked_the_public_pages_work_and_say_what_is_lost(
    browser: Browser, app_url: str, tmp_path: Path
) -> None:
    """A profile with the browser's own setting "block all cookies", which refuses its storage as well."""
    with cookies_blocked(browser, app_url, tmp_path) as context:
        page = context.new_page()
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        for public in ("/", "/privacy", "/terms", "/cookies", "/newsletter"):
            page.goto(public)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.goto("/contact")
        expect(page.locator("html")).to_have_attribute("data-storage", "blocked")
        page.get_by_label("E-mail", exact=True).fill("blocked@example.org")
        page.get_by_label("Message", exact=True).fill("Does this work?")
        page.get_by_role("button", name="Send message").click()
        expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()
        for form in ("/register", "/sign-in"):
            page.goto(form)
            expect(page.get_by_text("Your browser blocks cookies.")).to_be_visible()
        assert context.cookies() == []
        assert broken == []


@pytest.mark.promise("P58")
@pytest.mark.promise("P90")
def test_with_cookies_blocked_mails_are_chosen_stopped_and_chosen_again(
    browser: Browser, app_url: str, app_data: Path, tmp_path: Path
) -> None:
    address = "cookieless@example.org"
    with cookies_blocked(browser, app_url, tmp_path) as context:
        page = context.new_page()
        page.goto("/newsletter")
        page.get_by_label("E-mail", exact=True).fill(address)
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Sign up").click()
        page.goto(mailed_link(app_data / "mails", address, "/newsletter/confirm/"))
        page.get_by_role("button", name="Confirm subscription").click()
        expect(page.get_by_role("heading", name="You'll get the newsletter from now on.")).to_be_visible()
        page.goto("/contact")
        page.get_by_label("E-mail", exact=True).fill(address)
        page.get_by_label("Message", exact=True).fill("Please unsubscribe me.")
        page.get_by_role("button", name="Send message").click()
        page.goto(mailed_link(app_data / "mails", address, "/preferences/"))
        newsletter = page.get_by_role("listitem").filter(has_text="Newsletter")
        newsletter.get_by_role("button", name="Send it to me").click()
        expect(page.get_by_role("status")).to_be_visible()
        newsletter.get_by_role("button", name="Stop").click()
        expect(newsletter.get_by_role("button", name="Send it to me")).to_be_visible()
        assert context.cookies() == []


@pytest.mark.promise("P19")
@pytest.mark.promise("P110")
@pytest.mark.promise("P111")
def test_the_contact_page_has_three_ways_and_a_form(visitor: NewVisitor) -> None:
    page = visitor(390).page
    page.goto("/contact")
    expect(page.locator("a[href^='mailto:']")).to_have_count(1)
    expect(page.locator("a[href^='tel:']")).to_have_count(1)
    expect(page.locator("dl").get_by_text("Example Street")).to_be_visible()
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    fine(page)
    go_on_at(page, 1280)
    page.get_by_label("E-mail", exact=True).fill("stranger@example.org")
    page.get_by_label("Message", exact=True).fill("Good morning.")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()


@pytest.mark.promise("P19")
def test_a_member_writes_without_saying_again_who_they_are(visitor: NewVisitor) -> None:
    person = visitor(390)
    person.given_account("writer")
    page = person.page
    page.goto("/contact")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Anna Kowalska")
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("writer@example.org")
    page.get_by_label("Name", exact=True).fill("Anna")  # theirs to change
    page.get_by_label("Message", exact=True).fill("Good morning.")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()
    assert person.complaints == []


def test_a_link_to_choices_that_is_none_is_accessible_and_fits_a_phone(new_context: NewContext) -> None:
    """The other pages of this file are looked at with all others in test_look.py."""
    page = new_context(390, dark=True, reduced_motion="reduce").new_page()
    page.goto("/pl/preferences/none")
    expect(page.get_by_role("heading", level=1).locator("visible=true")).to_have_count(1)
    fine(page)
