"""Who waits to be let in: until the host comes, and never in anybody's way."""

from __future__ import annotations

import asyncio

import pytest

from conference_app.config import Settings
from conference_app.errors import NotFound, Unavailable
from conference_app.services.jobs import wake_ups
from conference_app.services.meetings import meetings
from conference_app.services.room import joining
from conference_app.services.room.joining import Waiting
from tests.conference_app.joined import admitted, join
from tests.conference_app.people import confirmed, meeting_of, session_of
from tests.fakes import FakeRoomAdmin, ManualClock


async def asleep(number: int) -> None:
    """Until so many wait for their meeting to change, and do nothing else; a wait in vain ends with the test's time."""
    while sum(bool(one._waiters) for found in wake_ups._listeners.values() for one in found) < number:
        await asyncio.sleep(0.01)


async def waits(code: str, tab: str = "tab") -> asyncio.Task[bool]:
    """A guest who was told to wait, and waits."""
    assert isinstance(await join(code, tab=tab), Waiting)
    return asyncio.create_task(joining.answered(code, tab_id=tab, account_id="", timeout_s=60))


@pytest.mark.both_databases
async def test_a_guest_waits_until_the_host_comes(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, "Plans")
    told = await join(made.code)
    assert isinstance(told, Waiting)
    assert (told.for_host, told.announced.host) == (True, "Ann Nowak")
    waiting = await waits(made.code)
    await asleep(1)
    host = await admitted(made.code, name="", session=await session_of(ann), tab="hers")
    assert await asyncio.wait_for(waiting, 60)
    guest = await admitted(made.code)
    assert (host.role, host.name, host.subject) == ("host", "Ann Nowak", "Plans")
    assert (guest.role, guest.name, guest.subject) == ("guest", "Guest", "Plans")
    assert wake_ups._listeners == {}


@pytest.mark.both_databases
async def test_waiting_ends_with_its_time_or_the_meeting(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await join(made.code)
    assert not await joining.answered(made.code, tab_id="tab", account_id="", timeout_s=0.05)
    waiting = await waits(made.code)
    await asleep(1)
    await meetings.delete(ann.id, made.code)
    with pytest.raises(NotFound):
        await asyncio.wait_for(waiting, 60)
    assert wake_ups._listeners == {}


@pytest.mark.both_databases
async def test_another_processes_change_is_seen_by_looking_again(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    monkeypatch.setattr(wake_ups, "look_again_s", lambda: 0.02)
    monkeypatch.setattr(wake_ups, "publish", lambda _topic: None)
    waiting = await waits(made.code)
    await asleep(1)
    await meetings.open_room(ann.id, made.code)
    assert await asyncio.wait_for(waiting, 60)


@pytest.mark.both_databases
@pytest.mark.slow
async def test_a_deleted_meetings_crowd_keeps_no_other_meeting_shut(
    db: Settings, rooms: FakeRoomAdmin, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_ups, "MAX_LISTENERS", 20)
    ann = await confirmed()
    made, other = await meeting_of(ann), await meeting_of(ann)
    waiting = [await waits(made.code, f"tab {number}") for number in range(20)]
    await asleep(20)
    await meetings.delete(ann.id, made.code)
    gone = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, NotFound) for one in gone)
    assert await join(other.code, address="")
    assert not await joining.answered(other.code, tab_id="tab", account_id="", timeout_s=0.01)


@pytest.mark.both_databases
async def test_a_crowd_at_the_door_is_bounded(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_ups, "MAX_LISTENERS", 2)
    ann = await confirmed()
    made = await meeting_of(ann)
    waiting = [await waits(made.code, f"tab {number}") for number in range(2)]
    await asleep(2)
    with pytest.raises(Unavailable):
        await joining.answered(made.code, tab_id="tab 0", account_id="")
    await meetings.open_room(ann.id, made.code)
    await asyncio.gather(*waiting)
    assert await joining.answered(made.code, tab_id="tab 0", account_id="")  # the place is free again
