"""From a publisher's packets to what subscribers get and what the publisher is asked for."""

from __future__ import annotations

import pytest

from media.forwarding.keyframes import MIN_INTERVAL_S, RETRY_S
from media.rtp.rtcp import SenderReport
from tests.media.forwarding.packets import SSRC, down_track, feed, packet, picture_ids, up_track, vp8


def test_video_starts_at_a_keyframe_and_stays_continuous() -> None:
    track, feedback = up_track()
    down, sink = down_track()
    track.layer("", SSRC)
    track.attach(down, 1.0)
    assert feedback.plis == [SSRC]
    feed(track, 10, vp8(1))
    assert sink.sent == []
    feed(track, 11, vp8(2, key=True), timestamp=3000)
    feed(track, 12, vp8(3), timestamp=6000)
    assert [(sent.sequence, sent.timestamp, sent.ssrc) for sent in sink.sent] == [(100, 9000, 1), (101, 12_000, 1)]
    assert picture_ids(sink) == [2, 3]


def test_payload_reaches_every_subscriber_byte_for_byte() -> None:
    track, _ = up_track()
    pairs = [down_track() for _ in range(3)]
    for down, _ in pairs:
        track.attach(down, 1.0)
    payload = vp8(7, key=True) + bytes(range(256))
    feed(track, 1, payload)
    assert all(sink.sent[0].payload == payload for _, sink in pairs)


def test_audio_starts_at_once() -> None:
    track, feedback = up_track("audio")
    down, sink = down_track("audio")
    track.attach(down, 1.0)
    feed(track, 5, b"opus")
    assert len(sink.sent) == 1
    assert sink.sent[0].payload_type == 111
    assert feedback.plis == []


def test_padding_leaves_no_hole() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    feed(track, 2, b"")
    feed(track, 3, vp8(2))
    assert [sent.sequence for sent in sink.sent] == [100, 101]


def test_late_padding_fills_the_hole_it_left() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    feed(track, 3, vp8(2))
    feed(track, 2, b"")
    assert [(sent.sequence, sent.padding) for sent in sink.sent] == [(100, False), (102, False), (101, True)]


def test_duplicates_and_old_packets_are_dropped() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 10, vp8(1, key=True))
    assert not feed(track, 10, vp8(1, key=True))
    assert not feed(track, 9, vp8(0))
    assert len(sink.sent) == 1


def test_a_retransmission_arrives_late_and_only_once() -> None:
    track, feedback = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    for sequence in (1, 2, 4, 5, 6):
        feed(track, sequence, vp8(sequence, key=sequence == 1))
    assert feedback.nacks == [(SSRC, (3,))]
    layer = track.layers[""]
    assert track.receive(layer, packet(3, vp8(3)), 1.1, is_retransmission=True)
    assert not track.receive(layer, packet(3, vp8(3)), 1.2, is_retransmission=True)
    assert sorted(sent.sequence for sent in sink.sent) == [100, 101, 102, 103, 104, 105]
    assert track.packets_lost == 1


def test_too_much_loss_asks_for_a_keyframe_and_not_for_packets() -> None:
    track, feedback = up_track()
    feed(track, 1, vp8(1, key=True))
    feed(track, 1000, vp8(2))
    assert feedback.nacks == []
    assert feedback.plis == [SSRC]


def test_keyframe_requests_are_throttled_but_not_lost() -> None:
    track, feedback = up_track()
    feed(track, 1, vp8(1))
    track.request_keyframe(10.0)
    track.request_keyframe(10.1)
    track.request_keyframe(10.2)
    assert len(feedback.plis) == 1
    track.tick(10.3)
    assert len(feedback.plis) == 1
    track.tick(10.0 + MIN_INTERVAL_S)
    assert len(feedback.plis) == 2
    track.tick(20.0)
    assert len(feedback.plis) == 2


def test_a_keyframe_on_the_way_answers_the_request_in_waiting() -> None:
    track, feedback = up_track()
    feed(track, 1, vp8(1))
    track.request_keyframe(10.0)
    track.request_keyframe(10.1)
    feed(track, 2, vp8(2, key=True), now=10.2)
    track.tick(11.0)
    assert len(feedback.plis) == 1


def test_a_subscriber_still_waiting_is_asked_for_again_unless_muted() -> None:
    track, feedback = up_track()
    down, _ = down_track()
    feed(track, 1, vp8(1))
    track.attach(down, 10.0)
    track.tick(10.0 + RETRY_S)
    assert len(feedback.plis) == 2
    track.is_muted = True
    track.tick(30.0)
    assert len(feedback.plis) == 2


def test_a_jump_of_the_source_is_no_jump_for_subscribers() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    for sequence in (30_000, 30_001, 30_002):
        feed(track, sequence, vp8(2))
    assert [sent.sequence for sent in sink.sent] == [100, 101, 102]


def test_a_new_source_waits_for_its_keyframe_and_continues_the_stream() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(40, key=True), timestamp=1000, now=1.0)
    feed(track, 60_000, vp8(500), timestamp=77, now=1.5, ssrc=99)
    feed(track, 60_001, vp8(501, key=True), timestamp=80, now=2.0, ssrc=99)
    feed(track, 60_002, vp8(502), timestamp=3080, now=2.1, ssrc=99)
    assert [sent.sequence for sent in sink.sent] == [100, 101, 102]
    assert [sent.timestamp for sent in sink.sent] == [9000, 9000 + 90_000, 9000 + 93_000]
    assert picture_ids(sink) == [40, 41, 42]


def test_malformed_video_is_refused_and_forwarded_to_nobody() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    with pytest.raises(ValueError, match="VP8"):
        feed(track, 1, b"\x90")
    assert sink.sent == []


def test_audio_levels_are_taken_once_and_bounded() -> None:
    track, _ = up_track("audio")
    track.audio_level_id = 3
    layer = track.layer("", SSRC)
    for sequence in range(150):
        level = packet(sequence, b"opus", profile=0xBEDE, extensions=b"\x30\x85\0\0")
        track.receive(layer, level, sequence / 50)
    levels = track.take_audio_levels()
    assert len(levels) == 100
    assert levels[-1] == (149 / 50, -5)
    assert track.take_audio_levels() == []


def test_detached_tracks_get_nothing() -> None:
    track, _ = up_track("audio")
    down, sink = down_track("audio")
    track.attach(down, 1.0)
    track.detach(down)
    track.detach(down)
    feed(track, 1, b"opus")
    assert sink.sent == []


def test_both_tracks_of_a_publisher_report_one_clock() -> None:
    """Lip sync: equal instants of the publisher's clock stay equal, though the reports took different times to come."""
    audio, _ = up_track("audio")
    video, _ = up_track()
    video._clock = audio._clock  # The peer gives all its tracks the same one.
    feed(audio, 1, b"opus")
    feed(video, 1, vp8(1, key=True))
    ntp = 3_900_000_000 << 32
    audio.sender_reported(audio.layers[""], SenderReport(SSRC, ntp, 48_000, 1, 1), 100.0)
    video.sender_reported(video.layers[""], SenderReport(SSRC, ntp, 90_000, 1, 1), 100.2)
    audio_s = (audio.timestamp_at(110.0) - 48_000) / 48_000
    video_s = (video.timestamp_at(110.0) - 90_000) / 90_000
    assert audio_s == pytest.approx(video_s, abs=0.001)


def test_without_a_sender_report_the_newest_packet_is_the_clock() -> None:
    track, _ = up_track()
    feed(track, 1, vp8(1, key=True), timestamp=5000, now=10.0)
    assert track.timestamp_at(11.0) == 95_000
