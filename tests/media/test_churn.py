"""Clients that come and go, over and over: afterwards the server holds nothing of them.

The whole server runs inside the test, so that its tasks, objects and descriptors can be counted.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from livekit.protocol import models, rtc

from media import server
from media.config import Limits
from media.room.participant import Participant
from media.signalling import negotiation, websocket
from media.transport import dtls
from tests.media.descriptions import audio_section, data_section, video_section
from tests.media.holdings import Holdings, come_down_to, only_what_is_new, settled
from tests.media.load import MediaClient
from tests.media.running import PATIENCE_S, Entrance, hear, open_server, say

Visit = Callable[[Entrance, int], Coroutine[Any, Any, None]]


async def expect_nothing_left_of(visit: Visit, times: int, at_once: int) -> None:
    """The server holds as much after `times` visits as after the first few: one that leaves anything is noticed."""
    with only_what_is_new():
        await _expect_nothing_left_of(visit, times, at_once)


async def _expect_nothing_left_of(visit: Visit, times: int, at_once: int) -> None:
    async with open_server(departure_timeout_s=600) as entrance:
        async with asyncio.TaskGroup() as first:
            for number in range(at_once):
                first.create_task(visit(entrance, number))
        await entrance.is_empty()
        before = await settled()
        for start in range(0, times, at_once):
            async with asyncio.TaskGroup() as group:
                for number in range(start, start + at_once):
                    group.create_task(visit(entrance, number))
        await entrance.is_empty()
        assert await come_down_to(before) == before


async def joined(entrance: Entrance, number: int) -> aiohttp.ClientWebSocketResponse:
    """A participant of their own."""
    socket = await entrance.enter(f"p{number}")
    await hear(socket, "join")
    return socket


async def leave_at_once(entrance: Entrance, number: int) -> None:
    socket = await joined(entrance, number)
    if number % 2:
        await say(socket, leave=rtc.LeaveRequest(reason=models.CLIENT_INITIATED))
    await socket.close()


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_many_short_visits() -> None:
    await expect_nothing_left_of(leave_at_once, times=100, at_once=10)


async def break_off(entrance: Entrance, number: int) -> None:
    """The connection ends without a word, in the middle of a message."""
    socket = await joined(entrance, number)
    connection: Any = socket._response.connection
    connection.transport.write(b"\x82\xfe\xff\xff")
    connection.transport.abort()


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_connections_that_break_off() -> None:
    await expect_nothing_left_of(break_off, times=60, at_once=10)


async def publish_and_vanish(entrance: Entrance, number: int) -> None:
    """A whole session with media both ways, whose client then simply stops to exist."""
    socket = await joined(entrance, number)
    sender, receiver = MediaClient(), MediaClient()
    try:
        await say(socket, answer={"sdp": receiver.answer(offer := (await hear(socket, "offer")).sdp), "type": "answer"})
        await say(socket, add_track=rtc.AddTrackRequest(cid="mic", source=models.MICROPHONE))
        sections = [audio_section("0", "mic"), data_section("1")]
        await say(socket, offer={"sdp": sender.offer(sections), "type": "offer", "id": 1})
        answer = (await hear(socket, "answer")).sdp
        await asyncio.gather(sender.connect(answer), receiver.connect(offer))
        sender.send_media(111, 1001, b"opus")
        if number % 2:
            await say(socket, leave=rtc.LeaveRequest())
        await socket.close()
    finally:
        await asyncio.gather(sender.close(), receiver.close())


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_sessions_with_media() -> None:
    await expect_nothing_left_of(publish_and_vanish, times=8, at_once=4)


async def connect_only(entrance: Entrance, number: int) -> None:
    """A connection on which no request comes, or only the beginning of one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", entrance.port)
    writer.write(b"GET /rtc HTTP/1.1\r\nHost: x\r\n" if number % 2 else b"")
    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.slow
