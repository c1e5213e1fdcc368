"""How many events a tab, a session and a network address may send: token buckets in this process's memory.

Each worker protects its own loop, so nothing is shared and nothing is awaited. A person presses, types and loads far
below these rates; a program that floods is slowed down or refused.
"""

from __future__ import annotations

import time
from collections import OrderedDict

MOST_KEYS = 20_000
"""Buckets kept by one budget; the ones not used for longest go first."""


class Budget:
    """A rate per key: `burst` units at once, `per_s` units a second in the long run."""

    def __init__(self, *, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Units left, and the second they were counted in; below zero is what waits already."""

    def take(self, key: str, units: float = 1.0) -> bool:
        """Take `units` if they are there."""
        left = self._refilled(key)
        enough = left >= units
        self._keep(key, left - units if enough else left)
        return enough

    def reserve(self, key: str, units: float = 1.0) -> float:
        """Take `units` in any case; how many seconds to wait until they are there, 0.0 for none."""
        left = self._refilled(key) - units
        self._keep(key, left)
        return max(0.0, -left / self._per_s)

    def give_back(self, key: str, units: float = 1.0) -> None:
        """Undo a reservation that nobody waits for."""
        self._keep(key, min(self._burst, self._refilled(key) + units))

    def _refilled(self, key: str) -> float:
        now = time.monotonic()
        left, counted = self._left.get(key, (self._burst, now))
        return min(self._burst, left + (now - counted) * self._per_s)

    def _keep(self, key: str, left: float) -> None:
        self._left[key] = (left, time.monotonic())
        self._left.move_to_end(key)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)


class EventBudgets:
    """What one process lets through the gate."""

    def __init__(self, tab: Budget | None = None, session: Budget | None = None) -> None:
        self._tab = tab or Budget(per_s=20, burst=120)
        self._session = session or Budget(per_s=60, burst=600)
        """All tabs of one browser that is signed in."""
        self._told = Budget(per_s=1 / 60, burst=1)

    def allows(self, tab: str, session: str) -> bool:
        """Count one event of `tab`; `session` names its sign-in and is empty for a visitor."""
        return self._tab.take(tab) and (not session or self._session.take(session))

    def is_told(self, tab: str) -> bool:
        """Whether a refusal should say so: the first within a minute."""
        return self._told.take(tab)
