"""Hosting in real browsers: who waits is seen and let in, or not; and a host leaves, hands over or ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.looks import fine, go_on_at
from tests.browser.participants import Participant

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def lock(host: Participant) -> None:
    host.button("People").click()
    host.page.get_by_role("switch", name=re.compile("Lock the meeting")).check(force=True)
    expect(host.page.get_by_text("Locked", exact=True)).to_be_visible()
    host.button("Close panel").click()


def strip(host: Participant) -> Locator:
    return host.page.get_by_role("region", name="Waiting to be let in")


def test_guests_wait_until_the_host_admits_or_refuses_them(
    host: Participant, person: Callable[..., Participant]
) -> None:
    code = host.start("Interviews")
    lock(host)
    tom, una, vic = person(), person(390), person()
    tom.join(code, "Tomasz")
    expect(tom.page.get_by_role("heading", name="The host has been asked to let you in")).to_be_visible()
    expect(strip(host).get_by_text("Tomasz is waiting to be let in.")).to_be_visible()
    expect(host.page).to_have_title(re.compile(r"^\(1\) Interviews"))
    fine(host.page)
    host.button("Admit Tomasz").click()
    tom.expect_inside()
    expect(strip(host)).to_have_count(0)

    go_on_at(host.page, 390)
    una.join(code, "Urszula")
    host.button("Refuse Urszula").click()
    expect(una.page.get_by_role("alert").filter(has_text="can't let you in right now")).to_be_visible()
    expect(una.page.get_by_label("Your name")).to_have_value("Urszula")

    vic.join(code, "Wiktor")
    expect(strip(host)).to_be_visible()
    vic.button("Stop waiting").click()
    expect(strip(host)).to_have_count(0)
    expect(host.page).to_have_title(re.compile(r"^Interviews"))
    assert "Wiktor" not in tom.page.content()  # whoever waits is the host's to know


def test_a_host_hands_over_and_the_new_one_ends(host: Participant, person: Callable[..., Participant]) -> None:
    code = host.start("Retrospective")
    tom, una = person(), person()
    tom.join(code, "Tomasz")
    tom.expect_inside()
    host.expect_people("Tomasz")
    go_on_at(host.page, 390)
    host.button("Leave").click()
    dialog = host.page.get_by_role("dialog")
    fine(host.page)
    dialog.get_by_label("New host").select_option(label="Tomasz")
    dialog.get_by_role("button", name="Hand over and leave").click()
    expect(host.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()

    lock(tom)
    una.join(code, "Urszula")
    tom.button("Admit Urszula").click()
    una.expect_inside()
    tom.button("Leave").click()
    tom.button("End for all").click()
    for one in (tom, una):
        expect(one.page.get_by_role("heading", name="The meeting has ended")).to_be_visible()
