"""What we know about the reception of one source, for receiver reports (RFC 3550 appendices A.3 and A.8)."""

from __future__ import annotations

from media.rtp.rtcp import ReportBlock, SenderReport


class ReceptionStatistics:
    """Packets, loss and jitter of one source; packets mended by retransmission still count as lost."""

    __slots__ = (
        "_expected_before",
        "_first",
        "_highest",
        "_jitter",
        "_received_before",
        "_sr_arrived_at",
        "_sr_ntp",
        "_transit",
        "clock_rate",
        "fraction_lost",
        "octets",
        "packets",
    )

    def __init__(self, clock_rate: int) -> None:
        self.clock_rate = clock_rate
        self.packets = 0
        self.octets = 0
        self.fraction_lost = 0.0
        """Share lost in the last report interval, 0.0..1.0."""
        self._first = -1
        self._highest = -1
        self._jitter = 0.0
        self._transit = 0.0
        self._expected_before = 0
        self._received_before = 0
        self._sr_ntp = 0
        self._sr_arrived_at = 0.0

    def received(self, number: int, timestamp: int, size: int, now: float) -> None:
        """Count a packet that came by itself, with its unrolled number."""
        self.packets += 1
        self.octets += size
        transit = now * self.clock_rate - timestamp
        if self._first < 0:
            self._first = number
        else:
            change = abs(transit - self._transit)
            # A change of more than a second is a new timestamp base and no jitter.
            if change < self.clock_rate:
                self._jitter += (change - self._jitter) / 16
        self._transit = transit
        if number > self._highest:
            self._highest = number

    def sender_reported(self, report: SenderReport, now: float) -> None:
        """Remember the newest sender report, which our next report refers to."""
        self._sr_ntp = report.ntp
        self._sr_arrived_at = now

    @property
    def packets_lost(self) -> int:
        """Packets that never came by themselves; below zero with duplicates."""
        return self._highest - self._first + 1 - self.packets if self.packets else 0

    @property
    def jitter_s(self) -> float:
        """Interarrival jitter in seconds."""
        return self._jitter / self.clock_rate

    def report(self, ssrc: int, wire_highest: int, now: float) -> ReportBlock:
        """The block for the next receiver report; begins a new interval of `fraction_lost`."""
        expected = self._highest - self._first + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self.packets - self._received_before)
        self._expected_before, self._received_before = expected, self.packets
        self.fraction_lost = max(0.0, min(1.0, lost_now / expected_now)) if expected_now > 0 else 0.0
        delay = int((now - self._sr_arrived_at) * 65536) if self._sr_ntp else 0
        return ReportBlock(
            ssrc,
            self.fraction_lost,
            expected - self.packets,
            wire_highest,
            int(self._jitter),
            self._sr_ntp >> 16 & 0xFFFFFFFF,
            delay,
        )
