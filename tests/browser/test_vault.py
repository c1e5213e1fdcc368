"""The organizer's keys in real browsers: on a second device, after all is lost, and never a way shut to the own meeting."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.credentials import PASSWORD, add_passkey, choose_new_password, try_to_sign_in
from tests.browser.looks import fine, go_on_at, picture
from tests.browser.participants import LINKS, Participant

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NewPerson = Callable[..., Participant]
LOCKED = "The keys of your meetings are locked"
NEW_PASSWORD = "another horse in the stable"


def at_another_browser(host: Participant, person: NewPerson) -> Participant:
    """The same account, signed in there without a password that was typed there."""
    other = person()
    session = [one for one in host.page.context.cookies() if "parley_session" in one.get("name", "")]
    other.page.context.add_cookies(session)  # type: ignore[arg-type]
    return other


def signed_in(person: NewPerson, username: str, password: str = PASSWORD) -> Participant:
    """The account at a fresh browser, by the sign-in form."""
    one = person()
    sign_in(one, username, password)
    return one


def sign_in(one: Participant, username: str, password: str = PASSWORD) -> None:
    try_to_sign_in(one.page, f"{username}@example.org", password)
    one.page.wait_for_url("**/dashboard**")


def organizer(person: NewPerson, username: str) -> tuple[Participant, str]:
    """Somebody who has typed the password here and has a meeting; its code."""
    person().given_account(username)
    one = signed_in(person, username)
    return one, one.create_meeting("Plans")


def expect_keys(one: Participant, code: str) -> None:
    """The page of the meeting shows the link that its organizer's first browser has shown."""
    one.page.goto(f"/meetings/{code}")
    expect(one.page.locator("#invitation")).to_have_value(re.compile(re.escape(LINKS[code]) + "$"))


def asked(one: Participant, code: str) -> Locator:
    """What a browser says that has no keys, on the page of the meeting."""
    one.page.goto(f"/meetings/{code}")
    panel = one.page.get_by_role("region", name=LOCKED)
    expect(panel).to_be_visible()
    return panel


def open_by(panel: Locator, field: str, typed: str) -> None:
    """Type what opens the keys into one of the panel's fields, and have it tried."""
    panel.locator(field).fill(typed)
    panel.locator(f"form:has({field})").get_by_role("button", name="Open").click()


def write_down(one: Participant, begin: str) -> str:
    """A recovery phrase, from the page of the account's security on."""
    page = one.page
    page.goto("/account/security")
    page.get_by_role("button", name=begin).click()
    words = [shown.split()[-1] for shown in page.locator("#phrase_words li").all_inner_texts()]
    picture(page, "vault-phrase")
    page.get_by_role("button", name="I've written them down").click()
    fields = page.locator("input[name^=word_]")
    fields.first.fill("zebra")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This is another word than the one we showed.").first).to_be_visible()
    fine(page)
    for field in fields.all():
        field.fill(words[int((field.get_attribute("name") or "").removeprefix("word_"))])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Your recovery phrase works from now on.")).to_be_visible()
    return " ".join(words)


def test_a_second_device_has_the_keys_after_the_sign_in(person: NewPerson) -> None:
    _first, code = organizer(person, "twodevices")
    second = signed_in(person, "twodevices")
    expect_keys(second, code)
    second.open(code)
    second.button("Join").click()
    second.expect_inside()


def test_a_recovery_phrase_opens_the_keys_and_an_older_one_does_not(person: NewPerson) -> None:
    first, code = organizer(person, "phrased")
    phrase = write_down(first, "Write down a phrase")
    other = at_another_browser(first, person)
    panel = asked(other, code)
    open_by(panel, "#vault_phrase", "twelve words that were never shown")
    expect(panel.get_by_text("These are not the twelve words.")).to_be_visible()
    expect(panel.get_by_label("Recovery phrase")).to_have_value("twelve words that were never shown")
    fine(other.page)
    open_by(panel, "#vault_phrase", f"  {phrase.upper()} ")
    expect(panel).to_have_count(0)
    expect_keys(other, code)
    newer = write_down(other, "Make a new phrase")
    third = at_another_browser(first, person)
    panel = asked(third, code)
    open_by(panel, "#vault_phrase", phrase)
    expect(panel.get_by_text("These are not the twelve words.")).to_be_visible()
    open_by(panel, "#vault_phrase", newer)
    expect(panel).to_have_count(0)
    expect_keys(third, code)


def test_after_a_new_password_the_old_one_or_another_browser_opens_the_keys(person: NewPerson) -> None:
    first, code = organizer(person, "renewed")
    choose_new_password(first.page, first.mailed_link, "renewed@example.org", NEW_PASSWORD)
    second = signed_in(person, "renewed", NEW_PASSWORD)
    panel = asked(second, code)
    open_by(panel, "#vault_password", "not the one")
    expect(panel.get_by_text("This password does not open the keys.")).to_be_visible()
    fine(second.page)
    sign_in(first, "renewed", NEW_PASSWORD)  # where the keys still are: they follow the new password
    expect_keys(first, code)
    expect_keys(second, code)
    third = signed_in(person, "renewed", NEW_PASSWORD)
    expect_keys(third, code)


@pytest.mark.parametrize("has_prf", [True, False])
def test_a_passkey_opens_the_keys_where_it_can_keep_a_secret(person: NewPerson, has_prf: bool) -> None:
    first, code = organizer(person, f"passkeyed{has_prf}".lower())
    add_passkey(first.page, "Laptop", has_prf=has_prf)
    told = first.page.get_by_text("a passkey, by itself when you sign in with it")
    expect(told).to_have_count(1 if has_prf else 0)
    first.page.get_by_role("button", name="Sign out").locator("visible=true").first.click()
    first.page.wait_for_url(lambda url: "/account/security" not in url)
    first.page.goto("/sign-in")
    first.page.get_by_role("button", name="Use a passkey").click()
    first.page.wait_for_url("**/dashboard**")
    if has_prf:
        return expect_keys(first, code)
    panel = asked(first, code)
    open_by(panel, "#vault_password", PASSWORD)
    expect(panel).to_have_count(0)
    expect_keys(first, code)


def test_who_lost_all_keys_makes_new_ones_and_is_let_into_the_own_meeting(host: Participant, person: NewPerson) -> None:
    code = host.given_meeting("Plans", is_open=True)
    host.show_link(code)
    earlier, other = LINKS.pop(code), at_another_browser(host, person)
    other.open(code)
    expect(other.page.get_by_text(LOCKED)).to_be_visible()
    expect(other.button("Join")).to_have_attribute("aria-disabled", "true")
    picture(other.page, "vault-locked")
    go_on_at(other.page, 390)
    picture(other.page, "vault-locked")
    fine(other.page)
    other.button("Make new keys").click()
    other.page.get_by_role("dialog").get_by_role("button", name="Make new keys").click()
    expect(other.page).to_have_url(re.compile("#v1[.]"))
    assert earlier not in other.page.url
    other.button("Join").click()
    other.expect_inside()
