"""LiveKit access tokens: JSON Web Tokens with HMAC-SHA256 whose claims say who may do what in which room."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from typing import Any

import jwt
from livekit.protocol import models

from media.errors import JoinRefused
from media.room.permissions import SOURCES, Grants
from media.room.profile import is_text, is_text_map

MAX_TOKEN_BYTES = 32_768
"""Longer tokens are refused unread; ours have about 600 bytes, metadata and attributes may add to that."""
LEEWAY_S = 10
"""Seconds by which the clocks of the issuer and of this machine may differ."""
REFRESHED_TOKEN_S = 600
"""Seconds a token from `refresh_token` is valid; a new one follows every 300 s."""

_SOURCE_NAMES = {number: name for name, number in SOURCES.items()}


def _refused(message: str) -> JoinRefused:
    return JoinRefused(401, "bad_token", message)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not is_text(value):
        raise _refused("invalid token")
    return value


def _flag(claims: Mapping[str, Any], name: str, default: bool = False) -> bool:
    value = claims.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _refused("invalid token")
    return value


def _sources(claims: Mapping[str, Any]) -> tuple[str, ...]:
    names = claims.get("canPublishSources") or []
    if not isinstance(names, list) or not all(name in SOURCES for name in names):
        raise _refused("invalid token")
    return tuple(names)


def _strings(claims: Mapping[str, Any], name: str) -> dict[str, str]:
    value = claims.get(name) or {}
    if not is_text_map(value):
        raise _refused("invalid token")
    return dict(value)


def _grants(claims: Mapping[str, Any]) -> Grants:
    video = claims.get("video") or {}
    if not isinstance(video, dict):
        raise _refused("invalid token")
    return Grants(
        identity=_text(claims, "sub"),
        name=_text(claims, "name"),
        metadata=_text(claims, "metadata"),
        attributes=_strings(claims, "attributes"),
        kind=_text(claims, "kind") or "standard",
        room=_text(video, "room"),
        room_join=_flag(video, "roomJoin"),
        room_create=_flag(video, "roomCreate"),
        room_list=_flag(video, "roomList"),
        room_admin=_flag(video, "roomAdmin"),
        can_publish=_flag(video, "canPublish", True),
        can_subscribe=_flag(video, "canSubscribe", True),
        can_publish_data=_flag(video, "canPublishData", True),
        can_publish_sources=_sources(video),
        can_update_own_metadata=_flag(video, "canUpdateOwnMetadata"),
        hidden=_flag(video, "hidden"),
        recorder=_flag(video, "recorder"),
    )


def verify(token: str, api_key: str, api_secret: str) -> Grants:
    """The grants of `token`. Raises JoinRefused (401) for anything but a valid token of ours in its time."""
    if not token or len(token) > MAX_TOKEN_BYTES:
        raise _refused("no permissions to access the room")
    try:
        claims = jwt.decode(
            token, api_secret, algorithms=["HS256"], leeway=LEEWAY_S, options={"require": ["exp", "iss"]}
        )
    except jwt.ExpiredSignatureError as err:
        raise _refused("invalid token: expired") from err
    except (jwt.PyJWTError, ValueError, RecursionError) as err:
        raise _refused("invalid token") from err
    if not hmac.compare_digest(str(claims["iss"]).encode(), api_key.encode()):
        raise _refused("invalid API key")
    return _grants(claims)


def mint_refresh(grants: Grants, info: models.ParticipantInfo, api_key: str, api_secret: str) -> str:
    """A new token for a participant who is in the room, with the permission and texts `info` has now."""
    now = int(time.time())
    claims = {
        "iss": api_key,
        "sub": grants.identity,
        "nbf": now,
        "exp": now + REFRESHED_TOKEN_S,
        "name": info.name,
        "metadata": info.metadata,
        "attributes": dict(info.attributes),
        "kind": grants.kind,
        "video": _video_claim(grants, info.permission),
    }
    return jwt.encode(claims, api_secret, algorithm="HS256")


def _video_claim(grants: Grants, permission: models.ParticipantPermission) -> dict[str, Any]:
    return {
        "roomJoin": True,
        "room": grants.room,
        "roomAdmin": grants.room_admin,
        "roomCreate": grants.room_create,
        "roomList": grants.room_list,
        "canPublish": permission.can_publish,
        "canSubscribe": permission.can_subscribe,
        "canPublishData": permission.can_publish_data,
        "canPublishSources": [_SOURCE_NAMES[source] for source in permission.can_publish_sources],
        "canUpdateOwnMetadata": permission.can_update_metadata,
        "hidden": permission.hidden,
        "recorder": permission.recorder,
    }
