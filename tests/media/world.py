"""One room over fakes, with people who join and publish, as most tests of rooms and signalling need it."""

from __future__ import annotations

from typing import Any, Literal

from livekit.protocol import rtc

from media.config import Limits, MediaConfig
from media.room.participant import Newcomer, Participant
from media.room.permissions import Grants
from media.room.registry import Registry
from media.room.room import Room
from tests.media.fakes import FakeMux, FakePeer, FakeUpTrack, RecordingSink

SECRET = "a-secret-of-more-than-forty-eight-characters-for-every-hash"


CONFIG = MediaConfig(api_key="key", api_secret=SECRET)


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class World:
    """A registry with one room over fakes, and short ways to bring people in."""

    def __init__(self, config: MediaConfig = CONFIG) -> None:
        self.clock = Clock()
        self.mux = FakeMux()
        self.config = config
        self.registry = Registry(config, self.mux, self.clock)  # pyright: ignore[reportArgumentType]

    @property
    def room(self) -> Room:
        return self.registry.get_or_create("room")

    def join(self, identity: str, auto_subscribe: bool = True, **grants: Any) -> Participant:
        """A participant of the room whose media is connected."""
        participant = self.enter(identity, auto_subscribe, **grants)
        subscriber(participant).connect()
        return participant

    def enter(self, identity: str, auto_subscribe: bool = True, **grants: Any) -> Participant:
        """A participant of the room whose media is not connected yet."""
        newcomer = Newcomer(Grants(identity=identity, room="room", room_join=True, **grants), auto_subscribe)
        participant = self.room.join(newcomer, RecordingSink())
        self.room.welcome(participant)
        return participant

    def publish(
        self, publisher: Participant, cid: str = "cid", kind: Literal["audio", "video"] = "audio", **fields: Any
    ) -> str:
        """Announces and negotiates a track; answers its sid."""
        self.room.switchboard.announce(publisher, add_track(cid, kind, **fields))
        self.room.switchboard.media_added(publisher, FakeUpTrack(cid, kind))  # pyright: ignore[reportArgumentType]
        return sink(publisher).last("track_published").track.sid


def add_track(cid: str = "cid", kind: Literal["audio", "video"] = "audio", **fields: Any) -> rtc.AddTrackRequest:
    """An announcement as clients send it."""
    source: Any = fields.pop("source", "MICROPHONE" if kind == "audio" else "CAMERA")
    return rtc.AddTrackRequest(cid=cid, type=kind.upper(), source=source, **fields)


def sink(participant: Participant) -> RecordingSink:
    """What the participant's client was told."""
    assert isinstance(participant.sink, RecordingSink)
    return participant.sink


def subscriber(participant: Participant) -> FakePeer:
    """The fake connection the participant receives on."""
    peer: Any = participant.subscriber_peer
    assert isinstance(peer, FakePeer)
    return peer


def limits(**changes: int) -> Limits:
    """Small limits for tests that reach them."""
    return Limits(**changes)
