"""Who is connected and who is gone, also after a removal."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConferenceError, NotAllowed
from conference_app.services.encryption import news, presence
from conference_app.services.encryption.news import News
from conference_app.services.encryption.presence import Full
from conference_app.services.jobs import wake_ups
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed, session_of
from tests.conference_app.services.encryption.open_room import committed, connected, open_room, socket_of
from tests.fakes import LOOKING, NOON, FakeRoomAdmin

SECOND = timedelta(seconds=1)


async def read(room: str, *identities: str) -> News:
    found = await news.read(room, None, identities, most=50)
    assert found is not None
    return found


async def gone(room: str, now: datetime) -> list[str]:
    return (await read(room)).gone(now)


async def test_who_says_nothing_for_long_is_gone_and_who_comes_back_is_not(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann", "bob", "guest without keys")
    await committed(room, "ann", -1)
    await committed(room, "bob", 0, NOON + SECOND)
    end = NOON + presence.STAYS
    assert await gone(room, end - SECOND) == []
    await presence.renew(room, ["socket of ann"], now=NOON + 15 * SECOND)
    assert await gone(room, end) == ["bob"]
    await presence.leave(room, ["socket of ann"], now=end)
    assert await gone(room, end + presence.RECONNECTS - SECOND) == ["bob"]
    assert await gone(room, end + presence.RECONNECTS) == ["ann", "bob"]  # the last to leave first
    await connected(room, "bob", now=end + presence.RECONNECTS)
    assert await gone(room, end + presence.RECONNECTS) == ["ann"]


async def test_the_newest_socket_counts_and_an_older_one_says_nothing(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann")
    await committed(room, "ann", -1)
    await presence.enter(room, "ann", "newer", most=50, now=NOON)
    await presence.leave(room, ["socket of ann"], now=NOON)
    await presence.renew(room, ["socket of ann"], now=NOON + 100 * SECOND)
    [member] = (await read(room)).members
    assert (member.socket, member.seen_until) == ("newer", NOON + presence.STAYS)


async def test_a_room_takes_so_many_and_lets_back_who_is_in(db: Settings) -> None:
    room = await open_room()
    for one in ("ann", "bob"):
        await presence.enter(room, one, one, most=2, now=NOON)
    with pytest.raises(Full):
        await presence.enter(room, "eve", "eve", most=2, now=NOON)
    await presence.enter(room, "bob", "again", most=2, now=NOON)
    await presence.enter(room, "eve", "eve", most=2, now=NOON + presence.STAYS)


async def test_a_removed_person_is_gone_at_once_with_all_tabs_and_for_good(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    made = await opened(ann)
    room = await room_of(made.code)
    session = await session_of(bob)
    tabs = [(await admitted(made.code, session=session, tab=tab)).identity for tab in ("1", "2")]
    guest = (await admitted(made.code, tab="guest")).identity
    await connected(room, *tabs, guest)
    for epoch, who in enumerate((*tabs, guest), start=-1):
        await committed(room, who, epoch, NOON + epoch * SECOND)
    with wake_ups.listening(f"keys {room}") as woken:
        await moderation.remove(Caller(ann.id), made.code, tabs[0])
        assert woken.is_set()
    assert set(await gone(room, NOON)) == set(tabs)
    await presence.renew(room, [socket_of(one) for one in tabs], now=NOON + SECOND)
    assert set(await gone(room, NOON + SECOND)) == set(tabs)
    with pytest.raises(NotAllowed):
        await connected(room, tabs[1])


async def test_a_ticket_reaches_whom_it_is_for_and_goes_with_the_room(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    room = await room_of(made.code)
    guest, other = [(await admitted(made.code, tab=tab)).identity for tab in ("1", "2")]
    await connected(room, guest, other)
    rooms.rooms[room] = [guest, other]
    before = (await read(room)).changes
    await moderation.hand_over(Caller(ann.id), made.code, guest, ticket='{"role": "cohost"}')
    found = await read(room, guest, other)
    assert {one: json.loads(text) for one, text in found.tickets.items()} == {guest: {"role": "cohost"}}
    assert found.changes > before
    for wrong in ("[]", "{", '"x"', "[" * 4000, json.dumps({"x": "x" * news.TICKET_LIMIT})):
        with pytest.raises(ConferenceError):
            await moderation.hand_over(Caller(ann.id), made.code, other, ticket=wrong)
    await moderation.end(Caller(ann.id), made.code)
    async with database.reading(*LOOKING) as session:
        assert await news._tickets(session, room, [guest]) == {}
