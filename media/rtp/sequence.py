"""Unrolling 16-bit sequence numbers into numbers that never wrap."""

from __future__ import annotations

MAX_FORWARD_JUMP = 3000
"""Packets a source may be ahead of what we saw (RFC 3550 appendix A.1, MAX_DROPOUT); about ten seconds of video."""
MAX_BACKWARD_JUMP = 1000
"""Packets a source may be late; SRTP's replay window, 1024 in aiortc, lets hardly any older ones through."""


class SequenceUnwrapper:
    """Turns 16-bit sequence numbers of one source into integers that only grow by what is plausible.

    A jump beyond the limits is taken for an accident until a second packet continues it (RFC 3550 appendix A.1);
    then the numbers go on right after the highest so far, so a source that jumps cannot make anybody else jump.
    """

    __slots__ = ("_base", "_expected_after_jump", "highest", "jumps")

    def __init__(self) -> None:
        self.highest = -1
        """Highest number given out, -1 before the first packet."""
        self.jumps = 0
        """How often the source jumped; numbers from before a jump have no wire form any more."""
        self._base = 0
        self._expected_after_jump = -1

    def unwrap(self, sequence: int) -> int:
        """The unrolled number of `sequence` (0..65535), or -1 when the packet should be dropped as an outlier."""
        if self.highest < 0:
            # One turn up, so that packets which come before the first one still have positive numbers.
            self.highest = 65536
            self._base = 65536 - sequence
            return 65536
        step = ((sequence + self._base - self.highest + 32768) & 0xFFFF) - 32768
        if -MAX_BACKWARD_JUMP <= step <= MAX_FORWARD_JUMP:
            number = self.highest + step
            if step > 0:
                self.highest = number
                self._expected_after_jump = -1
            return number
        return self._unwrap_jump(sequence)

    def _unwrap_jump(self, sequence: int) -> int:
        if sequence != self._expected_after_jump:
            self._expected_after_jump = (sequence + 1) & 0xFFFF
            return -1
        self._expected_after_jump = -1
        self.jumps += 1
        self.highest += 1
        self._base = self.highest - sequence
        return self.highest

    def wire(self, number: int) -> int:
        """The 16-bit sequence number that the source gave to `number`, as long as it did not jump since."""
        return (number - self._base) & 0xFFFF

    def extended(self) -> int:
        """The highest number as receiver reports want it: the source's 16 bits and the wraps above them."""
        return (self.highest - self._base) & 0xFFFFFFFF
