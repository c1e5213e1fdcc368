"""Meetings: what an organizer may write, unguessable codes, and nothing for strangers."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed, NotFound, TooManyAttempts
from conference_app.models import Meeting
from conference_app.services.meetings import meeting_codes, meetings
from conference_app.services.meetings.announced import Announced
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.room import host_view, moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.people import confirmed, meeting_of
from tests.fakes import LOOKING, NOON, FakeRoomAdmin, ManualClock


async def problems(account_id: str, wrong: MeetingForm) -> dict[str, str]:
    """The message of each refused field."""
    with pytest.raises(InvalidInput) as caught:
        await meetings.create(account_id, wrong)
    return {name: error.message for name, error in caught.value.fields.items()}


@pytest.mark.promise("P12")
async def test_a_meeting_comes_back_as_written(db: Settings) -> None:
    ann = await confirmed()
    made = await meeting_of(
        ann, "  Zażółć\tplans ", starts_at="2026-11-24T14:00", time_zone="Europe/Warsaw", pass_phrase=" open  sesame "
    )
    found = await meetings.get_own(ann.id, made.code)
    assert found == made
    assert (found.subject, found.pass_phrase, found.state) == ("Zażółć plans", "open sesame", "waiting")
    assert found.starts_at is not None
    assert found.starts_at.isoformat() == "2026-11-24T13:00:00+00:00"
    assert (found.starts_at_local, found.time_zone) == ("2026-11-24T14:00", "Europe/Warsaw")
    assert found.path == f"/m/{found.code}"


async def test_subject_phrase_and_code_are_unreadable_in_the_database(db: Settings) -> None:
    made = await meeting_of(await confirmed(), "canary subject", pass_phrase="canary phrase")
    async with database.reading(*LOOKING) as session:
        connection = await session.connection()
        rows = repr((await connection.execute(text("SELECT * FROM meeting"))).all())
    assert "canary" not in rows
    assert made.code not in rows
    assert meeting_codes.normalize_code(made.code) not in rows


def test_codes_are_unguessable_and_readable() -> None:
    codes = {meeting_codes.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert meeting_codes.CODE_LENGTH * math.log2(len(meeting_codes.ALPHABET)) >= 60
    assert not set("aeiou0ol1") & set(meeting_codes.ALPHABET)
    assert all([len(part) for part in code.split("-")] == [5, 5, 5] for code in codes)
    assert {sign for code in codes for sign in code} == {*meeting_codes.ALPHABET, "-"}


async def test_a_code_is_found_however_it_is_typed(db: Settings) -> None:
    made = await meeting_of(await confirmed())
    for typed in (made.code.upper(), made.code.replace("-", ""), f" {made.code.replace('-', ' – ')} "):
        assert (await meetings.find_by_code(typed)).code == made.code


@pytest.mark.parametrize("junk", ["", "-", "x" * 15, "x" * 10_000, "\x00" * 15, "\ud800" * 15, "' OR 1=1 --xxxx"])
@pytest.mark.slow
async def test_junk_is_no_code(db: Settings, junk: str) -> None:
    ann = await confirmed()
    await meeting_of(ann)
    for attempt in (meetings.find_by_code(junk), meetings.get_own(ann.id, junk), meetings.delete(ann.id, junk)):
        with pytest.raises(NotFound):
            await attempt


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (MeetingForm(""), ["subject"]),
        (MeetingForm("\u202e\u200b \n"), ["subject"]),
        (MeetingForm("x" * 201), ["subject"]),
        (MeetingForm("x", pass_phrase="p" * 101), ["pass_phrase"]),
        (MeetingForm("x", starts_at="tomorrow", time_zone="Europe/Warsaw"), ["starts_at"]),
        (MeetingForm("x", starts_at="2026-02-30T10:00", time_zone="Europe/Warsaw"), ["starts_at"]),
        (MeetingForm("x", starts_at="9999-12-31T23:59", time_zone="Europe/Warsaw"), ["starts_at"]),
        (MeetingForm("x", starts_at="0001-01-01T00:00", time_zone="Europe/Warsaw"), ["starts_at"]),
        (MeetingForm("x", starts_at="2027-03-28T02:30", time_zone="Europe/Warsaw"), ["starts_at"]),
        (MeetingForm("x", starts_at="2026-11-24T14:00"), ["time_zone"]),
        (MeetingForm("x", starts_at="2026-11-24T14:00", time_zone="../../etc/passwd"), ["time_zone"]),
        (MeetingForm("x", starts_at="2026-11-24T14:00", time_zone="Mars/Base"), ["time_zone"]),
        (
            MeetingForm("", starts_at="?", time_zone="?", pass_phrase="p" * 999),
            ["subject", "starts_at", "time_zone", "pass_phrase"],
        ),
    ],
)
async def test_wrong_fields_are_named_at_once(db: Settings, wrong: MeetingForm, fields: list[str]) -> None:
    assert list(await problems("nobody", wrong)) == fields


@pytest.mark.promise("P12")
async def test_a_time_that_comes_twice_is_the_first(db: Settings) -> None:
    made = await meeting_of(await confirmed(), starts_at="2026-10-25T02:30:00", time_zone="Europe/Warsaw")
    assert made.starts_at is not None
    assert made.starts_at.isoformat() == "2026-10-25T00:30:00+00:00"
    assert made.starts_at_local == "2026-10-25T02:30"


@pytest.mark.promise("P12")
async def test_changing_keeps_the_code_and_the_state(db: Settings) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, pass_phrase="old")
    await meetings.open_room(ann.id, made.code)
    changed = await meetings.update(ann.id, made.code, MeetingForm("New", "2026-12-01T09:00", "UTC"))
    assert (changed.id, changed.code, changed.state) == (made.id, made.code, "open")
    assert (changed.subject, changed.pass_phrase, changed.starts_at_local) == ("New", "", "2026-12-01T09:00")
    with pytest.raises(InvalidInput):
        await meetings.update(ann.id, made.code, MeetingForm(""))


@pytest.mark.promise("P12")
async def test_everyone_lists_their_own_newest_first(db: Settings) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    for subject in ("first", "second", "third"):
        await meeting_of(ann, subject)
    await meeting_of(bob, "his")
    assert [meeting.subject for meeting in await meetings.list_for(ann.id)] == ["third", "second", "first"]
    assert [meeting.subject for meeting in await meetings.list_for(bob.id)] == ["his"]
    assert await meetings.list_for("nobody") == []


async def test_the_door_opens_locks_and_closes(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    code = (await meeting_of(ann)).code

    async def state() -> str:
        return (await meetings.find_by_code(code)).state

    with pytest.raises(NotAllowed):
        await moderation.lock(Caller(ann.id), code, True)
    assert await state() == "waiting"
    await meetings.open_room(ann.id, code)
    assert await state() == "open"
    await moderation.lock(Caller(ann.id), code, True)
    assert await state() == "locked"
    await meetings.open_room(ann.id, code)
    assert await state() == "locked"  # starting twice does not unlock
    await moderation.lock(Caller(ann.id), code, False)
    await moderation.end(Caller(ann.id), code, now=NOON)
    assert await state() == "ended"
    with pytest.raises(NotAllowed):
        await moderation.lock(Caller(ann.id), code, True)


async def test_opening_again_makes_a_new_room(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    code = (await meeting_of(ann)).code

    async def room() -> str:
        async with database.reading(*LOOKING) as session:
            return (await session.exec(select(Meeting.room))).one()

    before = await room()
    await meetings.open_room(ann.id, code)
    assert await room() == before
    await moderation.end(Caller(ann.id), code)
    again = await meetings.open_room(ann.id, code)
    assert (again.state, again.code) == ("open", code)
    assert await room() != before
    assert code not in await room()


STRANGERS_TRIES: dict[str, Callable[[str, str], Awaitable[object]]] = {
    "get": meetings.get_own,
    "update": lambda who, code: meetings.update(who, code, MeetingForm("mine now")),
    "delete": meetings.delete,
    "open": meetings.open_room,
    "lock": lambda who, code: moderation.lock(Caller(who), code, True),
    "end": lambda who, code: moderation.end(Caller(who), code),
    "remove": lambda who, code: moderation.remove(Caller(who), code, "guest-1"),
    "admit": lambda who, code: moderation.admit(Caller(who), code),
    "refuse": lambda who, code: moderation.refuse(Caller(who), code, "guest-1"),
    "hand over": lambda who, code: moderation.hand_over(Caller(who), code, "guest-1"),
    "watch": lambda who, code: host_view.look(Caller(who), code),
}


@pytest.mark.promise("P75")
@pytest.mark.parametrize("attempt", STRANGERS_TRIES)
@pytest.mark.slow
async def test_a_stranger_gets_the_answer_for_nothing_there(db: Settings, rooms: FakeRoomAdmin, attempt: str) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    made = await meeting_of(ann)
    await meetings.open_room(ann.id, made.code)
    before = await meetings.get_own(ann.id, made.code)
    answers = []
    for who, code in ((bob.id, made.code), (bob.id, meeting_codes.new_code()), ("", made.code), (made.id, made.code)):
        with pytest.raises(ConferenceError) as caught:
            await STRANGERS_TRIES[attempt](who, code)
        answers.append((type(caught.value), caught.value.message))
    assert set(answers) == {(NotFound, meetings.NO_MEETING)}
    assert await meetings.get_own(ann.id, made.code) == before
    assert rooms.orders == []


@pytest.mark.promise("P75")
async def test_a_guest_learns_no_subject(db: Settings) -> None:
    """With the link they learn whose meeting it is and when; the link alone says nothing where a pass-phrase is asked for."""
    ann, planned = await confirmed(), {"starts_at": "2026-12-01T14:00", "time_zone": "Europe/Warsaw"}
    secret = await meeting_of(ann, "canary subject", pass_phrase="canary phrase", **planned)
    seen = await meetings.find_by_code(secret.code)
    assert (seen.state, seen.needs_pass_phrase, seen.announced) == ("waiting", True, Announced())
    assert set(seen.__slots__) == {"code", "state", "needs_pass_phrase", "announced"}
    invited = await meetings.find_by_code((await meeting_of(ann, "canary subject", **planned)).code)
    assert invited.announced == Announced("Ann Nowak", datetime(2026, 12, 1, 13, tzinfo=UTC), "Europe/Warsaw")


@pytest.mark.slow
async def test_guessing_codes_is_stopped_and_knowing_one_is_not_counted(db: Settings, clock: ManualClock) -> None:
    made = await meeting_of(await confirmed())
    for _ in range(150):
        await meetings.find_by_code(made.code, address="192.0.2.1")
    for _ in range(100):
        with pytest.raises(NotFound):
            await meetings.find_by_code(meeting_codes.new_code(), address="192.0.2.1")
    with pytest.raises(TooManyAttempts):
        await meetings.find_by_code(meeting_codes.new_code(), address="192.0.2.1")
    await meetings.find_by_code(made.code, address="192.0.2.1")  # who knows one comes in, whoever guesses beside them
    clock.advance(15 * 60 + 1)
    with pytest.raises(NotFound):
        await meetings.find_by_code(meeting_codes.new_code(), address="192.0.2.1")


@pytest.mark.slow
async def test_an_account_cannot_fill_the_database(
    db: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meetings, "MEETINGS_PER_ACCOUNT", 3)
    ann, bob = await confirmed("ann"), await confirmed("bob")
    for _ in range(3):
        await meeting_of(ann)
    with pytest.raises(NotAllowed):
        await meeting_of(ann)
    await meeting_of(bob)
    for _ in range(116):
        with pytest.raises(NotAllowed):
            await meeting_of(ann)
    with pytest.raises(TooManyAttempts):
        await meeting_of(ann)


@pytest.mark.promise("P12")
async def test_a_deleted_meeting_is_gone(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await meetings.delete(ann.id, made.code)
    assert await meetings.list_for(ann.id) == []
    with pytest.raises(NotFound):
        await meetings.find_by_code(made.code)
    assert rooms.orders == []


@pytest.mark.parametrize("is_down", [False, True])
async def test_deleting_a_running_meeting_sends_everybody_home(
    db: Settings, rooms: FakeRoomAdmin, is_down: bool
) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await meetings.open_room(ann.id, made.code)
    rooms.is_down = is_down
    await meetings.delete(ann.id, made.code)
    assert [order[0] for order in rooms.orders] == ([] if is_down else ["end"])
    assert await meetings.list_for(ann.id) == []
