"""Judge whether a subscriber can take all that is sent to it, and if not, what it can take of each video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media.forwarding.bandwidth import AUDIO_BPS
from media.forwarding.down_track import DownTrack

CONGESTED_LOSS = 0.1
"""Share lost above which a video counts as congested; REMB speaks earlier in most cases."""
REDUCED_SHARE = 0.85
"""What remains of a video's rate when loss alone tells of the congestion."""
CONGESTED_SHARE = 0.8
"""A REMB below this share of what was sent means congestion; Chromium's first one is about 0.94 of it by itself."""
CONGESTED_INTERVALS = 2
"""…for so many intervals, since a busy machine's jitter looks like congestion for a moment."""
_SHORTEST_S = 0.1
"""Interval that rates are computed over at least."""


class Congestion:
    """One subscriber's downlink, judged about once a second."""

    __slots__ = ("_estimate_bps", "_octets", "_short_intervals")

    def __init__(self) -> None:
        self._estimate_bps = 0
        self._short_intervals = 0
        self._octets: dict[int, int] = {}

    def estimated(self, bitrate_bps: int) -> None:
        """Remember the subscriber's REMB: what it thinks it can take in total."""
        self._estimate_bps = bitrate_bps

    def judge(self, downs: Sequence[DownTrack], interval_s: float) -> None:
        """Set `allowance_bps` of each video after `interval_s` seconds; 0 stands for no congestion."""
        rates = self._rates(downs, interval_s)
        videos = [down for down in downs if down.kind == "video"]
        self._note_estimate(sum(rates.values()))
        share_bps = self._share(len(videos), len(downs) - len(videos))
        for down in videos:
            if share_bps:
                down.allowance_bps = share_bps
            elif down.smoothed_loss > CONGESTED_LOSS:
                down.allowance_bps = max(1, int(rates[down.ssrc] * REDUCED_SHARE))
            else:
                down.allowance_bps = 0

    def _rates(self, downs: Sequence[DownTrack], interval_s: float) -> Mapping[int, int]:
        """Bits per second sent of each, by SSRC; begins a new interval."""
        before, self._octets = self._octets, {down.ssrc: down.octets for down in downs}
        seconds = max(interval_s, _SHORTEST_S)
        return {ssrc: int((octets - before.get(ssrc, 0)) * 8 / seconds) for ssrc, octets in self._octets.items()}

    def _note_estimate(self, sent_bps: int) -> None:
        is_short = 0 < self._estimate_bps < CONGESTED_SHARE * sent_bps
        self._short_intervals = self._short_intervals + 1 if is_short else 0

    def _share(self, videos: int, audios: int) -> int:
        """What each video may have of an estimate that has been short for long enough, else 0."""
        if self._short_intervals < CONGESTED_INTERVALS or not videos:
            return 0
        return max(1, max(0, self._estimate_bps - AUDIO_BPS * audios) // videos)
