"""One process's part in giving turns: to its own browsers when they are first in the room's queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from conference_app.api.encryption import frames
from conference_app.api.encryption.connection import Connection
from conference_app.services.encryption import turns
from conference_app.services.encryption.news import Member, News

OVERTAKEN_AFTER = timedelta(seconds=1)
"""How long another process may leave a free turn lying, which its browser was first to ask for."""
NOT_SOON = timedelta(days=1)


class TurnGiver:
    """Gives the turns of a room to those of its browsers that are connected to this process."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._idle_since: tuple[int, datetime] | None = None
        """The turn that another process should have given, and since when."""

    async def give(
        self, connections: Mapping[str, Connection], found: News, gone: Sequence[str], now: datetime
    ) -> datetime:
        """Give the turn if it is free and ours to give, with a word for each of `gone`; when to look again for it."""
        waiting = found.waiting(now)
        if not any(member.socket in connections for member in waiting):
            self._idle_since = None
            return now + NOT_SOON
        free = turns.free_from(found.turn_identity, found.turn_at)
        if free is not None and found.turn_at is not None and found.turn_at <= now < free:
            self._idle_since = None
            return free
        overtaking = self._may_overtake(connections, waiting[0], now)
        if waiting[0].socket not in connections and not overtaking:
            return now + OVERTAKEN_AFTER
        given = await turns.give(self._room, connections, now=now, overtaking=overtaking)
        if given is not None and (one := connections.get(given.socket)):
            one.send(frames.turn(self._room, given, gone))
        return now + turns.LEASE

    def _may_overtake(self, connections: Mapping[str, Connection], first: Member, now: datetime) -> bool:
        """Whether the process of who is first has left the free turn lying for too long."""
        if first.socket in connections or first.turn is None:
            self._idle_since = None
            return False
        if self._idle_since is None or self._idle_since[0] != first.turn:
            self._idle_since = first.turn, now
        return now - self._idle_since[1] >= OVERTAKEN_AFTER
