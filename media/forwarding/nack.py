"""Keep which packets of a publisher are missing, and when to ask for them again (RFC 4585 section 6.2.1)."""

from __future__ import annotations

MAX_MISSING = 256
"""Missing packets tracked per source; more missing at once is an outage, which a key frame mends and no NACK."""
REORDER_PACKETS = 2
"""A packet counts as lost when this many newer ones came; TCP's duplicate acknowledgements use the same."""
REORDER_S = 0.02
"""…or after this long, whichever comes first."""
MAX_TRIES = 8
RETRY_S = 0.06
"""Wait before the second request; the n-th waits n times as long, since the publisher's round trip is unknown."""


class _Missing:
    __slots__ = ("noticed_at", "sent_at", "tries")

    def __init__(self, noticed_at: float) -> None:
        self.noticed_at = noticed_at
        self.sent_at = 0.0
        self.tries = 0


class MissingPackets:
    """The holes in one source's numbers; `now` is monotonic seconds, numbers are the unrolled ones."""

    __slots__ = ("_missing",)

    def __init__(self) -> None:
        self._missing: dict[int, _Missing] = {}

    def __len__(self) -> int:
        return len(self._missing)

    def add(self, first: int, last: int, now: float) -> bool:
        """Note `first`..`last` (inclusive) as missing; False when that is too much to mend, then all are given up."""
        if last - first + 1 + len(self._missing) > MAX_MISSING:
            self._missing.clear()
            return False
        for number in range(first, last + 1):
            self._missing[number] = _Missing(now)
        return True

    def found(self, number: int) -> bool:
        """Take `number` off the missing ones; False when it was none, thus a duplicate or too late."""
        return self._missing.pop(number, None) is not None

    def clear(self) -> None:
        """Give all up."""
        self._missing.clear()

    def due(self, highest: int, now: float) -> list[int]:
        """List the numbers to ask for now, ascending; those asked for often enough are given up."""
        due: list[int] = []
        hopeless: list[int] = []
        for number, hole in self._missing.items():
            if hole.tries >= MAX_TRIES:
                hopeless.append(number)
            elif self._is_due(hole, highest - number, now):
                hole.tries += 1
                hole.sent_at = now
                due.append(number)
        for number in hopeless:
            del self._missing[number]
        return due

    @staticmethod
    def _is_due(hole: _Missing, newer_packets: int, now: float) -> bool:
        if hole.tries:
            return now - hole.sent_at >= RETRY_S * hole.tries
        return newer_packets >= REORDER_PACKETS or now - hole.noticed_at >= REORDER_S
