"""RTCP there and back, compounds with parts nobody knows, and fuzz."""

from __future__ import annotations

from struct import pack

import pytest
from aiortc import rtp as aiortc_rtp
from hypothesis import given
from hypothesis import strategies as st

from media.rtp import rtcp

words = st.integers(0, 0xFFFFFFFF)
SEQUENCES = [10, 11, 26, 27, 200, 65_535, 0]


@given(words, st.integers(0, 255), st.integers(-0x800000, 0x7FFFFF), words, st.integers(0, 0xFFFFFF), words, words)
def test_receiver_report_round_trip(
    ssrc: int, fraction: int, lost: int, highest: int, jitter: int, last_sr: int, delay: int
) -> None:
    block = rtcp.ReportBlock(ssrc, fraction / 256, lost, highest, jitter, last_sr, delay)
    assert rtcp.parse(rtcp.receiver_report(1, [block])) == [block]


def test_reports_are_clamped_to_what_fits() -> None:
    block = rtcp.ReportBlock(1, 1.0, 1 << 40, 1 << 33, 5, 0, 1 << 33)
    parsed = rtcp.parse(rtcp.receiver_report(1, [block]))[0]
    assert isinstance(parsed, rtcp.ReportBlock)
    assert parsed.packets_lost == 0x7FFFFF
    assert parsed.fraction_lost == 255 / 256


@given(words, st.integers(0, (1 << 64) - 1), words, words, words)
def test_sender_report_round_trip(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> None:
    report = rtcp.SenderReport(ssrc, ntp, timestamp, packets, octets)
    assert rtcp.parse(rtcp.sender_report(report)) == [report]


@given(st.lists(st.integers(0, 65535), max_size=100, unique=True))
def test_nack_round_trip(sequences: list[int]) -> None:
    parsed = rtcp.parse(rtcp.nack(1, 2, sequences))[0]
    assert isinstance(parsed, rtcp.Nack)
    assert parsed.media_ssrc == 2
    assert sorted(parsed.sequences) == sorted(sequences)


@given(st.integers(0, 1 << 40))
@pytest.mark.slow
def test_estimate_keeps_eighteen_bits(bitrate: int) -> None:
    parsed = rtcp.parse(rtcp.receiver_estimate(1, bitrate, [2, 3]))[0]
    assert isinstance(parsed, rtcp.ReceiverEstimate)
    assert bitrate * (1 - 2**-17) <= parsed.bitrate_bps <= bitrate


def test_what_we_write_is_read_by_another_implementation() -> None:
    compound = (
        rtcp.receiver_report(1, [rtcp.ReportBlock(2, 0.25, 7, 65_540, 90, 0, 0)])
        + rtcp.source_description(1, "a name")
        + rtcp.nack(1, 2, SEQUENCES)
        + rtcp.picture_loss(1, 2)
        + rtcp.receiver_estimate(1, 2_000_000, [2])
    )
    report, names, nack, loss, estimate = aiortc_rtp.RtcpPacket.parse(compound)
    assert isinstance(report, aiortc_rtp.RtcpRrPacket)
    assert report.reports[0].packets_lost == 7
    assert report.reports[0].highest_sequence == 65_540
    assert isinstance(names, aiortc_rtp.RtcpSdesPacket)
    assert names.chunks[0].items == [(1, b"a name")]
    assert isinstance(nack, aiortc_rtp.RtcpRtpfbPacket)
    assert [sequence & 0xFFFF for sequence in nack.lost] == SEQUENCES  # aiortc forgets to wrap.
    assert isinstance(loss, aiortc_rtp.RtcpPsfbPacket)
    assert (loss.fmt, loss.media_ssrc) == (1, 2)
    assert isinstance(estimate, aiortc_rtp.RtcpPsfbPacket)
    assert aiortc_rtp.unpack_remb_fci(estimate.fci) == (2_000_000, [2])


def test_a_goodbye_of_another_implementation_is_read() -> None:
    assert rtcp.parse(bytes(aiortc_rtp.RtcpByePacket([1, 2]))) == [rtcp.Bye((1, 2))]


def test_full_intra_request_counts_as_keyframe_request() -> None:
    fir = pack("!BBHLL", 0x84, 206, 4, 1, 0) + pack("!LBxxx", 55, 9)
    assert rtcp.parse(fir) == [rtcp.KeyframeRequest((55,))]


def test_unknown_feedback_costs_only_itself() -> None:
    """Transport-wide feedback with odd padding made aiortc drop the whole compound."""
    unknown = pack("!BBHLL", 0xAF, 205, 4, 1, 2) + b"\0\0\0\0\0\0\0\2"
    compound = rtcp.receiver_report(1, []) + unknown + rtcp.nack(1, 2, [5])
    assert rtcp.parse(compound) == [rtcp.Nack(2, (5,))]


def test_a_cut_part_ends_the_compound_but_not_what_came_before() -> None:
    compound = rtcp.picture_loss(1, 2) + rtcp.nack(1, 2, [5])
    assert rtcp.parse(compound[:-2]) == [rtcp.KeyframeRequest((2,))]


def test_parts_are_bounded_even_when_they_are_empty() -> None:
    compound = pack("!BBH", 0x80, 203, 0) * (rtcp.MAX_PARTS - 1) + rtcp.picture_loss(1, 2) * 2
    assert len(rtcp.parse(compound)) == rtcp.MAX_PARTS


def test_a_count_beyond_the_body_is_harmless() -> None:
    assert rtcp.parse(pack("!BBHL", 0x9F, 201, 1, 1)) == []
    assert rtcp.parse(pack("!BBHL", 0x9F, 203, 1, 1)) == []


def test_a_nack_for_everything_is_bounded() -> None:
    body = b"".join(pack("!HH", 17 * index & 0xFFFF, 0xFFFF) for index in range(300))
    huge = pack("!BBHLL", 0x81, 205, 2 + 300, 1, 2) + body
    parsed = rtcp.parse(huge)[0]
    assert isinstance(parsed, rtcp.Nack)
    assert len(parsed.sequences) == rtcp.MAX_NACKED


@given(st.binary(max_size=200))
def test_random_bytes_never_raise(data: bytes) -> None:
    assert len(rtcp.parse(data)) <= len(data)


@given(st.integers(200, 206), st.integers(0, 31), st.binary(max_size=120))
def test_well_framed_junk_never_raises(kind: int, count: int, body: bytes) -> None:
    body = body[: len(body) // 4 * 4]
    assert len(rtcp.parse(pack("!BBH", 0x80 | count, kind, len(body) // 4) + body)) <= 32


def test_a_whole_report_in_chunks_is_not_longer_than_its_blocks() -> None:
    blocks = [rtcp.ReportBlock(index, 0.0, 0, 0, 0, 0, 0) for index in range(40)]
    assert len(rtcp.parse(rtcp.receiver_report(1, blocks))) == 31


@pytest.mark.parametrize("name", ["", "x", "abcd", "x" * 300])
def test_descriptions_are_word_aligned(name: str) -> None:
    part = rtcp.source_description(1, name)
    assert len(part) % 4 == 0
    assert list(rtcp.split(part))[0][1] == rtcp.SDES
