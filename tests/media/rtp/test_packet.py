"""Reading RTP: header, extension, padding, RTX, and what is cut off."""

from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.packet import MAX_EXTENSION_BYTES, is_rtcp, parse_rtp, unwrap_rtx, wrap_rtx


def rtp(first: int = 0x80, second: int = 96, rest: bytes = b"payload") -> bytes:
    return pack("!BBHLL", first, second, 7, 8, 9) + rest


def test_plain_packet() -> None:
    packet = parse_rtp(rtp(second=0x80 | 111))
    assert (packet.marker, packet.payload_type, packet.sequence, packet.timestamp, packet.ssrc) == (True, 111, 7, 8, 9)
    assert packet.payload == b"payload"
    assert packet.profile == 0


def test_sources_and_extension_are_skipped() -> None:
    data = rtp(0x92, rest=b"\0" * 8 + pack("!HH", 0xBEDE, 1) + b"\x10a\0\0" + b"xy")
    packet = parse_rtp(data)
    assert packet.extensions == b"\x10a\0\0"
    assert packet.payload == b"xy"


def test_padding_is_removed_and_padding_alone_leaves_nothing() -> None:
    assert parse_rtp(rtp(0xA0, rest=b"xy\0\0\3")).payload == b"xy"
    assert parse_rtp(rtp(0xA0, rest=b"\0\0\3")).payload == b""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        rtp()[:11],
        rtp(0x40),
        rtp(0xA0, rest=b"\0"),
        rtp(0xA0, rest=b"\xff"),
        rtp(0x90, rest=b"\xbe"),
        rtp(0x90, rest=pack("!HH", 0xBEDE, 9) + b"\0\0"),
        rtp(0x8F, rest=b"\0" * 8),
        rtp(0x90, rest=pack("!HH", 0xBEDE, MAX_EXTENSION_BYTES // 4 + 1) + bytes(MAX_EXTENSION_BYTES + 4)),
    ],
)
def test_what_does_not_add_up_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="RTP"):
        parse_rtp(data)


@given(st.binary(max_size=200))
def test_anything_else_parses_or_is_refused(data: bytes) -> None:
    try:
        packet = parse_rtp(data)
    except ValueError:
        return
    assert len(packet.payload) <= len(data)


def test_rtx_round_trip() -> None:
    original = parse_rtp(rtp())
    repair = original._replace(payload_type=97, sequence=500, ssrc=10, payload=wrap_rtx(7, b"payload"))
    assert unwrap_rtx(repair, 96, 9) == original


def test_rtx_without_a_sequence_number_is_refused() -> None:
    with pytest.raises(ValueError, match="RTX"):
        unwrap_rtx(parse_rtp(rtp(rest=b"x")), 96, 9)


def test_rtcp_is_told_from_rtp() -> None:
    assert is_rtcp(b"\x80\xc8")
    assert is_rtcp(b"\x80\xce")
    assert not is_rtcp(rtp(second=96))
    assert not is_rtcp(rtp(second=0x80 | 111))
