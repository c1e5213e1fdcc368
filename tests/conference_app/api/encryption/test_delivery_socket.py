"""The delivery service's socket: one order for all, nothing to strangers, and nonsense ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import update

from conference_app import database
from conference_app.api.encryption import connection, delivery_socket, feed, frames
from conference_app.api.encryption.delivery_socket import Delivery
from conference_app.api.encryption.frames import Nonsense
from conference_app.config import Settings, settings
from conference_app.models import EncryptionMember
from conference_app.services.encryption import commit_log, meeting_keys, news, presence, turns
from conference_app.services.encryption.encoding import b64, pack, unb64
from conference_app.services.media_server.access_tokens import room_token
from conference_app.services.meetings import meetings
from conference_app.services.people.identity import AccountView
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.api.encryption.members import Browser, House, commits, house
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed
from tests.conference_app.services.encryption.test_meeting_keys import made_keys
from tests.fakes import FakeRoomAdmin

OTHER_ROOM = "f" * 32


@dataclass
class Meeting:
    """An open meeting of Ann's, and three guests who were let in."""

    host: AccountView
    id: str
    code: str
    room: str
    ada: str
    bob: str
    eve: str


@pytest.fixture
async def meeting(db: Settings, rooms: FakeRoomAdmin) -> Meeting:
    host = await confirmed("ann")
    made = await opened(host)
    guests = [(await admitted(made.code, tab=f"tab {number}")).identity for number in range(3)]
    return Meeting(host, made.id, made.code, await room_of(made.code), *guests)


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as made:
        yield made


