"""aiortc's SCTP with the bounds that it lacks.

aiortc announces limits but enforces none on receipt, and its reassembly is quadratic (measured: 20,000 fragments took
25 s). A participant who exceeds ours loses packets, or its own association, and nobody else's time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiortc import RTCSctpTransport
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcsctptransport import ReconfigChunk, tsn_plus_one
from aiortc.utils import uint32_gte

from media.transport.sctp_budget import SCTPBudget
from media.transport.sdp_writer import SCTP_PORT

logger = logging.getLogger(__name__)

WINDOW = 256 * 1024
"""Bytes a sender may have under way or waiting for their missing parts; announced, so a correct sender keeps to it."""
MAX_REASSEMBLY_BYTES = 300_000
"""The window, and some space for senders that overdraw it a little."""
MAX_REASSEMBLY_CHUNKS = 1_000
"""Of all streams; a 64 kB message has 57, and small messages wait here behind a lost one."""
MAX_MISORDERED = 512
"""Chunks kept that came beyond a hole; more are taken for lost, so that their sender repeats them later."""
MAX_DUPLICATES = 16
"""Chunks named as received twice in one receipt; the sender only counts them."""
MAX_RESETS = 2
"""Requests in one chunk that resets streams (RFC 6525 section 3.1)."""
MAX_STREAMS = 32
MAX_CHANNELS = 8


class BoundedSCTP(RTCSctpTransport):
    """aiortc's SCTP, which ends itself when its peer asks for too much or sends what it cannot read."""

    def __init__(self, dtls: RTCDtlsTransport, failed: Callable[[str], None], dropped: Callable[[str], None]) -> None:
        """`failed` hears once why the association ended, `dropped` of every packet that was not taken."""
        super().__init__(dtls, SCTP_PORT)
        self._advertised_rwnd = WINDOW
        self._failed = failed
        self._dropped = dropped
        self._has_failed = False
        self._budget = SCTPBudget()

    async def _handle_data(self, data: bytes) -> None:
        if self._has_failed:
            return
        if not self._budget.takes_packet(data, asyncio.get_running_loop().time()):
            self._dropped("sctp_rate")
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
        waiting = WINDOW - self._advertised_rwnd
        if (
            waiting + len(chunk.user_data) > MAX_REASSEMBLY_BYTES
            or sum(len(one.reassembly) for one in self._inbound_streams.values()) > MAX_REASSEMBLY_CHUNKS
            or (stream is None and len(self._inbound_streams) >= MAX_STREAMS)
        ):
            self._fail("sctp_limit")
            return
        if len(self._sack_misordered) >= MAX_MISORDERED and chunk.tsn != tsn_plus_one(self._last_in_order()):
            self._sack_needed = True
            return
        await super()._receive_data_chunk(chunk)

    def _mark_received(self, tsn: int) -> bool:
        """Note a chunk as received; True when it was before. aiortc sorts everything beyond a hole for each chunk."""
        if uint32_gte(self._last_in_order(), tsn) or tsn in self._sack_misordered:
            if len(self._sack_duplicates) < MAX_DUPLICATES:
                self._sack_duplicates.append(tsn)
            return True
        self._sack_misordered.add(tsn)
        while (following := tsn_plus_one(self._last_in_order())) in self._sack_misordered:
            self._sack_misordered.discard(following)
            self._last_received_tsn = following
        return False

    def _last_in_order(self) -> int:
        if self._last_received_tsn is None:
            raise ValueError("data came before the association began")
        return self._last_received_tsn

    async def _receive_sack_chunk(self, chunk: Any) -> None:
        # aiortc walks through every number of every gap, and then twice through what is under way. Without the gaps
        # a receipt still counts: what they name is only sent again.
        chunk.gaps = [gap for gap in chunk.gaps if gap[0] <= gap[1]]
        scanned = sum(last - first + 1 for first, last in chunk.gaps) + 2 * len(self._sent_queue)
        if chunk.gaps and not self._budget.takes_scan(scanned):
            chunk.gaps = []
        await super()._receive_sack_chunk(chunk)

    async def _receive_chunk(self, chunk: Any) -> None:
        if self._has_failed:
            return
        if isinstance(chunk, ReconfigChunk) and len(chunk.params) > MAX_RESETS:
            self._fail("sctp_limit")
            return
        await super()._receive_chunk(chunk)

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
