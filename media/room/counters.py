"""What happened in the rooms, counted. Reasons are words from this code, never anything a client sent."""

from __future__ import annotations

import collections


class Counters:
    """Totals since the process started, by name and reason."""

    def __init__(self) -> None:
        self.totals: collections.Counter[tuple[str, str]] = collections.Counter()

    def add(self, name: str, reason: str = "", amount: int = 1) -> None:
        """Counts `amount` more of `name`."""
        self.totals[name, reason] += amount

    def total(self, name: str) -> int:
        """The sum over all reasons."""
        return sum(amount for (counted, _), amount in self.totals.items() if counted == name)
