"""Times on the clocks of whoever reads them: the account's, else the browser's, and UTC where no script runs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.credentials import ask_for_link
from tests.browser.looks import fine, go_on_at, picture
from tests.browser.test_privacy import fill_contact
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def read_in(page: Page, city: str) -> None:
    """Every page of the account says its times on the clocks of `city`."""
    words = re.compile(rf"\d+ \w+ \d{{4}}, \d\d:\d\d {city}, (this minute|\d+ minutes? ago)")
    for path in ("/privacy-center", "/account/sessions", "/account/security"):
        page.goto(path)
        expect(page.locator("time").first).to_have_text(words)
        fine(page)
        picture(page, f"times{path.replace('/', '-')}-{city}")


@pytest.mark.promise("P92")
def test_an_account_reads_times_in_the_browsers_zone_or_in_its_own(visitor: NewVisitor) -> None:
    person = visitor(390, zone="America/New_York", reduced_motion="reduce")
    page = person.page
    person.given_account("zoned")
    read_in(page, "New York")
    page.goto("/account")
    go_on_at(page, 1280)
    page.locator("#time_zone").select_option("Asia/Kathmandu")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.").first).to_be_visible()
    read_in(page, "Kathmandu")
    assert person.complaints == []


@pytest.mark.promise("P72")
def test_a_guest_reads_times_in_the_browsers_zone(visitor: NewVisitor) -> None:
    person, address = visitor(390, zone="America/Los_Angeles", reduced_motion="reduce"), "zoned@example.org"
    page = person.page
    page.goto("/contact")
    fill_contact(page, address)
    ask_for_link(page, address)
    link = person.mailed_link(address, "/privacy-center/")
    page.goto(link)
    page.get_by_role("button", name="Erase my data").click()
    page.locator("dialog[open]").get_by_role("button", name="Erase my data").click()
    expect(page.get_by_text(re.compile(r"Everything below is erased on .+ Los Angeles, in 7 days\."))).to_be_visible()
    fine(page)
    page.goto(f"/pl{link}")
    expect(page.get_by_text(re.compile(r"\d\d:\d\d \(Los Angeles\), za 7 dni")).first).to_be_visible()
    assert person.complaints == []


def test_a_page_made_on_the_server_says_it_in_utc_until_a_script_runs(new_context: NewContext) -> None:
    bare = new_context(java_script_enabled=False).new_page()
    bare.goto("/promises")
    expect(bare.locator("time")).to_have_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"))
    complaints: list[str] = []
    page = new_context(zone="Asia/Tokyo").new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/promises")
    expect(page.locator("time")).to_have_text(re.compile(r"\d\d:\d\d Tokyo, .+ ago"))
    assert complaints == []
