"""Sockets of encrypted rooms end with the meeting, with a removal, and with the right to be there."""

from __future__ import annotations

import pytest

from conference_app.api.encryption.delivery_socket import Delivery
from conference_app.services.encryption import presence
from conference_app.services.meetings import meetings
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.api.encryption.members import House, Meeting, commits, house


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
    allowed = {meeting.ada, meeting.bob}

    async def admits(_room: str, identity: str) -> bool:
        return identity in allowed

    async with house(Delivery(admits)) as home:
        ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
        allowed.clear()
        assert [await ada.ended(), await bob.ended()] == ["refused", "refused"]
