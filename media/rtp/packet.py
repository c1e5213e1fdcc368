"""RTP packets (RFC 3550 section 5.1): reading what a publisher sent, and wrapping and unwrapping RTX (RFC 4588)."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

HEADER_SIZE = 12
MAX_EXTENSION_BYTES = 256
"""Of the extension block of one packet. Browsers send less than 100; a block of zeros is searched byte by byte."""
_HEADER = Struct("!BBHLL")
_EXTENSION = Struct("!HH")
_SEQUENCE = Struct("!H")


class RTPPacket(NamedTuple):
    """One packet as it arrived, without padding; a tuple, since one is made for every packet."""

    marker: bool
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    profile: int
    """Header extension profile: 0xBEDE for one-byte elements, 0 without extension."""
    extensions: bytes
    payload: bytes
    """Empty for a packet that held only padding."""


def is_rtcp(data: bytes | memoryview) -> bool:
    """Whether a datagram of at least two bytes is RTCP and not RTP (RFC 5761 section 4)."""
    return 192 <= data[1] <= 223


def parse_rtp(data: bytes) -> RTPPacket:
    """Read one decrypted packet. Raises ValueError when its lengths do not add up."""
    if len(data) < HEADER_SIZE:
        raise ValueError("RTP packet is shorter than its header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first >> 6 != 2:
        raise ValueError("RTP version is not 2")
    start = HEADER_SIZE + 4 * (first & 0x0F)
    profile, extensions = 0, b""
    if first & 0x10:
        profile, extensions = _read_extensions(data, start)
        start += _EXTENSION.size + len(extensions)
    end = len(data) - _padding(data) if first & 0x20 else len(data)
    if start > end:
        raise ValueError("RTP packet is shorter than its parts")
    return RTPPacket(second > 127, second & 0x7F, sequence, timestamp, ssrc, profile, extensions, data[start:end])


def _read_extensions(data: bytes, start: int) -> tuple[int, bytes]:
    """Profile and elements of the extension block at `start`."""
    if len(data) < start + _EXTENSION.size:
        raise ValueError("RTP extension is cut off")
    profile, words = _EXTENSION.unpack_from(data, start)
    start += _EXTENSION.size
    if 4 * words > min(MAX_EXTENSION_BYTES, len(data) - start):
        raise ValueError("RTP extension is too long")
    return profile, data[start : start + 4 * words]


def _padding(data: bytes) -> int:
    """How many bytes of padding end the packet, themselves counted."""
    if not data[-1]:
        raise ValueError("RTP padding has no length")
    return data[-1]


def unwrap_rtx(packet: RTPPacket, payload_type: int, ssrc: int) -> RTPPacket:
    """The original inside a retransmission (RFC 4588 section 4). Raises ValueError when there is none."""
    if len(packet.payload) < 2:
        raise ValueError("RTX payload is shorter than its sequence number")
    original = _SEQUENCE.unpack_from(packet.payload)[0]
    return packet._replace(payload_type=payload_type, sequence=original, ssrc=ssrc, payload=packet.payload[2:])


def wrap_rtx(sequence: int, payload: bytes) -> bytes:
    """The payload of a retransmission of packet `sequence` (RFC 4588 section 4)."""
    return _SEQUENCE.pack(sequence) + payload
