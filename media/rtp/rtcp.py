"""RTCP (RFC 3550 section 6, RFC 4585, RFC 5104, REMB): compounds are split by hand and read packet by packet.

One unreadable part is skipped and the rest still counts, since a browser may put feedback that we do not know beside
a receiver report that we need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct, error

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
_NACK, _PLI, _FIR, _APPLICATION = 1, 1, 4, 15
MAX_NACKED = 512
"""Sequence numbers taken from one NACK; a datagram could ask for six thousand."""
MAX_PARTS = 64
"""Parts read of one compound; a browser sends a handful, and a datagram holds 375 empty ones."""

_HEAD = Struct("!BBH")
_WORD = Struct("!L")
_TWO_WORDS = Struct("!LL")
_SENDER = Struct("!QLLL")
_REPORT = Struct("!LB3sLLLL")
_NACK_ITEM = Struct("!HH")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says about one stream (RFC 3550 section 6.4.1)."""

    ssrc: int
    fraction_lost: float
    """Since the last report, 0.0..1.0 in steps of 1/256."""
    packets_lost: int
    """In total, -8388608..8388607; negative when there were duplicates."""
    highest_sequence: int
    jitter: int
    """In RTP ticks."""
    last_sr: int
    """Middle 32 bits of the NTP time of the last sender report, 0 when there was none."""
    delay_since_sr: int
    """In 1/65536 seconds."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's clocks at one instant, and its totals."""

    ssrc: int
    ntp: int
    """64-bit NTP time, 32.32 fixed point."""
    timestamp: int
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Bye:
    """Streams that end."""

    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """Packets of a stream asked for again (RFC 4585 section 6.2.1)."""

    media_ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRequest:
    """PLI or FIR: streams for which a key frame is asked."""

    media_ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReceiverEstimate:
    """REMB: what the receiver thinks it can take in total, in bits per second."""

    bitrate_bps: int


Message = SenderReport | ReportBlock | Bye | Nack | KeyframeRequest | ReceiverEstimate


