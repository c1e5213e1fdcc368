"""The door: who comes in and as whom, who waits, and who is kept out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import jwt
import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import ConferenceError, InvalidInput, NotFound, TooManyAttempts, Unavailable
from conference_app.models import Admission, Meeting
from conference_app.services import bus, joining, meetings
from conference_app.services.accounts import AccountView
from conference_app.services.joining import (
    Admitted,
    MeetingEnded,
    MeetingLocked,
    Removed,
    RoomFull,
    Waiting,
    WrongPassPhrase,
)
from conference_app.services.meetings import OwnMeeting
from conference_app.services.sign_in_sessions import SignedIn
from tests.conference_app.people import ADDRESS, at_desk, meeting_of, registered
from tests.fakes import NOON, FakeRoomAdmin, ManualClock


async def join(
    code: str,
    *,
    name: str = "Guest",
    pass_phrase: str = "",
    tab: str = "tab",
    session: SignedIn | None = None,
    address: str = ADDRESS,
) -> Admitted | Waiting:
    return await joining.join(code, name=name, pass_phrase=pass_phrase, tab_id=tab, session=session, address=address)


async def admitted(code: str, **how: object) -> Admitted:
    place = await join(code, **how)  # type: ignore[arg-type]
    assert isinstance(place, Admitted)
    return place


async def opened(host: AccountView, **changes: str) -> OwnMeeting:
    made = await meeting_of(host, **changes)
    return await meetings.open_room(host.id, made.code)


async def room_of(code: str) -> str:
    async with database.reading() as db:
        row = await meetings.row_by_code(db, code)
    assert row is not None
    return row.room


def claims(place: Admitted) -> dict[str, object]:
    return jwt.decode(place.token, settings().secrets.livekit_api_secret, algorithms=["HS256"])


async def test_a_guest_waits_until_the_host_comes(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await meeting_of(ann, "Plans")
    assert await join(made.code) == Waiting(made.code)
    waiting = asyncio.create_task(joining.wait_until_admitted(made.code))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    host = await admitted(made.code, name="", session=await at_desk(ann), tab="hers")
    assert (await asyncio.wait_for(waiting, 5)).state == "open"
    guest = await admitted(made.code)
    assert (host.role, host.name, host.subject) == ("host", "Ann Nowak", "Plans")
    assert (guest.role, guest.name, guest.subject) == ("guest", "Guest", "Plans")
    assert bus._listeners == {}


async def test_waiting_ends_with_its_time_or_the_meeting(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await meeting_of(ann)
    assert (await joining.wait_until_admitted(made.code, timeout_s=0.05)).state == "waiting"
    waiting = asyncio.create_task(joining.wait_until_admitted(made.code))
    await asyncio.sleep(0.05)
    await meetings.delete(ann.id, made.code)
    with pytest.raises(NotFound):
        await asyncio.wait_for(waiting, 5)
    assert bus._listeners == {}


async def test_another_processes_change_is_seen_by_looking_again(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await registered()
    made = await meeting_of(ann)
    monkeypatch.setattr(bus, "look_again_s", lambda: 0.02)
    monkeypatch.setattr(bus, "publish", lambda _topic: None)
    waiting = asyncio.create_task(joining.wait_until_admitted(made.code))
    await asyncio.sleep(0.05)
    await meetings.open_room(ann.id, made.code)
    assert (await asyncio.wait_for(waiting, 5)).state == "open"


async def test_a_deleted_meetings_crowd_keeps_no_other_meeting_shut(
    sqlite_db: Settings, rooms: FakeRoomAdmin, clock: ManualClock
) -> None:
    ann = await registered()
    made, other = await meeting_of(ann), await meeting_of(ann)
    waiting = [asyncio.create_task(joining.wait_until_admitted(made.code)) for _ in range(150)]
    await asyncio.sleep(0.3)
    await meetings.delete(ann.id, made.code)
    gone = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, NotFound) for one in gone)
    assert await joining.wait_until_admitted(other.code, timeout_s=0.01)
    assert await join(other.code, address="")


async def test_a_crowd_at_the_door_is_bounded(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "MAX_LISTENERS", 2)
    made = await meeting_of(await registered())
    waiting = [asyncio.create_task(joining.wait_until_admitted(made.code, timeout_s=0.2)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable):
        await joining.wait_until_admitted(made.code)
    await asyncio.gather(*waiting)
    await joining.wait_until_admitted(made.code, timeout_s=0.01)


async def test_the_token_has_the_room_and_never_the_code(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    place = await admitted(made.code, name="Bob", tab="secret-tab")
    said = claims(place)
    assert said["sub"] == place.identity
    assert said["name"] == "Bob"
    assert said["video"]["room"] == await room_of(made.code)  # type: ignore[index]
    assert made.code not in str(said)
    assert "secret-tab" not in str(said)
    assert ann.id not in str(said)
    assert place.token not in repr(place)


async def test_an_identity_is_one_tab_in_one_room(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made, other = await opened(ann), await opened(ann)
    first = await admitted(made.code, tab="one")
    assert (await admitted(made.code, tab="one", name="Other")).identity == first.identity
    assert (await admitted(made.code, tab="two")).identity != first.identity
    assert (await admitted(other.code, tab="one")).identity != first.identity
    hers = await admitted(made.code, tab="one", session=await at_desk(ann))
    assert hers.identity != first.identity


async def test_two_joins_of_one_tab_at_once_are_one_admission(db: Settings, rooms: FakeRoomAdmin) -> None:
    made = await opened(await registered())
    places = await asyncio.gather(*(admitted(made.code) for _ in range(5)))
    assert len({place.identity for place in places}) == 1
    async with database.reading() as session:
        assert len((await session.exec(select(Admission))).all()) == 1


async def test_only_the_organizer_is_host(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    made = await meeting_of(ann)
    assert isinstance(await join(made.code, session=await at_desk(bob)), Waiting)
    await meetings.open_room(ann.id, made.code)
    place = await admitted(made.code, name="", session=await at_desk(bob))
    assert (place.role, place.name) == ("guest", "Bob Nowak")
    assert claims(place)["attributes"] == {"role": "guest"}


@pytest.mark.parametrize("name", ["", " \t", "\u200b\u202e", "\x00", "x" * 61])
async def test_guests_need_a_name_that_can_be_read(sqlite_db: Settings, rooms: FakeRoomAdmin, name: str) -> None:
    made = await opened(await registered())
    with pytest.raises(InvalidInput) as caught:
        await join(made.code, name=name)
    assert list(caught.value.fields) == ["name"]


async def test_the_pass_phrase_is_asked_before_anything_is_told(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await meeting_of(ann, pass_phrase="Open Sesame")
    for wrong in ("", "open sesame", "Open Sesam", "x" * 5000, "\ud800"):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase=wrong)
    assert isinstance(await join(made.code, pass_phrase="  Open   Sesame "), Waiting)
    assert (await admitted(made.code, session=await at_desk(ann))).role == "host"  # the host knows it
    assert (await admitted(made.code, pass_phrase="Open Sesame")).role == "guest"


async def test_guessing_the_pass_phrase_is_stopped(
    sqlite_db: Settings, rooms: FakeRoomAdmin, clock: ManualClock
) -> None:
    made = await opened(await registered(), pass_phrase="sesame")
    for _ in range(20):
        with pytest.raises(WrongPassPhrase):
            await join(made.code)  # an empty field is a question, not a guess
    for _ in range(10):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase="wrong")
    with pytest.raises(TooManyAttempts):
        await join(made.code, pass_phrase="sesame")
    assert await admitted(made.code, pass_phrase="sesame", address="192.0.2.200")
    clock.advance(15 * 60 + 1)
    assert await admitted(made.code, pass_phrase="sesame")


async def test_many_addresses_together_do_not_guess_more(
    sqlite_db: Settings, rooms: FakeRoomAdmin, clock: ManualClock
) -> None:
    made = await opened(await registered(), pass_phrase="sesame")
    for number in range(200):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase="wrong", address=f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await join(made.code, pass_phrase="sesame", address="203.0.113.1")


async def test_a_locked_door_lets_back_who_was_in(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    first = await admitted(made.code, tab="inside")
    await joining.host_lock(ann.id, made.code, True)
    with pytest.raises(MeetingLocked):
        await join(made.code, tab="outside")
    assert (await admitted(made.code, tab="inside")).identity == first.identity
    assert (await admitted(made.code, session=await at_desk(ann))).role == "host"
    await joining.host_lock(ann.id, made.code, False)
    assert await admitted(made.code, tab="outside")


async def test_a_removed_guest_gets_no_new_token(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    guest = await admitted(made.code, tab="rude")
    room = await room_of(made.code)
    assert await joining.admits(room, guest.identity)
    await joining.host_remove(ann.id, made.code, guest.identity)
    assert rooms.orders == [("remove", room, guest.identity)]
    assert not await joining.admits(room, guest.identity)
    with pytest.raises(Removed):
        await join(made.code, tab="rude")
    assert await admitted(made.code, tab="other")


async def test_a_removed_account_is_kept_out_in_every_tab(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    made = await opened(ann)
    desk = await at_desk(bob)
    first, second = await admitted(made.code, session=desk, tab="1"), await admitted(made.code, session=desk, tab="2")
    await joining.host_remove(ann.id, made.code, first.identity)
    assert {order[2] for order in rooms.orders} == {first.identity, second.identity}
    assert not await joining.admits(await room_of(made.code), second.identity)
    for tab in ("1", "2", "3"):
        with pytest.raises(Removed):
            await join(made.code, session=await at_desk(bob), tab=tab)


async def test_removal_holds_when_media_is_down(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    guest = await admitted(made.code)
    rooms.is_down = True
    with pytest.raises(Unavailable):
        await joining.host_remove(ann.id, made.code, guest.identity)
    with pytest.raises(Removed):
        await join(made.code)


async def test_the_host_is_not_removed_and_nobody_unknown_is(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    host = await admitted(made.code, session=await at_desk(ann))
    for identity in (host.identity, "guest-unknown", "", "\ud800"):
        with pytest.raises(NotFound):
            await joining.host_remove(ann.id, made.code, identity)
    assert rooms.orders == []


async def test_ending_sends_everybody_home_and_tokens_end_with_it(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    guest, room = await admitted(made.code), await room_of(made.code)
    await joining.host_end(ann.id, made.code)
    assert rooms.orders == [("end", room)]
    assert not await joining.admits(room, guest.identity)
    for session in (None, await at_desk(ann)):
        with pytest.raises(MeetingEnded):
            await join(made.code, session=session)
    await meetings.open_room(ann.id, made.code)
    assert not await joining.admits(room, guest.identity)  # the old room is over for good
    assert await admitted(made.code)


async def test_ending_holds_when_media_is_down(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    rooms.is_down = True
    with pytest.raises(Unavailable):
        await joining.host_end(ann.id, made.code)
    assert (await meetings.find_by_code(made.code)).state == "ended"


async def test_a_full_room_says_so_and_keeps_the_seats_of_those_inside(
    sqlite_db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_ROOM_CAPACITY", "2")
    settings.cache_clear()
    made = await opened(await registered())
    inside = await admitted(made.code, tab="inside")
    rooms.rooms[await room_of(made.code)] = [inside.identity, "guest-2"]
    with pytest.raises(RoomFull):
        await join(made.code, tab="outside")
    assert await admitted(made.code, tab="inside")
    rooms.is_down = True
    assert await admitted(made.code, tab="outside")  # the media server counts for itself


async def test_muting_is_the_hosts(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await registered()
    made = await opened(ann)
    room, guest = await room_of(made.code), await admitted(made.code)
    rooms.rooms[room] = [guest.identity]
    await joining.host_mute(ann.id, made.code, guest.identity, "TR_1")
    assert rooms.orders == [("mute", room, guest.identity, "TR_1")]
    gone = await admitted(made.code, tab="gone")
    for identity, track in (
        (gone.identity, "TR_1"),
        ("everybody", "TR_1"),
        (guest.identity, ""),
        (guest.identity, "\ud800"),
    ):
        with pytest.raises(NotFound):
            await joining.host_mute(ann.id, made.code, identity, track)


async def test_no_such_meeting(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    for code in ("", "nonsense", meetings.new_code()):
        with pytest.raises(NotFound):
            await join(code)
        with pytest.raises(NotFound):
            await joining.wait_until_admitted(code)
    assert not await joining.admits("", "")
    assert not await joining.admits("nowhere", "guest-1")


async def test_one_address_cannot_knock_without_end(
    sqlite_db: Settings, rooms: FakeRoomAdmin, clock: ManualClock
) -> None:
    made = await meeting_of(await registered())
    for _ in range(300):
        await join(made.code)
    with pytest.raises(TooManyAttempts):
        await join(made.code)


def test_every_refusal_has_its_own_code() -> None:
    refusals: list[type[ConferenceError]] = [MeetingLocked, MeetingEnded, RoomFull, Removed, WrongPassPhrase]
    assert len({refusal.code for refusal in refusals}) == len(refusals)
    assert all(refusal.status >= 400 for refusal in refusals)


async def test_a_place_says_how_long_it_lasts(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    made = await opened(await registered())
    place = await joining.join(
        made.code, name="Bob", pass_phrase="", tab_id="t", session=None, address=ADDRESS, now=NOON
    )
    assert isinstance(place, Admitted)
    assert place.expires_in_s == 600
    said = jwt.decode(place.token, options={"verify_signature": False})
    assert said["exp"] == int((NOON + timedelta(minutes=10)).timestamp())


async def test_meetings_of_a_deleted_account_are_gone(db: Settings, rooms: FakeRoomAdmin) -> None:
    from conference_app.models import Account

    ann = await registered()
    made = await opened(ann)
    await admitted(made.code)
    async with database.session() as session:
        row = await session.get(Account, ann.id)
        assert row is not None
        await session.delete(row)
    async with database.reading() as session:
        assert (await session.exec(select(Meeting))).all() == []
        assert (await session.exec(select(Admission))).all() == []
