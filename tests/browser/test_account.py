"""An account in a real browser: confirmed by its mail, protected by passkey and app, reset, at desktop and phone width."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pyotp.totp import TOTP

from conference_app.services.people.person_fields import FIELDS, Field
from conference_app.services.privacy.export_files import retention_words
from conference_app.texts import _, language
from tests.browser.credentials import PASSWORD, add_passkey, try_to_sign_in
from tests.browser.looks import fine, go_on_at
from tests.browser.test_mail import open_mail
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def follow(page: Page, recipient: str, subject: str) -> None:
    """Open the link of the newest mail to `recipient` about `subject`."""
    open_mail(page, recipient, re.compile(subject))
    link = page.frame_locator("iframe").get_by_role("link").filter(has_text="http").first.get_attribute("href")
    page.goto(re.sub(r"^https?://[^/]+", "", link or ""))  # the build's links carry the public address
    expect(page.locator("h1")).to_be_visible()
    expect(page).to_have_title(re.compile("Parley"))


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).locator("visible=true").first.click()
    page.wait_for_url(lambda url: "/account" not in url and "/dashboard" not in url)


def add_app(page: Page) -> str:
    """Add an authenticator app; its secret."""
    page.get_by_role("button", name="Add an authenticator app").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.locator("code").first.inner_text().replace(" ", "")
    fine(page)
    page.get_by_label("Code", exact=True).fill(TOTP(secret).now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    return secret


@pytest.mark.promise("P22")
@pytest.mark.promise("P77")
def test_confirm_passkey_app_and_sign_in_again(visitor: NewVisitor) -> None:
    name = "keys"
    person = visitor(390)
    page = person.page
    person.fill_registration(name)
    expect(page.get_by_text(f"{name}@example.org")).to_be_visible()
    page.goto("/dashboard")
    expect(page.get_by_text("Confirm your e-mail address with the link")).to_be_visible()
    follow(page, f"{name}@example.org", "registration")
    assert "#" not in page.url
    fine(page)
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("heading", name="Your address is confirmed.")).to_be_visible()

    add_passkey(page, "My laptop")
    fine(page)
    add_app(page)
    code = page.locator("#recovery-codes li").first.inner_text()
    page.get_by_role("button", name="I've saved them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()

    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)  # this sign-in is older than the app
    fine(page)
    go_on_at(page, 1280)
    page.get_by_role("button", name="Sign in again").first.click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/account/security**")
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the app")).to_be_visible()
    page.goto("/dashboard")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Confirm your e-mail address with the link")).to_have_count(0)

    go_on_at(page, 390)
    sign_out(page)
    try_to_sign_in(page, f"{name}@example.org")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_role("link", name="Create an account")).to_have_count(0)
    fine(page)
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is not right.")).to_be_visible()
    fine(page)
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard**")
    assert person.complaints == []


@pytest.mark.promise("P76")
def test_a_forgotten_password_is_chosen_anew(visitor: NewVisitor) -> None:
    name = "forgot"
    person = visitor(390)
    page = person.page
    person.given_account(name)
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    page.get_by_label("E-mail", exact=True).fill(f"{name}@example.org")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    go_on_at(page, 1280)
    follow(page, f"{name}@example.org", "new password")
    page.get_by_label("New password", exact=True).fill("password123")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("it is tried first")).to_be_visible()
    fine(page)
    page.get_by_label("New password", exact=True).fill("another horse in the stable")
    page.get_by_role("button", name="Set password").click()
    page.get_by_role("link", name="Sign in", exact=True).last.click()
    page.get_by_label("E-mail", exact=True).fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill("another horse in the stable")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/dashboard**")
    assert person.complaints == []


@pytest.mark.promise("P17")
@pytest.mark.promise("P37")
def test_details_and_photo_are_shown_and_changed(visitor: NewVisitor) -> None:
    person = visitor(390)
    page = person.page
    person.register("detail")  # which tells the browser and its time zone
    page.goto("/account")
    expect(page.get_by_label("First name")).to_have_value("Anna")
    for control in page.locator("main form input, main form select").all():
        said = control.evaluate("e => e.closest('div').parentElement.innerText + e.closest('div').innerText")
        assert "required" in said or "optional" in said
    page.get_by_label("Company").fill("Acme")
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Write the number with its country code")).to_be_visible()
    expect(page.get_by_label("Company")).to_have_value("Acme")  # nothing typed is lost
    fine(page)
    page.get_by_label("Country").select_option("PL")
    page.get_by_label("Phone").fill("22 123 45 67")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(made, "PNG")
    page.locator("#photo").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": made.getvalue()})
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    fine(page)
    go_on_at(page, 1280)
    page.reload()
    expect(page.get_by_label("Phone")).to_have_value("+48 22 123 45 67")
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    page.goto("/account/sessions")
    expect(page.get_by_text("Chrome on Linux")).to_be_visible()
    expect(page.get_by_text("Time zone of Warsaw")).to_be_visible()
    fine(page)
    assert person.complaints == []


@pytest.mark.promise("P37")
@pytest.mark.promise("P41")
def test_every_field_of_the_registration_says_whether_it_is_needed(new_context: NewContext) -> None:
    page = new_context(390).new_page()
    page.goto("/register")
    page.get_by_text("Add more (optional)").click()
    controls = page.locator("main form input, main form select").all()
    assert len(controls) > 10
    for control in controls:
        name = control.get_attribute("id")
        needed = control.get_attribute("required") is not None
        wanted = name in ("first_name", "last_name", "username", "email", "password", "accepted")
        assert needed is wanted, name
    expect(page.locator("#accepted")).not_to_be_checked()
    for path in ("/terms", "/privacy"):
        expect(page.locator(f"main form a[href='{path}']")).to_be_visible()
    fine(page)


def expect_told(place: Locator, field: Field) -> None:
    """What is folded at `place` says why the field is asked."""
    place.locator("summary").click()
    expect(place.get_by_text(field.purpose)).to_be_visible()


def expect_kept_once(page: Page) -> None:
    """The page says how long it keeps what is entered: once for all fields."""
    ways = {retention_words(field.retention.days, field.retention.words) for field in FIELDS}
    for words in ways:
        expect(page.get_by_text(words)).to_have_count(1)
        expect(page.get_by_text(words)).to_be_visible()


@pytest.mark.promise("P37")
@pytest.mark.parametrize(
    ("code", "prefix", "words"), [("en", "", ("required", "optional")), ("pl", "/pl", ("wymagane", "opcjonalne"))]
)
def test_every_field_says_whether_why_and_how_long(
    visitor: NewVisitor, code: str, prefix: str, words: tuple[str, str]
) -> None:
    person = visitor(390)
    page = person.page
    page.goto(f"{prefix}/register")
    page.locator("main form > details > summary").click()
    with language(code):
        expect_kept_once(page)
        for field in FIELDS:
            if field.kind == "photo":  # once there is an account
                continue
            control = page.locator(f"#{field.name}")
            expect(control).to_be_visible()
            expect_told(page.locator(f"#{field.name}_why"), field)
            mark = page.locator(f"label[for={field.name}] + span")
            expect(mark).to_have_text(words[0] if field.required else words[1])
        person.fill_registration(f"told{code}", prefix)
        page.goto(f"{prefix}/account")
        expect_kept_once(page)
        for field in FIELDS:
            if field.name in ("email", "password"):  # changed on a page of their own
                row = page.locator("main dl > div").filter(has_text=_(field.label)).first
                expect(row).to_contain_text(words[0])
            expect_told(page.locator(f"#{field.name}_why"), field)
