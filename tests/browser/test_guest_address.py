"""Another address for somebody without an account, in a real browser: asked for, confirmed, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.credentials import ask_for_link
from tests.browser.looks import fine, go_on_at, picture
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]


def in_the_center(person: Visitor, address: str) -> None:
    """By a link to the address, into its privacy center."""
    page = person.page
    ask_for_link(page, address)
    expect(page.get_by_text("If we keep anything about this address", exact=False)).to_be_visible()
    page.goto(person.mailed_link(address, "/privacy-center/"))
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()


@pytest.mark.promise("P72")
@pytest.mark.promise("P93")
def test_a_guest_moves_to_another_address_and_the_old_one_takes_it_back(visitor: NewVisitor) -> None:
    person, old, new = visitor(390), "before@example.org", "after@example.org"
    page = person.page
    page.goto("/contact")
    page.locator("#email").fill(old)
    page.locator("#message").fill("What do you keep about me?")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()
    in_the_center(person, old)
    page.get_by_role("button", name="Change this address").click()
    expect(page.get_by_label("New e-mail address")).to_be_focused()
    page.keyboard.type(old)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is your address already.")).to_be_visible()
    fine(page)
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text(f"We have sent a link to {new}.", exact=False)).to_be_visible()
    fine(page)
    picture(page, "address-asked")

    page.goto(person.mailed_link(new, "/address/confirm"))
    assert page.url.endswith("/address/confirm")  # the secret is out of the address
    fine(page)
    picture(page, "address-confirm")
    page.get_by_role("button", name="Use this address").click()
    expect(page.get_by_role("heading", name="We know you by this address now.")).to_be_visible()
    fine(page)
    go_on_at(page, 1280)
    page.get_by_role("link", name="See what you keep").click()
    card = page.get_by_role("heading", name="Your e-mail address").locator("xpath=..")
    expect(card.get_by_text(new, exact=True)).to_be_visible()
    expect(page.get_by_text("Your messages to us")).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text="A correction")).to_be_visible()
    fine(page)

    page.goto(person.mailed_link(old, "/address/revoke"))
    page.get_by_role("button", name="Take the change back").click()
    expect(page.get_by_role("heading", name="The address is yours again.")).to_be_visible()
    fine(page)
    picture(page, "address-revoked")
    in_the_center(person, old)
    expect(page.get_by_text("Your messages to us")).to_be_visible()
    page.goto("/address/confirm")
    expect(page.get_by_text("This address is not the whole link.", exact=False)).to_be_visible()
    fine(page)
    assert person.complaints == []