def split(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the parts of a compound as (count or format, packet type, body without padding), MAX_PARTS at most.

    Stops at the first part whose length or version is wrong, since nothing after it can be found.
    """
    position = 0
    for _ in range(MAX_PARTS):
        if position + 4 > len(data):
            return
        first, kind, words = _HEAD.unpack_from(data, position)
        end = position + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            return
        body = data[position + 4 : end]
        if first & 0x20 and body:
            body = body[: max(0, len(body) - body[-1])]
        yield first & 0x1F, kind, body
        position = end


def parse(data: bytes) -> list[Message]:
    """Everything readable in a compound; parts that are cut off or unknown are left out."""
    messages: list[Message] = []
    for count, kind, body in split(data):
        try:
            messages.extend(_parse_part(count, kind, body))
        except (error, ValueError):
            continue
    return messages


def _parse_part(count: int, kind: int, body: bytes) -> list[Message]:
    if kind == SR:
        ssrc = _WORD.unpack_from(body)[0]
        ntp, timestamp, packets, octets = _SENDER.unpack_from(body, 4)
        return [SenderReport(ssrc, ntp, timestamp, packets, octets), *_report_blocks(body, 24, count)]
    if kind == RR:
        return [*_report_blocks(body, 4, count)]
    if kind == BYE:
        return [Bye(tuple(_WORD.unpack_from(body, 4 * index)[0] for index in range(count)))]
    if kind == RTPFB and count == _NACK:
        return [_parse_nack(body)]
    if kind == PSFB:
        return _parse_payload_feedback(count, body)
    return []


def _report_blocks(body: bytes, position: int, count: int) -> Iterator[ReportBlock]:
    for index in range(count):
        ssrc, fraction, lost, highest, jitter, last_sr, delay = _REPORT.unpack_from(body, position + 24 * index)
        total = int.from_bytes(lost, "big", signed=True)
        yield ReportBlock(ssrc, fraction / 256, total, highest, jitter, last_sr, delay)


def _parse_nack(body: bytes) -> Nack:
    media_ssrc = _TWO_WORDS.unpack_from(body)[1]
    sequences: list[int] = []
    for position in range(8, len(body) - 3, 4):
        first, following = _NACK_ITEM.unpack_from(body, position)
        sequences.append(first)
        sequences.extend((first + bit + 1) & 0xFFFF for bit in range(16) if following >> bit & 1)
        if len(sequences) >= MAX_NACKED:
            break
    return Nack(media_ssrc, tuple(sequences[:MAX_NACKED]))


def _parse_payload_feedback(count: int, body: bytes) -> list[Message]:
    if count == _PLI:
        return [KeyframeRequest((_TWO_WORDS.unpack_from(body)[1],))]
    if count == _FIR:
        return [KeyframeRequest(tuple(_WORD.unpack_from(body, at)[0] for at in range(8, len(body) - 7, 8)))]
    if count == _APPLICATION and body[8:12] == b"REMB" and len(body) >= 16:
        exponent = body[13] >> 2
        mantissa = (body[13] & 3) << 16 | body[14] << 8 | body[15]
        # A shift of 63 would make an integer no link has; 40 bits are a terabit.
        return [ReceiverEstimate(min(mantissa << exponent, 1 << 40))]
    return []


def _part(count: int, kind: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def _pack_block(block: ReportBlock) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, block.packets_lost))
    return _REPORT.pack(
        block.ssrc,
        max(0, min(255, int(block.fraction_lost * 256))),
        lost.to_bytes(3, "big", signed=True),
        block.highest_sequence & 0xFFFFFFFF,
        block.jitter & 0xFFFFFFFF,
        block.last_sr,
        block.delay_since_sr & 0xFFFFFFFF,
    )


def sender_report(report: SenderReport) -> bytes:
    """A sender report without blocks."""
    sender = _SENDER.pack(
        report.ntp, report.timestamp & 0xFFFFFFFF, report.packets & 0xFFFFFFFF, report.octets & 0xFFFFFFFF
    )
    return _part(0, SR, _WORD.pack(report.ssrc) + sender)


def receiver_report(sender_ssrc: int, blocks: Sequence[ReportBlock]) -> bytes:
    """A receiver report with up to 31 blocks; more are left out."""
    chosen = blocks[:31]
    return _part(len(chosen), RR, _WORD.pack(sender_ssrc) + b"".join(_pack_block(block) for block in chosen))


def source_description(ssrc: int, cname: str) -> bytes:
    """An SDES part with the CNAME alone (RFC 3550 section 6.5.1)."""
    name = cname.encode()[:255]
    item = _WORD.pack(ssrc) + bytes([1, len(name)]) + name
    return _part(1, SDES, item + bytes(4 - len(item) % 4))


def nack(sender_ssrc: int, media_ssrc: int, sequences: Sequence[int]) -> bytes:
    """A generic NACK for `sequences`, which come in sending order."""
    items: list[tuple[int, int]] = []
    for sequence in sequences[:MAX_NACKED]:
        step = (sequence - items[-1][0]) & 0xFFFF if items else 0
        if items and 1 <= step <= 16:
            items[-1] = (items[-1][0], items[-1][1] | 1 << (step - 1))
        else:
            items.append((sequence, 0))
    body = b"".join(_NACK_ITEM.pack(*item) for item in items)
    return _part(_NACK, RTPFB, _TWO_WORDS.pack(sender_ssrc, media_ssrc) + body)


def picture_loss(sender_ssrc: int, media_ssrc: int) -> bytes:
    """A PLI: please send a key frame."""
    return _part(_PLI, PSFB, _TWO_WORDS.pack(sender_ssrc, media_ssrc))


def receiver_estimate(sender_ssrc: int, bitrate_bps: int, ssrcs: Sequence[int]) -> bytes:
    """A REMB for up to 255 streams; the bitrate is rounded down to 18 significant bits."""
    exponent = max(0, bitrate_bps.bit_length() - 18)
    mantissa = bitrate_bps >> exponent
    chosen = ssrcs[:255]
    head = bytes([len(chosen), exponent << 2 | mantissa >> 16]) + (mantissa & 0xFFFF).to_bytes(2, "big")
    body = _TWO_WORDS.pack(sender_ssrc, 0) + b"REMB" + head + b"".join(_WORD.pack(ssrc) for ssrc in chosen)
    return _part(_APPLICATION, PSFB, body)
