"""Who is in a room's group, has its keys, or is gone, as the browsers hear it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import update

from conference_app import database
from conference_app.config import Settings
from conference_app.models import EncryptionMember
from conference_app.services.encryption import presence
from conference_app.services.encryption.encoding import pack, unb64
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.api.encryption.members import House, Meeting, answered, commits, house
from tests.fakes import FakeRoomAdmin


async def test_who_leaves_is_gone_with_a_signed_word_and_comes_back(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RECONNECTS", timedelta(milliseconds=100))
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    await commits(bob, 0)
    await ada.hears("entry")
    await bob.leave()
    assert await ada.hears("gone") == {"type": "gone", "identity": meeting.bob}
    eve = home.hello(meeting.room, meeting.eve)
    state = await eve.hears("state")
    assert state["gone"] == [meeting.bob]
    [word] = (await commits(ada, 1))["gone"]
    key = Ed25519PublicKey.from_public_bytes(unb64(state["server_key"]))
    key.verify(unb64(word["signature"]), pack("conference_app/gone/v1", meeting.room, 1, meeting.bob))
    assert word["identity"] == meeting.bob
    await eve.hears("entry")
    bob = home.hello(meeting.room, meeting.bob)
    assert (await bob.hears("state"))["gone"] == []
    assert await ada.hears("back") == {"type": "back", "identity": meeting.bob}


async def test_all_hear_when_every_member_has_the_keys(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    eve = await home.comes(meeting.room, meeting.eve)  # she does not come into the group
    await commits(ada, -1)
    ada.say("ready", epoch=0)
    assert {json.dumps(await one.hears("all_ready")) for one in (ada, bob, eve)} == {
        '{"type": "all_ready", "epoch": 0}'
    }
    await commits(bob, 0)
    for one in (ada, eve):
        await one.hears("entry")
    for late in (0, 2):
        bob.say("ready", epoch=late)  # counts for nothing
    ada.say("ready", epoch=1)
    await answered(ada)
    assert [bob.heard_nothing(), eve.heard_nothing()] == [True, True]
    bob.say("ready", epoch=1)
    assert [await one.hears("all_ready") for one in (bob, ada, eve)] == [{"type": "all_ready", "epoch": 1}] * 3
    bob.say("ready", epoch=1)
    await answered(bob)
    assert eve.heard_nothing()


async def test_nobody_waits_for_who_is_gone_or_has_lost_the_group(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    await commits(bob, 0)
    await ada.hears("entry")
    ada.say("ready", epoch=1)
    await answered(ada)
    bob = await home.comes(meeting.room, meeting.bob, since=1)  # he still has the keys, and has to say so
    assert ada.heard_nothing()
    bob = await home.comes(meeting.room, meeting.bob)  # he knows nothing any more
    assert [(await one.hears("all_ready"))["epoch"] for one in (ada, bob)] == [1, 1]
    await commits(bob, 1)
    await ada.hears("entry")
    ada.say("ready", epoch=2)
    await answered(ada)
    bob.say("bye")
    assert [(await ada.hears("gone", "all_ready"))["type"] for _ in range(2)] == ["gone", "all_ready"]


async def test_who_says_bye_is_gone_at_once_and_may_come_back(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    await commits(bob, 0)
    await ada.hears("entry")
    bob.say("turn")
    await bob.hears("turn")
    bob.say("bye")
    assert await ada.hears("gone") == {"type": "gone", "identity": meeting.bob}
    assert await bob.closed() == 1000
    [word] = (await commits(ada, 1))["gone"]  # the turn was free, and the closing has not brought him back
    assert word["identity"] == meeting.bob
    older = await home.comes(meeting.room, meeting.bob)
    assert await ada.hears("back") == {"type": "back", "identity": meeting.bob}
    await home.comes(meeting.room, meeting.bob)
    older.say("bye")  # there is a newer one: it counts for nothing
    assert await older.ended() == "refused"
    await answered(ada)
    assert ada.heard_nothing()


async def test_a_process_that_died_says_nothing_and_its_people_are_gone(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    await commits(bob, 0)
    await ada.hears("entry")
    async with database.session() as session:
        lost = update(EncryptionMember).where(EncryptionMember.identity == meeting.bob)  # type: ignore[arg-type]
        await session.exec(lost.values(seen_until=datetime.now(UTC), socket="elsewhere"))
    ada.say("turn")  # wakes the feed, which else looks when the time has come
    assert {(await ada.hears("gone", "turn"))["type"] for _ in range(2)} == {"gone", "turn"}
    assert await bob.ended() == "refused"  # there is a newer one, elsewhere


async def test_the_newest_socket_of_somebody_takes_the_place_of_the_older(meeting: Meeting, home: House) -> None:
    older = await home.comes(meeting.room, meeting.ada)
    newer = await home.comes(meeting.room, meeting.ada)
    assert await older.ended() == "refused"
    await commits(newer, -1)
    assert newer.heard_nothing()


async def test_a_room_has_so_many_sockets(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "media_room_capacity", property(lambda _self: 2))
    async with house() as home:
        for one in (meeting.ada, meeting.bob):
            await home.comes(meeting.room, one)
        assert await home.hello(meeting.room, meeting.eve).ended() == "full"
        await home.comes(meeting.room, meeting.bob)


async def test_a_cohost_is_handed_the_ticket(meeting: Meeting, home: House, rooms: FakeRoomAdmin) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    rooms.rooms[meeting.room] = [meeting.bob]
    await moderation.hand_over(Caller(meeting.host.id), meeting.code, meeting.bob, ticket='{"role": "cohost"}')
    assert await bob.hears("ticket") == {"type": "ticket", "ticket": {"role": "cohost"}}
    await bob.leave()
    assert (await home.hello(meeting.room, meeting.bob).hears("state"))["ticket"] == {"role": "cohost"}
    assert ada.heard_nothing()
