"""Seats of a room: exactly as many as there are, one of them the host's, and none of them all for one network."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import Unavailable
from conference_app.models import Admission
from conference_app.services.room import admissions, joining
from conference_app.services.room.joining import Admitted
from conference_app.services.room.seats import COMING_IN, RoomFull
from tests.conference_app.joined import admitted, join, opened, room_of
from tests.conference_app.links import with_link
from tests.conference_app.people import confirmed, session_of
from tests.fakes import LOOKING, FakeRoomAdmin

pytestmark = pytest.mark.both_databases


@pytest.fixture
def capacity(monkeypatch: pytest.MonkeyPatch) -> int:
    """A room of five: four guests, of whom three may come from one network."""
    monkeypatch.setenv("PARLEY_ROOM_CAPACITY", "5")
    settings.cache_clear()
    return 5


async def later(code: str, tab: str, address: str = "198.51.100.9") -> Admitted:
    """Come in when those who have a token had time to appear in the room."""
    now = datetime.now(UTC) + COMING_IN + timedelta(seconds=5)
    place = await joining.join(
        code, name="Late", pass_phrase="", tab_id=tab, session=None, address=address, now=now, **with_link("Late")
    )
    assert isinstance(place, Admitted)
    return place


async def seated() -> int:
    async with database.reading(*LOOKING) as db:
        return len((await db.exec(select(Admission).where(Admission.seat_at != None))).all())  # noqa: E711


async def test_many_at_once_get_no_more_seats_than_there_are(db: Settings, rooms: FakeRoomAdmin, capacity: int) -> None:
    ann = await confirmed()
    made = await opened(ann)
    asked = [join(made.code, tab=f"tab {number}", address=f"198.51.100.{number}") for number in range(12)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Admitted) for one in answers) == capacity - 1
    assert {type(one) for one in answers} == {Admitted, RoomFull}
    assert (await admitted(made.code, session=await session_of(ann))).role == "host"
    assert await seated() == capacity


async def test_one_network_leaves_seats_to_others(sqlite_db: Settings, rooms: FakeRoomAdmin, capacity: int) -> None:
    made = await opened(await confirmed())
    for number in range(3):
        await admitted(made.code, tab=f"tab {number}")
    with pytest.raises(RoomFull):
        await join(made.code, tab="one more")
    assert await admitted(made.code, tab="0", address="198.51.100.1")
    assert await admitted(made.code, tab="tab 0")  # who has a seat keeps it


async def test_a_seat_goes_on_to_who_needs_it_once_nobody_sits_there(
    sqlite_db: Settings, rooms: FakeRoomAdmin, capacity: int
) -> None:
    made = await opened(await confirmed())
    room = await room_of(made.code)
    places = [await admitted(made.code, tab=f"{number}", address=f"198.51.100.{number}") for number in range(4)]
    rooms.rooms[room] = [place.identity for place in places[1:]]
    with pytest.raises(RoomFull):  # the first one may be on the way
        await join(made.code, tab="late", address="198.51.100.9")
    late = await later(made.code, "late")
    assert await admissions.admits(room, late.identity)
    assert not await admissions.admits(room, places[0].identity)  # the token that was given with the seat
    rooms.rooms[room].append(late.identity)
    with pytest.raises(RoomFull):
        await later(made.code, "0", "198.51.100.0")


async def test_who_is_there_must_be_known_to_take_a_seat_back(
    sqlite_db: Settings, rooms: FakeRoomAdmin, capacity: int
) -> None:
    made = await opened(await confirmed())
    for number in range(4):
        await admitted(made.code, tab=f"{number}", address=f"198.51.100.{number}")
    rooms.is_down = True
    with pytest.raises(Unavailable):
        await later(made.code, "late")
    assert await admitted(made.code, tab="0", address="198.51.100.0")
