"""Staff sign a person out everywhere: nothing of theirs stays open, both histories say so, and nobody else is met."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import AuditEntry
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.people.one_time_tokens import new_token
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.room import admissions
from conference_app.services.sign_in import known_devices, sessions
from conference_app.services.sign_in.browser_names import Device
from conference_app.services.staff import ended_sessions
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed, session_of, session_token
from tests.fakes import LOOKING, FakeRoomAdmin


async def test_every_session_ticket_and_known_browser_of_the_person_ends(db: Settings) -> None:
    ann, bob, staff = await confirmed("ann"), await confirmed("bob"), await confirmed("editor")
    cookie = new_token()
    first = await sessions.redeem_ticket(await sessions.issue_ticket(ann.id), Device("Firefox", "Linux", token=cookie))
    second, ticket, his = await session_token(ann), await sessions.issue_ticket(ann.id), await session_token(bob)
    assert first
    assert await ended_sessions.end_all(DataOwner(ann.id), staff_id=staff.id) == 2
    assert [await sessions.resolve(token) for token in (first, second)] == [None, None]
    assert await sessions.redeem_ticket(ticket) is None
    assert not await known_devices.knows([ann.id], known_devices.device_hash(cookie))
    assert await sessions.resolve(his) is not None


async def test_both_histories_say_so_and_that_of_the_staff_names_nobody(sqlite_db: Settings) -> None:
    ann, staff = await confirmed("ann"), await confirmed("editor")
    await ended_sessions.end_all(DataOwner(ann.id), staff_id=staff.id)
    [told] = [one for one in await audit.entries(ann.id) if one.tag is AuditTag.SESSIONS_ENDED_BY_STAFF]
    [done] = [one for one in await audit.entries(staff.id) if one.tag is AuditTag.STAFF_SESSIONS_ENDED]
    assert told.detail == ""
    assert ann.id not in done.detail
    async with database.reading(*LOOKING) as session:
        entry = await session.get(AuditEntry, done.detail)
    assert entry is not None
    assert (entry.account_id, entry.tag) == (ann.id, AuditTag.SESSIONS_ENDED_BY_STAFF)


async def test_who_has_no_account_has_no_sessions_to_end(sqlite_db: Settings) -> None:
    staff = await confirmed("editor")
    for person in (personal_rows.of_email(b"k" * 32), DataOwner("0" * 32)):
        with pytest.raises(NotFound):
            await ended_sessions.end_all(person, staff_id=staff.id)
    assert AuditTag.STAFF_SESSIONS_ENDED not in {one.tag for one in await audit.entries(staff.id)}


@pytest.mark.parametrize("is_down", [False, True])
async def test_the_person_leaves_every_running_meeting_which_goes_on(
    db: Settings, rooms: FakeRoomAdmin, is_down: bool
) -> None:
    ann, bob, staff = await confirmed("ann"), await confirmed("bob"), await confirmed("editor")
    own, his = await opened(ann), await opened(bob)
    desk = await session_of(ann)
    hers = [await admitted(one.code, session=desk, tab=tab) for one in (own, his) for tab in ("1", "2")]
    host = await admitted(his.code, session=await session_of(bob))
    guest = await admitted(own.code, tab="3")
    own_room, his_room = await room_of(own.code), await room_of(his.code)
    rooms.is_down = is_down
    await ended_sessions.end_all(DataOwner(ann.id), staff_id=staff.id)
    places = [(own_room, one.identity) for one in hers[:2]] + [(his_room, one.identity) for one in hers[2:]]
    assert sorted(rooms.orders) == ([] if is_down else sorted(("remove", *place) for place in places))
    assert not any([await admissions.admits(*place) for place in places])
    assert await admissions.admits(own_room, guest.identity)
    assert await admissions.admits(his_room, host.identity)
    rooms.is_down = False
    again = await admitted(own.code, session=await session_of(ann), tab="1")
    assert await admissions.admits(own_room, again.identity)
