"""Strangers, nonsense and floods at the delivery service's socket: nobody gets in, and nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from conference_app.api.encryption import connection, delivery_socket, feed, heard
from conference_app.api.encryption.heard import Nonsense
from conference_app.config import Settings, settings
from conference_app.services.encryption.encoding import b64
from conference_app.services.media_server.access_tokens import room_token
from conference_app.session.budgets import Budget
from tests.conference_app.api.encryption.members import House, Meeting, commits, house
from tests.conference_app.api.http.test_socket_limits import Socket
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed

OTHER_ROOM = "f" * 32


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


async def test_a_token_of_another_meeting_opens_that_one_only(meeting: Meeting, home: House) -> None:
    other = await opened(await confirmed("bob"))
    guest = (await admitted(other.code, tab="elsewhere")).identity
    ada = await home.comes(meeting.room, meeting.ada)
    bob = home.hello(await room_of(other.code), guest)
    assert (await bob.hears("state"))["room"] != meeting.room
    await commits(bob, -1)
    await commits(ada, -1)
    assert await home.hello(meeting.room, guest).ended() == "refused"
    assert [ada.heard_nothing(), bob.heard_nothing()] == [True, True]


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
    '{"type": "card"}', '{"type": "card", "card": ""}', '{"type": "card", "card": "' + "A" * 6668 + '"}',
    '{"type": "commit", "epoch": -1, "message": "", "info": "AA", "sealed": [], "out": []}',
    '{"type": "commit", "epoch": 0, "message": "AA", "info": "AA", "sealed": [], "out": "x"}',
    '{"type": "commit", "epoch": 0, "message": "AA", "info": "AA", "sealed": [["x", "AA"]], "out": []}',
    json.dumps({"type": "commit", "epoch": 0, "message": "AA", "info": "AA", "sealed": [], "out": ["x"] * 1201}),
    '{"type": "turn", "x": ' + "9" * 5000 + "}",
    "{" + " " * heard.FRAME_LIMIT + "}",
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


VALUES = [
    None,
    True,
    -1,
    0,
    2**70,
    0.5,
    "",
    "AA",
    "\x00",
    "\ud800",
    "x" * 3000,
    [],
    ["AA"],
    [["guest-1", "A" * 107]],
    {},
]
FIELDS = ("v", "token", "since", "epoch", "message", "info", "sealed", "out", "card")


@pytest.mark.parametrize("most", [50, 151])
async def test_whatever_one_says_nothing_breaks_and_the_others_go_on(
    meeting: Meeting, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = list[BaseException]()
    monkeypatch.setattr(Settings, "media_room_capacity", property(lambda _self: most))
    monkeypatch.setattr(feed, "note_incident", broken.append)
    dice = random.Random(9)  # noqa: S311 - the same frames each time
    async with house() as home:
        ada = await home.comes(meeting.room, meeting.ada)
        for _ in range(25):
            eve = await home.comes(meeting.room, meeting.eve)
            for kind in dice.choices(["turn", "pass", "commit", "ready", "card", "cards", "hello"], k=3):
                eve.say(kind, **{name: dice.choice(VALUES) for name in dice.sample(FIELDS, 5)})
            await eve.leave()
        ada.say("pass")
        await home.comes(meeting.room, meeting.bob)
        assert home.delivery.counts["open"] == 2
        assert not ada.running.done()
    assert broken == []


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), st.lists, max_leaves=4)
)
@examples(max_examples=60)
def test_no_value_in_any_field_breaks_the_reading(value: object) -> None:
    for kind in ("hello", "turn", "pass", "commit", "ready", "bye", "card", "cards", "state"):
        good = {
            "type": kind,
            "v": 1,
            "token": "t",
            "since": -1,
            "epoch": 0,
            "message": "AA",
            "info": "AA",
            "card": "AA",
        }
        if kind == "commit":
            good |= {"sealed": [["guest-1", "A" * 107]], "out": ["guest-2"]}
        for name in good:
            with contextlib.suppress(Nonsense):
                said = heard.parse(json.dumps(good | {name: value}))
                assert type(said).__module__ == heard.__name__


@given(st.text(max_size=200))
@examples(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_breaks_the_reading(text: str) -> None:
    with pytest.raises(Nonsense):
        heard.parse(text)


async def test_a_flood_of_words_ends_the_socket(meeting: Meeting, home: House) -> None:
    eve = await home.comes(meeting.room, meeting.eve)
    home.delivery._frames = Budget(per_s=0.001, burst=20)  # however slow the machine is
    for _ in range(22):
        eve.say("pass")
    assert await eve.ended() == "protocol"


async def test_an_address_gets_nothing_but_frames_of_ours_through(home: House) -> None:
    limits = delivery_socket.address_limits()
    for text in ("{}", "[]", " {}", "{" + "x" * heard.FRAME_LIMIT, ""):
        one = Socket(limits, path=delivery_socket.PATH)
        await one.say(text)
        assert one.seen == (["{}"] if text == "{}" else [])
        await one.leave()


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
