"""What one client may send and hold: work that is read more slowly, and a queue that ends when it is not read."""

from __future__ import annotations

from typing import Any

from aiohttp import WSMessage, WSMsgType
from livekit.protocol import rtc

from media.signalling.cost import TRACK_COST, cost_of
from media.signalling.websocket import WORK_BURST, SignalConnection
from tests.media.world import Clock, limits


class Script:
    """A WebSocket whose client sends these messages and closes."""

    def __init__(self, *requests: rtc.SignalRequest) -> None:
        self._messages = [WSMessage(WSMsgType.BINARY, one.SerializeToString(), None) for one in requests]

    async def receive(self, timeout: float) -> WSMessage:  # noqa: ASYNC109 - the name is aiohttp's
        return self._messages.pop(0) if self._messages else WSMessage(WSMsgType.CLOSED, None, None)


class Line:
    """A connection over a script whose pauses pass at once."""

    def __init__(self, *requests: rtc.SignalRequest, **changes: int) -> None:
        self.clock = Clock()
        self.pauses: list[float] = []
        socket: Any = Script(*requests)
        self.connection = SignalConnection(socket, limits(**changes), self.clock, self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.now += seconds

    async def read(self) -> int:
        """Read everything; how many messages came."""
        return len([request async for request in self.connection.read()])


def offer(size: int) -> rtc.SignalRequest:
    """A message of exactly `size` bytes."""
    request = rtc.SignalRequest(offer=rtc.SessionDescription(sdp="x" * size))
    request.offer.sdp = "x" * (2 * size - request.ByteSize())
    assert request.ByteSize() == size
    return request


async def test_descriptions_beyond_the_budget_are_read_more_slowly_and_all_of_them() -> None:
    line = Line(*[offer(10_000)] * 20, signal_work_per_s=10_000)
    assert await line.read() == 20
    assert line.pauses == [1.0] * (20 - WORK_BURST)


async def test_ordinary_signalling_never_waits() -> None:
    joining = [offer(15_000)] * 4 + [rtc.SignalRequest(answer=rtc.SessionDescription(sdp="x" * 150_000))] * 2
    line = Line(*joining, *[rtc.SignalRequest(ping=1)] * 50)
    assert await line.read() == 56
    assert line.pauses == []


async def test_named_tracks_are_work_too() -> None:
    sids = [f"TR_{number:012}" for number in range(100)]
    toggle = rtc.SignalRequest(subscription=rtc.UpdateSubscription(track_sids=sids, subscribe=True))
    line = Line(*[toggle] * 20, signal_work_per_s=60_000)
    await line.read()
    assert line.pauses


def test_tracks_cost_the_same_in_every_form() -> None:
    sids = ["TR_1", "TR_2"]
    grouped = [{"participant_sid": "PA_1", "track_sids": sids}]
    for request in (
        rtc.SignalRequest(subscription={"track_sids": sids}),
        rtc.SignalRequest(subscription={"participant_tracks": grouped}),
        rtc.SignalRequest(subscription={"track_sids": sids, "participant_tracks": grouped}),
        rtc.SignalRequest(track_setting={"track_sids": sids}),
    ):
        assert cost_of(request, 10) == 10 + 2 * TRACK_COST
    assert cost_of(rtc.SignalRequest(ping=1), 10) == 10


def test_a_client_that_does_not_read_holds_no_more_than_a_queue() -> None:
    connection = Line(signal_queue_bytes=1_000).connection
    connection.send(b"x" * 5_000)  # a message of ours may be larger than the queue when nothing else waits
    assert not connection.is_overflowing
    connection.send(b"x")
    assert connection.is_overflowing
    few = Line(signal_queue=2).connection
    for _ in range(3):
        few.send(b"x")
    assert few.is_overflowing
