"""Access tokens for the media process: LiveKit's JWT (HS256) with the exact grants of a role.

Our own server's orders carry a token too (`admin_token`); it lives for seconds and goes to the media server alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import jwt

from conference_app.config import settings
from conference_app.errors import NotAllowed
from conference_app.texts import n_

Role = Literal["host", "guest"]

PUBLISH_SOURCES = ["camera", "microphone", "screen_share", "screen_share_audio"]
ADMIN_TOKEN_LIFE = timedelta(seconds=30)
_CLOCK_SKEW = timedelta(seconds=10)


def _sign(claims: dict[str, object], now: datetime, life: timedelta) -> str:
    secrets = settings().secrets
    times = {"nbf": int((now - _CLOCK_SKEW).timestamp()), "exp": int((now + life).timestamp())}
    return jwt.encode(
        {"iss": secrets.livekit_api_key, **claims, **times}, secrets.livekit_api_secret, algorithm="HS256"
    )


def room_token(
    room: str,
    identity: str,
    name: str,
    role: Role,
    *,
    about: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """A token that lets `identity` join `room` (LiveKit's name for it) for settings.room_token_minutes.

    `about` are further attributes that everybody in the room sees (`introductions.attributes`).

    Both roles publish camera, microphone and screen; nobody may change their own name, metadata or attributes, since
    the attribute `role` is how browsers tell the host. No browser ever gets roomAdmin: the host's orders go through
    `moderation`, which asks the database who the host is.
    """
    grants = {
        "room": room,
        "roomJoin": True,
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": True,
        "canPublishSources": PUBLISH_SOURCES,
        "canUpdateOwnMetadata": False,
    }
    claims: dict[str, object] = {
        "sub": identity,
        "name": name,
        "attributes": {**(about or {}), "role": role},
        "video": grants,
        "roomConfig": {"maxParticipants": settings().media_room_capacity},
    }
    return _sign(claims, now or datetime.now(UTC), timedelta(minutes=settings().room_token_minutes))


@dataclass(frozen=True, slots=True)
class RoomClaims:
    """What a good token says."""

    room: str
    identity: str


def verify_room_token(token: str) -> RoomClaims:
    """The room and identity of a token we made for a browser. Raises NotAllowed for every other text.

    A good token may outlive its owner's welcome: `admissions.admits(room, identity)` says whether it still holds.
    """
    secrets = settings().secrets
    try:
        claims = jwt.decode(
            token,
            secrets.livekit_api_secret,
            algorithms=["HS256"],
            issuer=secrets.livekit_api_key,
            options={"require": ["exp", "nbf", "iss", "sub"]},
        )
    except (jwt.InvalidTokenError, UnicodeError):
        raise NotAllowed(n_("Your way into the room has expired. Join again.")) from None
    video = claims.get("video")
    grants = cast("dict[str, Any]", video) if isinstance(video, dict) else {}
    room = grants.get("room")
    if grants.get("roomJoin") is not True or not isinstance(room, str):
        raise NotAllowed(n_("Your way into the room has expired. Join again."))
    return RoomClaims(room, str(claims["sub"]))


def admin_token(room: str, *, now: datetime | None = None) -> str:
    """A token for our own server's orders about one room; 30 seconds."""
    grants = {"room": room, "roomAdmin": True, "roomCreate": True}
    return _sign({"video": grants}, now or datetime.now(UTC), ADMIN_TOKEN_LIFE)


def list_token(*, now: datetime | None = None) -> str:
    """A token for our own server's question which rooms are used; 30 seconds."""
    return _sign({"video": {"roomList": True}}, now or datetime.now(UTC), ADMIN_TOKEN_LIFE)
