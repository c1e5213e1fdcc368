"""The subscribing side of one participant, and the publisher's say in who receives.

A subscription is what the client wants; whether a copy flows follows from it, from the participant's permission and
from the publisher's audience. `Room` brings the two in line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from livekit.protocol import rtc

from media.forwarding.down_track import DownTrack

MAX_AUDIENCE_ENTRIES = 1000
"""Participants a publisher may name in `subscription_permission`."""


@dataclass(slots=True)
class Subscription:
    """One participant's relation to one publication."""

    is_desired: bool
    is_enabled: bool = True
    """False while the client has no use for the picture, such as a hidden tile."""
    is_forbidden: bool = False
    """Whether the participant was told that the publisher does not allow it."""
    is_refused: bool = False
    """Whether there was no place for the copy on the participant's connection."""
    down: DownTrack | None = None


class Subscriptions:
    """The subscriptions of one participant, by track sid."""

    def __init__(self, auto_subscribe: bool) -> None:
        self.auto_subscribe = auto_subscribe
        self.by_track: dict[str, Subscription] = {}

    def of(self, track_sid: str) -> Subscription:
        """The subscription to a live publication, made on first sight."""
        return self.by_track.setdefault(track_sid, Subscription(self.auto_subscribe))

    def forget(self, track_sid: str) -> DownTrack | None:
        """Drops the subscription; answers the copy that must be removed from the peer."""
        subscription = self.by_track.pop(track_sid, None)
        return subscription.down if subscription else None

    def flowing(self) -> list[tuple[str, DownTrack]]:
        """Every copy that flows, with its track sid."""
        return [(sid, one.down) for sid, one in self.by_track.items() if one.down is not None]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may receive a publisher's tracks. `by_identity` and `by_sid` map to track sids; empty means all tracks."""

    everybody: bool = True
    by_identity: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    by_sid: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])

    def allows(self, identity: str, sid: str, track_sid: str) -> bool:
        """Whether the participant may receive the track."""
        if self.everybody:
            return True
        named = [rule[key] for rule, key in ((self.by_identity, identity), (self.by_sid, sid)) if key in rule]
        return any(not tracks or track_sid in tracks for tracks in named)


def audience_of(request: rtc.SubscriptionPermission) -> Audience:
    """The audience a publisher asked for. An entry that names no track and not `all_tracks` allows nothing."""
    by_identity: dict[str, frozenset[str]] = {}
    by_sid: dict[str, frozenset[str]] = {}
    for entry in request.track_permissions[:MAX_AUDIENCE_ENTRIES]:
        if not entry.all_tracks and not entry.track_sids:
            continue
        tracks = frozenset() if entry.all_tracks else frozenset(entry.track_sids)
        if entry.participant_identity:
            by_identity[entry.participant_identity] = tracks
        elif entry.participant_sid:
            by_sid[entry.participant_sid] = tracks
    return Audience(request.all_participants, by_identity, by_sid)
