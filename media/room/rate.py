"""Token buckets: how much of something one client may do in a while."""

from __future__ import annotations


class TokenBucket:
    """Allows `rate_per_s` on average and `burst` at once. Time comes in as an argument, in seconds."""

    def __init__(self, rate_per_s: float, burst: float, now: float) -> None:
        self._rate = rate_per_s
        self._burst = burst
        self._level = burst
        self._filled_at = now

    def take(self, amount: float, now: float) -> bool:
        """Takes `amount` if it is there. Nothing is taken when the answer is False."""
        self._fill(now)
        if amount > self._level:
            return False
        self._level -= amount
        return True

    def spend(self, amount: float, now: float) -> float:
        """Take `amount` in any case; answer for how many seconds the client owes by then, 0 within its budget."""
        self._fill(now)
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def _fill(self, now: float) -> None:
        self._level = min(self._burst, self._level + max(0.0, now - self._filled_at) * self._rate)
        self._filled_at = now
