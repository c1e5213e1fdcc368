"""Turn what a participant's two peer connections report into changes of the room."""

from __future__ import annotations

from typing import Protocol

from livekit.protocol import models, rtc

from media.forwarding.up_track import UpTrack
from media.room.data_packets import DataRelay
from media.room.participant import Participant
from media.room.switchboard import Switchboard
from media.transport.peer import Peer


class EventRoom(Protocol):
    """The part of a room that connections report to."""

    data: DataRelay
    switchboard: Switchboard
    members: dict[str, Participant]

    def clock(self) -> float: ...

    def activate(self, participant: Participant) -> None: ...

    def dismiss(
        self,
        participant: Participant,
        reason: models.DisconnectReason,
        action: rtc.LeaveRequest.Action,
    ) -> None: ...


class _PeerEvents:
    """What both connections have in common. The room ends a session soon after one is lost: a client that leaves
    closes its connections first and says so a moment later."""

    def __init__(self, room: EventRoom, participant: Participant) -> None:
        self._room = room
        self._participant = participant

    def peer_connected(self, peer: Peer) -> None:
        pass

    def peer_data_open(self, peer: Peer) -> None:
        pass

    def peer_data(self, peer: Peer, label: str, payload: bytes) -> None:
        sender = self._participant
        if not sender.is_gone:
            everybody = self._room.members.values()
            self._room.data.receive(sender, sender.gate, label, payload, everybody, self._room.clock())

    def peer_overflow(self, peer: Peer) -> None:
        # The packet is dropped and counted. Ending the session would let one sender throw out all who read slowly.
        pass

    def peer_closed(self, peer: Peer, reason: str) -> None:
        if self._participant.media_lost_at is None:
            self._participant.media_lost_at = self._room.clock()

    def peer_track_added(self, peer: Peer, up_track: UpTrack) -> None:
        pass

    def peer_track_removed(self, peer: Peer, up_track: UpTrack) -> None:
        pass


class SubscriberEvents(_PeerEvents):
    """React to the connection a participant receives on, its primary one."""

    def peer_connected(self, peer: Peer) -> None:
        self._room.activate(self._participant)

    def peer_data_open(self, peer: Peer) -> None:
        participant = self._participant
        if not participant.is_gone:
            participant.is_active = True
            self._room.data.replay(participant, participant.joined_at, self._room.clock())


class PublisherEvents(_PeerEvents):
    """React to the connection a participant publishes on."""

    def peer_track_added(self, peer: Peer, up_track: UpTrack) -> None:
        if not self._participant.is_gone:
            self._room.switchboard.media_added(self._participant, up_track)

    def peer_track_removed(self, peer: Peer, up_track: UpTrack) -> None:
        if not self._participant.is_gone:
            self._room.switchboard.media_removed(self._participant, up_track)