async def test_connections_without_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_S", 0.2)
    await expect_nothing_left_of(connect_only, times=40, at_once=20)


async def never_answer(entrance: Entrance, number: int) -> None:
    """The offer is left without an answer; the server gives up and asks the client to come afresh."""
    socket = await entrance.enter(f"p{number}")
    assert (await hear(socket, "leave")).action == rtc.LeaveRequest.RECONNECT
    await socket.close()


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_offers_that_are_never_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negotiation, "ANSWER_TIMEOUT_S", 0.1)
    await expect_nothing_left_of(never_answer, times=20, at_once=10)


async def say_nothing(entrance: Entrance, number: int) -> None:
    """The client neither speaks nor closes, as one whose network is gone."""
    socket = await entrance.enter(f"p{number}")
    await hear(socket, "join")
    while (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.BINARY:
        pass


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_half_open_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SILENCE_S", 0.2)
    await expect_nothing_left_of(say_nothing, times=20, at_once=10)


async def begin_a_handshake(entrance: Entrance, number: int) -> None:
    """ICE is up, and then no handshake comes."""
    socket = await entrance.enter(f"p{number}")
    receiver = MediaClient()
    try:
        offer = (await hear(socket, "offer")).sdp
        await say(socket, answer={"sdp": receiver.answer(offer), "type": "answer"})
        await receiver.recheck(offer)
        assert (await hear(socket, "leave")).reason == models.MEDIA_FAILURE
        await socket.close()
    finally:
        await receiver.close()


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_handshakes_that_are_never_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls, "HANDSHAKE_S", 0.1)
    monkeypatch.setattr("media.room.room.LOST_MEDIA_S", 0.1)
    await expect_nothing_left_of(begin_a_handshake, times=10, at_once=5)


@pytest.mark.slow
async def test_unknown_tracks_are_not_remembered() -> None:
    async with open_server() as entrance:
        socket = await entrance.enter("curious")
        await hear(socket, "join")
        for number in range(20):
            sids = [f"TR_{number}_{index}" for index in range(20)]
            await say(socket, subscription=rtc.UpdateSubscription(track_sids=sids, subscribe=True))
            await say(socket, track_setting=rtc.UpdateTrackSettings(track_sids=sids, disabled=True))
            await say(socket, mute=rtc.MuteTrackRequest(sid=sids[0], muted=True))
        await say(socket, ping=1)
        await hear(socket, "pong")
        people = (one for one in gc.get_objects() if isinstance(one, Participant))
        (member,) = (one for one in people if one.identity == "curious")
        assert member.subscriptions.by_track == {}
        await socket.close()


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_publishing_in_a_loop_leaves_no_tracks_and_no_sections() -> None:
    async with open_server(limits=Limits(offers_per_s=1_000, broadcasts_per_s=1_000)) as entrance:
        watcher, socket = await entrance.enter("ben"), await entrance.enter("ann")
        receiver, sender = MediaClient(), MediaClient()
        sections = 0
        for number in range(12):
            await say(
                socket, add_track=rtc.AddTrackRequest(cid=f"cam{number}", type=models.VIDEO, source=models.CAMERA)
            )
            live = [video_section("0", f"cam{number}", ssrc=3000 + 2 * number)]
            gone = [video_section("0", f"cam{number}", "inactive", ssrc=3000 + 2 * number)]
            for offered in (live, gone):
                await say(socket, offer={"sdp": sender.offer(offered), "type": "offer", "id": 2 * number + 1})
                await hear(socket, "answer")
                offer = await hear(watcher, "offer")
                sections = offer.sdp.count("\nm=")
                await say(watcher, answer={"sdp": receiver.answer(offer.sdp), "type": "answer", "id": offer.id})
        assert sections <= 3
        assert Holdings.now().objects.get("UpTrack", 0) <= 1
        assert Holdings.now().objects.get("DownTrack", 0) <= 1
        await asyncio.gather(receiver.close(), sender.close())
