"""Whole lives in a real browser: from the first page to the last byte, with an account and without one.

Each runs on a product of its own, so that what is found on the disk afterwards can only be this person's.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.credentials import add_passkey, ask_for_link, try_to_sign_in
from tests.browser.data_left import holding, rows_left, sealed_values
from tests.browser.looks import fine, go_on_at, picture
from tests.browser.product import app_environment, start_app, stop_app
from tests.browser.time_passing import later
from tests.browser.visitors import Visitor
from tests.mailing import Mails

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
PASSWORD = "canary horse battery staple"
TYPED = {
    "first_name": "Canaria",
    "last_name": "Zwitschermann",
    "company": "Gefieder & Söhne",
    "title": "Chirpologist",
    "institution": "Aviary College",
    "phone": "+48 22 123 45 67",
}
"""What the member types about herself; nobody else is called like that."""
IN_WORDS = {"+48221234567": "+48 22 123 45 67", "PL": "Poland", "pl": "Polski"}
"""How the page of a copy says codes."""
SUBJECT, PHRASE = "Quarterly moulting", "seventeen sunflower seeds"


@pytest.fixture(scope="module")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module's own product."""
    return tmp_path_factory.mktemp("life") / "data"


@pytest.fixture(scope="module")
def environment(app_data: Path) -> dict[str, str]:
    """The environment of this module's own product."""
    return app_environment(app_data)


@pytest.fixture(scope="module")
def app_url(app_data: Path, environment: dict[str, str]) -> Iterator[str]:
    """Where this module's own product answers."""
    process = start_app(environment, app_data.with_name("log"))
    yield f"http://localhost:{environment['PORT']}"
    stop_app(process)


@pytest.fixture
def box(app_data: Path) -> Mails:
    """The mails that arrived."""
    return Mails(app_data / "mails")


def downloaded(page: Page) -> dict[str, str]:
    """The files of the copy that the page offers, by name."""
    page.get_by_role("button", name="Make a copy of my data").click()
    link = page.get_by_role("link", name="Download my data")
    expect(link).to_be_visible(timeout=60_000)
    fine(page)
    with page.expect_download() as waiting:
        link.click()
    archive = zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def assert_holds(copy: dict[str, str], table: str, **values: str) -> None:
    """The values stand in the JSON and the CSV of a copy, and in its page, where codes are said in words."""
    [row] = json.loads(copy["data.json"])["tables"][table]["rows"]
    [line] = csv.DictReader(io.StringIO(copy[f"csv/{table}.csv"]))
    for name, value in values.items():
        assert (row[name], line[name].removeprefix("'")) == (value, value)
        assert IN_WORDS.get(value, value).replace("&", "&amp;") in copy["index.html"]


def asked_to_erase(page: Page, dialog_holds: str, *, password: str = "") -> None:
    """Ask for the erasure; the question says what goes before."""
    page.get_by_role("button", name="Erase my data").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_text("This is deleted", exact=False)).to_be_visible()
    expect(dialog.get_by_text(dialog_holds, exact=False).first).to_be_visible()
    fine(page)
    if password:
        dialog.get_by_label("Your password", exact=True).fill(password)
    dialog.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_text("Everything below is erased on", exact=False)).to_be_visible()


def seven_days_pass(environment: dict[str, str]) -> None:
    """Let the time of an erasure come."""
    later(environment, datetime.now(UTC) + timedelta(days=7, minutes=1))


def emptied(app_data: Path, before: dict[str, int], words: list[str], sealed: list[bytes]) -> None:
    """No row more than before the person came, and no file with a word or a sealed value of theirs."""
    assert rows_left(app_data) == before
    clear = [form.encode() for word in words for form in (word, word.lower(), word.upper())]
    assert holding(app_data, [*clear, *sealed]) == []


