"""Waiting guests and their host: who is shown, who is let in or not, and to whom the host's rights are handed over."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conference_app.config import Settings
from conference_app.errors import NotAllowed, NotFound, Unavailable
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meetings import OwnMeeting
from conference_app.services.people.identity import AccountView
from conference_app.services.room import host_view, joining, moderation, waiting
from conference_app.services.room.hosts import Caller
from conference_app.services.room.joining import Admitted, Waiting
from conference_app.services.room.waiting import Refused
from tests.conference_app.joined import admitted, claims, join, opened, room_of
from tests.conference_app.links import with_link
from tests.conference_app.people import confirmed, meeting_of, session_of
from tests.fakes import FakeRoomAdmin


async def locked(host: AccountView) -> OwnMeeting:
    """A meeting of `host` that is open and locked."""
    made = await opened(host)
    await moderation.lock(Caller(host.id), made.code, True)
    return made


async def names(host: AccountView, made: OwnMeeting, now: datetime | None = None) -> list[str]:
    return [one.name for one in (await host_view.look(Caller(host.id), made.code, now=now)).waiting]


async def identity_of(host: AccountView, made: OwnMeeting, name: str) -> str:
    seen = (await host_view.look(Caller(host.id), made.code)).waiting
    return next(one.identity for one in seen if one.name == name)


async def test_the_host_sees_who_waits_and_lets_them_in(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await locked(ann)
    for name in ("Tom", "Una"):
        place = await join(made.code, name=name, tab=name)
        assert isinstance(place, Waiting)
        assert not place.for_host
    assert await names(ann, made) == ["Tom", "Una"]
    await moderation.admit(Caller(ann.id), made.code, await identity_of(ann, made, "Tom"))
    assert await joining.answered(made.code, tab_id="Tom", account_id="")
    assert (await admitted(made.code, name="Tom", tab="Tom")).role == "guest"
    assert await names(ann, made) == ["Una"]
    assert not await joining.answered(made.code, tab_id="Una", account_id="", timeout_s=0)
    await moderation.admit(Caller(ann.id), made.code)  # all
    assert await admitted(made.code, name="Una", tab="Una")
    assert await names(ann, made) == []


async def test_who_is_refused_hears_so_kindly_and_may_ask_again(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await locked(ann)
    await join(made.code, name="Tom")
    await moderation.refuse(Caller(ann.id), made.code, await identity_of(ann, made, "Tom"))
    assert await names(ann, made) == []
    assert await joining.answered(made.code, tab_id="tab", account_id="")
    with pytest.raises(Refused):
        await join(made.code, name="Tom")
    later = datetime.now(UTC) + waiting.REFUSED_FOR + timedelta(seconds=1)
    again = await joining.join(
        made.code, name="Tom", pass_phrase="", tab_id="tab", session=None, address="", now=later, **with_link("Tom")
    )
    assert isinstance(again, Waiting)
    assert await names(ann, made, later) == ["Tom"]


async def test_who_gives_up_or_is_gone_waits_no_longer(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    for name in ("Tom", "Una"):
        await join(made.code, name=name, tab=name)
    assert await names(ann, made) == ["Tom", "Una"]  # also before the host is there
    await joining.stop_waiting(made.code, tab_id="Tom", account_id="")
    assert await names(ann, made) == ["Una"]
    gone = datetime.now(UTC) + waiting.GONE_AFTER + timedelta(seconds=1)
    assert await names(ann, made, gone) == []


async def test_a_meeting_may_start_locked_each_time(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, starts_locked=True)
    assert made.starts_locked
    for _time in range(2):
        await meetings.open_room(ann.id, made.code)
        assert isinstance(await join(made.code, tab=f"{_time}"), Waiting)
        await moderation.end(Caller(ann.id), made.code)


async def test_the_hosts_page_hears_of_news_at_once(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await locked(ann)
    known = await host_view.look(Caller(ann.id), made.code)
    news = asyncio.create_task(host_view.news(Caller(ann.id), made.code, known, timeout_s=60))
    await join(made.code, name="Tom")
    assert [one.name for one in (await asyncio.wait_for(news, 60)).waiting] == ["Tom"]


async def test_one_network_does_not_fill_the_list(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST", 5)
    made = await locked(await confirmed())
    for number in range(4):
        await join(made.code, tab=f"{number}")
    with pytest.raises(Unavailable):
        await join(made.code, tab="more")
    assert await join(made.code, tab="elsewhere", address="198.51.100.7")


async def inside(made: OwnMeeting, rooms: FakeRoomAdmin, tab: str, **how: Any) -> Admitted:
    """Somebody who has come in and whom the media server sees."""
    place = await admitted(made.code, tab=tab, **how)
    rooms.rooms.setdefault(await room_of(made.code), []).append(place.identity)
    return place


async def test_a_guest_hosts_once_the_rights_are_handed_over(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    host = await inside(made, rooms, "hers", session=await session_of(ann))
    tom = await inside(made, rooms, "tom")
    as_tom = Caller(tab_id="tom")
    with pytest.raises(NotFound):
        await moderation.lock(as_tom, made.code, True)
    await moderation.hand_over(Caller(ann.id), made.code, tom.identity)
    assert ("make host", await room_of(made.code), tom.identity) in rooms.orders
    await moderation.lock(as_tom, made.code, True)
    await join(made.code, name="Vic", tab="vic")
    assert [one.name for one in (await host_view.look(as_tom, made.code)).waiting] == ["Vic"]
    with pytest.raises(NotFound):
        await moderation.remove(as_tom, made.code, host.identity)
    assert claims(await admitted(made.code, tab="tom"))["attributes"] == {"role": "host"}  # also after a reload
    await moderation.end(as_tom, made.code)
    assert (await meetings.get_own(ann.id, made.code)).state == "ended"
    await meetings.open_room(ann.id, made.code)
    with pytest.raises(NotFound):  # the rights were for that room
        await moderation.lock(as_tom, made.code, True)


async def test_rights_go_to_somebody_inside_alone(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    gone = await admitted(made.code, tab="gone")
    sent_out = await inside(made, rooms, "rude")
    await moderation.remove(Caller(ann.id), made.code, sent_out.identity)
    for identity in (gone.identity, sent_out.identity, "guest-unknown", "", "\ud800"):
        with pytest.raises(NotFound):
            await moderation.hand_over(Caller(ann.id), made.code, identity)
    with pytest.raises(NotFound):
        await moderation.end(Caller(tab_id="gone"), made.code)


async def test_only_the_organizer_sends_a_host_out(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    tom, una = await inside(made, rooms, "tom"), await inside(made, rooms, "una")
    for one in (tom, una):
        await moderation.hand_over(Caller(ann.id), made.code, one.identity)
    with pytest.raises(NotAllowed):
        await moderation.remove(Caller(tab_id="tom"), made.code, una.identity)
    await moderation.remove(Caller(ann.id), made.code, una.identity)
    with pytest.raises(NotFound):
        await moderation.lock(Caller(tab_id="una"), made.code, True)
