"""aiortc's SCTP with the bounds that it lacks.

aiortc announces limits but enforces none on receipt, and its reassembly is quadratic (measured: 20,000 fragments took 25 s). A participant
who exceeds ours loses its own association and nobody else's time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from aiortc import RTCSctpTransport
from aiortc.rtcdtlstransport import RTCDtlsTransport

from media.transport.sdp_writer import SCTP_PORT

logger = logging.getLogger(__name__)

MAX_REASSEMBLY_BYTES = 300_000
MAX_REASSEMBLY_CHUNKS = 1_000
"""Of one stream; a 64 kB message has 57."""
MAX_MISORDERED = 1_500
"""Chunks received beyond a hole; a full window has about 900."""
MAX_STREAMS = 32
MAX_CHANNELS = 8
_WINDOW = 1024 * 1024
"""aiortc's initial receive window; what is missing from it lies in reassembly."""


class BoundedSCTP(RTCSctpTransport):
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
