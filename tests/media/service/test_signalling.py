"""Sessions over real WebSockets: the first message, coming back, junk, floods, and slow readers."""

from __future__ import annotations

import asyncio
import struct
from socket import SO_LINGER, SO_SNDBUF, SOL_SOCKET

import aiohttp
import pytest
from livekit.protocol import models, rtc

from media.errors import JoinRefused
from media.signalling import session
from media.signalling.websocket import SEND_BUFFER_BYTES, SignalConnection
from tests.media.running import PATIENCE_S
from tests.media.service.running_service import CONFIG, RunningService, messages_until_closed, next_message, token
from tests.media.world import subscriber


async def test_token_in_the_header_is_taken_whatever_the_query_holds(service: RunningService) -> None:
    """The app's relay shows the token there that it has checked."""
    path = f"/rtc?access_token={token('ben')}"
    socket = await service.connect(path, headers={"Authorization": f"Bearer {token('ann')}"})
    assert (await next_message(socket)).join.participant.identity == "ann"


async def test_join_comes_first_and_then_the_offer(service: RunningService) -> None:
    socket = await service.enter()
    first, second = await next_message(socket), await next_message(socket)
    assert first.join.participant.identity == "ann"
    assert (second.offer.type, second.offer.id) == ("offer", 1)


async def test_closing_the_socket_ends_the_session(service: RunningService) -> None:
    watcher, socket = await service.enter("ben"), await service.enter("ann")
    await next_message(socket)
    await socket.close()
    states = [one.update.participants[0].state for one in await _updates(watcher, 2)]
    assert states == [models.ParticipantInfo.JOINED, models.ParticipantInfo.DISCONNECTED]
    assert list(service.world.room.members) == ["ben"]


async def test_the_last_words_of_a_client_that_is_gone_are_heard(service: RunningService) -> None:
    watcher, socket = await service.enter("ben"), await service.enter("ann")
    for _ in range(2):
        await next_message(socket)
    for _ in range(3):
        await socket.ping()  # each wants an answer, which finds nobody any more
    leave = rtc.LeaveRequest(reason=models.CLIENT_INITIATED)
    await socket.send_bytes(rtc.SignalRequest(leave=leave).SerializeToString())
    _reset(socket)
    gone = (await _updates(watcher, 2))[-1].update.participants[0]
    assert (gone.state, gone.disconnect_reason) == (models.ParticipantInfo.DISCONNECTED, models.CLIENT_INITIATED)


def _reset(socket: aiohttp.ClientWebSocketResponse) -> None:
    """End the connection as a program does that is killed: without a word, and what is on its way to it is refused."""
    connection = socket.get_extra_info("socket")
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    assert socket._response.connection is not None
    socket._response.connection.transport.abort()  # type: ignore[union-attr]


