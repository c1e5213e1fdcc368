"""What an access token grants, and what follows from it for one participant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from livekit.protocol import models

SOURCES: Mapping[str, models.TrackSource] = {
    "camera": models.CAMERA,
    "microphone": models.MICROPHONE,
    "screen_share": models.SCREEN_SHARE,
    "screen_share_audio": models.SCREEN_SHARE_AUDIO,
}
"""Names of track sources as access tokens write them."""


@dataclass(frozen=True, slots=True)
class Grants:
    """The claims of one verified access token."""

    identity: str
    room: str = ""
    name: str = ""
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    kind: str = "standard"
    room_join: bool = False
    room_create: bool = False
    room_list: bool = False
    room_admin: bool = False
    can_publish: bool = True
    can_subscribe: bool = True
    can_publish_data: bool = True
    can_publish_sources: tuple[str, ...] = ()
    """Sources that may be published; empty allows all."""
    can_update_own_metadata: bool = False
    hidden: bool = False
    recorder: bool = False


def permission_of(grants: Grants) -> models.ParticipantPermission:
    """The permission a participant starts with."""
    return models.ParticipantPermission(
        can_subscribe=grants.can_subscribe,
        can_publish=grants.can_publish,
        can_publish_data=grants.can_publish_data,
        can_publish_sources=[SOURCES[name] for name in grants.can_publish_sources],
        can_update_metadata=grants.can_update_own_metadata,
        hidden=grants.hidden,
        recorder=grants.recorder,
    )


def may_publish(permission: models.ParticipantPermission, source: models.TrackSource) -> bool:
    """Whether a track of `source` may be published. A list of sources, when given, is complete."""
    if not permission.can_publish:
        return False
    return not permission.can_publish_sources or source in permission.can_publish_sources
