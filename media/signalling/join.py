"""Coming in: what a client asks for in the query of `/rtc`, and the JoinResponse it gets."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from livekit.protocol import models, rtc

from media.config import Limits
from media.errors import JoinRefused
from media.room import profile
from media.room.participant import Newcomer, Participant
from media.room.permissions import Grants
from media.room.publications import MIME_TYPES
from media.room.room import Room

SERVER_VERSION = "1.9.0"
"""LiveKit's version whose behaviour we follow. Clients choose features by it; beyond 1.13.6 they publish differently."""
PROTOCOL = 17
PING_INTERVAL_S = 5
PING_TIMEOUT_S = 15
_CAPABILITIES = {
    "CAP_PACKET_TRAILER": models.ClientInfo.CAP_PACKET_TRAILER,
    "CAP_COMPRESSION_DEFLATE_RAW": models.ClientInfo.CAP_COMPRESSION_DEFLATE_RAW,
}


def check_grants(grants: Grants, limits: Limits) -> None:
    """Raises JoinRefused unless the token is for joining a room, and within the limits."""
    if not grants.room_join:
        raise JoinRefused(401, "no_grant", "no permissions to access the room")
    if not grants.identity or not grants.room:
        raise JoinRefused(400, "incomplete_token", "the token names no identity or no room")
    names = (grants.identity, grants.room, grants.name)
    if any(len(name.encode()) > limits.max_name_bytes for name in names) or not profile.fits(
        limits, grants.name, grants.metadata, grants.attributes
    ):
        raise JoinRefused(400, "token_too_large", "a text in the token is too long")


def newcomer_of(query: Mapping[str, str], grants: Grants, limits: Limits) -> Newcomer:
    """Who wants in. Unknown parameters are ignored; raises JoinRefused (400) on unreadable attributes."""
    attributes = _attributes(query.get("attributes", "")) if grants.can_update_own_metadata else {}
    if not profile.fits(limits, "", "", {**grants.attributes, **attributes}):
        raise JoinRefused(400, "attributes", "the attributes are too long")
    return Newcomer(
        grants=grants,
        auto_subscribe=query.get("auto_subscribe", "1") not in ("0", "false"),
        client_protocol=_small_number(query.get("client_protocol", "")),
        capabilities=_capabilities(query.get("capabilities", "")),
        attributes=attributes,
    )


def _small_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _capabilities(text: str) -> list[models.ClientInfo.Capability]:
    names = {name.strip() for name in text[:1000].split(",")}
    return [capability for name, capability in _CAPABILITIES.items() if name in names]


def _attributes(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError) as err:
        raise JoinRefused(400, "attributes", "the attributes cannot be read") from err
    if not profile.is_text_map(value):
        raise JoinRefused(400, "attributes", "the attributes cannot be read")
    return value


def join_response(room: Room, participant: Participant) -> rtc.JoinResponse:
    """The first message of a session. No ICE servers: the one candidate is in our descriptions."""
    return rtc.JoinResponse(
        room=room.info(),
        participant=participant.info(),
        other_participants=room.others(participant),
        server_version=SERVER_VERSION,
        server_info=models.ServerInfo(
            edition=models.ServerInfo.Standard, version=SERVER_VERSION, protocol=PROTOCOL, region="", node_id="parley"
        ),
        subscriber_primary=True,
        client_configuration=models.ClientConfiguration(resume_connection=models.DISABLED),
        ping_interval=PING_INTERVAL_S,
        ping_timeout=PING_TIMEOUT_S,
        enabled_publish_codecs=[models.Codec(mime=mime) for mime in MIME_TYPES.values()],
        fast_publish=False,
    )
