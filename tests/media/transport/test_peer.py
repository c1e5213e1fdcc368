"""Whole connections on loopback: ICE, DTLS, SRTP, forwarding and feedback."""

from __future__ import annotations

import asyncio
import time

import pytest

from media.errors import InvalidDescription
from media.forwarding.bandwidth import FLOOR_BPS, START_BPS
from media.rtp import rtcp
from media.rtp.extensions import ABS_SEND_TIME_ID, MID_ID, find
from media.rtp.packet import parse_rtp
from media.transport import peer as peer_module
from media.transport.ice_lite import CONSENT_S, MAX_ADDRESSES
from media.transport.intake import MAX_CHECKS_PER_S
from media.transport.udp_mux import UDPMux
from tests.media.load import (
    AUDIO_SSRC,
    OPUS,
    RTX,
    VIDEO_RTX_SSRC,
    VIDEO_SSRC,
    VP8,
    MediaClient,
    audio_section,
    video_section,
)
from tests.media.transport.calls import RecordingObserver, open_call, open_mux, until

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


async def test_a_section_without_sources_learns_them_by_mid() -> None:
    sections = [video_section("0", "cam", ssrc=None), video_section("1", "screen", ssrc=None)]
    async with open_call(sections) as call:
        for mid, ssrc in ((b"0", 71), (b"1", 72)):
            call.sender.send_media(VP8, ssrc, KEY, extension=b"\xbe\xde\x00\x01\x40" + mid + b"\0\0")
        await until(lambda: all(up.packets for up in call.publisher.up_tracks.values()))
        call.sender.send_media(VP8, 73, KEY)
        await until(lambda: call.mux.counters["drop_rtp_unknown_source"] == 1)


async def test_a_lone_section_learns_its_source_by_payload_type() -> None:
    async with open_call([video_section("0", "cam", ssrc=None)]) as call:
        call.sender.send_media(VP8, 71, KEY)
        await until(lambda: call.received("video") == 1)


async def test_only_so_many_sources_are_opened() -> None:
    async with open_call([video_section("0", "cam")]) as call:
        for ssrc in range(5000, 5200):
            call.sender.send_media(VP8, ssrc, KEY)
        await until(lambda: call.mux.counters["drop_rtp_sources"] > 0)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await asyncio.sleep(0)
        assert call.mux.counters["drop_srtp_unprotect"] == 0


async def test_unpublishing_and_another_track_in_the_same_section() -> None:
    async with open_call() as call:
        sections = [audio_section("0", "mic", "inactive"), video_section("1", "screen", ssrc=3001)]
        answer = call.publisher.answer(call.sender.offer(sections))
        assert call.publisher_heard.heard[3:] == ["removed mic", "removed cam", "added screen"]
        assert [up.client_track_id for up in call.publisher.up_tracks.values()] == ["screen"]
        assert "a=inactive" in answer


async def test_a_stopped_section_is_used_again_under_a_new_mid() -> None:
    async with open_call() as call:
        old = call.downs["video"]
        old_mid = call.subscriber.mid_of(old)
        call.subscriber.remove_down_track(old)
        call.subscriber.remove_down_track(old)
        with pytest.raises(KeyError):
            call.subscriber.mid_of(old)
        offer = call.renegotiate()
        assert offer.count("m=video 0 ") == 1
        up = call.publisher.up_tracks["1"]
        new = call.subscriber.add_down_track(up, stream_id="PA|camera", track_id="TR_2", now=time.monotonic())
        offer = call.renegotiate()
        assert offer.count("m=video") == 1
        assert f"a=mid:{old_mid}\r\n" not in offer
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.receiver.received[new.ssrc] == 1)
        assert call.receiver.received[old.ssrc] == 0


async def test_removal_between_offer_and_answer() -> None:
    async with open_call() as call:
        up = call.publisher.up_tracks["1"]
        late = call.subscriber.add_down_track(up, stream_id="PA|camera", track_id="TR_2", now=time.monotonic())
        answer = call.receiver.answer(call.subscriber.offer())
        call.subscriber.remove_down_track(late)
        added = call.subscriber.add_down_track(up, stream_id="PA|camera", track_id="TR_3", now=time.monotonic())
        call.subscriber.accept_answer(answer)
        assert not late.is_bound
        assert not added.is_bound
        call.renegotiate()
        assert added.is_bound


@pytest.mark.parametrize("stream_id", ["", "a b", "a\r\nb", "ż"])
async def test_ids_that_would_break_a_description_are_refused(stream_id: str) -> None:
    async with open_call() as call:
        up = call.publisher.up_tracks["1"]
        with pytest.raises(ValueError, match="ids"):
            call.subscriber.add_down_track(up, stream_id=stream_id, track_id="TR", now=0.0)


async def test_closing_tells_everybody_once_and_stops_media() -> None:
    async with open_call() as call:
        call.publisher.close("left")
        call.publisher.close("again")
        assert call.publisher_heard.heard[3:] == ["removed mic", "removed cam", "closed"]
        assert call.publisher_heard.closed == ["left"]
        assert call.publisher not in call.mux.peers
        with pytest.raises(InvalidDescription):
            call.publisher.answer("")
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.mux.counters["drop_unknown_address"] > 0)


async def test_the_clients_goodbye_closes_the_peer() -> None:
    async with open_call() as call:
        await call.sender.dtls.stop()
        await until(lambda: call.publisher_heard.closed == ["dtls_closed"])


