"""Orders to the media process about a running room: who is there, mute, remove, end (LiveKit's RoomService)."""

from __future__ import annotations

from typing import Protocol


class RoomAdmin(Protocol):
    """What the product asks of a media server. Every method raises Unavailable when it does not answer."""

    async def participants(self, room: str) -> list[str]:
        """Identities in the room now; empty if there is no such room."""
        ...

    async def mute_track(self, room: str, identity: str, track_sid: str) -> None:
        """Mute one published track. Raises NotFound."""
        ...

    async def remove(self, room: str, identity: str) -> None:
        """Send the participant out. Nobody there is fine."""
        ...

    async def end(self, room: str) -> None:
        """Send everybody out and delete the room. No such room is fine."""
        ...
