"""Decide when a publisher is asked for a key frame: soon, but not more often than it helps."""

from __future__ import annotations

MIN_INTERVAL_S = 0.5
"""A key frame costs about ten delta frames; one request per half second serves every subscriber who joins meanwhile."""
RETRY_S = 1.0
"""A request or its key frame may be lost, so it is repeated while somebody still waits."""


class KeyframeRequests:
    """Limit how often one source is asked for a key frame. `now` is monotonic seconds."""

    __slots__ = ("_is_wanted", "_sent_at")

    def __init__(self) -> None:
        self._sent_at = float("-inf")
        self._is_wanted = False

    def ask(self, now: float) -> bool:
        """Note that somebody wants a key frame; True when a request should leave now. If not, `tick` will say when."""
        self._is_wanted = True
        return self.tick(now, is_awaited=False)

    def tick(self, now: float, *, is_awaited: bool) -> bool:
        """Tell whether a request should leave now; `is_awaited` says that somebody still waits for the key frame."""
        waited = now - self._sent_at
        if (self._is_wanted and waited >= MIN_INTERVAL_S) or (is_awaited and waited >= RETRY_S):
            self._is_wanted = False
            self._sent_at = now
            return True
        return False

    def arrived(self) -> None:
        """Note that a key frame came, so that none is wanted any more."""
        self._is_wanted = False
