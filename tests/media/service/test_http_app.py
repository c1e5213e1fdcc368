"""The HTTP surface over real loopback sockets: statuses, the WebSocket's first message, junk, and what is logged."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from livekit import api
from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.service.http_app import AccessLog, HTTPApp, _is_loopback, error_logger
from media.service.metrics import Metrics
from media.service.room_service import RoomService
from media.service.twirp import Twirp
from tests.media.fakes import SECRET, World, limits, subscriber

CONFIG = MediaConfig(api_key="key", api_secret=SECRET, limits=limits(max_participants=3, signal_burst=50))


def token(identity: str = "ann", room: str = "room", minutes: float = 5, **grants: Any) -> str:
    access = api.AccessToken("key", SECRET).with_identity(identity).with_ttl(timedelta(minutes=minutes))
    return access.with_grants(api.VideoGrants(**{"room_join": True, "room": room, **grants})).to_jwt()


class Door:
    """The HTTP application on a loopback port, over fakes, and a client."""

    def __init__(self, world: World, server: TestServer, client: aiohttp.ClientSession) -> None:
        self.world = world
        self.server = server
        self.client = client

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def connect(self, path: str = "/rtc", **kwargs: Any) -> aiohttp.ClientWebSocketResponse:
        return await self.client.ws_connect(self.url(path), **kwargs)

    async def enter(self, identity: str = "ann", query: str = "") -> aiohttp.ClientWebSocketResponse:
        return await self.connect(f"/rtc?access_token={token(identity)}{query}")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    world = World(CONFIG)
    twirp = Twirp(RoomService(world.registry, CONFIG.limits, world.clock), world.registry.counters)
    app = HTTPApp(
        CONFIG, world.registry, twirp, Metrics(world.registry, lambda: world.mux.counters), world.clock
    ).build()
    server = TestServer(app)
    await server.start_server(access_log_class=AccessLog, logger=error_logger)
    async with aiohttp.ClientSession() as client:
        yield Door(world, server, client)
    await server.close()


async def next_message(socket: aiohttp.ClientWebSocketResponse) -> rtc.SignalResponse:
    message = await socket.receive(timeout=5)
    assert message.type is aiohttp.WSMsgType.BINARY, message
    return rtc.SignalResponse.FromString(message.data)


async def messages_until_closed(socket: aiohttp.ClientWebSocketResponse) -> list[rtc.SignalResponse]:
    found: list[rtc.SignalResponse] = []
    while (message := await socket.receive(timeout=5)).type is aiohttp.WSMsgType.BINARY:
        found.append(rtc.SignalResponse.FromString(message.data))
    return found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 401),
        ("access_token=junk", 401),
        (f"access_token={token(minutes=-5)}", 401),
        (f"access_token={api.AccessToken('key', 'x' * 64).with_identity('a').to_jwt()}", 401),
        (f"access_token={token(room_join=False)}", 401),
        (f"access_token={token('x' * 400)}", 400),
        (f"access_token={token()}", 200),
    ],
)
async def test_validate_and_rtc_answer_alike(door: Door, query: str, status: int) -> None:
    async with door.client.get(door.url(f"/rtc/validate?{query}")) as response:
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        if status == 200:
            assert await response.text() == "success"
            return
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await door.connect(f"/rtc?{query}")
    assert caught.value.status == status


async def test_token_in_the_header_is_taken(door: Door) -> None:
    socket = await door.connect(headers={"Authorization": f"Bearer {token()}"})
    assert (await next_message(socket)).WhichOneof("message") == "join"


@pytest.mark.parametrize("path", ["/rtc/v1", "/rtc/v1/validate"])
async def test_later_signalling_is_not_found_but_may_be_asked_from_anywhere(door: Door, path: str) -> None:
    async with door.client.get(door.url(path)) as response:
        assert response.status == 404
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "requested room does not exist" not in await response.text()


async def test_plain_request_to_rtc_is_not_found(door: Door) -> None:
    async with door.client.get(door.url(f"/rtc?access_token={token()}")) as response:
        assert response.status == 404


async def test_join_comes_first_and_then_the_offer(door: Door) -> None:
    socket = await door.enter()
    first, second = await next_message(socket), await next_message(socket)
    assert first.join.participant.identity == "ann"
    assert (second.offer.type, second.offer.id) == ("offer", 1)


async def test_closing_the_socket_ends_the_session(door: Door) -> None:
    watcher, socket = await door.enter("ben"), await door.enter("ann")
    await next_message(socket)
    await socket.close()
    states = [one.update.participants[0].state for one in await _updates(watcher, 2)]
    assert states == [models.ParticipantInfo.JOINED, models.ParticipantInfo.DISCONNECTED]
    assert list(door.world.room.members) == ["ben"]


async def _updates(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[rtc.SignalResponse]:
    found: list[rtc.SignalResponse] = []
    while len(found) < count:
        message = await next_message(socket)
        if message.WhichOneof("message") == "update":
            found.append(message)
    return found


async def test_resume_is_answered_by_reconnect_and_ends_the_old_session(door: Door) -> None:
    old = await door.enter()
    sid = (await next_message(old)).join.participant.sid
    socket = await door.enter(query=f"&reconnect=1&sid={sid}")
    leave = (await next_message(socket)).leave
    assert leave.action == rtc.LeaveRequest.RECONNECT
    assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    assert door.world.room.members == {}


async def test_resume_of_an_older_session_spares_the_newer_one(door: Door) -> None:
    socket = await door.enter()
    await next_message(socket)
    late = await door.enter(query="&reconnect=1&sid=PA_older")
    assert (await next_message(late)).leave.action == rtc.LeaveRequest.RECONNECT
    assert list(door.world.room.members) == ["ann"]


async def test_full_room_says_so_in_the_first_message(door: Door) -> None:
    inside = [await door.enter(name) for name in ("a", "b", "c")]
    socket = await door.enter("d")
    leave = (await next_message(socket)).leave
    assert (leave.reason, leave.action) == (models.JOIN_FAILURE, rtc.LeaveRequest.DISCONNECT)
    assert len(door.world.room.members) == len(inside)
    assert door.world.registry.counters.totals["joins_refused", "room_full"] == 1


async def test_second_session_of_an_identity_evicts_the_first(door: Door) -> None:
    first = await door.enter()
    await next_message(first)
    second = await door.enter()
    assert (await next_message(second)).WhichOneof("message") == "join"
    last = (await messages_until_closed(first))[-1]
    assert last.leave.reason == models.DUPLICATE_IDENTITY


@pytest.mark.parametrize(
    ("junk", "code"),
    [
        (b"\xff\xff\xff\xff", "malformed_signal"),
        ("text", "text_frame"),
        (rtc.SignalRequest(offer=rtc.SessionDescription(sdp="junk")).SerializeToString(), "invalid_description"),
        (rtc.SignalRequest(answer=rtc.SessionDescription(sdp="junk")).SerializeToString(), "invalid_description"),
    ],
)
async def test_junk_closes_that_client_only(door: Door, junk: bytes | str, code: str) -> None:
    other, socket = await door.enter("ben"), await door.enter("ann")
    for _ in range(2):
        await next_message(socket)
    await (socket.send_bytes(junk) if isinstance(junk, bytes) else socket.send_str(junk))
    leave = (await messages_until_closed(socket))[-1].leave
    assert (leave.reason, leave.action) == (models.STATE_MISMATCH, rtc.LeaveRequest.DISCONNECT)
    assert door.world.registry.counters.totals["clients_closed", code] == 1
    await other.send_bytes(rtc.SignalRequest(ping=1).SerializeToString())
    while (await next_message(other)).WhichOneof("message") != "pong":
        pass
    assert list(door.world.room.members) == ["ben"]


async def test_oversized_message_closes_the_client(door: Door) -> None:
    socket = await door.enter()
    await socket.send_bytes(b"x" * (CONFIG.limits.max_signal_bytes + 1))
    await messages_until_closed(socket)
    assert socket.closed


async def test_flood_of_messages_closes_the_client(door: Door) -> None:
    socket = await door.enter()
    ping = rtc.SignalRequest(ping=1).SerializeToString()
    for _ in range(60):
        await socket.send_bytes(ping)
    assert (await messages_until_closed(socket))[-1].WhichOneof("message") == "leave"
    assert door.world.registry.counters.totals["clients_closed", "signal_rate"] == 1


async def test_client_that_reads_nothing_is_closed_and_harms_nobody(door: Door) -> None:
    other, slow = await door.enter("ben"), await door.enter("ann")
    await next_message(slow)
    member = door.world.room.members["ann"]
    for _ in range(CONFIG.limits.signal_queue + 1):
        member.send(room_update=rtc.RoomUpdate(room=models.Room(metadata="x" * 1000)))
    await asyncio.wait_for(_gone(door, "ann"), 5)
    assert (await next_message(other)).WhichOneof("message") == "join"


async def _gone(door: Door, identity: str) -> None:
    while identity in door.world.room.members:
        await asyncio.sleep(0.01)


async def test_fault_of_ours_asks_the_client_to_come_afresh(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = await door.enter()
    for _ in range(2):
        await next_message(socket)

    def fail(*_: object) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr(subscriber(door.world.room.members["ann"]), "accept_answer", fail)
    await socket.send_bytes(rtc.SignalRequest(answer=rtc.SessionDescription(sdp="x")).SerializeToString())
    assert (await messages_until_closed(socket))[-1].leave.action == rtc.LeaveRequest.RECONNECT


async def test_closing_server_answers_503_with_retry_after(door: Door) -> None:
    door.world.registry.close()
    async with door.client.get(door.url(f"/rtc/validate?access_token={token()}")) as response:
        assert response.status == 503
        assert "Retry-After" in response.headers


async def test_health_and_counters(door: Door) -> None:
    socket = await door.enter()
    await next_message(socket)
    async with door.client.head(door.url("/")) as response:
        assert response.status == 200
    async with door.client.get(door.url("/healthz")) as response:
        health = await response.json()
    assert (health["state"], health["rooms"], health["participants"]) == ("ok", 1, 1)
    door.world.mux.counters["drop_unknown"] += 3
    async with door.client.get(door.url("/metrics")) as response:
        text = await response.text()
    assert "parley_media_participants 1.0" in text
    assert 'parley_media_drops_total{reason="unknown"} 3.0' in text
    assert "ann" not in text


async def test_twirp_over_http(door: Door) -> None:
    admin = api.AccessToken("key", SECRET).with_grants(api.VideoGrants(room_list=True)).to_jwt()
    url = door.url("/twirp/livekit.RoomService/ListRooms")
    headers = {"Content-Type": "application/json"}
    async with door.client.post(url, data="{}", headers=headers) as response:
        assert response.status == 401
    headers["Authorization"] = f"Bearer {admin}"
    async with door.client.post(url, data="{}", headers=headers) as response:
        assert (response.status, await response.json()) == (200, {"rooms": []})
    async with door.client.post(url, data=io.BytesIO(b"x" * 1_100_000), headers=headers) as response:
        assert response.status == 413


async def test_no_log_holds_a_token_name_or_query(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = token("ann-the-person")
    socket = await door.connect(f"/rtc?access_token={secret}")
    await next_message(socket)
    await socket.close()
    async with door.client.get(door.url(f"/rtc/validate?access_token={secret}x")) as response:
        assert response.status == 401
    async with door.client.get(door.url(f"/{secret}")) as response:
        assert response.status == 404
    await asyncio.sleep(0.05)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")]
    assert any("/rtc" in line for line in ours)
    assert not [line for line in ours if secret in line or "ann-the-person" in line or "access_token" in line]


@pytest.mark.parametrize(
    "junk",
    [
        b"junk\r\n\r\n",
        b"GET /rtc?access_token=SECRET HTTP/9.9\r\n\r\n",
        b"GET /rtc?access_token=SECRET\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?access_token=SECRET" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /twirp/livekit.RoomService/ListRooms HTTP/1.1\r\nHost: x\r\nContent-Length: 9" + b"9" * 30 + b"\r\n\r\n",
        b"\x16\x03\x01" + b"x" * 500 + b"\r\n\r\n",
    ],
)
async def test_malformed_request_is_answered_by_400_and_not_logged(
    door: Door, caplog: pytest.LogCaptureFixture, junk: bytes
) -> None:
    caplog.set_level(logging.INFO)
    reader, writer = await asyncio.open_connection(door.server.host, door.server.port)
    writer.write(junk)
    assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    assert "SECRET" not in caplog.text
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_fault_in_a_handler_is_logged_without_what_the_client_wrote(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr(door.world.registry, "check", fail)
    async with door.client.get(door.url(f"/rtc/validate?access_token={token('ann-the-person')}")) as response:
        assert response.status == 500
    assert "A request failed" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "access_token" not in caplog.text


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), ("", False), (None, False), ("localhost", False)],
)
def test_counters_are_for_this_machine_only(address: str | None, is_loopback: bool) -> None:
    assert _is_loopback(address) is is_loopback


def test_application_offers_no_other_route() -> None:
    world = World(CONFIG)
    twirp = Twirp(RoomService(world.registry, CONFIG.limits, world.clock), world.registry.counters)
    app: web.Application = HTTPApp(
        CONFIG, world.registry, twirp, Metrics(world.registry, lambda: world.mux.counters), world.clock
    ).build()
    paths = {resource.canonical for resource in app.router.resources()}
    assert paths == {
        "/", "/healthz", "/metrics", "/rtc", "/rtc/validate", "/rtc/v1", "/rtc/v1/validate",
        "/twirp/livekit.RoomService/{method}",
    }  # fmt: skip
