"""The `_reliable` and `_lossy` data channels of one peer, on aiortc's SCTP with the bounds that it lacks.

aiortc announces limits but enforces none on receipt, and its reassembly is quadratic (sfu.md section 8). A participant
who exceeds ours loses its own association and nobody else's time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities

from media.transport.sdp_writer import MAX_MESSAGE_SIZE, SCTP_PORT

logger = logging.getLogger(__name__)

RELIABLE, LOSSY = "_reliable", "_lossy"
LABELS = (RELIABLE, LOSSY)
MAX_REASSEMBLY_BYTES = 300_000
MAX_REASSEMBLY_CHUNKS = 1_000
"""Of one stream; a 64 kB message has 57."""
MAX_MISORDERED = 1_500
"""Chunks received beyond a hole; a full window has about 900."""
MAX_STREAMS = 32
MAX_CHANNELS = 8
LOSSY_BUFFER_BYTES = 128 * 1024
RELIABLE_BUFFER_BYTES = 4 * 1024 * 1024
_WINDOW = 1024 * 1024
"""aiortc's initial receive window; what is missing from it lies in reassembly."""


class _BoundedSCTP(RTCSctpTransport):
    """aiortc's SCTP, which ends itself when its peer asks for too much or sends what it cannot read."""

    def __init__(self, dtls: RTCDtlsTransport, failed: Callable[[str], None]) -> None:
        super().__init__(dtls, SCTP_PORT)
        self._failed = failed
        self._has_failed = False

    async def _handle_data(self, data: bytes) -> None:
        if self._has_failed:
            return
        try:
            await super()._handle_data(data)
        except ConnectionError:
            self._fail("dtls_closed")
        except Exception as err:  # noqa: BLE001 - aiortc raises struct.error, AssertionError, KeyError and more on junk.
            logger.info("SCTP association ended: %s", type(err).__name__)
            self._fail("sctp_malformed")

    async def _receive_data_chunk(self, chunk: Any) -> None:
        stream = self._inbound_streams.get(chunk.stream_id)
        waiting = _WINDOW - self._advertised_rwnd
        if (
            waiting + len(chunk.user_data) > MAX_REASSEMBLY_BYTES
            or len(self._sack_misordered) > MAX_MISORDERED
            or (stream is None and len(self._inbound_streams) >= MAX_STREAMS)
            or (stream is not None and len(stream.reassembly) > MAX_REASSEMBLY_CHUNKS)
        ):
            self._fail("sctp_limit")
            return
        await super()._receive_data_chunk(chunk)

    async def _receive_forward_tsn_chunk(self, chunk: Any) -> None:
        if len(self._inbound_streams) + len(chunk.streams) > 4 * MAX_STREAMS:
            self._fail("sctp_limit")
            return
        await super()._receive_forward_tsn_chunk(chunk)

    async def _data_channel_receive(self, stream_id: int, pp_id: int, data: bytes) -> None:
        if stream_id not in self._data_channels and len(self._data_channels) >= MAX_CHANNELS:
            self._fail("sctp_limit")
            return
        await super()._data_channel_receive(stream_id, pp_id, data)

    # These run as tasks nobody awaits; when DTLS is gone they would only leave a traceback.

    async def _transmit(self) -> None:
        try:
            await super()._transmit()
        except ConnectionError:
            self._fail("dtls_closed")

    async def _transmit_reconfig(self) -> None:
        try:
            await super()._transmit_reconfig()
        except ConnectionError:
            self._fail("dtls_closed")

    async def _send_chunk(self, chunk: Any) -> None:
        try:
            await super()._send_chunk(chunk)
        except ConnectionError:
            self._fail("dtls_closed")

    def _fail(self, reason: str) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._failed(reason)


class DataChannels:
    """A peer's data channels. The callbacks run on the event loop and must not raise."""

    def __init__(
        self,
        dtls: RTCDtlsTransport,
        *,
        received: Callable[[str, bytes], None],
        opened: Callable[[], None],
        failed: Callable[[str], None],
        dropped: Callable[[str], None],
    ) -> None:
        """`opened` tells that our own `_reliable` can be written; `dropped` counts a refused message by reason."""
        self._received = received
        self._opened = opened
        self._dropped = dropped
        self._channels: dict[str, RTCDataChannel] = {}
        self._sctp = _BoundedSCTP(dtls, failed)
        self._sctp.on("datachannel", self._adopt)
        self._task: asyncio.Task[None] | None = None

    def create(self) -> None:
        """Open our two channels, as the server does on a subscriber's peer."""
        reliable = RTCDataChannel(self._sctp, RTCDataChannelParameters(label=RELIABLE))
        reliable.on("open", self._opened)
        self._watch(reliable)
        self._watch(RTCDataChannel(self._sctp, RTCDataChannelParameters(label=LOSSY, ordered=False, maxRetransmits=0)))

    def start(self, remote_port: int, max_message_size: int) -> None:
        """Begin the association; only once DTLS is connected."""
        capabilities = RTCSctpCapabilities(maxMessageSize=max_message_size)
        self._task = asyncio.create_task(self._start(capabilities, remote_port), name="sctp start")

    async def _start(self, capabilities: RTCSctpCapabilities, remote_port: int) -> None:
        await self._sctp.start(capabilities, remote_port)

    def _adopt(self, channel: RTCDataChannel) -> None:
        # Others, such as `_data_track`, stay open and unheard: closing them would only confuse the client.
        if channel.label in LABELS and channel.label not in self._channels:
            self._watch(channel)

    def _watch(self, channel: RTCDataChannel) -> None:
        label = channel.label
        self._channels[label] = channel
        channel.on("message", lambda message: self._message(label, message))

    def _message(self, label: str, message: bytes | str) -> None:
        if isinstance(message, str):
            self._dropped("data_text")
        elif len(message) > MAX_MESSAGE_SIZE:
            self._dropped("data_too_large")
        else:
            self._received(label, message)

    def buffered(self, label: str) -> int:
        """Bytes waiting on the channel `label`."""
        channel = self._channels.get(label)
        return channel.bufferedAmount if channel else 0

    def send(self, label: str, payload: bytes) -> bool:
        """Queue one message; False when there is no such open channel or the peer takes no message of that size."""
        channel = self._channels.get(label)
        if channel is None or channel.readyState != "open":
            return False
        try:
            channel.send(payload)
        except ValueError:
            return False
        return True

    async def stop(self) -> None:
        """Abort the association."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._sctp.stop()
