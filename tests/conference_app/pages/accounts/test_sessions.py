"""The list of signed-in browsers: short at first, however many there are."""

from __future__ import annotations

import pytest

from conference_app.pages.accounts.sessions import SessionsState
from conference_app.services.sign_in import sessions
from conference_app.services.sign_in.browser_names import Device
from tests.conference_app import people
from tests.conference_app.tabs import Processor, Tab, name_of

TOKYO = Device("Firefox", "Linux", "Asia/Tokyo")
HERE = Device("Chrome", "Windows", "Europe/Warsaw")


async def sign_in(account_id: str, device: Device) -> str:
    token = await sessions.redeem_ticket(await sessions.issue_ticket(account_id), device)
    assert token
    return token


@pytest.mark.slow
async def test_many_sign_ins_come_in_steps(processor: Processor) -> None:
    ann = await people.confirmed()
    for _number in range(44):
        await sign_in(ann.id, TOKYO)
    tab = Tab.signed_in(processor, await sign_in(ann.id, HERE), path="/account/sessions")
    seen = []
    for event in (SessionsState.load, SessionsState.show_more, SessionsState.show_more, SessionsState.show_more):
        await tab.send(name_of(event))
        seen.append(len((await tab.vars_of(SessionsState))["rows"]))
    assert seen == [20, 40, 45, 45]
    rows = (await tab.vars_of(SessionsState))["rows"]
    assert [one.is_current for one in rows] == [True] + [False] * 44