async def test_consent_expires() -> None:
    async with open_call() as call:
        start = time.monotonic()
        call.mux.clock = lambda: start + CONSENT_S + 5
        await until(lambda: call.publisher_heard.closed == ["consent_expired"])


async def test_a_wrong_certificate_is_refused() -> None:
    async with open_mux() as mux:
        heard, client = RecordingObserver(), MediaClient()
        client.fingerprint = ":".join(["AB"] * 32)
        peer = mux.create_peer(heard)
        answer = peer.answer(client.offer([video_section("0", "cam")]))
        await client.connect(answer)
        await until(lambda: heard.closed == ["handshake_failed"])
        await client.close()


async def test_the_certificate_may_not_change_later() -> None:
    async with open_call() as call:
        call.sender.fingerprint = ":".join(["AB"] * 32)
        with pytest.raises(InvalidDescription, match="certificate"):
            call.publisher.answer(call.sender.offer([video_section("1", "cam")]))


async def test_a_client_that_changes_its_ice_credentials_gets_new_ones() -> None:
    async with open_call() as call:
        first = call.publisher.answer(call.sender.offer([video_section("1", "cam")]))
        call.sender.ufrag = "changed"
        second = call.publisher.answer(call.sender.offer([video_section("1", "cam")]))
        assert _ufrag(first) != _ufrag(second)
        await call.sender.recheck(second)


def _ufrag(description: str) -> str:
    return next(line for line in description.splitlines() if line.startswith("a=ice-ufrag:"))


async def test_an_answer_that_does_not_fit_is_refused() -> None:
    async with open_mux() as mux:
        peer, client = mux.create_peer(RecordingObserver()), MediaClient()
        alien = client.offer([video_section("0", "cam")]).replace("actpass", "active")
        with pytest.raises(InvalidDescription):
            peer.accept_answer(alien)
        peer.offer()
        with pytest.raises(InvalidDescription):
            peer.accept_answer(alien)
        await client.close()


async def test_one_address_serves_one_peer_and_addresses_are_few() -> None:
    async with open_call() as call:
        other = call.mux.create_peer(RecordingObserver())
        answer = other.answer(call.sender.offer([video_section("0", "cam")]))
        thief = MediaClient()
        thief.point_at(answer)
        # The forged source: the sender's own socket checks in for another peer.
        call.sender.send_raw(thief.check())
        await until(lambda: call.mux.counters["drop_stun_address_taken"] == 1)
        clients = [MediaClient() for _ in range(MAX_ADDRESSES + 3)]
        for client in clients:
            client.point_at(answer)
            client.check()
            await until(client.is_answered)
        assert len(other.addresses) == MAX_ADDRESSES
        await asyncio.gather(*(client.close() for client in [*clients, thief]))


async def test_an_observer_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(RecordingObserver):
        def peer_track_added(self, peer: object, up_track: object) -> None:
            raise RuntimeError("a mistake")

    async with open_mux() as mux:
        peer, client = mux.create_peer(Failing()), MediaClient()
        assert peer.answer(client.offer([video_section("0", "cam")]))
        assert mux.counters["drop_observer_failed"] == 1
        await client.close()


async def test_a_wildcard_needs_an_address_to_announce() -> None:
    with pytest.raises(ValueError, match="wildcard"):
        await UDPMux.open("0.0.0.0", 0)  # noqa: S104
    mux = await UDPMux.open("0.0.0.0", 0, announce_ip="192.0.2.9")  # noqa: S104
    peer = mux.create_peer(RecordingObserver())
    assert f" 192.0.2.9 {mux.port} typ host" in peer.offer()
    mux.close()
    await mux.wait_closed()


async def test_a_congested_subscriber_lowers_what_the_publisher_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_module, "REPORT_S", 0.05)
    async with open_call([video_section("0", "cam")]) as call:

        def lowest() -> int:
            estimates = [m.bitrate_bps for m in _all(call.sender) if isinstance(m, rtcp.ReceiverEstimate)]
            return min(estimates, default=START_BPS)

        while lowest() >= START_BPS:
            call.sender.send_media(VP8, VIDEO_SSRC, KEY + bytes(1000))
            call.receiver.send_rtcp(rtcp.receiver_report(1, []) + rtcp.receiver_estimate(1, 50_000, [1]))
            await asyncio.sleep(0.005)
        assert lowest() == FLOOR_BPS


async def test_a_flood_of_checks_is_not_answered() -> None:
    async with open_call() as call:
        for _ in range(2 * MAX_CHECKS_PER_S):
            call.sender.check()
        await until(lambda: call.mux.counters["drop_stun_rate"] > 0)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)


async def test_version_six() -> None:
    mux = await UDPMux.open("::1", 0)
    try:
        offer = mux.create_peer(RecordingObserver()).offer()
        assert "c=IN IP6 ::1\r\n" in offer
        assert f" ::1 {mux.port} typ host\r\n" in offer
    finally:
        mux.close()
        await mux.wait_closed()


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
        assert call.received("video") == 1


async def test_a_track_without_msid_is_named_by_its_section() -> None:
    section = video_section("0", "cam").replace("a=msid:stream cam\r\n", "")
    async with open_call([section]) as call:
        assert call.publisher_heard.heard[0] == "added 0"
