"""Access tokens for the media process: LiveKit's JWT with the exact grants of a role."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

Role = Literal["host", "guest"]


def room_token(room: str, identity: str, name: str, role: Role, *, now: datetime | None = None) -> str:
    """A token that lets `identity` join `room` (LiveKit's name for it) for settings.room_token_minutes.

    Both roles publish camera, microphone and screen; nobody may change their own name, metadata or attributes, since
    the attribute `role` is how browsers tell the host. No browser ever gets roomAdmin.
    """
    raise NotImplementedError
