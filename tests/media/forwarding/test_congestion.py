"""When a subscriber counts as congested, and what it is then said to take of each video."""

from __future__ import annotations

from media.forwarding.bandwidth import AUDIO_BPS
from media.forwarding.congestion import CONGESTED_INTERVALS, REDUCED_SHARE, Congestion
from media.forwarding.down_track import DownTrack
from media.forwarding.ports import Kind
from media.rtp.rtcp import ReportBlock
from tests.media.forwarding.packets import RecordingSink

RATE_BPS = 1_000_000


def copy(kind: Kind, ssrc: int) -> DownTrack:
    return DownTrack(kind, RecordingSink(), ssrc=ssrc, rtx_ssrc=ssrc + 1, stream_id="s", track_id="t", seed=0)


def send(*downs: DownTrack) -> None:
    """A second's worth of RATE_BPS on each."""
    for down in downs:
        down.octets += RATE_BPS // 8


def test_an_estimate_that_is_short_for_long_enough_is_shared_by_the_videos() -> None:
    videos, audio = [copy("video", 1), copy("video", 3)], copy("audio", 5)
    congestion = Congestion()
    congestion.estimated(700_000)
    for interval in range(CONGESTED_INTERVALS):
        assert [down.allowance_bps for down in videos] == [0, 0], interval
        send(*videos)
        congestion.judge([*videos, audio], 1.0)
    assert [down.allowance_bps for down in videos] == [(700_000 - AUDIO_BPS) // 2] * 2
    assert audio.allowance_bps == 0


def test_a_short_estimate_for_a_moment_is_no_congestion() -> None:
    video, congestion = copy("video", 1), Congestion()
    for estimate in (100_000, 2_000_000) * 4:
        congestion.estimated(estimate)
        send(video)
        congestion.judge([video], 1.0)
        assert video.allowance_bps == 0


def test_an_estimate_of_nothing_leaves_something() -> None:
    """Zero would mean that there is no congestion at all."""
    video, congestion = copy("video", 1), Congestion()
    congestion.estimated(1)
    for _ in range(CONGESTED_INTERVALS):
        send(video)
        congestion.judge([video, copy("audio", 3)], 1.0)
    assert video.allowance_bps == 1


def test_lasting_loss_alone_reduces_that_video_only() -> None:
    lossy, whole, congestion = copy("video", 1), copy("video", 3), Congestion()
    for _ in range(10):
        lossy.reported(ReportBlock(1, 0.3, 1, 0, 0, 0, 0))
    send(lossy, whole)
    congestion.judge([lossy, whole], 1.0)
    assert lossy.allowance_bps == int(RATE_BPS * REDUCED_SHARE)
    assert whole.allowance_bps == 0


def test_one_unlucky_second_is_no_congestion() -> None:
    video, congestion = copy("video", 1), Congestion()
    video.reported(ReportBlock(1, 0.3, 1, 0, 0, 0, 0))
    send(video)
    congestion.judge([video], 1.0)
    assert video.allowance_bps == 0


def test_an_interval_of_nothing_divides_by_nothing() -> None:
    video, congestion = copy("video", 1), Congestion()
    send(video)
    congestion.judge([video], 0.0)
    assert video.allowance_bps == 0
