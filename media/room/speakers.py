"""Who speaks: from the loudness of each participant's audio packets to levels the clients can draw.

The loudness is the audio-level header extension (RFC 6464): 0 is the loudest, 127 silence, in −dBov. It is readable
under end-to-end encryption.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from livekit.protocol import models

WINDOW_S = 0.4
"""Seconds of audio judged at once; LiveKit's own window."""
ACTIVE_DBOV = 35
"""A packet counts as speech when it is louder than −35 dBov."""
ACTIVE_SHARE = 0.4
"""Share of the window that must be speech."""
PACKETS_PER_WINDOW = 20
"""Opus sends a packet each 20 ms; with discontinuous transmission silence sends fewer."""
STEPS = 8
"""Levels are told in eighths, so that a steady voice is not a stream of updates."""


def window_level(levels: Sequence[int]) -> float:
    """Loudness of one window, 0..1, from the levels (0..127) of its packets; 0 when nobody speaks."""
    loud = [level for level in levels if level <= ACTIVE_DBOV]
    if len(loud) < ACTIVE_SHARE * PACKETS_PER_WINDOW:
        return 0.0
    mean = sum(loud) / len(loud)
    return max(0.0, min(1.0, 10 ** (-mean / 40)))


class Speakers:
    """The speakers of one room. Each window in, the changes out."""

    def __init__(self) -> None:
        self._smoothed: dict[str, float] = {}
        self._told: dict[str, float] = {}

    def observe(self, windows: Mapping[str, Sequence[int]]) -> list[models.SpeakerInfo]:
        """The changes after one window; `windows` has the packet levels of each participant, by sid.

        A participant who stopped, or is no longer in `windows`, is named once with level 0.
        """
        levels = {sid: self._smooth(sid, window_level(window)) for sid, window in windows.items()}
        self._smoothed = {sid: level for sid, level in levels.items() if level}
        now = {sid: math.ceil(level * STEPS) / STEPS for sid, level in self._smoothed.items()}
        changed = self._changes(now)
        self._told = now
        return changed

    def current(self) -> list[models.SpeakerInfo]:
        """Everybody who speaks now, for a participant who joins."""
        return [models.SpeakerInfo(sid=sid, level=level, active=True) for sid, level in self._told.items()]

    def _smooth(self, sid: str, level: float) -> float:
        if not level:
            # One quiet window between two words halves the level; the second one ends it.
            previous = self._smoothed.get(sid, 0.0) / 2
            return previous if previous >= 1 / STEPS else 0.0
        previous = self._smoothed.get(sid, level)
        return (previous + level) / 2

    def _changes(self, now: Mapping[str, float]) -> list[models.SpeakerInfo]:
        sids: Iterable[str] = self._told.keys() | now.keys()
        changed = [sid for sid in sids if self._told.get(sid) != now.get(sid)]
        return [models.SpeakerInfo(sid=sid, level=now.get(sid, 0.0), active=sid in now) for sid in sorted(changed)]