async def test_commits_reach_all_others_in_order(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    turn = await commits(bob, 0)
    assert (turn["info"], turn["gone"]) == (b64(b"info 0"), [])
    assert await ada.hears("entry") == {"type": "entry", "epoch": 1, "message": b64(b"commit 0")}
    await commits(ada, 1)
    assert (await bob.hears("entry"))["epoch"] == 2
    assert ada.heard_nothing()


async def test_the_state_tells_all_that_a_browser_checks(meeting: Meeting, home: House) -> None:
    keys = made_keys()
    await meeting_keys.put(meeting.host.id, meeting.id, keys)
    state = await home.hello(meeting.room, meeting.ada).hears("state")
    server_key = state.pop("server_key")
    Ed25519PublicKey.from_public_bytes(unb64(server_key))
    assert state == {
        "type": "state", "v": 1, "driver": "mls", "room": meeting.room, "identity": meeting.ada,
        "root": keys.root_public, "link_certificate": keys.link_certificate, "epoch": -1, "entries": [],
        "restart": False, "gone": [], "ticket": None,
    }  # fmt: skip


async def test_who_comes_back_is_told_what_was_missed_or_to_begin_anew(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_log, "KEPT_EPOCHS", 3)
    ada = await home.comes(meeting.room, meeting.ada)
    for epoch in range(-1, 4):
        await commits(ada, epoch)
    told = []
    for since in (-1, 0, 1, 3, 4, 9):
        bob = home.hello(meeting.room, meeting.bob, since)
        state = await bob.hears("state")
        told.append((since, [one["epoch"] for one in state["entries"]], state["restart"]))
        await bob.leave()
    assert told == [
        (-1, [], False), (0, [], True), (1, [2, 3, 4], False), (3, [4], False), (4, [], False), (9, [], True),
    ]  # fmt: skip


async def test_turns_go_round_and_a_pass_gives_them_on(meeting: Meeting, home: House) -> None:
    ada, bob, eve = [await home.comes(meeting.room, one) for one in (meeting.ada, meeting.bob, meeting.eve)]
    ada.say("turn")
    await ada.hears("turn")
    bob.say("turn")
    bob.say("pass")  # it is not theirs yet: they stay in the queue
    while (await queue_of(meeting.room)) != [meeting.bob]:
        await asyncio.sleep(0.01)
    eve.say("turn")
    ada.say("pass")
    await bob.hears("turn")
    await bob.leave()  # their turn ends with them
    await eve.hears("turn")
    ada.say("commit", epoch=-1, message="", info=b64(b"info"))
    assert await ada.hears("refused") == {"type": "refused", "reason": "turn", "epoch": -1}


async def queue_of(room: str) -> list[str]:
    found = await news.read(room, None, [], most=50)
    return [one.identity for one in found.waiting(datetime.now(UTC))] if found else []


async def test_a_turn_that_nobody_uses_goes_on_by_itself(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEASE", timedelta(milliseconds=200))
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    ada.say("turn")
    await ada.hears("turn")
    bob.say("turn")
    await bob.hears("turn")


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


async def answered(browser: Browser) -> None:
    """All that it has said is done: it is given the turn, and gives it back."""
    browser.say("turn")
    await browser.hears("turn")
    browser.say("pass")


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


async def test_a_cohost_is_handed_the_ticket(meeting: Meeting, home: House, rooms: FakeRoomAdmin) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    rooms.rooms[meeting.room] = [meeting.bob]
    await moderation.hand_over(Caller(meeting.host.id), meeting.code, meeting.bob, ticket='{"role": "cohost"}')
    assert await bob.hears("ticket") == {"type": "ticket", "ticket": {"role": "cohost"}}
    await bob.leave()
    assert (await home.hello(meeting.room, meeting.bob).hears("state"))["ticket"] == {"role": "cohost"}
    assert ada.heard_nothing()


@pytest.mark.parametrize("why", ["expired", "signature", "room", "nobody", "no seat", "nonsense"])
async def test_who_may_not_be_in_the_room_is_refused(meeting: Meeting, home: House, why: str) -> None:
    now = datetime.now(UTC)
    tokens = {
        "expired": room_token(meeting.room, meeting.ada, "A", "guest", now=now - timedelta(hours=2)),
        "signature": room_token(meeting.room, meeting.ada, "A", "guest")[:-3] + "AAA",
        "room": room_token(OTHER_ROOM, meeting.ada, "A", "guest"),
        "nobody": room_token(meeting.room, "guest-" + "0" * 20, "A", "guest"),
        "no seat": room_token(meeting.room, "guest-\ud800", "A", "guest"),
        "nonsense": "a.b.c\ud800",
    }
    browser = home.opens()
    browser.say("hello", v=1, token=tokens[why], since=-1)
    assert await browser.ended() == "refused"


async def test_a_foreign_page_gets_no_socket(meeting: Meeting, home: House) -> None:
    foreign = home.opens({"origin": "https://evil.example"})
    assert await foreign.closed() == 1000
    assert home.delivery.counts == {"refused": 1}
    ours = home.opens({"origin": settings().public_url})
    ours.say("hello", v=1, token=room_token(meeting.room, meeting.ada, "A", "guest"), since=-1)
    await ours.hears("state")


async def test_who_says_nothing_is_let_go(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_socket, "HELLO_S", 0.01)
    assert await home.opens().ended() == "protocol"
    early = home.opens()
    await early.leave()


NONSENSE = [
    "", "x", "[]", "null", "7", '"turn"', "{}", '{"type": 7}', '{"type": "state"}', '{"type": ["turn"]}', "[" * 400_000,
    '{"type": "hello", "v": 1, "token": "", "since": -1}', '{"type": "commit"}',
    '{"type": "commit", "epoch": true, "message": "AA", "info": "AA"}',
    '{"type": "commit", "epoch": 0.0, "message": "AA", "info": "AA"}',
    '{"type": "commit", "epoch": -2, "message": "AA", "info": "AA"}',
    '{"type": "commit", "epoch": 99999999999999999999, "message": "AA", "info": "AA"}',
    '{"type": "commit", "epoch": -1, "message": "AA", "info": "AA"}',
    '{"type": "commit", "epoch": 0, "message": "", "info": "AA"}',
    '{"type": "commit", "epoch": 0, "message": "A", "info": "AA"}',
    '{"type": "commit", "epoch": 0, "message": "AB", "info": "AA"}',
    '{"type": "commit", "epoch": 0, "message": "A+==", "info": "AA"}',
    '{"type": "commit", "epoch": 0, "message": "AA", "info": "AA\\n"}',
    '{"type": "commit", "epoch": 0, "message": "AA", "info": "\\ud800"}',
    '{"type": "commit", "epoch": 0, "message": "AA", "info": null}',
    '{"type": "ready"}', '{"type": "ready", "epoch": -1}', '{"type": "ready", "epoch": "0"}', '{"type": "all_ready", "epoch": 0}',
    '{"type": "turn", "x": ' + "9" * 5000 + "}",
    "{" + " " * frames.FRAME_LIMIT + "}",
]  # fmt: skip


async def test_nonsense_ends_the_socket_and_nobody_elses(meeting: Meeting, home: House) -> None:
    ada = await home.comes(meeting.room, meeting.ada)
    for text in NONSENSE:
        eve = await home.comes(meeting.room, meeting.eve)
        eve.say_text(text)
        assert await eve.ended() == "protocol", text[:100]
    for message in ({"type": "websocket.receive", "bytes": b"\x00"}, {"type": "websocket.receive", "text": None}):
        eve = await home.comes(meeting.room, meeting.eve)
        eve.say_message(message)
        assert await eve.ended() == "protocol"
    assert home.delivery.counts["protocol"] == len(NONSENSE) + 2
    await commits(ada, -1)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), st.lists, max_leaves=4)
)
@examples(max_examples=60)
def test_no_value_in_any_field_breaks_the_reading(value: object) -> None:
    for kind in ("hello", "turn", "pass", "commit", "ready", "bye", "state"):
        good = {"type": kind, "v": 1, "token": "t", "since": -1, "epoch": 0, "message": "AA", "info": "AA"}
        for name in good:
            with contextlib.suppress(Nonsense):
                said = frames.parse(json.dumps(good | {name: value}))
                assert type(said).__module__ == frames.__name__


