"""Translate publishers' NTP times into our own clock, so that subscribers can play audio and video in step."""

from __future__ import annotations


def to_ntp(seconds: float) -> int:
    """Seconds of any epoch as 64-bit NTP format (32.32 fixed point, wraps)."""
    return int(seconds * 4294967296) & 0xFFFFFFFFFFFFFFFF


def from_ntp(ntp: int) -> float:
    """Seconds of a 64-bit NTP time; precise to a microsecond."""
    return ntp / 4294967296


class PublisherClock:
    """Estimate how far one publisher's clock is from ours, once for all its tracks, so that they stay in step."""

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset: float | None = None

    def reported(self, ntp: int, now: float) -> None:
        """Note that a sender report with this NTP time arrived at monotonic `now`."""
        offset = now - from_ntp(ntp)
        if self._offset is None or abs(offset - self._offset) > 1.0:
            # The publisher set its clock, or this is its first report.
            self._offset = offset
        else:
            self._offset += (offset - self._offset) / 16

    def to_ours(self, ntp: int) -> float:
        """Translate the publisher's NTP time into our monotonic time; only after the first `reported`."""
        return from_ntp(ntp) + (self._offset or 0.0)
