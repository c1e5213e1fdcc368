"""Every handler and every route, called by somebody else with every identifier of Ann's that the database holds."""

from __future__ import annotations

import base64
import functools
import os
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote_plus

import pytest
import pytest_asyncio
from reflex_base.utils.format import json_dumps
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Account, SignInSession
from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.pages.room.room import MeetingState
from conference_app.services.limits import rate_limits
from conference_app.services.room import host_view, joining
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.handler_events import (
    CANARY,
    LEAK,
    Anns,
    Call,
    ann_with_everything,
    calls,
    everything_kept,
    hashes_kept,
    leaks,
    made_up,
    shape_of,
)
from tests.conference_app.people import confirmed, meeting_of, session_token
from tests.conference_app.tabs import Processor, Tab, name_of, processing
from tests.fakes import LOOKING, FakeRoomAdmin

pytestmark = pytest.mark.slow


_SERIAL = re.compile(r'"serial_rx_state_": \d+')
"""A notice's number, which is drawn by lot."""


@pytest_asyncio.fixture
async def processor(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Processor]:
    """Where nobody goes on waiting: who is not let in is told so again, instead of an hour later."""
    at_once = functools.partial(joining.answered, timeout_s=0.0)
    monkeypatch.setattr(joining, "answered", at_once)
    monkeypatch.setattr(host_view, "news", functools.partial(host_view.news, timeout_s=0.0))
    async with processing() as running:
        yield running


class Stranger:
    """Somebody who is not Ann; comes back as a new person when the sweep has ended their session."""

    def __init__(self, processor: Processor, who: str, anns: Anns) -> None:
        self.processor, self.who, self.anns = processor, who, anns
        self.count, self.token = 0, ""
        self.ids: set[str] = set()
        self.hashes: set[str] = set()
        """Of Ann and of themselves: nobody is told any of them."""

    async def tabs(self, number: int) -> list[Tab]:
        """New tabs of theirs."""
        if self.who == "member" and await sessions.resolve(self.token) is None:
            self.count += 1
            account = await confirmed(f"eve{self.count}")
            self.ids.add(account.id)
            self.token = await session_token(account)
            self.hashes |= await hashes_kept()
        self.hashes = self.hashes or await hashes_kept()
        cookies = {session_cookie(): self.token} if self.who == "member" else {}
        found = [Tab(self.processor, cookies) for _ in range(number)]
        for tab in found:
            await tab.hydrate()
            if self.who == "guest":
                tab.path = f"/m/{self.anns.open_house}"
                await tab.send(name_of(MeetingState.load))
                await tab.send(name_of(MeetingState.join), name="Guest", pass_phrase="")
        return found


async def answer(tab: Tab, call: Call, word: str) -> str:
    """What came back, without the word itself and without the page's own address, which the caller gave."""
    rate_limits.reset()
    if call.has_place:
        tab.path = call.place(word)
    updates = await tab.send(call.name, **call.payload(word))
    text = json_dumps([[_told(update.delta or {}), update.events] for update in updates])
    if tab.path.startswith("/m/"):
        text = text.replace(tab.path, "HERE").replace(quote_plus(tab.path), "HERE")
    return _SERIAL.sub("", text).replace(word, "WORD")


def _told(delta: Mapping[str, Any]) -> dict[str, Any]:
    """A delta without what Reflex repeats of the request itself."""
    return {
        state: {name: value for name, value in found.items() if not name.startswith("rx_router")}
        for state, found in delta.items()
    }


class Sweep:
    """One handler, asked for each of Ann's words in one tab and for words that name nothing in another.

    Words of one shape that name nothing are answered alike, so the answer to the first stands for all of them; where
    Ann's word is answered otherwise, it is compared with one of its own.
    """

    def __init__(self, stranger: Stranger, call: Call) -> None:
        self.stranger, self.call = stranger, call
        self.tabs: list[Tab] = []
        self.to_nothing: dict[str, str] = {}
        """Answers to words that name nothing, by their shape."""
        self.steady: dict[str, bool] = {}
        """Whether two words of a shape that name nothing are answered the same."""

    async def told_apart(self, word: str) -> str:
        """Where Ann's word is answered otherwise than one that names nothing, by more than chance; else empty."""
        self.tabs = self.tabs or await self.stranger.tabs(2)
        said, shape = await answer(self.tabs[0], self.call, word), shape_of(word)
        assert not leaks(said, self.stranger.hashes), f"{self.call} tells {self.stranger.who} what is Ann's, or a hash"
        if word in self.stranger.anns.codes and self.call.qualname.startswith("MeetingState."):
            return ""  # to know the code is to be invited: the lobby says that it is one
        if self.to_nothing.get(shape) == said:
            return ""
        other = self.to_nothing[shape] = await answer(self.tabs[1], self.call, made_up(word))
        if said == other or not await self._is_steady(shape, word):
            return ""
        self.tabs = []
        begin = len(os.path.commonprefix([said, other]))
        return f"{self.call.qualname} {word}: {said[begin : begin + 80]} or {other[begin : begin + 80]}"

    async def _is_steady(self, shape: str, word: str) -> bool:
        if shape not in self.steady:
            one, two = await self.stranger.tabs(2)
            said = [await answer(tab, self.call, made_up(word)) for tab in (one, two)]
            self.steady[shape] = said[0] == said[1]
        return self.steady[shape]


async def test_the_sweep_would_see_what_is_anns(processor: Processor) -> None:
    ann = await confirmed("ann")
    await meeting_of(ann, f"{CANARY} subject")
    tab = Tab.signed_in(processor, await session_token(ann), path="/dashboard")
    await tab.send(name_of(DashboardState.load))
    assert LEAK.search(processor.wire)


async def test_the_sweep_would_see_a_hash(sqlite_db: Settings) -> None:
    token = await session_token(await confirmed("ann"))
    hashes = await hashes_kept()
    async with database.session(*LOOKING) as db:
        (stored,) = await db.exec(select(SignInSession.token_hash))
        (of_password,) = await db.exec(select(Account.password_hash))
    for told in (stored.hex(), base64.b64encode(stored).decode(), str(stored), stored, of_password):
        assert leaks(json_dumps({"told": told}), hashes)
    assert not leaks(json_dumps({"told": token}), hashes)


@pytest.mark.parametrize("who", ["nobody", "guest", "member"])
@pytest.mark.timeout(300)
@pytest.mark.promise("P66")
@pytest.mark.promise("P76")
async def test_no_handler_knows_anns_identifiers_from_made_up_ones(processor: Processor, who: str) -> None:
    anns = await ann_with_everything()
    stranger = Stranger(processor, who, anns)
    before = await everything_kept()
    found: list[str] = []
    for call in calls():
        sweep = Sweep(stranger, call)
        found += [difference for word in anns.words if (difference := await sweep.told_apart(word))]
    assert found == []
    check_nothing_moved(before, await everything_kept(), anns)
    assert len(set(processor.executed)) > 10  # the sweep does reach handlers


def check_nothing_moved(before: set[str], after: set[str], anns: Anns) -> None:
    """No row is gone or other than before, and no new one is about Ann, but that a guest joined an open meeting."""
    assert before - after == set()
    about_ann = {row for row in after - before if anns.account.id in row}
    assert about_ann == set()