@given(st.text(max_size=200))
@examples(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(Nonsense):
        frames.parse(text)


async def test_commits_that_are_too_large_too_many_or_out_of_turn_are_refused(meeting: Meeting, home: House) -> None:
    ada = await home.comes(meeting.room, meeting.ada)
    await commits(ada, -1)
    reasons = []
    ada.say("turn")
    await ada.hears("turn")
    for size in (commit_log.COMMIT_LIMIT + 1, commit_log.COMMIT_LIMIT):
        ada.say("commit", epoch=0, message=b64(b"x" * size), info=b64(b"x" * commit_log.INFO_LIMIT))
        reasons.append((await ada.hears("refused", "accepted")).get("reason"))
    for epoch in (0, 1):
        ada.say("commit", epoch=epoch, message=b64(b"x"), info=b64(b"x"))
        reasons.append((await ada.hears("refused"))["reason"])
    assert reasons == ["size", None, "epoch", "turn"]
    for _ in range(25):
        ada.say("commit", epoch=0, message=b64(b"x"), info=b64(b"x"))
        await ada.hears("refused")
    ada.say("commit", epoch=1, message=b64(b"x"), info=b64(b"x"))
    assert await ada.hears("refused") == {"type": "refused", "reason": "rate", "epoch": 1}


async def test_a_flood_of_words_ends_the_socket(meeting: Meeting, home: House) -> None:
    eve = await home.comes(meeting.room, meeting.eve)
    for _ in range(300):
        eve.say("pass")
    assert await eve.ended() == "protocol"


async def test_a_browser_that_takes_nothing_is_let_go_and_others_are_not_kept(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_WAITING", 5)
    monkeypatch.setattr(connection, "STALL_S", 0.2)
    monkeypatch.setattr(delivery_socket, "STALL_S", 0.2)
    ada, eve = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.eve)
    eve.takes.clear()
    await commits(ada, -1)
    for epoch in range(10):
        await commits(ada, epoch)
    await asyncio.wait_for(eve.running, 60)
    assert home.delivery.counts["open"] == 1


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


async def test_when_the_app_stops_sockets_close_and_are_expected_back(meeting: Meeting) -> None:
    async with house() as home:
        ada = await home.comes(meeting.room, meeting.ada)
        await commits(ada, -1)
        await home.delivery.stop()
        assert await ada.closed() == 1000
        late = home.hello(meeting.room, meeting.bob)
        await late.closed()
    async with house() as again:
        state = await again.hello(meeting.room, meeting.ada, since=0).hears("state")
        assert (state["epoch"], state["restart"], state["gone"]) == (0, False, [])


async def test_a_database_that_fails_closes_sockets_and_browsers_come_back(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await home.comes(meeting.room, meeting.ada)

    async def broken(*_of: object, **_how: object) -> None:
        raise RuntimeError("quoting somebody")

    with monkeypatch.context() as patch:
        patch.setattr(feed.news, "read", broken)
        ada.say("turn")
        assert await ada.closed() is not None
    ada = await home.comes(meeting.room, meeting.ada)
    await commits(ada, -1)


async def test_two_processes_share_a_room(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here they share `wake_ups`; that one alone also finds the other's changes is looked at below."""
    async with house() as one, house() as other:
        ada, bob = await one.comes(meeting.room, meeting.ada), await other.comes(meeting.room, meeting.bob)
        await commits(ada, -1)
        for epoch in range(0, 6, 2):
            await commits(bob, epoch)
            assert (await ada.hears("entry"))["epoch"] == epoch + 1
            await commits(ada, epoch + 1)
            assert (await bob.hears("entry"))["epoch"] == epoch + 2


async def test_what_another_process_changed_is_found(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_REDIS_URL", "redis://127.0.0.1:1/0")
    woken = list[str]()
    async with house() as home:
        ada = await home.comes(meeting.room, meeting.ada)
        await commits(ada, -1)
        while home.delivery._feeds[meeting.room].epoch != 0:
            await asyncio.sleep(0.01)
        await home.delivery._look()
        monkeypatch.setattr(delivery_socket.wake_ups, "publish", woken.append)
        await home.delivery._look()
        assert woken == []
        await presence.enter(meeting.room, meeting.bob, "elsewhere", most=50, now=datetime.now(UTC))
        woken.clear()
        await home.delivery._look()
        assert woken == [f"keys {meeting.room}"]


async def test_nothing_secret_stands_in_the_log(
    meeting: Meeting, home: House, caplog: pytest.LogCaptureFixture
) -> None:
    token = room_token(meeting.room, meeting.ada, "Ada", "guest")
    with caplog.at_level(logging.DEBUG, "conference_app"):
        ada = await home.comes(meeting.room, meeting.ada)
        await commits(ada, -1)
        ada.say_text(token)
        await ada.ended()
        await home.hello(OTHER_ROOM, meeting.ada).ended()
    assert all(secret not in caplog.text for secret in (token, meeting.ada, b64(b"info 0")))