def sign_in(page: Page, address: str) -> str:
    """Try to sign in; what the page says."""
    try_to_sign_in(page, address, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    return page.get_by_role("alert").inner_text()


def registered(page: Page, name: str) -> None:
    """Fill the form with everything it asks for."""
    page.goto("/register")
    page.get_by_text("Add more (optional)").click()
    page.locator("#country").select_option("PL")
    for field, value in TYPED.items():
        page.locator(f"#{field}").fill(value)
    page.locator("#username").fill(name)
    page.locator("#email").fill(f"{name}@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("#accepted").check()
    fine(page)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/check-mail")
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()


def chosen_and_unchosen(page: Page) -> None:
    """Give both consents that a switch asks for, and take one back."""
    page.goto("/preferences")
    for purpose in ("newsletter", "promotion"):
        page.locator(f"#switch_{purpose}").click()
        expect(page.locator(f"#switch_{purpose}")).to_be_checked()
    page.locator("#switch_promotion").click()
    expect(page.get_by_text("Stopped.", exact=True)).to_be_visible()
    expect(page.locator("#switch_promotion")).not_to_be_checked()
    fine(page)


def planned_a_meeting(page: Page) -> None:
    page.goto("/meetings/new")
    page.locator("#subject").fill(SUBJECT)
    page.locator("#pass_phrase").fill(PHRASE)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "/meetings/" in url and not url.endswith("/new"))
    fine(page)


@pytest.mark.promise("P17")
@pytest.mark.promise("P79")
@pytest.mark.promise("P92")
@pytest.mark.promise("P93")
@pytest.mark.promise("P94")
def test_a_member_from_the_form_to_the_last_byte(
    visitor: NewVisitor, app_data: Path, environment: dict[str, str]
) -> None:
    name = "canary"
    address, person = f"{name}@example.org", visitor(1280, reduced_motion="reduce")
    page, before, others = person.page, rows_left(app_data), sealed_values(app_data)
    registered(page, name)
    fine(page)
    page.goto(person.mailed_link(address, "/verify"))
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("heading", name="Your address is confirmed.")).to_be_visible()
    fine(page)
    add_passkey(page, "Canary phone", PASSWORD)
    fine(page)
    chosen_and_unchosen(page)
    go_on_at(page, 390)
    planned_a_meeting(page)

    page.goto("/account")
    page.get_by_label("Company").fill("Feder & Daughters")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    page.goto("/privacy-center")
    expect(page.get_by_text("Feder & Daughters").first).to_be_visible()
    expect(page.get_by_text(address).first).to_be_visible()
    fine(page)
    copy = downloaded(page)
    typed = TYPED | {"company": "Feder & Daughters", "phone": "+48221234567", "country": "PL"}
    assert_holds(copy, "account", username=name, email=address, **typed)
    assert_holds(copy, "meeting", subject=SUBJECT, pass_phrase=PHRASE)
    assert_holds(copy, "passkey", name="Canary phone")
    kinds = [(row["purpose"], row["kind"]) for row in json.loads(copy["data.json"])["tables"]["consent_event"]["rows"]]
    assert [one for one in kinds if one[0] == "promotion"] == [("promotion", "given"), ("promotion", "withdrawn")]
    assert ("newsletter", "given") in kinds

    asked_to_erase(page, "This stays, and no longer leads to you", password=PASSWORD)
    page.get_by_role("button", name="Keep my data").first.click()
    expect(page.get_by_text("Your account works again. Nothing is lost.")).to_be_visible()
    asked_to_erase(page, "What you agreed to, and when", password=PASSWORD)
    fine(page)
    sealed = sorted(set(sealed_values(app_data)) - set(others))
    assert sealed
    assert holding(app_data, sealed)  # they can be found before
    seven_days_pass(environment)

    words = [*typed.values(), *TYPED.values(), SUBJECT, PHRASE, name, PASSWORD, "Canary phone"]
    emptied(app_data, before, [word for word in words if len(word) > 2], sealed)
    person.page.context.clear_cookies()
    said = sign_in(page, address)
    assert said == sign_in(page, "nobody@example.org")
    fine(page)
    assert person.complaints == []


