"""The privacy center and its pages in a real browser: whole journeys, at desktop and phone width."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.credentials import PASSWORD, ask_for_link, try_to_sign_in
from tests.browser.looks import fine, go_on_at
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
READ = [
    "/privacy",
    "/terms",
    "/privacy/record",
    "/privacy/processors",
    "/privacy/limits",
    "/privacy/changes",
    "/promises",
]


def downloaded(page: Page) -> zipfile.ZipFile:
    """The copy, by the page's own link."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download my data").click()
    return zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def confirm(page: Page, button: str) -> None:
    """Answer the open question with the password."""
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name=button).click()


@pytest.mark.promise("P92")
@pytest.mark.promise("P94")
def test_see_take_leave_and_come_back(visitor: NewVisitor) -> None:
    person = visitor(390)
    page, name = person.page, "leaver"
    person.given_account(name)
    page.goto("/privacy-center")
    for heading in ("What we know", "Why", "Who has seen it", "Your choices", "Take it with you", "Leave Parley"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.get_by_text(f"{name}@example.org").first).to_be_visible()
    fine(page)

    page.get_by_role("button", name="Make a copy of my data").click()
    data = json.loads(downloaded(page).read("data.json"))
    assert [row["username"] for row in data["tables"]["account"]["rows"]] == [name]

    page.get_by_role("button", name="Erase my data").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_text("This is deleted", exact=False)).to_be_visible()
    dialog.get_by_label("Your password", exact=True).fill("not my password at all")
    dialog.get_by_role("button", name="Erase my data").click()
    expect(dialog.get_by_text("This is not your password.")).to_be_visible()
    fine(page)
    confirm(page, "Erase my data")
    expect(page.get_by_text("Everything below is erased on", exact=False)).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Erasure").first).to_contain_text("to be done by")
    expect(page.get_by_role("button", name="Erase my data")).to_have_count(0)
    page.goto("/dashboard")
    expect(page.get_by_text("Until then your meetings let nobody in.", exact=False)).to_be_visible()
    fine(page)
    page.get_by_role("link", name="Change that").click()
    page.get_by_role("region", name="Leave Parley").get_by_role("button", name="Keep my data").click()
    expect(page.get_by_text("Your account works again. Nothing is lost.")).to_be_visible()

    go_on_at(page, 1280)
    page.get_by_role("button", name="Pause my account").click()
    confirm(page, "Pause my account")
    page.wait_for_url("**/sign-in**")
    try_to_sign_in(page, f"{name}@example.org")
    page.wait_for_url("**/privacy-center**")
    page.get_by_role("button", name="Use my account again").click()
    expect(page.get_by_role("button", name="Use my account again")).to_be_hidden()

    page.get_by_role("button", name="Restrict", exact=True).click()
    expect(page.get_by_text("Restricted", exact=True)).to_be_visible()
    page.get_by_role("button", name="Object to other uses").click()
    expect(page.get_by_text("An objection")).to_be_visible()
    page.get_by_role("button", name="Erase my data").click()
    confirm(page, "Erase my data")
    expect(page.get_by_text("Everything below is erased on", exact=False)).to_be_visible()
    assert person.complaints == []


@pytest.mark.parametrize(("prefix", "dark"), [("/pl", False), ("", True)], ids=["Polish, light", "English, dark"])
def test_a_link_that_opens_nothing_is_accessible_and_fits_a_phone(
    new_context: NewContext, prefix: str, dark: bool
) -> None:
    """The pages to read are looked at with all others in test_look.py."""
    page = new_context(390, dark=dark, reduced_motion="reduce").new_page()
    page.goto(f"{prefix}/privacy-center/nonsense")
    expect(page.get_by_role("heading", level=1).locator("visible=true")).to_have_count(1)
    fine(page)


