"""A newsletter's whole way in a real browser: asked for, confirmed, sent, stopped, and not sent again."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import fine, go_on_at
from tests.browser.visitors import NewContext, Visitor
from tests.mailing import Mails, html_of, links_in, text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
NewVisitor = Callable[..., Visitor]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def box(app_url: str, app_data: Path) -> Mails:
    """The mails of the running product."""
    return Mails(app_data / "mails")


def path_of(link: str) -> str:
    """The mails carry the public address; the product under test answers at another port."""
    parts = urllib.parse.urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def sign_up(page: Page, box: Mails, address: str) -> None:
    """Ask for the newsletter on the public form, and confirm by the link in the mail. No scripts needed."""
    page.goto("/")
    page.locator("#newsletter_email").fill(address)
    page.locator("#newsletter_agreed").check()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your mail.")).to_be_visible()
    asked = box.wait(address, "Confirm your subscription")
    [link] = [link for link in links_in(asked) if "/newsletter/confirm/" in link]
    page.goto(path_of(link))
    page.get_by_role("button", name="Confirm subscription").click()
    expect(page.get_by_role("heading", name="You'll get the newsletter from now on.")).to_be_visible()


def write(page: Page, subject: str) -> None:
    """Write a newsletter, and keep it."""
    page.goto("/staff/newsletters")
    page.get_by_role("link", name="Write a newsletter").first.click()
    page.wait_for_url("**/staff/newsletters/draft/new")
    page.get_by_label("Subject in English").fill(subject)
    page.get_by_label("Subject in Polish").fill(f"PL {subject}")
    page.get_by_label("Text in English").fill("## Title\n\nSome *news*.")
    page.get_by_label("Text in Polish").fill("Trochę nowości.")
    page.get_by_role("button", name="Save and preview").click()
    page.wait_for_url(lambda url: "/draft/" in url and not url.endswith("/new"))
    expect(page.frame_locator("iframe").locator("em")).to_have_text("news")


def test_staff_see_and_try_what_they_write(visitor: NewVisitor, box: Mails) -> None:
    person = visitor(1280)
    page, username = person.page, person.given_staff_account()
    page.goto("/staff/newsletters")
    expect(page.get_by_role("heading", name="Newsletters")).to_be_visible()
    write(page, "Tried")
    expect(page.get_by_text(re.compile(r"\d+ (person|people) would get it now")).first).to_be_visible()
    fine(page)
    go_on_at(page, 390)
    page.get_by_role("button", name="Polish", exact=True).click()
    expect(page.frame_locator("iframe").get_by_text("Trochę nowości.")).to_be_visible()
    page.get_by_role("button", name="Send me a test").click()
    box.wait(f"{username}@example.org", "Próba: PL Tried")
    page.reload()
    expect(page.get_by_label("Subject in English")).to_have_value("Tried")
    page.get_by_role("button", name="Delete draft").click()
    page.wait_for_url("**/staff/newsletters")
    expect(page.get_by_role("link", name="Tried")).to_have_count(0)


def test_to_nobody_nothing_is_sent(visitor: NewVisitor) -> None:
    person = visitor(1280)
    person.given_staff_account()
    page = person.page
    page.goto("/staff/topics")
    page.get_by_label("Name in English").fill("A lonely topic")
    page.get_by_label("Name in Polish").fill("Samotny temat")
    page.get_by_role("button", name="Add topic").click()
    expect(page.get_by_text("A lonely topic")).to_be_visible()
    fine(page)
    write(page, "To nobody")
    page.get_by_label("Goes to").select_option("A lonely topic")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("0 people would get it now.")).to_be_visible()
    page.get_by_role("button", name="Send the newsletter").click()
    expect(page.get_by_role("alert").filter(has_text="Nobody would get this newsletter")).to_be_visible()
    fine(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def send(page: Page, subject: str) -> int:
    """Write and send a newsletter; for how many the page said it was, before it left."""
    write(page, subject)
    page.get_by_role("button", name="Send the newsletter").click()
    dialog = page.get_by_role("dialog", name="Send the newsletter?")
    said = re.search(r"(\d+) (?:person|people) would get it now", dialog.inner_text())
    assert said
    fine(page)
    dialog.get_by_role("button", name="Send the newsletter").click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("status").filter(has_text=re.compile("^Sent$"))).to_be_visible(timeout=30_000)
    return int(said.group(1))


def counted(page: Page) -> dict[str, int]:
    """The numbers on the page of a newsletter that was sent."""
    names, numbers = page.locator("dl dt").all_inner_texts(), page.locator("dl dd").all_inner_texts()
    return {name: int(number) for name, number in zip(names, numbers, strict=True)}


def counted_again(page: Page, subject: str) -> dict[str, int]:
    """The numbers of an older newsletter."""
    page.goto("/staff/newsletters")
    page.get_by_role("link", name=subject).click()
    page.wait_for_url("**/staff/newsletters/sending/*")
    expect(page.get_by_role("heading", name=subject)).to_be_visible(timeout=15_000)
    return counted(page)


def stop_by_one_click(app_url: str, mail: EmailMessage) -> None:
    """What a mail program does (RFC 8058): a POST of these words to the header's address, without cookies."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = app_url + path_of(mail["List-Unsubscribe"].strip("<>"))
    body = urllib.parse.urlencode(ONE_CLICK).encode()
    with urllib.request.urlopen(urllib.request.Request(address, body), timeout=10) as answer:  # noqa: S310 - loopback
        assert answer.status == 200


def stop_by_link(page: Page, mail: EmailMessage) -> None:
    """What a person does: the link they see in the mail, then the button on the page it opens."""
    shown = re.search(r'<a href="([^"]+)"[^>]*>Stop these e-mails</a>', html_of(mail))
    assert shown
    assert shown.group(1) in text_of(mail)
    page.goto(path_of(shown.group(1)))
    page.get_by_role("button", name="Stop: Newsletter").click()
    expect(page.get_by_text("Stopped. You'll get no more of these e-mails.")).to_be_visible()


@pytest.mark.promise("P54")
@pytest.mark.promise("P57")
@pytest.mark.promise("P58")
@pytest.mark.promise("P60")
@pytest.mark.promise("P63")
def test_who_stops_gets_no_newsletter_any_more_and_others_do(
    new_context: NewContext, visitor: NewVisitor, box: Mails, app_url: str
) -> None:
    clicking, leaving, staying = (f"{who}@example.org" for who in ("clicking", "leaving", "staying"))
    reader = new_context(390, java_script_enabled=False).new_page()
    for address in (clicking, leaving, staying):
        sign_up(reader, box, address)
    person = visitor(390)
    person.given_staff_account()
    page = person.page
    everybody = send(page, "First")
    got = {address: box.wait(address, "First") for address in (clicking, leaving, staying)}
    assert len({mail["List-Unsubscribe"] for mail in got.values()}) == 3

    stop_by_one_click(app_url, got[clicking])
    go_on_at(reader, 1280)
    stop_by_link(reader, got[leaving])

    go_on_at(page, 1280)
    assert send(page, "Second") == everybody - 2
    box.wait(staying, "Second")
    for address in (clicking, leaving):
        assert {mail["Subject"] for mail in box.to(address)} == {"Confirm your subscription", "First"}
    second, first = counted(page), counted_again(page, "First")
    assert (second["E-mails"], second["Sent"]) == (everybody - 2, everybody - 2)
    assert (first["E-mails"], first["Sent"], first["Stopped the newsletter"]) == (everybody, everybody, 2)
    fine(page)
