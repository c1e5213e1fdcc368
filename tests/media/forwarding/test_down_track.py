"""Retransmission, pauses and reports of one subscriber's stream."""

from __future__ import annotations

from media.forwarding.down_track import DownTrack
from media.forwarding.retransmission import BURST_BYTES, MAX_TIMES
from media.rtp.rtcp import ReportBlock
from tests.media.forwarding.packets import RecordingSink, down_track, feed, up_track, vp8


def test_nack_is_answered_by_rtx_with_the_original_number() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    feed(track, 2, vp8(2))
    down.resend([101], 1.5)
    again = sink.sent[-1]
    assert (again.ssrc, again.payload_type) == (2, 97)
    assert again.payload == (101).to_bytes(2, "big") + vp8(2)
    assert down.resent == 1


def test_without_rtx_the_same_packet_is_sent_again() -> None:
    track, _ = up_track()
    down, sink = down_track(rtx=False)
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    down.resend([100], 1.5)
    assert sink.sent[0] == sink.sent[1]


def test_each_packet_is_sent_again_a_few_times_with_pauses() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    for tenth in range(100):
        down.resend([100, 100, 100], 1.0 + tenth / 10)
    assert len(sink.sent) == 1 + MAX_TIMES
    sink.sent.clear()
    feed(track, 2, vp8(2), now=5.0)
    down.resend([101], 5.0)
    down.resend([101], 5.05)
    assert len(sink.sent) == 2


def test_a_flood_of_nacks_gets_a_share_of_the_rate() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    for sequence in range(400):
        feed(track, sequence, vp8(sequence, key=sequence == 0) + bytes(1000))
    media = sum(len(sent.payload) for sent in sink.sent)
    sink.sent.clear()
    for turn in range(3):
        down.resend([(100 + sequence) & 0xFFFF for sequence in range(400)], 2.0 + turn)
    again = sum(len(sent.payload) for sent in sink.sent)
    assert 0 < again <= BURST_BYTES + 0.21 * media


def test_what_was_never_sent_is_not_sent_again() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    down.resend([100], 1.0)
    feed(track, 1, vp8(1, key=True))
    down.resend([99, 101, 5000], 1.0)
    assert len(sink.sent) == 1


def test_pause_stops_and_resume_waits_for_a_keyframe() -> None:
    track, _ = up_track()
    down, sink = down_track()
    track.attach(down, 1.0)
    feed(track, 1, vp8(1, key=True))
    down.pause()
    assert down.is_paused
    feed(track, 2, vp8(2, key=True))
    down.resend([100], 1.0)
    assert len(sink.sent) == 1
    down.resume()
    assert down.awaits_keyframe
    feed(track, 3, vp8(3))
    feed(track, 4, vp8(4, key=True), timestamp=900)
    assert [(sent.sequence, sent.timestamp) for sent in sink.sent] == [(100, 9000), (101, 9900)]


def test_a_track_paused_before_it_is_negotiated_stays_paused() -> None:
    sink = RecordingSink()
    down = DownTrack("audio", sink, ssrc=1, rtx_ssrc=2, stream_id="s", track_id="t", seed=0)
    down.pause()
    assert not down.is_bound
    down.bind("1", 111, None)
    track, _ = up_track("audio")
    track.attach(down, 1.0)
    feed(track, 1, b"opus")
    assert sink.sent == []
    down.resume()
    feed(track, 2, b"opus")
    assert len(sink.sent) == 1


def test_sender_report_translates_the_timestamp() -> None:
    track, _ = up_track()
    down, _ = down_track()
    track.attach(down, 1.0)
    assert down.sender_report(0, 1.0) is None
    feed(track, 1, vp8(1, key=True), timestamp=1000)
    report = down.sender_report(1000 + 90_000, 3_900_000_000.5)
    assert report is not None
    assert report.timestamp == 99_000
    assert report.ntp == 3_900_000_000 << 32 | 1 << 31
    assert (report.packets, report.octets) == (1, len(vp8(1, key=True)))


def test_loss_of_one_report_is_smoothed() -> None:
    down, _ = down_track()
    down.reported(ReportBlock(1, 0.5, 3, 0, 0, 0, 0))
    assert down.fraction_lost == 0.5
    assert 0.0 < down.smoothed_loss < 0.15
