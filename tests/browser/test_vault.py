"""The organizer's keys in real browsers: on a second device, after all is lost, and never a way shut to the own meeting."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.looks import fine, go_on_at, picture
from tests.browser.participants import LINKS, Participant

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def at_another_browser(host: Participant, person: Callable[..., Participant]) -> Participant:
    """The same account, signed in there without a password that was typed there."""
    other = person()
    session = [one for one in host.page.context.cookies() if "parley_session" in one.get("name", "")]
    other.page.context.add_cookies(session)  # type: ignore[arg-type]
    return other


def test_who_lost_all_keys_makes_new_ones_and_is_let_into_the_own_meeting(
    host: Participant, person: Callable[..., Participant]
) -> None:
    code = host.given_meeting("Plans", is_open=True)
    host.show_link(code)
    earlier, other = LINKS.pop(code), at_another_browser(host, person)
    other.open(code)
    expect(other.page.get_by_text("The keys of your meetings are locked")).to_be_visible()
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
