"""Decide how much video a publisher may send: down at once when a subscriber is congested, up again slowly.

Without layers one stream serves all, so the slowest subscriber counts, but never below the floor. A browser's REMB is
a good alarm and a slow way up, so it is only believed as an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable

CEILING_BPS = 5_000_000
"""What a 1080p screen share uses at most; cameras limit themselves below it."""
START_BPS = 2_000_000
"""A browser jumps to its first REMB at once, so this is what an average uplink bears; more comes by growth."""
FLOOR_BPS = 250_000
"""A small but watchable picture; a subscriber below that loses packets rather than spoiling it for all."""
AUDIO_BPS = 100_000
"""Left free for each audio track, so that video never starves it."""
CALM_S = 5.0
GROWTH = 1.08
"""Per report interval of about a second."""


class UplinkBudget:
    """The bitrate one published video may have. `now` is monotonic seconds."""

    __slots__ = ("_calm_after", "bitrate_bps")

    def __init__(self) -> None:
        self.bitrate_bps = START_BPS
        self._calm_after = 0.0

    def update(self, alarms: Iterable[int], now: float) -> int:
        """Compute the new budget in bits per second; `alarms` are what the congested subscribers can take of this video."""
        lowest = min(alarms, default=CEILING_BPS)
        if lowest < self.bitrate_bps:
            self.bitrate_bps = max(FLOOR_BPS, lowest)
            self._calm_after = now + CALM_S
        elif now >= self._calm_after:
            self.bitrate_bps = min(CEILING_BPS, int(self.bitrate_bps * GROWTH))
        return self.bitrate_bps