def corrected(page: Page, name: str) -> None:
    """Put name and language right by the link; what was kept stands in the form, and the change in the requests."""
    form = page.locator("#details")
    expect(form.get_by_label("Name")).to_have_value(name)
    form.get_by_label("Name").fill(f"{name} junior")
    form.get_by_label("Language").select_option("pl")
    form.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text="A correction")).to_be_visible()
    page.reload()
    expect(form.get_by_label("Name")).to_have_value(f"{name} junior")
    expect(form.get_by_label("Language")).to_have_value("pl")
    fine(page)
    picture(page, "guest")


def kept_by_the_message(person: Visitor, address: str, link: str) -> None:
    """Take the erasure back by the link of its email, which shows nothing of what is kept."""
    page, found = person.page, link
    for _look in range(60):
        if (found := person.mailed_link(address, "/privacy-center/")) != link:
            break
        page.wait_for_timeout(500)
    page.goto(found.removeprefix("/pl"))  # the corrected language is that of the email, too
    expect(page.get_by_role("heading", name="Keep your data?")).to_be_visible()
    expect(page.get_by_text("Your messages to us")).to_have_count(0)
    fine(page)
    picture(page, "keep")
    page.get_by_role("button", name="Keep my data").first.click()
    expect(page.get_by_text("Nothing is erased.")).to_be_visible()
    expect(page.get_by_text("No erasure is planned.")).to_be_visible()


@pytest.mark.promise("P48")
@pytest.mark.promise("P72")
@pytest.mark.promise("P92")
@pytest.mark.promise("P93")
@pytest.mark.promise("P94")
def test_a_guest_from_a_message_to_the_last_byte(
    visitor: NewVisitor, app_data: Path, environment: dict[str, str], box: Mails
) -> None:
    address, person = "finch@example.org", visitor(390, reduced_motion="reduce")
    before, others = rows_left(app_data), sealed_values(app_data)
    page, name, message = person.page, "Gustav Finkenschlag", "Do you keep millet about me?"
    page.goto("/contact")
    page.locator("#name").fill(name)
    page.locator("#email").fill(address)
    page.locator("#message").fill(message)
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()
    page.goto("/newsletter")
    page.locator("#email").fill(address)
    page.locator("#agreed").check()
    page.locator("main form button.primary").click()
    page.goto(person.mailed_link(address, "/newsletter/confirm/"))
    page.get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_role("heading", name="You'll get the newsletter from now on.")).to_be_visible()
    fine(page)

    ask_for_link(page, address)
    expect(page.get_by_text("If we keep anything about this address", exact=False)).to_be_visible()
    fine(page)
    link = person.mailed_link(address, "/privacy-center/")
    page.goto(link)
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    for title in ("Your address on our lists", "Your messages to us", "What you agreed to, and when"):
        expect(page.get_by_text(title, exact=True).first).to_be_visible()
    fine(page)
    corrected(page, name)
    copy = downloaded(page)
    assert_holds(copy, "address", email=address, language="pl")
    assert_holds(copy, "contact_thread", email=address, name=f"{name} junior", language="pl")
    assert_holds(copy, "contact_message", body=message)

    asked_to_erase(page, "Your messages to us")
    go_on_at(page, 1280)
    kept_by_the_message(person, address, link)
    page.goto(link)
    asked_to_erase(page, "Your address on our lists")
    fine(page)
    sealed = sorted(set(sealed_values(app_data)) - set(others))
    assert holding(app_data, sealed)
    seven_days_pass(environment)
    emptied(app_data, before, [address, name, message], sealed)
    ask_for_link(page, address)
    expect(page.get_by_text("If we keep anything about this address", exact=False)).to_be_visible()
    page.wait_for_timeout(2000)
    assert box.to(address) == []  # nobody knows the address any more
    assert person.complaints == []