async def _updates(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[rtc.SignalResponse]:
    found: list[rtc.SignalResponse] = []
    while len(found) < count:
        message = await next_message(socket)
        if message.WhichOneof("message") == "update":
            found.append(message)
    return found


async def test_resume_is_answered_by_reconnect_and_ends_the_old_session(service: RunningService) -> None:
    old = await service.enter()
    sid = (await next_message(old)).join.participant.sid
    socket = await service.enter(query=f"&reconnect=1&sid={sid}")
    leave = (await next_message(socket)).leave
    assert leave.action == rtc.LeaveRequest.RECONNECT
    assert (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE
    assert service.world.room.members == {}


async def test_resume_of_an_older_session_spares_the_newer_one(service: RunningService) -> None:
    socket = await service.enter()
    await next_message(socket)
    late = await service.enter(query="&reconnect=1&sid=PA_older")
    assert (await next_message(late)).leave.action == rtc.LeaveRequest.RECONNECT
    assert list(service.world.room.members) == ["ann"]


async def test_full_room_says_so_in_the_first_message(service: RunningService) -> None:
    inside = [await service.enter(name) for name in ("a", "b", "c")]
    socket = await service.enter("d")
    leave = (await next_message(socket)).leave
    assert (leave.reason, leave.action) == (models.JOIN_FAILURE, rtc.LeaveRequest.DISCONNECT)
    assert len(service.world.room.members) == len(inside)
    assert service.world.registry.counters.totals["joins_refused", "room_full"] == 1


async def test_second_session_of_an_identity_evicts_the_first(service: RunningService) -> None:
    first = await service.enter()
    await next_message(first)
    second = await service.enter()
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
async def test_junk_closes_that_client_only(service: RunningService, junk: bytes | str, code: str) -> None:
    other, socket = await service.enter("ben"), await service.enter("ann")
    for _ in range(2):
        await next_message(socket)
    await (socket.send_bytes(junk) if isinstance(junk, bytes) else socket.send_str(junk))
    leave = (await messages_until_closed(socket))[-1].leave
    assert (leave.reason, leave.action) == (models.STATE_MISMATCH, rtc.LeaveRequest.DISCONNECT)
    assert service.world.registry.counters.totals["clients_closed", code] == 1
    await other.send_bytes(rtc.SignalRequest(ping=1).SerializeToString())
    while (await next_message(other)).WhichOneof("message") != "pong":
        pass
    assert list(service.world.room.members) == ["ben"]


async def test_oversized_message_closes_the_client(service: RunningService) -> None:
    socket = await service.enter()
    await socket.send_bytes(b"x" * (CONFIG.limits.max_signal_bytes + 1))
    await messages_until_closed(socket)
    assert socket.closed


async def test_flood_of_messages_closes_the_client(service: RunningService) -> None:
    socket = await service.enter()
    ping = rtc.SignalRequest(ping=1).SerializeToString()
    for _ in range(60):
        await socket.send_bytes(ping)
    assert (await messages_until_closed(socket))[-1].WhichOneof("message") == "leave"
    assert service.world.registry.counters.totals["clients_closed", "signal_rate"] == 1


async def test_pings_of_the_websocket_are_answered_and_a_flood_of_them_closes_the_client(
    service: RunningService,
) -> None:
    socket = await service.connect(f"/rtc?access_token={token()}", autoping=False)
    for _ in range(2):
        await next_message(socket)
    await socket.ping(b"well?")
    pong = await socket.receive(timeout=PATIENCE_S)
    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"well?")
    await socket.pong()
    for _ in range(60):
        await socket.ping()
    while (message := await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.PONG:
        pass
    assert rtc.SignalResponse.FromString(message.data).WhichOneof("message") == "leave"
    assert service.world.registry.counters.totals["clients_closed", "signal_rate"] == 1


async def test_client_that_reads_nothing_is_closed_and_harms_nobody(service: RunningService) -> None:
    other, slow = await service.enter("ben"), await service.enter("ann")
    await next_message(slow)
    member = service.world.room.members["ann"]
    for _ in range(CONFIG.limits.signal_queue + 1):
        member.send(room_update=rtc.RoomUpdate(room=models.Room(metadata="x" * 1000)))
    await asyncio.wait_for(_gone(service, "ann"), PATIENCE_S)
    assert (await next_message(other)).WhichOneof("message") == "join"


async def test_client_that_reads_nothing_holds_little_in_the_kernel(
    service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    async def look(room: object, newcomer: object, connection: SignalConnection, *_: object) -> None:
        sizes.append(connection._socket.get_extra_info("socket").getsockopt(SOL_SOCKET, SO_SNDBUF))

    monkeypatch.setattr(session, "serve", look)
    await messages_until_closed(await service.enter())
    assert sizes == [2 * SEND_BUFFER_BYTES]  # Linux counts its own bookkeeping as well


async def test_rooms_that_ran_out_after_the_checks_are_told_in_the_first_message(
    service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(name: str) -> None:
        raise JoinRefused(503, "rooms", "the server holds as many rooms as it can")

    monkeypatch.setattr(service.world.registry, "get_or_create", full)
    leave = (await next_message(await service.enter())).leave
    assert (leave.reason, leave.action) == (models.JOIN_FAILURE, rtc.LeaveRequest.RECONNECT)
    assert service.world.registry.counters.totals["joins_refused", "rooms"] == 1


async def _gone(service: RunningService, identity: str) -> None:
    while identity in service.world.room.members:
        await asyncio.sleep(0.01)


async def test_fault_of_ours_asks_the_client_to_come_afresh(
    service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await service.enter()
    for _ in range(2):
        await next_message(socket)

    def fail(*_: object) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr(subscriber(service.world.room.members["ann"]), "accept_answer", fail)
    await socket.send_bytes(rtc.SignalRequest(answer=rtc.SessionDescription(sdp="x")).SerializeToString())
    assert (await messages_until_closed(socket))[-1].leave.action == rtc.LeaveRequest.RECONNECT
