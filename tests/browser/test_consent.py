"""Consent in a real browser: sign-up to stop, links without scripts, blocked cookies, and what a browser keeps."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from conference_app.services import cookie_registry
from tests.browser.conftest import CHROMIUM_ARGS, NewContext, Visitor
from tests.browser.test_pages import axe_violations, overflow

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NewVisitor = Callable[..., Visitor]


@pytest.fixture
def mail_to(app_data: Path) -> Callable[[str, str], EmailMessage]:
    """The newest mail to an address that holds a text; waits for it."""

    def find(address: str, holding: str) -> EmailMessage:
        deadline = monotonic() + 30
        while monotonic() < deadline:
            for path in sorted((app_data / "mails").rglob("*"), reverse=True):
                if path.is_file() and address.encode() in (raw := path.read_bytes()):
                    mail = message_from_bytes(raw, policy=policy.default)
                    if holding in text_of(mail):
                        return mail
            sleep(0.2)
        raise AssertionError("the mail did not come")

    return find


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part else ""


def path_in(mail: EmailMessage, start: str) -> str:
    found = re.search(rf"https?://[^/\s]+((?:/pl)?{start}\S+)", text_of(mail))
    assert found
    return found.group(1)


@pytest.mark.promise("P54")
@pytest.mark.promise("P60")
@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_newsletter_s_form_to_the_last_click(
    new_context: NewContext, mail_to: Callable[[str, str], EmailMessage], width: int
) -> None:
    page = new_context(width, java_script_enabled=False).new_page()
    address = f"reader{width}@example.org"
    page.goto("/")
    expect(page.locator("#newsletter_agreed")).not_to_be_checked()
    page.locator("#newsletter_email").fill(address)
    page.locator("#newsletter_agreed").check()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mailbox.")).to_be_visible()
    page.goto(path_in(mail_to(address, "/newsletter/confirm/"), "/newsletter/confirm/"))
    page.get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_role("heading", name="You get the newsletter now.")).to_be_visible()


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
def test_a_browser_keeps_only_what_is_registered(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.page
    for path in ("/", "/privacy", "/cookies", "/contact", "/newsletter", "/register"):
        page.goto(path)
        page.wait_for_timeout(200)
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
    page.goto(f"/meetings/{code}")
    page.wait_for_timeout(500)
    page.goto(f"/m/{code}")
    page.wait_for_timeout(1500)
    seen |= kept_by(page)
    assert {(kind, name) for kind, name in seen if cookie_registry.find(kind, name) is None} == set()
    assert {("cookie", "parley_session"), ("cookie", "parley_language"), ("local storage", "theme")} <= seen


def kept_by(page: Page) -> set[tuple[str, str]]:
    """Kind and name of everything the browser keeps for the page's origin."""
    found = {("cookie", cookie.get("name", "")) for cookie in page.context.cookies()}
    for kind, store in (("local storage", "localStorage"), ("session storage", "sessionStorage")):
        found |= {(kind, name) for name in page.evaluate(f"Object.keys({store})")}
    found |= {
        ("database", name) for name in page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")
    }
    return found


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
    default = tmp_path / "profile" / "Default"
    default.mkdir(parents=True)
    (default / "Preferences").write_text('{"profile":{"default_content_setting_values":{"cookies":2}}}')
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    context = browser.browser_type.launch_persistent_context(
        tmp_path / "profile", executable_path=path, args=CHROMIUM_ARGS, base_url=app_url, locale="en-GB"
    )
    try:
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
    finally:
        context.close()


@pytest.mark.promise("P19")
@pytest.mark.promise("P110")
@pytest.mark.promise("P111")
@pytest.mark.parametrize("width", [1280, 390])
def test_the_contact_page_has_three_ways_and_a_form(visitor: NewVisitor, width: int) -> None:
    page = visitor(width).page
    page.goto("/contact")
    expect(page.locator("a[href^='mailto:']")).to_have_count(1)
    expect(page.locator("a[href^='tel:']")).to_have_count(1)
    expect(page.locator("dl").get_by_text("Example Street")).to_be_visible()
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    page.get_by_label("E-mail", exact=True).fill(f"writer{width}@example.org")
    page.get_by_label("Message", exact=True).fill("Good morning.")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_these_pages_are_accessible_and_fit_a_phone(visitor: NewVisitor, dark: bool) -> None:
    person = visitor(390, dark=dark, reduced_motion="reduce")
    person.register(f"prefs{dark:d}")
    for path in (
        "/cookies",
        "/contact",
        "/newsletter",
        "/preferences/none",
        "/preferences",
        "/staff/contact",
        "/staff/cases",
    ):
        for prefix in ("", "/pl"):
            person.page.goto(prefix + path)
            expect(person.page.get_by_role("heading", level=1).locator("visible=true")).to_have_count(1)
            person.page.wait_for_timeout(300)
            assert (prefix + path, axe_violations(person.page), overflow(person.page)) == (prefix + path, [], 0)
