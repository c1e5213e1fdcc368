"""One UDP port for all peers: datagrams find their peer by ICE user fragment first, then by address.

Nothing here answers, stores or logs anything for a sender that has not proved to know a peer's ICE password.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any

from aiortc.rtcdtlstransport import RTCCertificate

from media.transport import stun
from media.transport.address_book import AddressBook
from media.transport.peer import Peer
from media.transport.ports import PeerObserver
from media.transport.wire import Address, CryptBuffer, Wire

logger = logging.getLogger(__name__)

BATCH = 64
"""Datagrams read per wake-up: enough to amortise it, few enough to let timers and signalling in."""
SOCKET_BUFFER_BYTES = 4 * 1024 * 1024
TICK_S = 0.1
MIN_DATAGRAM, MAX_DATAGRAM = 12, 1500
CERTIFICATE_S = 7 * 24 * 3600.0
"""A certificate serves new peers for a week; aiortc makes them valid for thirty days."""
GOODBYE_S = 2.0
_NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900 to 1970."""


class UDPMux:
    """The media sockets, the peers behind them, and the one timer that serves them all."""

    def __init__(self, sockets: Sequence[socket.socket], announced_ips: Sequence[str]) -> None:
        """Start reading bound sockets; `open` makes them."""
        self.wire = Wire()
        self.announced_ips = tuple(announced_ips)
        self.ntp_offset_s = time.time() - time.monotonic() + _NTP_EPOCH_S
        self.clock = time.monotonic
        self.peers: set[Peer] = set()
        self.book = AddressBook()
        self._loop = asyncio.get_running_loop()
        self._sockets = sockets
        self._port = int(sockets[0].getsockname()[1])
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._buffer = CryptBuffer()
        self._certificate = RTCCertificate.generateCertificate()
        self._certified_at = self.clock()
        self._is_closed = False
        self._timer = self._loop.call_later(TICK_S, self._tick)
        for sock in sockets:
            self._loop.add_reader(sock, self._read, sock)

    @classmethod
    async def open(cls, host: str, port: int, *, announce_ip: str | None = None, second_host: str = "") -> UDPMux:
        """Bind `host`:`port` (0 picks a free port, see `port`) and start reading.

        `announce_ip` is the address put into our SDP, by default `host`; needed when `host` is a wildcard.
        `second_host` is bound to the same port and announced after it; when it cannot be had, `host` serves alone.
        Raises OSError when `host` cannot be bound and ValueError when there is nothing to announce.
        """
        announced = ipaddress.ip_address(announce_ip or host)
        if announced.is_unspecified:
            raise ValueError("a wildcard address cannot be announced to clients")
        first = _bind(host, port)
        if not second_host:
            return cls([first], [str(announced)])
        try:
            second = _bind(second_host, int(first.getsockname()[1]))
        except OSError as err:
            logger.warning("media is not offered on a second address: %s", err.strerror)
            return cls([first], [str(announced)])
        return cls([first, second], [str(announced), str(ipaddress.ip_address(second_host))])

    @property
    def port(self) -> int:
        """The bound UDP port."""
        return self._port

    @property
    def counters(self) -> Counter[str]:
        """Plain totals: packets_in, bytes_in, packets_out, bytes_out, and drop_<reason> for everything refused."""
        wire = self.wire
        totals = Counter({f"drop_{reason}": count for reason, count in wire.drops.items()})
        totals.update(
            packets_in=wire.packets_in, bytes_in=wire.bytes_in, packets_out=wire.packets_out, bytes_out=wire.bytes_out
        )
        return totals

    def create_peer(self, observer: PeerObserver) -> Peer:
        """A new peer connection, not yet negotiated; it lives until `Peer.close` or 30 s without consent."""
        if self.clock() - self._certified_at > CERTIFICATE_S:
            self._certificate, self._certified_at = RTCCertificate.generateCertificate(), self.clock()
        peer = Peer(self, observer, self._certificate)
        self.peers.add(peer)
        return peer

    def close(self) -> None:
        """Close all peers (observers hear it); the socket closes with `wait_closed`, after the goodbyes."""
        if self._is_closed:
            return
        self._is_closed = True
        self._timer.cancel()
        for peer in list(self.peers):
            peer.close("shutdown")
        for sock in self._sockets:
            self._loop.remove_reader(sock)

    async def wait_closed(self) -> None:
        """After `close`: wait for the DTLS goodbyes, at most 2 s, and free the port."""
        if self._goodbyes:
            await asyncio.wait(self._goodbyes, timeout=GOODBYE_S)
        for task in self._goodbyes:
            task.cancel()
        for sock in self._sockets:
            sock.close()

    def forget(self, peer: Peer) -> None:
        """Forget `peer` and its addresses: what arrives for it is dropped from now on."""
        self.peers.discard(peer)
        self.book.forget(peer)

    def finish(self, goodbye: Coroutine[Any, Any, None]) -> None:
        """Run the end of a peer's DTLS and SCTP in the background."""
        task = self._loop.create_task(self._finish(goodbye), name="peer goodbye")
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    @staticmethod
    async def _finish(goodbye: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S):
                await goodbye
        except Exception as err:  # noqa: BLE001 - the peer is gone already; what aiortc's ending raises helps nobody.
            logger.debug("goodbye failed: %s", type(err).__name__)

    def _read(self, sock: socket.socket) -> None:
        now = self.clock()
        wire, receive, memory = self.wire, sock.recvfrom_into, self._buffer.memory
        for _ in range(BATCH):
            try:
                size, source = receive(memory)
            except BlockingIOError:
                return
            except OSError:
                wire.drops["receive_failed"] += 1
                return
            wire.packets_in += 1
            wire.bytes_in += size
            try:
                reason = self._take(size, (sock, source), now)
            except Exception as err:  # noqa: BLE001 - whatever one datagram breaks, the next ones must be served.
                logger.debug("datagram failed: %s", type(err).__name__)
                reason = "malformed"
            if reason:
                wire.drops[reason] += 1

    def _take(self, size: int, address: Address, now: float) -> str:
        """Hand one datagram to its peer; answer why it was dropped, else an empty text."""
        if not MIN_DATAGRAM <= size <= MAX_DATAGRAM:
            return "size"
        first = self._buffer.memory[0]
        if first < 4:
            return self._take_check(self._buffer.view[:size], address, now)
        peer = self.book.at(address)
        if peer is None:
            return "unknown_address"
        if 127 < first < 192:
            return peer.mux_media(self._buffer, size, now)
        if 19 < first < 64:
            return peer.mux_dtls(self._buffer.view[:size])
        return "unknown_protocol"

    def _take_check(self, data: bytes, address: Address, now: float) -> str:
        request = stun.parse_request(data)
        if request is None:
            return "stun_malformed"
        peer = self.book.named(request.ufrag)
        if peer is None:
            return "stun_unknown_ufrag"
        password = peer.ice.password_of(request.ufrag)
        if not stun.is_authentic(data, request, password):
            return "stun_integrity"
        if not peer.mux_may_check():
            return "stun_rate"
        if request.claims_controlled:
            self.wire.send(stun.role_conflict(request, password), address)
            return "stun_role_conflict"
        if not self.book.claim(address, peer, now):
            return "stun_address_taken"
        self.wire.send(stun.success(request, address[1][:2], password), address)
        peer.mux_checked(address, now, nominates=request.nominates)
        return ""

    def _tick(self) -> None:
        self._timer = self._loop.call_later(TICK_S, self._tick)
        now = self.clock()
        for peer in list(self.peers):
            try:
                peer.mux_tick(now)
            except Exception:
                logger.exception("peer's timer failed")
                self.wire.drops["tick_failed"] += 1
                with contextlib.suppress(Exception):
                    peer.close("internal_error")


def _bind(host: str, port: int) -> socket.socket:
    """Open a non-blocking socket with space for bursts. Raises OSError when the address cannot be had."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
