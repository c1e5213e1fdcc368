"""A room of two processes, and processes that stop or lose the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from conference_app.api.encryption import delivery_socket, feed
from conference_app.services.encryption import presence
from tests.conference_app.api.encryption.members import House, Meeting, commits, house


async def test_when_the_app_stops_sockets_close_and_are_expected_back(meeting: Meeting) -> None:
    async with house() as home:
        ada = await home.comes(meeting.room, meeting.ada)
        await commits(ada, -1)
        await home.delivery.stop()
        assert await ada.closed() == 1000
        late = home.hello(meeting.room, meeting.bob)
        await late.closed()
    async with house() as again:
        state = await again.hello(meeting.room, meeting.ada, since=0).hears("state")
        assert (state["epoch"], state["restart"], state["gone"]) == (0, False, [])


async def test_a_database_that_fails_closes_sockets_and_browsers_come_back(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await home.comes(meeting.room, meeting.ada)

    async def broken(*_of: object, **_how: object) -> None:
        raise RuntimeError("quoting somebody")

    with monkeypatch.context() as patch:
        patch.setattr(feed.news, "read", broken)
        ada.say("turn")
        assert await ada.closed() is not None
    ada = await home.comes(meeting.room, meeting.ada)
    await commits(ada, -1)


async def test_two_processes_share_a_room(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here they share `wake_ups`; that one alone also finds the other's changes is looked at below."""
    async with house() as one, house() as other:
        ada, bob = await one.comes(meeting.room, meeting.ada), await other.comes(meeting.room, meeting.bob)
        await commits(ada, -1)
        for epoch in range(0, 6, 2):
            await commits(bob, epoch)
            assert (await ada.hears("entry"))["epoch"] == epoch + 1
            await commits(ada, epoch + 1)
            assert (await bob.hears("entry"))["epoch"] == epoch + 2


async def test_what_another_process_changed_is_found(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_REDIS_URL", "redis://127.0.0.1:1/0")
    woken = list[str]()
    async with house() as home:
        ada = await home.comes(meeting.room, meeting.ada)
        await commits(ada, -1)
        while home.delivery._feeds[meeting.room].epoch != 0:
            await asyncio.sleep(0.01)
        await home.delivery._look()
        monkeypatch.setattr(delivery_socket.wake_ups, "publish", woken.append)
        await home.delivery._look()
        assert woken == []
        await presence.enter(meeting.room, meeting.bob, "elsewhere", most=50, now=datetime.now(UTC))
        woken.clear()
        await home.delivery._look()
        assert woken == [f"keys {meeting.room}"]
