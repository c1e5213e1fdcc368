"""One encoding of a published track: its own SSRC, sequence space and statistics."""

from __future__ import annotations

from media.forwarding.nack import MissingPackets
from media.forwarding.reception import ReceptionStatistics
from media.rtp.packet import RTPPacket
from media.rtp.rtcp import ReportBlock
from media.rtp.sequence import SequenceUnwrapper


class Layer:
    """The packets of one SSRC, put into order numbers, with the holes among them."""

    __slots__ = ("_unwrapper", "missing", "needs_keyframe", "rid", "ssrc", "statistics")

    def __init__(self, rid: str, ssrc: int, clock_rate: int) -> None:
        self.rid = rid
        """Simulcast name (RFC 8852), empty for a track with one encoding."""
        self.ssrc = ssrc
        self.statistics = ReceptionStatistics(clock_rate)
        self.missing = MissingPackets()
        self.needs_keyframe = False
        """Set when more was lost than retransmission can mend; whoever sees it asks and clears it."""
        self._unwrapper = SequenceUnwrapper()

    def receive(self, packet: RTPPacket, now: float, *, is_retransmission: bool = False) -> int:
        """Give `packet` its order number, or -1 when it is a duplicate, too late or an outlier."""
        unwrapper = self._unwrapper
        before, jumps = unwrapper.highest, unwrapper.jumps
        number = unwrapper.unwrap(packet.sequence)
        if number < 0:
            return -1
        if unwrapper.jumps != jumps:
            self.missing.clear()
            self.needs_keyframe = True
        elif number <= before:
            if not self.missing.found(number):
                return -1
        elif number > before + 1 and before >= 0 and not self.missing.add(before + 1, number - 1, now):
            self.needs_keyframe = True
        if not is_retransmission:
            self.statistics.received(number, packet.timestamp, len(packet.payload), now)
        return number

    def nacks_due(self, now: float) -> list[int]:
        """List the wire sequence numbers to ask the publisher for now."""
        unwrapper = self._unwrapper
        return [unwrapper.wire(number) for number in self.missing.due(unwrapper.highest, now)]

    def report(self, now: float) -> ReportBlock:
        """Make the block about this layer for the next receiver report."""
        return self.statistics.report(self.ssrc, self._unwrapper.extended(), now)
