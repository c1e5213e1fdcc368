"""Rooms in which nobody is: over after ten minutes, or waiting for the host again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.config import Settings
from conference_app.services.meetings import meetings
from conference_app.services.room import empty_rooms
from conference_app.services.room.empty_rooms import EMPTY_FOR
from conference_app.services.room.joining import Waiting
from tests.conference_app.joined import admitted, join, opened, room_of
from tests.conference_app.people import confirmed, session_of
from tests.fakes import FakeRoomAdmin

MINUTE = timedelta(minutes=1)
PLANNED = {"starts_at": "2026-01-05T14:00", "time_zone": "Europe/Warsaw"}


async def looked(start: datetime, minutes: int) -> None:
    """The job, every minute."""
    for number in range(minutes + 1):
        await empty_rooms.close(start + number * MINUTE)


async def test_a_planned_meeting_is_over_ten_minutes_after_the_last_one_left(
    db: Settings, rooms: FakeRoomAdmin
) -> None:
    ann = await confirmed()
    made = await opened(ann, **PLANNED)
    room = await room_of(made.code)
    for tab in ("a", "b", "b"):
        await admitted(made.code, tab=tab)
    rooms.rooms[room] = ["guest-a"]
    left = datetime.now(UTC) + 5 * MINUTE
    await looked(left - 3 * MINUTE, 2)
    rooms.rooms[room] = []
    await looked(left, 9)
    assert (await meetings.get_own(ann.id, made.code)).state == "open"
    await empty_rooms.close(left + EMPTY_FOR)
    over = await meetings.get_own(ann.id, made.code)
    assert (over.state, over.ended_at, over.attended) == ("ended", left, 2)


@pytest.mark.promise("P9")
async def test_a_meeting_without_a_time_waits_for_its_host_again(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    first = await room_of(made.code)
    left = datetime.now(UTC) + MINUTE
    await looked(left, 10)
    now = await meetings.get_own(ann.id, made.code)
    assert (now.state, now.attended, now.ended_at) == ("waiting", 0, left)
    assert isinstance(await join(made.code, name="Tom"), Waiting)  # the link stays good
    assert (await admitted(made.code, session=await session_of(ann))).role == "host"
    assert (await admitted(made.code, name="Tom")).role == "guest"
    assert await room_of(made.code) != first


async def test_a_room_that_was_only_tried_out_is_not_over(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann, starts_at="2199-01-05T14:00", time_zone="Europe/Warsaw")
    await looked(datetime.now(UTC) + MINUTE, 10)
    assert (await meetings.get_own(ann.id, made.code)).state == "waiting"


@pytest.mark.parametrize("what", ["somebody inside", "somebody coming in", "media is down"])
@pytest.mark.slow
async def test_what_keeps_a_room_open(sqlite_db: Settings, rooms: FakeRoomAdmin, what: str) -> None:
    ann = await confirmed()
    made = await opened(ann, **PLANNED)
    start = datetime.now(UTC)
    await looked(start, 9)
    if what == "somebody coming in":
        await admitted(made.code)
        await empty_rooms.close(start + timedelta(seconds=10))
    rooms.is_down = what == "media is down"
    rooms.rooms[await room_of(made.code)] = ["guest-a"] if what == "somebody inside" else []
    await empty_rooms.close(start + 10 * MINUTE)
    assert (await meetings.get_own(ann.id, made.code)).state == "open"
