"""Encrypted media of one peer: the hot path out, and opening what came in (RFC 3711)."""

from __future__ import annotations

from struct import Struct
from typing import Any

import pylibsrtp
from pylibsrtp._binding import lib

from media.rtp.extensions import BLOCK_HEADER
from media.transport.wire import Address, CryptBuffer, Wire

HEADER_SIZE = 24
"""RTP header and our one header extension block (`rtp.extensions`)."""
MAX_PAYLOAD = 1440
"""So that header, payload and a 16-byte tag stay within 1,500 bytes."""
MAX_RTCP = 1300
_HEADER = Struct("!BBHLLLLL")
_protect: Any = lib.srtp_protect
_protect_rtcp: Any = lib.srtp_protect_rtcp
_unprotect: Any = lib.srtp_unprotect
_unprotect_rtcp: Any = lib.srtp_unprotect_rtcp


class SRTPSender:
    """Where a peer's down tracks put their packets (`forwarding.ports.PacketSink`). Silent until `open`."""

    __slots__ = ("_data", "_handle", "_length", "_memory", "_session", "_view", "_wire", "address", "rtt_s")

    def __init__(self, wire: Wire) -> None:
        self.address: Address | None = None
        self.rtt_s = 0.0
        self._wire = wire
        self._session: pylibsrtp.Session | None = None
        self._handle: Any = None
        self._data, self._view = wire.buffer.data, wire.buffer.view
        self._memory, self._length = wire.buffer.memory, wire.buffer.length

    def open(self, session: pylibsrtp.Session) -> None:
        """Begin to send with these keys."""
        self._session = session
        self._handle = session._srtp[0]

    def close(self) -> None:
        """Send nothing any more."""
        self._session = self._handle = self.address = None

    def forget(self, ssrc: int) -> None:
        """Free what libsrtp keeps about a stream that ended."""
        remove_stream(self._session, ssrc)

    def send_rtp(
        self,
        marker_and_type: int,
        sequence: int,
        timestamp: int,
        ssrc: int,
        send_time_word: int,
        mid_word: int,
        payload: bytes,
        padding: bool = False,
    ) -> None:
        """See `PacketSink.send_rtp`. One copy, one header, one encryption in place, one system call."""
        if self._handle is None or self.address is None:
            return
        size = HEADER_SIZE + len(payload)
        if size > HEADER_SIZE + MAX_PAYLOAD:
            self._wire.drops["packet_too_large"] += 1
            return
        view, first = self._view, 0xB0 if padding else 0x90
        _HEADER.pack_into(
            view, 0, first, marker_and_type, sequence, timestamp, ssrc, BLOCK_HEADER, send_time_word, mid_word
        )
        view[HEADER_SIZE:size] = payload
        self._length[0] = size
        if _protect(self._handle, self._data, self._length):
            self._wire.drops["srtp_protect"] += 1
            return
        self._wire.send(self._memory[: self._length[0]], self.address)

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypt and send a compound; one of more than MAX_RTCP bytes is not sent."""
        if self._handle is None or self.address is None or len(packet) > MAX_RTCP:
            return
        self._view[: len(packet)] = packet
        self._length[0] = len(packet)
        if _protect_rtcp(self._handle, self._data, self._length):
            self._wire.drops["srtcp_protect"] += 1
            return
        self._wire.send(self._memory[: self._length[0]], self.address)


class SRTPReceiver:
    """Opens a peer's packets in the buffer they were received in. Refuses everything until `open`."""

    __slots__ = ("_handle", "_session")

    def __init__(self) -> None:
        self._session: pylibsrtp.Session | None = None
        self._handle: Any = None

    def open(self, session: pylibsrtp.Session) -> None:
        """Begin to receive with these keys."""
        self._session = session
        self._handle = session._srtp[0]

    def close(self) -> None:
        """Refuse everything again."""
        self._session = self._handle = None

    def forget(self, ssrc: int) -> None:
        """Free what libsrtp keeps about a stream that ended."""
        remove_stream(self._session, ssrc)

    def unprotect(self, buffer: CryptBuffer, size: int, *, is_rtcp: bool) -> bytes | None:
        """Decrypt the first `size` bytes of `buffer` in place; None when they are forged, replayed, or it is not open yet."""
        if self._handle is None:
            return None
        buffer.length[0] = size
        open_packet = _unprotect_rtcp if is_rtcp else _unprotect
        if open_packet(self._handle, buffer.data, buffer.length):
            return None
        return buffer.view[: buffer.length[0]]


def remove_stream(session: pylibsrtp.Session | None, ssrc: int) -> None:
    """Remove `ssrc` from `session`, if it is there."""
    if session is None:
        return
    try:
        session.remove_stream(ssrc)
    except pylibsrtp.Error:
        # It never carried a packet, so there is nothing to free.
        return
