"""Media through a whole call: forwarding, feedback and reports."""

from __future__ import annotations

import asyncio

import pytest

from media.forwarding.bandwidth import FLOOR_BPS, START_BPS
from media.rtp import rtcp
from media.rtp.extensions import ABS_SEND_TIME_ID, MID_ID, find
from media.rtp.packet import parse_rtp
from media.transport import peer
from tests.media.descriptions import (
    AUDIO_SSRC,
    OPUS,
    RTX,
    VIDEO_RTX_SSRC,
    VIDEO_SSRC,
    VP8,
    video_section,
)
from tests.media.load import MediaClient
from tests.media.transport.calls import open_call, until

KEY = b"\x90\x80\x80\x01\x00key"


async def test_audio_and_video_reach_the_subscriber_unchanged() -> None:
    async with open_call() as call:
        call.receiver.keeps_packets = True
        payload = KEY + bytes(1000)
        call.sender.send_media(VP8, VIDEO_SSRC, payload)
        call.sender.send_media(OPUS, AUDIO_SSRC, b"opus")
        await until(lambda: len(call.receiver.packets) == 2)
        by_ssrc = {packet.ssrc: packet for packet in map(parse_rtp, call.receiver.packets)}
        video, audio = by_ssrc[call.downs["video"].ssrc], by_ssrc[call.downs["audio"].ssrc]
        assert video.payload == payload
        assert video.marker
        assert audio.payload == b"opus"
        assert find(video.profile, video.extensions, MID_ID) == call.subscriber.mid_of(call.downs["video"]).encode()
        assert find(video.profile, video.extensions, ABS_SEND_TIME_ID) is not None
        assert call.publisher_heard.heard == ["added mic", "added cam", "connected"]


async def test_a_subscription_asks_for_a_keyframe_and_a_pli_is_passed_on() -> None:
    async with open_call() as call:
        call.sender.send_media(VP8, VIDEO_SSRC, b"\x90\x80\x80\x01\x01delta")
        await until(lambda: rtcp.KeyframeRequest((VIDEO_SSRC,)) in _all(call.sender))
        call.sender.rtcp.clear()
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)
        call.receiver.send_rtcp(rtcp.receiver_report(1, []) + rtcp.picture_loss(1, call.downs["video"].ssrc))
        await until(lambda: rtcp.KeyframeRequest((VIDEO_SSRC,)) in _all(call.sender))
        assert call.received("video") == 1


def _all(client: MediaClient) -> list[rtcp.Message]:
    return [message for compound in client.rtcp for message in rtcp.parse(compound)]


async def test_a_nack_is_answered_on_the_rtx_stream() -> None:
    async with open_call() as call:
        call.receiver.keeps_packets = True
        down = call.downs["video"]
        for _ in range(3):
            call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 3)
        lost = parse_rtp(call.receiver.packets[1])
        call.receiver.send_rtcp(rtcp.nack(1, down.ssrc, [lost.sequence]))
        await until(lambda: call.receiver.received[down.rtx_ssrc] == 1)
        again = parse_rtp(call.receiver.packets[-1])
        assert again.payload_type == RTX
        assert again.payload == lost.sequence.to_bytes(2, "big") + lost.payload


async def test_a_hole_is_asked_for_and_mended_by_the_publishers_rtx() -> None:
    async with open_call() as call:
        client = call.sender
        client.send_media(VP8, VIDEO_SSRC, KEY)
        client._sequences[VIDEO_SSRC] += 1
        for _ in range(3):
            client.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: rtcp.Nack(VIDEO_SSRC, (1,)) in _all(client))
        client.send_media(RTX, VIDEO_RTX_SSRC, b"\x00\x01" + KEY)
        await until(lambda: call.received("video") == 5)
        client.send_media(RTX, VIDEO_RTX_SSRC, b"\x00\x01" + KEY)
        client.send_media(RTX, VIDEO_RTX_SSRC, b"")
        await until(lambda: call.mux.counters["drop_rtx_duplicate"] == 1)
        assert call.received("video") == 5


async def test_reports_go_both_ways() -> None:
    async with open_call() as call:
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        call.sender.send_rtcp(rtcp.sender_report(rtcp.SenderReport(VIDEO_SSRC, 3_900_000_000 << 32, 5, 1, 1)))
        await until(lambda: any(isinstance(m, rtcp.ReportBlock) for m in _all(call.sender)))
        await until(lambda: any(isinstance(m, rtcp.ReceiverEstimate) for m in _all(call.sender)))
        await until(lambda: any(isinstance(m, rtcp.SenderReport) for m in _all(call.receiver)))
        report = next(m for m in _all(call.receiver) if isinstance(m, rtcp.SenderReport))
        assert report.ssrc == call.downs["video"].ssrc
        last_sr = report.ntp >> 16 & 0xFFFFFFFF
        call.receiver.send_rtcp(rtcp.receiver_report(1, [rtcp.ReportBlock(report.ssrc, 0.25, 1, 0, 0, last_sr, 0)]))
        await until(lambda: call.subscriber.rtt_ms > 0)
        assert call.subscriber.loss_down == 0.25


async def test_a_congested_subscriber_lowers_what_the_publisher_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "REPORT_S", 0.05)
    async with open_call([video_section("0", "cam")]) as call:

        def lowest() -> int:
            estimates = [m.bitrate_bps for m in _all(call.sender) if isinstance(m, rtcp.ReceiverEstimate)]
            return min(estimates, default=START_BPS)

        while lowest() >= START_BPS:
            call.sender.send_media(VP8, VIDEO_SSRC, KEY + bytes(1000))
            call.receiver.send_rtcp(rtcp.receiver_report(1, []) + rtcp.receiver_estimate(1, 50_000, [1]))
            await asyncio.sleep(0.005)
        assert lowest() == FLOOR_BPS


async def test_of_several_declared_encodings_the_first_is_taken() -> None:
    """Firefox and old stacks declare simulcast by SSRCs; mixing them would make one stream of three."""
    section = video_section("0", "cam", ssrc=None) + (
        "a=ssrc-group:SIM 31 32\r\na=ssrc-group:FID 31 33\r\na=ssrc-group:FID 32 34\r\n"
        "a=ssrc:31 cname:x\r\na=ssrc:32 cname:x\r\na=ssrc:33 cname:x\r\na=ssrc:34 cname:x\r\n"
    )
    async with open_call([section]) as call:
        call.sender.send_media(VP8, 31, KEY)
        call.sender.send_media(VP8, 32, KEY)
        call.sender.send_media(RTX, 34, b"\0\0" + KEY)
        await until(lambda: call.mux.counters["drop_rtp_other_layer"] == 2)
        await until(lambda: call.received("video") == 1)
        assert (call.received("video"), call.mux.counters["drop_rtp_other_layer"]) == (1, 2)
