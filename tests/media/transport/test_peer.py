"""Whole connections on loopback: ICE, DTLS, SRTP, forwarding and feedback."""

from __future__ import annotations

import time

import pytest

from media.errors import InvalidDescription
from media.transport.ice_lite import CONSENT_S
from tests.media.descriptions import (
    VIDEO_SSRC,
    VP8,
    audio_section,
    video_section,
)
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, open_call, open_mux, until

KEY = b"\x90\x80\x80\x01\x00key"


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


async def test_a_connection_that_used_up_its_mids_ends() -> None:
    async with open_call() as call:
        call.subscriber._subscribing._slots._next_mid = 36**3
        with pytest.raises(ValueError, match="one session"):
            call.subscriber.add_down_track(
                call.publisher.up_tracks["1"], stream_id="PA|camera", track_id="TR_2", now=time.monotonic()
            )
        assert call.subscriber_heard.closed == ["mids_exhausted"]


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
        await until(lambda: bool(call.publisher_heard.closed))
        assert call.publisher_heard.closed == ["dtls_closed"]


async def test_consent_expires() -> None:
    async with open_call() as call:
        start = time.monotonic()
        call.mux.clock = lambda: start + CONSENT_S + 5
        await until(lambda: bool(call.publisher_heard.closed))
        assert call.publisher_heard.closed == ["consent_expired"]


async def test_a_wrong_certificate_is_refused() -> None:
    async with open_mux() as mux:
        heard, client = RecordingObserver(), MediaClient()
        client.fingerprint = ":".join(["AB"] * 32)
        peer = mux.create_peer(heard)
        answer = peer.answer(client.offer([video_section("0", "cam")]))
        await client.connect(answer)
        await until(lambda: bool(heard.closed))
        assert heard.closed == ["handshake_failed"]
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


async def test_an_observer_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(RecordingObserver):
        def peer_track_added(self, peer: object, up_track: object) -> None:
            raise RuntimeError("a mistake")

    async with open_mux() as mux:
        peer, client = mux.create_peer(Failing()), MediaClient()
        assert peer.answer(client.offer([video_section("0", "cam")]))
        assert mux.counters["drop_observer_failed"] == 1
        await client.close()


async def test_a_track_without_msid_is_named_by_its_section() -> None:
    section = video_section("0", "cam").replace("a=msid:stream cam\r\n", "")
    async with open_call([section]) as call:
        assert call.publisher_heard.heard[0] == "added 0"
