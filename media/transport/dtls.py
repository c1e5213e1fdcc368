"""The DTLS handshake of one peer on aiortc's RTCDtlsTransport, fed by us and never by the network directly.

Private names of aiortc are used on purpose, as its public way leads through its own RTP stack; the version is pinned
and `tests/media/transport` covers each name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from OpenSSL import SSL

logger = logging.getLogger(__name__)

QUEUE_SIZE = 128
"""Datagrams waiting for DTLS: twice what the mux reads at once, so that a burst of one peer is not lost here."""
HANDSHAKE_S = 30.0
_KNOWN_HASHES = ("sha-256", "sha-384", "sha-512")


class _Datagrams:
    """What RTCDtlsTransport takes for its ICE transport."""

    role = "controlled"

    def __init__(self, transmit: Callable[[bytes], None]) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_SIZE)
        self._transmit = transmit

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        self._transmit(data)


class DTLS:
    """One handshake and the encrypted channel for SCTP behind it."""

    def __init__(
        self,
        certificate: RTCCertificate,
        transmit: Callable[[bytes], None],
        connected: Callable[[], None],
        ended: Callable[[str], None],
    ) -> None:
        """`connected` and `ended` are called on the event loop, `ended` at most once and not after `stop`."""
        self._datagrams = _Datagrams(transmit)
        self.transport = RTCDtlsTransport(cast(Any, self._datagrams), [certificate])
        self._connected = connected
        self._ended = ended
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def start(self, fingerprints: tuple[tuple[str, str], ...], role: str) -> None:
        """Begin the handshake as 'server' or 'client'; the peer's certificate must match `fingerprints`."""
        known = [
            RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints if algorithm in _KNOWN_HASHES
        ]
        self.transport._set_role(role)
        self.transport.on("statechange", self._state_changed)
        self._task = asyncio.create_task(self._handshake(RTCDtlsParameters(known)), name="dtls handshake")

    def feed(self, datagram: bytes) -> bool:
        """Hand over one DTLS datagram (first byte 20..63); False when the queue is full."""
        try:
            self._datagrams.queue.put_nowait(datagram)
        except asyncio.QueueFull:
            return False
        return True

    async def _handshake(self, parameters: RTCDtlsParameters) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                await self.transport.start(parameters)
        except (TimeoutError, SSL.Error, ValueError, AssertionError) as err:
            logger.info("DTLS handshake failed: %s", type(err).__name__)
            self._end("handshake_failed")

    def _state_changed(self) -> None:
        if self.transport.state == "connected":
            # The data pump starts only after this event; our callback wants a complete transport.
            asyncio.get_running_loop().call_soon(self._announce)
        elif self.transport.state in ("closed", "failed"):
            self._end("handshake_failed" if self.transport.state == "failed" else "dtls_closed")

    def _announce(self) -> None:
        if not self._is_over:
            self._connected()

    def _end(self, reason: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._ended(reason)

    def sessions(self) -> tuple[pylibsrtp.Session, pylibsrtp.Session]:
        """The SRTP sessions (receiving, sending); only after `connected`."""
        return self.transport._rx_srtp, self.transport._tx_srtp

    async def stop(self) -> None:
        """Say goodbye and end the tasks; `ended` is not called any more."""
        self._is_over = True
        if self._task is not None and not self._task.done():
            self._task.cancel()
        pump = self.transport._task
        await self.transport.stop()
        tasks = [task for task in (self._task, pump) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)