@pytest.mark.promise("P44")
@pytest.mark.promise("P46")
@pytest.mark.promise("P47")
def test_pages_to_read_need_no_script_and_no_cookie(new_context: NewContext) -> None:
    page = new_context(java_script_enabled=False).new_page()
    words = {
        "/privacy": "is the controller of your data",
        "/privacy/record": "Made from the tags",
        "/privacy/limits": "Nothing sent over the internet can be guaranteed",
        "/privacy/processors": "No other company handles it",
        "/privacy/changes": "The first version on record.",
        "/promises": "Proven",
        "/terms": "Between whom",
    }
    for path, text in words.items():
        page.goto(path)
        expect(page.get_by_text(text, exact=False).first).to_be_visible()
    page.goto("/privacy")
    expect(page.get_by_text("The servers stand in", exact=False)).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    ("path", "part"),
    [("/privacy", "Your right to object"), ("/privacy/record", "Your messages to us"), ("/pl/promises", "")],
)
def test_a_long_page_leads_to_its_parts_without_scripts(new_context: NewContext, path: str, part: str) -> None:
    page = new_context(390, java_script_enabled=False).new_page()
    page.goto(path)
    contents = page.locator("main nav").first
    links = contents.get_by_role("link")
    expect(links.first).to_be_hidden()
    contents.locator("summary").click()
    link = links.filter(has_text=part).first if part else links.last
    title = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=2, name=title, exact=True)).to_be_in_viewport(ratio=1)


@pytest.mark.promise("P44")
def test_every_page_leads_to_the_policy(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.page
    for path in [
        "/",
        "/register",
        "/sign-in",
        "/contact",
        "/nowhere",
        "/m/bcdfg-hjkmn-pqrst",
        "/privacy-request",
        *READ,
    ]:
        page.goto(path)
        expect(page.locator('a[href="/privacy"]:visible').first).to_be_visible()
    person.given_account("crawler")
    code = person.given_meeting("Crawled")
    for path in ["/dashboard", "/meetings/new", f"/meetings/{code}", "/privacy-center", "/account"]:
        page.goto(path)
        expect(page.locator('a[href="/privacy"]').first).to_be_attached()


@pytest.mark.promise("P47")
def test_the_lock_of_a_meeting_leads_to_the_limits(visitor: NewVisitor) -> None:
    person = visitor()
    page = person.page
    person.given_account("locksmith")
    code = person.given_meeting("Locked")
    page.goto(f"/m/{code}")
    expect(page.locator('a[href="/privacy/limits"]').first).to_be_visible()
    page.goto(f"/pl/m/{code}")
    expect(page.locator('a[href="/pl/privacy/limits"]').first).to_be_visible()


@pytest.mark.promise("P45")
def test_links_to_other_sites_tell_them_nothing(new_context: NewContext) -> None:
    """There are none now; one that comes has to be marked."""
    page = new_context().new_page()
    for path in ["/", "/contact", *READ]:
        page.goto(path)
        foreign = page.locator('a[href^="http"]').all()
        rels = [
            link.get_attribute("rel") or "" for link in foreign if "localhost" not in (link.get_attribute("href") or "")
        ]
        assert all({"noopener", "noreferrer"} <= set(rel.split()) for rel in rels)


@pytest.mark.promise("P72")
def test_a_guest_sees_takes_and_erases_by_link(visitor: NewVisitor) -> None:
    person, address = visitor(390), "guest@example.org"
    page = person.page
    page.goto("/contact")
    fill_contact(page, address)
    ask_for_link(page, address)
    expect(page.get_by_text("If we keep anything about this address", exact=False)).to_be_visible()
    link = person.mailed_link(address, "/privacy-center/")

    page.goto(link)
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    expect(page.get_by_text("Your messages to us")).to_be_visible()
    fine(page)
    page.get_by_role("button", name="Make a copy of my data").click()
    copy = downloaded(page)
    assert [row["email"] for row in json.loads(copy.read("data.json"))["tables"]["contact_thread"]["rows"]] == [address]

    go_on_at(page, 1280)
    page.get_by_role("button", name="Erase my data").click()
    page.locator("dialog[open]").get_by_role("button", name="Erase my data").click()
    expect(page.get_by_text("Everything below is erased on", exact=False)).to_be_visible()
    page.get_by_role("button", name="Keep my data").first.click()
    expect(page.get_by_text("Nothing is erased.")).to_be_visible()
    assert person.complaints == []

    stranger = visitor()
    stranger.page.goto(link[:-4] + "AAAA")
    expect(stranger.page.get_by_text("This link no longer works.").first).to_be_visible()


def fill_contact(page: Page, address: str) -> None:
    """Write to us."""
    page.locator("#email").fill(address)
    page.locator("#message").fill("What do you keep about me?")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()


def test_an_unknown_address_gets_the_same_answer(visitor: NewVisitor) -> None:
    page = visitor().page
    ask_for_link(page, "nobody-at-all@example.org")
    expect(page.get_by_text("If we keep anything about this address", exact=False)).to_be_visible()
