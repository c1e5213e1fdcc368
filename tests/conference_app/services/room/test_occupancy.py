"""Who is in the rooms of a host: told to that host alone, and never guessed."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.services.room import moderation, occupancy
from conference_app.services.room.hosts import Caller
from conference_app.services.room.occupancy import Occupancy
from tests.conference_app.joined import admitted, join, opened, room_of
from tests.conference_app.people import confirmed, meeting_of
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.both_databases


async def test_a_host_learns_who_is_inside_and_who_waits(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, ben = await confirmed("ann"), await confirmed("ben")
    made, shut = await opened(ann), await meeting_of(ann)
    guest = await admitted(made.code, tab="inside")
    rooms.rooms[await room_of(made.code)] = [guest.identity]
    await moderation.lock(Caller(ann.id), made.code, True)
    await join(made.code, tab="outside")
    await join(shut.code, tab="early")
    found = await occupancy.of_account(ann.id)
    assert found == {made.id: Occupancy((guest.identity,), True, 1), shut.id: Occupancy(waiting=1)}
    assert await occupancy.of_account(ben.id) == {}


async def test_a_silent_media_server_is_no_empty_room(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    rooms.is_down = True
    assert await occupancy.of_account(ann.id) == {made.id: Occupancy(is_known=False)}
