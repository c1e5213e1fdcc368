"""Which sources of a publisher are taken: learnt, limited, forgotten and taken again."""

from __future__ import annotations

import asyncio

from aiortc.rtp import RtcpByePacket

from media.rtp import rtcp
from media.transport.sources import MAX_SSRCS
from tests.media.descriptions import VIDEO_SSRC, VP8, video_section
from tests.media.transport.calls import Call, open_call, until

KEY = b"\x90\x80\x80\x01\x00key"


def republish(call: Call, ssrc: int, direction: str = "sendonly") -> None:
    """Negotiate the one video section anew."""
    call.publisher.answer(call.sender.offer([video_section("0", f"cam{ssrc}", direction, ssrc)]))


async def test_a_section_without_sources_learns_them_by_mid() -> None:
    sections = [video_section("0", "cam", ssrc=None), video_section("1", "screen", ssrc=None)]
    async with open_call(sections) as call:
        for mid, ssrc in ((b"0", 71), (b"1", 72)):
            call.sender.send_media(VP8, ssrc, KEY, extension=b"\xbe\xde\x00\x01\x40" + mid + b"\0\0")
        await until(lambda: all(up.packets for up in call.publisher.up_tracks.values()))
        call.sender.send_media(VP8, 73, KEY)
        await until(lambda: call.mux.counters["drop_rtp_unknown_source"] == 1)
        assert [up.packets for up in call.publisher.up_tracks.values()] == [1, 1]  # and not one for the third source


async def test_a_lone_section_learns_its_source_by_payload_type() -> None:
    async with open_call([video_section("0", "cam", ssrc=None)]) as call:
        call.sender.send_media(VP8, 71, KEY)
        await until(lambda: call.received("video") == 1)
        assert call.mux.counters["drop_rtp_unknown_source"] == 0


async def test_only_so_many_sources_are_opened() -> None:
    async with open_call([video_section("0", "cam")]) as call:
        for ssrc in range(5000, 5200):
            call.sender.send_media(VP8, ssrc, KEY)
        await until(lambda: call.mux.counters["drop_rtp_sources"] > 0)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await asyncio.sleep(0)
        assert call.mux.counters["drop_srtp_unprotect"] == 0


async def test_publishing_again_and_again_never_runs_out_of_sources() -> None:
    """The last packets and the BYE of a source come after its section ended, and must not use up a place for ever."""
    async with open_call([video_section("0", "cam")]) as call:
        for ssrc in range(5000, 5000 + 4 * MAX_SSRCS, 2):
            republish(call, ssrc)
            call.sender.send_media(VP8, ssrc, KEY)
            republish(call, ssrc, "inactive")
            call.sender.send_media(VP8, ssrc, KEY)
            call.sender.send_rtcp(rtcp.receiver_report(ssrc, []) + bytes(RtcpByePacket([ssrc])))
            await asyncio.sleep(0)
        republish(call, 9001)
        call.sender.send_media(VP8, 9001, KEY)
        await until(lambda: sum(up.packets for up in call.publisher.up_tracks.values()) == 1)
        assert call.mux.counters["drop_srtp_unprotect"] == 0
        assert call.mux.counters["drop_rtp_sources"] == 0


async def test_a_source_that_comes_back_is_still_understood_after_its_numbers_wrapped() -> None:
    """Its roll-over counter (RFC 3711 section 3.3.1) must be remembered, or nothing of it can be decrypted."""
    async with open_call([video_section("0", "cam")]) as call:
        call.sender._sequences[VIDEO_SSRC] = 65_530
        for _ in range(12):
            call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 12)
        republish(call, VIDEO_SSRC, "inactive")
        republish(call, VIDEO_SSRC)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: sum(up.packets for up in call.publisher.up_tracks.values()) == 1)
        assert call.mux.counters["drop_srtp_unprotect"] == 0
