"""All rooms of this process."""

from __future__ import annotations

import logging
from collections.abc import Callable

from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import JoinRefused
from media.room.counters import Counters
from media.room.room import Room
from media.transport.udp_mux import UDPMux

logger = logging.getLogger(__name__)


class Registry:
    """The rooms, by name. `clock` gives monotonic seconds."""

    def __init__(self, config: MediaConfig, mux: UDPMux, clock: Callable[[], float]) -> None:
        self.rooms: dict[str, Room] = {}
        self.counters = Counters()
        self.is_closing = False
        self._config = config
        self._mux = mux
        self._clock = clock

    def find(self, name: str) -> Room | None:
        """The room of that name, if it exists."""
        return self.rooms.get(name)

    def check(self, name: str) -> None:
        """Raises JoinRefused (503) when the room would have to be made and there is no place for it."""
        if self.is_closing:
            raise JoinRefused(503, "closing", "the server is closing")
        if name not in self.rooms and len(self.rooms) >= self._config.limits.max_rooms:
            raise JoinRefused(503, "rooms", "the server holds as many rooms as it can")

    def get_or_create(self, name: str) -> Room:
        """The room of that name, made if need be. Raises JoinRefused (503) as `check` does."""
        self.check(name)
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, self._config, self._mux, self.counters, self._clock)
            self.counters.add("rooms_created")
            logger.info("%s created, %d rooms", room.sid, len(self.rooms))
        return room

    def delete(self, room: Room) -> None:
        """Ends every session in the room and the room itself."""
        self.rooms.pop(room.name, None)
        room.close(models.ROOM_DELETED)
        logger.info("%s deleted, %d rooms", room.sid, len(self.rooms))

    def tick(self, now: float) -> None:
        """Lets every room do what is due and drops those that are over. One room's failure is its own."""
        for room in list(self.rooms.values()):
            try:
                room.tick(now)
            except Exception:
                logger.exception("%s: its regular work failed", room.sid)
            if room.is_over(now):
                del self.rooms[room.name]
                room.close(models.ROOM_CLOSED)
                logger.info("%s is over, %d rooms", room.sid, len(self.rooms))

    def close(self) -> None:
        """Asks every client to come back later: this process ends."""
        self.is_closing = True
        for room in list(self.rooms.values()):
            room.close(models.SERVER_SHUTDOWN, rtc.LeaveRequest.RECONNECT)
        self.rooms.clear()
