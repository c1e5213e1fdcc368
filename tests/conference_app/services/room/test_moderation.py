"""What the host orders: lock, remove, end; and that it holds."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.errors import NotFound, Unavailable
from conference_app.services.meetings import meetings
from conference_app.services.room import admissions, moderation
from conference_app.services.room.entry_checks import MeetingEnded, Removed
from conference_app.services.room.hosts import Caller
from conference_app.services.room.joining import Waiting
from tests.conference_app.joined import admitted, join, opened, room_of
from tests.conference_app.people import confirmed, session_of
from tests.fakes import FakeRoomAdmin


async def test_a_locked_door_lets_back_who_was_in(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    first = await admitted(made.code, tab="inside")
    await moderation.lock(Caller(ann.id), made.code, True)
    assert isinstance(await join(made.code, tab="outside"), Waiting)
    assert (await admitted(made.code, tab="inside")).identity == first.identity
    assert (await admitted(made.code, session=await session_of(ann))).role == "host"
    await moderation.lock(Caller(ann.id), made.code, False)
    assert await admitted(made.code, tab="outside")


async def test_a_removed_guest_gets_no_new_token(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    guest = await admitted(made.code, tab="rude")
    room = await room_of(made.code)
    assert await admissions.admits(room, guest.identity)
    await moderation.remove(Caller(ann.id), made.code, guest.identity)
    assert rooms.orders == [("remove", room, guest.identity)]
    assert not await admissions.admits(room, guest.identity)
    with pytest.raises(Removed):
        await join(made.code, tab="rude")
    assert await admitted(made.code, tab="other")


async def test_a_removed_account_is_kept_out_in_every_tab(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    made = await opened(ann)
    session = await session_of(bob)
    first, second = (
        await admitted(made.code, session=session, tab="1"),
        await admitted(made.code, session=session, tab="2"),
    )
    await moderation.remove(Caller(ann.id), made.code, first.identity)
    assert {order[2] for order in rooms.orders} == {first.identity, second.identity}
    assert not await admissions.admits(await room_of(made.code), second.identity)
    for tab in ("1", "2", "3"):
        with pytest.raises(Removed):
            await join(made.code, session=await session_of(bob), tab=tab)


async def test_removal_holds_when_media_is_down(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    guest = await admitted(made.code)
    rooms.is_down = True
    with pytest.raises(Unavailable):
        await moderation.remove(Caller(ann.id), made.code, guest.identity)
    with pytest.raises(Removed):
        await join(made.code)


async def test_the_host_is_not_removed_and_nobody_unknown_is(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    host = await admitted(made.code, session=await session_of(ann))
    for identity in (host.identity, "guest-unknown", "", "\ud800"):
        with pytest.raises(NotFound):
            await moderation.remove(Caller(ann.id), made.code, identity)
    assert rooms.orders == []


async def test_ending_sends_everybody_home_and_tokens_end_with_it(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    guest, room = await admitted(made.code), await room_of(made.code)
    await moderation.end(Caller(ann.id), made.code)
    assert rooms.orders == [("end", room)]
    assert not await admissions.admits(room, guest.identity)
    for session in (None, await session_of(ann)):
        with pytest.raises(MeetingEnded):
            await join(made.code, session=session)
    await meetings.open_room(ann.id, made.code)
    assert not await admissions.admits(room, guest.identity)  # the old room is over for good
    assert await admitted(made.code)


async def test_ending_holds_when_media_is_down(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    rooms.is_down = True
    with pytest.raises(Unavailable):
        await moderation.end(Caller(ann.id), made.code)
    assert (await meetings.find_by_code(made.code)).state == "ended"
