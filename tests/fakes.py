"""Stand-ins that implement the product's Protocols, for tests of what is above them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from conference_app.errors import NotFound, Unavailable
from conference_app.purposes import PURPOSES

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LOOKING = tuple(one for one in PURPOSES.values() if not one.needs_person)
"""For a test's own look into rows: every purpose that a session can be opened for without naming a person."""


class ManualClock:
    """A clock that moves only when told. Stands in for the module `time` and gives datetimes too."""

    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        """Seconds since 1970."""
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeRoomAdmin:
    """A media server's administration that only remembers: rooms with their identities, and the orders it was given."""

    rooms: dict[str, list[str]] = field(default_factory=dict)
    orders: list[tuple[str, ...]] = field(default_factory=list)
    is_down: bool = False

    def _order(self, *order: str) -> None:
        if self.is_down:
            raise Unavailable("down")
        self.orders.append(order)

    async def participants(self, room: str) -> dict[str, str]:
        """Identities in the room; each is its name too."""
        if self.is_down:
            raise Unavailable("down")
        return {identity: identity for identity in self.rooms.get(room, [])}

    async def occupied(self, rooms: Collection[str]) -> set[str]:
        """Those with somebody in them."""
        if self.is_down:
            raise Unavailable("down")
        return {room for room in rooms if self.rooms.get(room)}

    async def make_host(self, room: str, identity: str) -> None:
        """Promote a participant."""
        self._order("make host", room, identity)
        if identity not in self.rooms.get(room, []):
            raise NotFound("gone")

    async def remove(self, room: str, identity: str) -> None:
        """Send the participant out."""
        self._order("remove", room, identity)
        if identity in self.rooms.get(room, []):
            self.rooms[room].remove(identity)

    async def end(self, room: str) -> None:
        """Delete the room."""
        self._order("end", room)
        self.rooms.pop(room, None)
