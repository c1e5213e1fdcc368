"""Sequence numbers and timestamps of one outgoing stream, computed from those of its changing source.

Pure arithmetic. Incoming numbers are the unrolled ones of `SequenceUnwrapper`, which already bounds jumps.
"""

from __future__ import annotations

from collections import deque

MAX_REMEMBERED_GAPS = 32
"""Offset changes kept for late packets; a packet later than that many is dropped."""


class Munger:
    """Maps a source's numbers onto one continuous outgoing stream.

    `start` begins a source (first one, after a pause, or another layer): its packets follow right after what was
    sent. `drop` leaves a packet out without a hole.
    """

    __slots__ = ("_barrier", "_first", "_gaps", "_offset", "_timestamp_offset", "highest", "timestamp")

    def __init__(self, sequence: int, timestamp: int) -> None:
        """`sequence` (0..65535) and `timestamp` (32 bits) are what the first packet gets."""
        self.highest = sequence - 1
        """Highest outgoing number so far, unrolled; 16 bits of it go on the wire."""
        self.timestamp = timestamp
        """Timestamp of the newest packet sent, or what the first will get."""
        self._offset = 0
        self._timestamp_offset = 0
        self._first = 0
        self._barrier = 0
        self._gaps: deque[tuple[int, int]] = deque(maxlen=MAX_REMEMBERED_GAPS)

    def start(self, number: int, timestamp: int, advance: int) -> None:
        """Let the packet `number` of a source be the next one sent, `advance` RTP ticks after the last."""
        self._offset = self.highest + 1 - number
        self._timestamp_offset = (self.timestamp + advance - timestamp) & 0xFFFFFFFF
        self._begin(number)

    def resume(self, number: int) -> None:
        """As `start` for the same source as before: its timestamps simply go on."""
        self._offset = self.highest + 1 - number
        self._begin(number)

    def _begin(self, number: int) -> None:
        self._first = self._barrier = number
        self._gaps.clear()

    def drop(self, number: int) -> bool:
        """Leave out packet `number`; False when newer ones were sent, so that a hole is already known."""
        if number + self._offset <= self.highest:
            return False
        self._gaps.append((self._barrier, self._offset))
        # What was lost before it still has its place: numbers up to here keep the old offset.
        self._barrier = number + 1
        self.highest = max(self.highest, number - 1 + self._offset)
        self._offset -= 1
        return True

    def map(self, number: int) -> int:
        """The outgoing sequence number (0..65535) of packet `number`, or -1 when it may not be sent any more."""
        if number >= self._barrier:
            sent = number + self._offset
            if sent > self.highest:
                self.highest = sent
            return sent & 0xFFFF
        if number < self._first:
            return -1
        for barrier, offset in reversed(self._gaps):
            if number >= barrier:
                return (number + offset) & 0xFFFF
        return -1

    def map_timestamp(self, timestamp: int) -> int:
        """The outgoing timestamp for a source's `timestamp`, both 32 bits."""
        return (timestamp + self._timestamp_offset) & 0xFFFFFFFF
