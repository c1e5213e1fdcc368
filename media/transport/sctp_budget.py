"""How much SCTP work one participant may make us do in a second, counted before a packet is parsed.

A datagram is a poor measure: one holds up to three hundred chunks, each answered by a datagram of ours, or one receipt
whose gaps name nineteen million packets.
"""

from __future__ import annotations

MAX_CHUNKS_PER_PACKET = 64
"""A packet full of messages of one byte has 59."""
MAX_CHUNKS_PER_S = 4_000
"""Chunks of data and receipts; a participant's data at its full rate and the receipts for what it gets need 2,000."""
MAX_CONTROL_PER_S = 50
"""All other chunks, such as heartbeats and resets of streams: rare, and most are answered by a datagram of ours."""
MAX_SCANNED_PER_S = 1_000_000
"""Chunks looked at because of the gaps in receipts, a tenth of a microsecond each; a lossy full window needs half."""
_HEADER_SIZE = 12
_DATA_TRAFFIC = (0, 3, 192)
"""Types of DATA, SACK and FORWARD-TSN chunks (RFC 9260 section 3.2, RFC 3758)."""


def count_chunks(packet: bytes) -> tuple[int, int]:
    """Count all chunks of an SCTP packet, and those that are no data traffic; stops beyond MAX_CHUNKS_PER_PACKET."""
    position, total, control = _HEADER_SIZE, 0, 0
    while position + 4 <= len(packet) and total <= MAX_CHUNKS_PER_PACKET:
        length = packet[position + 2] << 8 | packet[position + 3]
        total += 1
        control += packet[position] not in _DATA_TRAFFIC
        position += max(4, length + -length % 4)
    return total, control


class SCTPBudget:
    """What one association may still ask for in the current second. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._renewed_at = float("-inf")
        self._chunks = self._control = self._scanned = 0

    def takes_packet(self, packet: bytes, now: float) -> bool:
        """Count the chunks of `packet`; False when it should be dropped, as a full network would."""
        if now - self._renewed_at >= 1.0:
            self._renewed_at = now
            self._chunks, self._control, self._scanned = MAX_CHUNKS_PER_S, MAX_CONTROL_PER_S, MAX_SCANNED_PER_S
        total, control = count_chunks(packet)
        if total > min(MAX_CHUNKS_PER_PACKET, self._chunks) or control > self._control:
            return False
        self._chunks -= total
        self._control -= control
        return True

    def takes_scan(self, chunks: int) -> bool:
        """Count a search through so many chunks; False when it should be left out."""
        if chunks > self._scanned:
            return False
        self._scanned -= chunks
        return True
