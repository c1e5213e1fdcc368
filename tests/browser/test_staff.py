"""The staff's pages in a real browser: everything is reached by clicks, and what is done to a person, the person sees."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.credentials import ask_for_link
from tests.browser.looks import fine, go_on_at, picture
from tests.browser.test_privacy import confirm
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
LINES_OF_LABELS = """() => [...document.querySelectorAll("nav.fixed a")].map((link) => {
  const words = document.createRange();
  words.selectNodeContents(link.lastChild);
  return words.getClientRects().length;
})"""
"""In how many lines each place of the bar at the bottom of a phone is named."""


@pytest.fixture
def desk(visitor: NewVisitor) -> Callable[[int], Page]:
    """A member of the staff at the overview, come by the navigation."""

    def sits(width: int) -> Page:
        person = visitor(width, reduced_motion="reduce")
        person.given_staff_account()
        person.page.goto("/dashboard")
        person.page.get_by_role("link", name="Staff", exact=True).locator("visible=true").click()
        expect(person.page.get_by_role("heading", name="What waits")).to_be_visible()
        return person.page

    return sits


def part(page: Page, title: str, heading: str) -> None:
    """Go to a part by its link."""
    page.get_by_role("navigation", name="Staff").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


@pytest.mark.promise("P95")
@pytest.mark.promise("P96")
def test_a_message_is_read_answered_and_its_request_done(visitor: NewVisitor, desk: Callable[[int], Page]) -> None:
    writer = visitor(1280).page
    writer.goto("/contact")
    writer.get_by_label("E-mail", exact=True).fill("asks@example.org")
    writer.get_by_label("Message", exact=True).fill("Please delete my data.")
    writer.get_by_role("button", name="Send message").click()
    expect(writer.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()

    page = desk(1280)
    fine(page)
    page.get_by_role("main").get_by_role("link", name=re.compile("Messages from people")).click()
    expect(page.get_by_role("heading", name="Messages from people")).to_be_visible()
    fine(page)
    assert "asks" not in page.get_by_role("main").inner_text()
    page.get_by_role("link", name=re.compile("Message of")).first.click()
    expect(page.get_by_text("asks@example.org")).to_be_visible()
    expect(page.get_by_text("Please delete my data.")).to_be_visible()
    fine(page)
    page.get_by_label("Your answer").fill("We do it today.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Our answer ·")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("")

    page.get_by_role("link", name=re.compile("A request was recognised: Erasure")).click()
    expect(page.get_by_role("heading", level=1, name="Erasure")).to_be_visible()
    fine(page)
    page.get_by_label("It is now").select_option("Done")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_label("What the person should know")).to_be_focused()
    page.get_by_label("What the person should know").fill("Everything of you is deleted.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="We wrote")).to_contain_text("Everything of you is deleted.")
    page.get_by_role("link", name="All requests").click()
    page.get_by_role("link", name="Closed", exact=True).click()
    expect(page.get_by_role("link", name=re.compile("Erasure.*Done", re.DOTALL)).first).to_be_visible()
    fine(page)

    go_on_at(page, 390)
    part(page, "Messages", "Messages from people")
    page.get_by_role("link", name=re.compile("Message of")).first.click()
    page.get_by_role("button", name="Close conversation").click()
    expect(page.get_by_role("heading", name="Messages from people")).to_be_visible()

    link = visitor(390)
    ask_for_link(link.page, "asks@example.org")
    link.page.goto(link.mailed_link("asks@example.org", "/privacy-center"))
    seen = link.page.get_by_role("region", name="Who has seen it")
    expect(seen.get_by_text("Answering your message.").first).to_be_visible()


@pytest.mark.promise("P105")
def test_a_person_is_found_and_held_and_reads_why(visitor: NewVisitor, desk: Callable[[int], Page]) -> None:
    held = visitor(390, reduced_motion="reduce")
    held.given_account("held", first_name="Halina", last_name="Held")
    page = desk(390)
    part(page, "People", "People")
    page.get_by_label("Whole e-mail address or username").fill("held")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_label("Why you look")).to_be_focused()
    page.get_by_label("Why you look").fill("You phoned us.")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", name="H. H.")).to_be_visible()
    assert "Halina" not in page.get_by_role("main").inner_text()
    fine(page)
    page.get_by_label("Why the data must be kept").fill("A dispute about an invoice.")
    page.get_by_role("button", name="Hold the data").click()
    expect(page.get_by_role("listitem").filter(has_text="A dispute about an invoice.")).to_be_visible()
    fine(page)

    held.page.goto("/privacy-center")
    expect(
        held.page.get_by_text(re.compile("Your data has been on hold since.*A dispute about an invoice."))
    ).to_be_visible()
    seen = held.page.get_by_role("region", name="Who has seen it")
    expect(seen.get_by_text("You phoned us.")).to_be_visible()
    held.page.get_by_role("button", name="Erase my data").click()
    confirm(held.page, "Erase my data")
    waits = held.page.get_by_text("Everything below is erased once the legal hold on it ends", exact=False)
    expect(waits).to_be_visible()
    fine(held.page)
    picture(held.page, "held")

    go_on_at(page, 1280)
    page.get_by_role("listitem").filter(has_text="A dispute").get_by_role("button", name="Lift").click()
    dialog = page.get_by_role("dialog", name="Lift this hold?")
    fine(page)
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("listitem").filter(has_text="A dispute").get_by_role("button", name="Lift").click()
    dialog.get_by_role("button", name="Lift the hold").click()
    expect(page.get_by_role("listitem").filter(has_text="A dispute")).to_have_count(0)
    held.page.reload()
    expect(held.page.get_by_text("Everything below is erased on", exact=False)).to_be_visible()
    expect(waits).to_be_hidden()


def test_a_person_is_signed_out_everywhere(visitor: NewVisitor, desk: Callable[[int], Page]) -> None:
    robbed = visitor(390, reduced_motion="reduce")
    robbed.given_account("robbed")
    robbed.page.goto("/account/security")
    expect(robbed.page.get_by_role("heading", name="Recent activity")).to_be_visible()
    page = desk(1280)
    part(page, "People", "People")
    page.get_by_label("Whole e-mail address or username").fill("robbed")
    page.get_by_label("Why you look").fill("You phoned us about a stolen phone.")
    page.get_by_role("button", name="Find").click()
    opener = page.get_by_role("button", name="Sign out everywhere")
    dialog = page.get_by_role("dialog", name="Sign this person out everywhere?")
    opener.click()
    fine(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    opener.click()
    dialog.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("1 device was signed out.")).to_be_visible()
    robbed.page.reload()
    expect(robbed.page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.promise("P104")
def test_a_legal_request_is_noted_filed_decided_and_counted(
    visitor: NewVisitor, desk: Callable[[int], Page], tmp_path: Path
) -> None:
    person = visitor(390)
    person.given_account("sought")
    page = desk(390)
    part(page, "Authorities", "Requests from authorities")
    page.get_by_role("link", name="Log a request").click()
    expect(page.get_by_role("heading", name="Log a request")).to_be_visible()
    page.get_by_label("Who asks for it").fill("District court")
    page.get_by_label("Their reference").fill("III K 1/26")
    page.get_by_label("Day it came").fill("2026-11-20")
    page.get_by_label("What they ask for").fill("Who is behind the account.")
    page.get_by_label("Whom it is about").fill("sought")
    page.get_by_role("button", name="Log the request").click()
    expect(page.get_by_role("heading", level=1, name="District court")).to_be_visible()
    fine(page)
    page.get_by_role("checkbox", name="Account", exact=True).check()
    page.get_by_label("Why you make the file").fill("A court asked for it.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Make the file").click()
    saved = tmp_path / "metadata.zip"
    download.value.save_as(saved)
    with zipfile.ZipFile(io.BytesIO(saved.read_bytes())) as archive:
        assert "sought@example.org" in archive.read("metadata.json").decode()
        assert "is not on this server" in archive.read("about.txt").decode()
    go_on_at(page, 1280)
    page.get_by_label("Your decision").select_option("Answered in part")
    page.get_by_label("What was handed out").fill("The e-mail address of the account.")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.get_by_role("heading", name="Decision")).to_be_hidden()
    expect(page.get_by_text("The e-mail address of the account.")).to_be_visible()
    page.get_by_role("link", name="All requests from authorities").click()
    expect(page.get_by_role("link", name=re.compile("District court")).first).to_contain_text("Answered in part")

    person.page.goto("/privacy-center")
    seen = person.page.get_by_role("region", name="Who has seen it")
    expect(seen.get_by_text("A court asked for it.")).to_be_visible()
    page.get_by_role("contentinfo").get_by_role("link", name="Transparency").click()
    expect(page.get_by_role("heading", level=1, name="Transparency")).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d requests? came in\."))).to_be_visible()
    fine(page)


@pytest.mark.promise("P97")
def test_others_find_what_stands_at_no_address(visitor: NewVisitor) -> None:
    stranger, member = visitor(1280), visitor(1280)
    member.given_account("curious")
    member.page.goto("/dashboard")
    expect(member.page.get_by_role("heading", level=1)).to_be_visible()
    expect(member.page.get_by_role("link", name="Staff", exact=True)).to_have_count(0)
    for person in (stranger, member):
        for path in (
            "/staff",
            "/staff/contact",
            "/staff/cases/none",
            "/staff/people",
            "/staff/legal",
            "/pl/staff/jobs",
        ):
            person.page.goto(path)
            heading = (
                "Pod tym adresem niczego nie ma." if path.startswith("/pl") else "There is nothing at this address."
            )
            expect(person.page.get_by_role("heading", level=1, name=heading)).to_be_visible()
            expect(person.page.get_by_role("navigation", name=re.compile("Staff|Pracownicy"))).to_have_count(0)
    assert member.complaints == []


def test_each_place_of_the_bar_is_named_in_one_line(visitor: NewVisitor) -> None:
    """How the parts look, in both languages and themes, is looked at with all other pages in test_look.py."""
    person = visitor(390, reduced_motion="reduce")
    person.given_staff_account()
    for prefix in ("", "/pl"):
        person.page.goto(f"{prefix}/staff")
        expect(person.page.locator("main nav").first).to_be_visible()
        assert person.page.evaluate(LINES_OF_LABELS) == [1] * 5
    assert person.complaints == []
