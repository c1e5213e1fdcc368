"""The pages in a real browser, under the real Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.looks import fine
from tests.browser.product import Product
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def field(page: Page, label: str) -> object:
    return page.get_by_label(label, exact=True)


@pytest.mark.promise("P12")
@pytest.mark.parametrize("width", [1280, 390])
def test_from_registration_to_sign_out(visitor: NewVisitor, width: int) -> None:
    person = visitor(width)
    page = person.page
    person.register(f"anna{width}")
    expect(page.get_by_role("heading", name="Your first meeting is two fields away.")).to_be_visible()

    page.get_by_role("link", name="New meeting").first.click()
    page.get_by_label("Subject", exact=True).fill("Quarterly review")
    expect(page.get_by_role("complementary").filter(has_text="What your guests read")).not_to_contain_text("When:")
    page.get_by_text("At a set time", exact=True).click()
    date = page.get_by_label("Date", exact=True)
    expect(date).not_to_have_value("")
    date.fill((datetime.now(UTC) + timedelta(days=2)).date().isoformat())  # at whatever hour this runs
    page.get_by_label("Time", exact=True).select_option("14:15")
    said = page.get_by_role("complementary").filter(has_text="What your guests read")
    expect(said).to_contain_text(re.compile(r"Quarterly review.*Host: Anna.*When: .*14:15, Warsaw time", re.DOTALL))
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Warsaw")
    page.get_by_role("button", name="Create meeting").click()
    page.wait_for_url(re.compile(r"/meetings/(?!new)[\w-]+/?$"))
    expect(page.get_by_role("heading", name="Quarterly review")).to_be_visible()
    expect(page.get_by_text("Warsaw", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Start meeting")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied").first).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"http://localhost:\d+/m/[\w-]+#v1\.[\w-]{22}\.[\w-]{22}", link)
    page.get_by_role("button", name="Copy invitation").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('Quarterly review'))")
    text = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert text[:2] == ["Quarterly review", "Host: Anna Kowalska"]
    assert link in text

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

    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    page.wait_for_url(lambda url: not url.endswith("/dashboard"))
    page.goto("/dashboard")
    page.wait_for_url("**/sign-in?next=**")
    page.get_by_label("E-mail", exact=True).fill(f"anna{width}@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/dashboard")
    assert person.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_own_pages_are_accessible_and_fit_a_phone(visitor: NewVisitor, dark: bool) -> None:
    person = visitor(390, dark=dark, reduced_motion="reduce")
    page = person.page
    person.given_account(f"axe{dark:d}")
    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="Your first meeting is two fields away.")).to_be_visible()
    expect(page.locator("main a.bg-accent")).to_have_count(1)
    fine(page)
    long_subject = "Brzęczyszczykiewicz-" * 8
    code = person.given_meeting(long_subject)
    page.goto(f"/meetings/{code}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brzęczyszczykiewicz")
    fine(page)
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(long_subject)
    fine(page)
    page.goto(f"/meetings/{code}")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    fine(page)


def test_a_refused_form_keeps_what_was_typed_and_moves_to_the_first_error(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/register")
    page.get_by_label("First name").fill("Anna")
    page.get_by_label("E-mail").fill("anna@")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Last name")).to_be_focused()
    expect(page.get_by_label("Last name")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Last name")).to_have_accessible_description("Enter your last name.")
    expect(page.get_by_label("First name")).to_have_value("Anna")
    expect(page.get_by_label("E-mail")).to_have_value("anna@")
    expect(page.get_by_label("Password", exact=True)).to_have_value("short")
    expect(page.get_by_role("alert")).to_contain_text("Some fields need another look.")
    fine(page)


def test_an_error_goes_once_its_field_is_right(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/register")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("E-mail").fill("anna@")
    page.get_by_role("button", name="Create account").click()
    expect(page.locator("#email_error")).not_to_be_empty()
    page.get_by_label("First name").fill("Anna")
    expect(page.locator("#first_name_error")).to_be_empty()
    expect(page.get_by_label("First name")).to_have_attribute("aria-invalid", "false")
    page.get_by_label("E-mail").press_sequentially("post.pl")
    expect(page.locator("#email_error")).to_be_empty()
    expect(page.locator("#last_name_error")).not_to_be_empty()
    page.get_by_label("Last name").fill("Kowalska")
    page.get_by_label("Username").fill("anna.errors")
    page.get_by_label("Password", exact=True).fill("correct horse battery staple")
    page.get_by_label("I accept").check()
    expect(page.get_by_role("alert").filter(has_text="another look")).to_be_hidden()


def test_wrong_password_says_no_more_than_needed(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the right one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Wrong e-mail or password.")
    expect(page.locator("#problem")).to_be_focused()
    fine(page)
    expect(page.get_by_label("E-mail")).to_have_value("nobody@example.org")


def test_the_keyboard_alone_suffices(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("nobody@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("not the right one")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show what is typed")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def test_menus_work_by_keyboard_and_choices_last(visitor: NewVisitor) -> None:
    page = visitor().page
    page.goto("/register")
    expect(page.get_by_role("button", name="Create account")).to_be_enabled()
    page.get_by_role("button", name="Theme").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="As my device")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(page.get_by_role("button", name="Theme")).to_be_focused()
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))

    page.get_by_role("button", name="Language").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="Polski").click()
    page.wait_for_url("**/pl/register")
    expect(page.get_by_role("heading", name="Utwórz konto")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "pl")
    page.goto("/")
    page.wait_for_url("**/pl")


def test_answers_come_in_the_page_s_language(visitor: NewVisitor) -> None:
    page = visitor(locale="pl-PL").page
    page.goto("/")
    page.wait_for_url("**/pl")
    page.goto("/pl/register")
    page.get_by_role("button", name="Utwórz konto").click()
    expect(page.get_by_role("alert")).to_contain_text("Niektóre pola wymagają poprawy.")


def test_a_mistake_of_ours_shows_a_number_and_keeps_the_page(visitor: NewVisitor) -> None:
    person = visitor()
    person.page.goto("/dev/kit")
    person.page.get_by_role("button", name="Make it fail").click()
    expect(person.page.get_by_text(re.compile(r"tell the operator this number: [0-9A-F]{8}"))).to_be_visible()
    assert person.complaints == []


def test_an_unreachable_server_is_said_in_plain_words(visitor: NewVisitor, running: Product) -> None:
    page = visitor().page
    page.goto("/register")
    expect(page.get_by_role("button", name="Create account")).to_be_enabled()
    page.get_by_label("First name").fill("Anna")
    with running.away():
        bar = page.get_by_role("alert").filter(has_text="The server can't be reached right now.")
        expect(bar).to_be_visible()
        assert "localhost" not in bar.inner_text()
    expect(bar).to_be_hidden()
    expect(page.get_by_label("First name")).to_have_value("Anna")


def test_the_landing_page_is_light(new_context: NewContext) -> None:
    page = new_context().new_page()
    sizes: dict[str, int] = {}

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            sizes[response.url] = int(response.headers["content-length"])  # as sent: compressed

    page.on("response", note)
    page.goto("/", wait_until="networkidle")
    assert not [url for url in sizes if "MeetingRoom" in url]
    assert 50_000 < sum(sizes.values()) <= 178_000  # the list of all files, one of them, grows with each page
