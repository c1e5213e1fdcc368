"""One client's WebSocket: one reader, one writer, the order kept, and everything bounded."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import WSMsgType, web
from google.protobuf.message import DecodeError
from livekit.protocol import rtc

from media.config import Limits
from media.errors import ProtocolViolation
from media.room.rate import TokenBucket
from media.signalling.cost import cost_of

logger = logging.getLogger(__name__)

SILENCE_S = 30.0
"""Seconds without a message after which the signalling is dead; clients ping every 5 s."""
CLOSE_S = 1.0
"""Seconds the last messages may take to be written."""
STALL_S = 10.0
"""Seconds a client may take nothing of what is written to it; until then it holds up to a full queue."""
WORK_BURST = 8
"""Seconds of work a client may ask for at once: to join a full room takes about half of it."""
SEND_BUFFER_BYTES = 128 * 1024
"""What the kernel may keep for a client that reads slowly; by itself it takes megabytes."""


class SignalConnection:
    """Reads SignalRequests from and writes encoded SignalResponses to an upgraded WebSocket.

    The WebSocket must leave pings to us: answered below us they would count towards no limit.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        limits: Limits,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pause` waits for some seconds before a client that asked for too much is read again."""
        self._pause = pause
        self._socket = socket
        self._limits = limits
        self._clock = clock
        self._bucket = TokenBucket(limits.signal_messages_per_s, limits.signal_burst, clock())
        self._work = TokenBucket(limits.signal_work_per_s, limits.signal_work_per_s * WORK_BURST, clock())
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._sending: asyncio.Timeout | None = None
        self._is_finishing = False
        self.is_overflowing = False
        """Whether the client read too slowly and lost messages: it must be closed."""

    def send(self, message: bytes) -> None:
        """Queues an encoded message. After `finish` or an overflow it is dropped."""
        if self._is_finishing or self.is_overflowing:
            return
        is_full = self._queue and self._queued_bytes + len(message) > self._limits.signal_queue_bytes
        if is_full or len(self._queue) >= self._limits.signal_queue:
            self._overflow()
        else:
            self._queue.append(message)
            self._queued_bytes += len(message)
        self._wake.set()

    def _overflow(self) -> None:
        self.is_overflowing = True
        self._queue.clear()
        self._queued_bytes = 0
        self._hurry(0.0)  # what is being written is given up too

    def finish(self) -> None:
        """Send nothing more: `write` ends when the queue is empty, or after CLOSE_S with a client that takes nothing."""
        self._is_finishing = True
        self._hurry(CLOSE_S)
        self._wake.set()

    def _hurry(self, seconds: float) -> None:
        """Leave the message that is being written only so many seconds more."""
        if self._sending is not None and not self._sending.expired():
            self._sending.reschedule(asyncio.get_running_loop().time() + seconds)

    async def write(self) -> None:
        """Writes what is queued until `finish`, an overflow or the client's end.

        Closes the WebSocket, unless the client was first: then its last words are still to be read.
        """
        try:
            await self._drain()
        except TimeoutError:
            self.is_overflowing = True
        except ConnectionError:
            logger.debug("a client went away while we wrote")
            return
        await self._close()

    async def read(self) -> AsyncIterator[rtc.SignalRequest]:
        """Yield the client's messages until it closes. Raises ProtocolViolation; TimeoutError after a long silence.

        Before the next message is read, the work of the last one must be within the client's budget: meanwhile TCP
        holds it back. A message has no refusal in LiveKit's protocol that would not end the session.
        """
        while True:
            message = await self._socket.receive(timeout=SILENCE_S)
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
                return
            if message.type is WSMsgType.ERROR:
                raise ProtocolViolation("websocket")
            if not self._bucket.take(1, self._clock()):
                raise ProtocolViolation("signal_rate")
            if message.type is WSMsgType.BINARY:
                request = decode(message.data)
                yield request
                await self._rest(cost_of(request, len(message.data)))
            elif message.type is WSMsgType.PING:
                await self._pong(message.data)
            elif message.type is not WSMsgType.PONG:
                raise ProtocolViolation("text_frame")

    async def _rest(self, cost: int) -> None:
        owed_s = self._work.spend(cost, self._clock())
        if owed_s:
            await self._pause(owed_s)

    async def _pong(self, data: bytes) -> None:
        try:
            await asyncio.wait_for(self._socket.pong(data), SILENCE_S)
        except ConnectionError:
            logger.debug("a client went away after its ping")  # what it said behind it is still to be read

    async def _drain(self) -> None:
        while not self.is_overflowing:
            if self._queue:
                message = self._queue.popleft()
                self._queued_bytes -= len(message)
                await self._send(message)
            elif self._is_finishing:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _send(self, message: bytes) -> None:
        try:
            async with asyncio.timeout(CLOSE_S if self._is_finishing else STALL_S) as self._sending:
                await self._socket.send_bytes(message)
        finally:
            self._sending = None

    async def _close(self) -> None:
        try:
            await asyncio.wait_for(self._socket.close(), CLOSE_S)
        except (ConnectionError, TimeoutError):
            logger.debug("a client did not answer our close")


def decode(data: bytes) -> rtc.SignalRequest:
    """The message in one frame. Raises ProtocolViolation."""
    request = rtc.SignalRequest()
    try:
        request.ParseFromString(data)
    except (DecodeError, RecursionError) as err:
        raise ProtocolViolation("malformed_signal") from err
    return request
