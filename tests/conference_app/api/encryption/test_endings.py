"""Sockets of encrypted rooms end with the meeting, with a removal, and with the right to be there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.api.encryption.delivery_socket import Delivery
from conference_app.models import EncryptionCommit, EncryptionGroup, EncryptionMember
from conference_app.services.encryption import groups, presence
from conference_app.services.jobs import wake_ups
from conference_app.services.meetings import meetings
from conference_app.services.personal_data import personal_rows
from conference_app.services.privacy import erasure
from conference_app.services.room import empty_rooms, moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.api.encryption.members import House, Meeting, commits, house
from tests.fakes import LOOKING, FakeRoomAdmin


async def test_a_removed_person_is_out_at_once_and_stays_out(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    await commits(bob, 0)
    await ada.hears("entry")
    await moderation.remove(Caller(meeting.host.id), meeting.code, meeting.bob)
    assert await bob.ended() == "removed"
    assert (await ada.hears("gone"))["identity"] == meeting.bob
    assert await home.hello(meeting.room, meeting.bob).ended() == "refused"


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_all_end_with_the_meeting(meeting: Meeting, home: House, is_deleted: bool) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    if is_deleted:
        await meetings.delete(meeting.host.id, meeting.code)
    else:
        await moderation.end(Caller(meeting.host.id), meeting.code)
    assert [await ada.ended(), await bob.ended()] == ["ended", "ended"]
    assert await home.hello(meeting.room, meeting.ada).ended() == "refused"


async def test_who_is_no_longer_admitted_is_let_go_at_the_next_look(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RENEWED_EVERY_S", 0.05)
    allowed = {meeting.ada, meeting.bob, meeting.eve}

    async def admitted(_room: str, identities: Collection[str]) -> set[str]:
        return allowed & set(identities)

    async with house(Delivery(admitted)) as home:
        ada, bob, eve = [await home.comes(meeting.room, one) for one in (meeting.ada, meeting.bob, meeting.eve)]
        allowed.remove(meeting.bob)
        assert await bob.ended() == "refused"
        assert [ada.heard_nothing(), eve.heard_nothing()] == [True, True]
        allowed.clear()
        assert [await ada.ended(), await eve.ended()] == ["refused", "refused"]


async def rows_left() -> list[int]:
    """How many rows the tables of open rooms have."""
    async with database.reading() as db:
        tables = [EncryptionGroup.room, EncryptionCommit.room, EncryptionMember.room]
        return [len((await db.exec(select(one))).all()) for one in tables]


@pytest.mark.promise("P73")
@pytest.mark.both_databases
@pytest.mark.parametrize("how", ["ended", "deleted", "empty", "erased"])
async def test_nothing_stands_after_the_meeting(meeting: Meeting, home: House, rooms: FakeRoomAdmin, how: str) -> None:
    ada = await home.comes(meeting.room, meeting.ada)
    await commits(ada, -1)
    await commits(ada, 0)
    assert await rows_left() == [1, 1, 1]
    if how == "ended":
        await moderation.end(Caller(meeting.host.id), meeting.code)
    elif how == "deleted":
        await meetings.delete(meeting.host.id, meeting.code)
    elif how == "empty":
        for later in (timedelta(hours=1), timedelta(hours=2)):
            await empty_rooms.close(datetime.now(UTC) + later)
    else:
        async with database.reading(*LOOKING) as db:
            person = await personal_rows.of_account(db, meeting.host.id)
        assert person is not None
        await erasure.erase(person, now=datetime.now(UTC))
        wake_ups.publish(groups.topic(meeting.room))  # else it is found at the next look
    assert await ada.ended() == "ended"
    assert await rows_left() == [0, 0, 0]
