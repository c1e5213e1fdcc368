"""One room: who is in it, what they are told about each other, and when it ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import RoomFull
from media.room.counters import Counters
from media.room.data_packets import DataRelay
from media.room.identifiers import new_sid
from media.room.participant import ClientSink, Newcomer, Participant, encode
from media.room.peer_events import PublisherEvents, SubscriberEvents
from media.room.status import Status
from media.room.switchboard import Switchboard
from media.transport.peer import Peer
from media.transport.udp_mux import UDPMux

logger = logging.getLogger(__name__)
LOST_MEDIA_S = 1.0
"""Seconds between the end of a connection and the end of the session, in which the client may say goodbye."""
Reason = models.DisconnectReason
Action = rtc.LeaveRequest.Action


class Room:
    """One room of participants. Times are monotonic seconds of `clock` unless they go to clients."""

    def __init__(
        self, name: str, config: MediaConfig, mux: UDPMux, counters: Counters, clock: Callable[[], float]
    ) -> None:
        self.sid = new_sid("RM_")
        self.name = name
        self.metadata = ""
        self.max_participants = config.limits.max_participants
        self.empty_timeout_s = config.empty_timeout_s
        self.departure_timeout_s = config.departure_timeout_s
        self.members: dict[str, Participant] = {}
        """By identity."""
        self.clock = clock
        self.counters = counters
        self.switchboard = Switchboard(self.members, self.tell, counters, clock)
        self.data = DataRelay(config.limits, counters)
        self._status = Status(self, clock())
        self._config = config
        self._mux = mux
        self._created_ms = int(time.time() * 1000)
        self._empty_since = clock()
        self._was_used = False
        self._is_info_stale = False

    def info(self) -> models.Room:
        """What clients and administrators are told about the room."""
        visible = [member for member in self.members.values() if not member.is_hidden]
        return models.Room(
            sid=self.sid,
            name=self.name,
            metadata=self.metadata,
            empty_timeout=self.empty_timeout_s,
            departure_timeout=self.departure_timeout_s,
            max_participants=self.max_participants,
            creation_time=self._created_ms // 1000,
            creation_time_ms=self._created_ms,
            num_participants=len(visible),
            num_publishers=sum(bool(member.publications.live) for member in visible),
        )

    def join(self, newcomer: Newcomer, sink: ClientSink) -> Participant:
        """Take in a participant and end an older session of the same identity. Raises RoomFull.

        Nothing is awaited between counting the seats and taking one, so that of joins at one time none goes beyond
        `max_participants`. The caller sends the join response, then calls `welcome`: the client wants that order.
        """
        previous = self.members.get(newcomer.grants.identity)
        participant = Participant(newcomer, sink, self._config.limits, self.clock())
        if not participant.is_dependent and self._seats_taken(except_for=previous) >= self.max_participants:
            raise RoomFull
        if previous is not None:
            self.dismiss(previous, models.DUPLICATE_IDENTITY)
        participant.subscriber_peer = self._mux.create_peer(SubscriberEvents(self, participant))
        self.members[participant.identity] = participant
        self._was_used = self._was_used or not participant.is_dependent
        self.counters.add("participants_joined")
        logger.info("%s joined %s, %d inside", participant.sid, self.sid, len(self.members))
        self.tell(participant, include_self=False)
        return participant

    def _seats_taken(self, except_for: Participant | None = None) -> int:
        return sum(not member.is_dependent for member in self.members.values() if member is not except_for)

    def welcome(self, participant: Participant) -> None:
        """What follows the join response: the others' tracks and who speaks."""
        self.switchboard.reconcile_all(participant)
        self._status.greet(participant)

    def publisher_peer(self, participant: Participant) -> Peer:
        """The connection the participant publishes on, made when it first offers."""
        if participant.publisher_peer is None:
            participant.publisher_peer = self._mux.create_peer(PublisherEvents(self, participant))
        return participant.publisher_peer

    def dismiss(self, participant: Participant, reason: Reason, action: Action = rtc.LeaveRequest.DISCONNECT) -> None:
        """Ends a session by our decision: the client is told why and whether to come back."""
        if not participant.is_gone:
            leave = rtc.LeaveRequest(reason=reason, action=action, can_reconnect=action != rtc.LeaveRequest.DISCONNECT)
            participant.send(leave=leave)
            self.leave(participant, reason)

    def leave(self, participant: Participant, reason: Reason) -> None:
        """Ends a session: its media stops, the others are told. Safe to call twice."""
        if participant.is_gone:
            return
        participant.is_gone = True
        participant.is_active = False
        participant.state = models.ParticipantInfo.DISCONNECTED
        participant.disconnect_reason = reason
        self.switchboard.withdraw_all(participant)
        participant.close_peers("left")
        if self.members.get(participant.identity) is participant:
            del self.members[participant.identity]
        if not participant.is_dependent:
            self._empty_since = self.clock()
        self.counters.add("participants_left", models.DisconnectReason.Name(reason).lower())
        logger.info("%s left %s, %d inside", participant.sid, self.sid, len(self.members))
        self.tell(participant, include_self=False)
        participant.sink.finish()

    def activate(self, participant: Participant) -> None:
        """The participant's primary connection is up."""
        if participant.is_gone or participant.state == models.ParticipantInfo.ACTIVE:
            return
        participant.state = models.ParticipantInfo.ACTIVE
        self.tell(participant)

    def others(self, participant: Participant) -> list[models.ParticipantInfo]:
        """Everybody else the participant may know of."""
        return [one.info() for one in self.members.values() if one is not participant and not one.is_hidden]

    def tell(self, participant: Participant, include_self: bool = True) -> None:
        """Broadcasts the participant's info as it is now, with a higher version."""
        participant.version += 1
        self._is_info_stale = True
        message = encode(update=rtc.ParticipantUpdate(participants=[participant.info()]))
        if include_self and not participant.is_gone:
            participant.sink.send(message)
        if not participant.is_hidden:
            self.broadcast(message, participant)

    def broadcast(self, message: bytes, except_for: Participant | None = None) -> None:
        """Queues an encoded message to everybody."""
        for member in list(self.members.values()):
            if member is not except_for:
                member.sink.send(message)

    def set_metadata(self, metadata: str) -> None:
        """Changes the room's metadata and tells everybody."""
        self.metadata = metadata
        self._tell_room()

    def tick(self, now: float) -> None:
        """Does what is due: speakers, quality, counts, and ends sessions whose media never came or went away."""
        self._status.tick(now)
        if self._is_info_stale:
            self._tell_room()
        for member in list(self.members.values()):
            is_late = member.joined_at < now - self._config.join_timeout_s
            if is_late and member.state != models.ParticipantInfo.ACTIVE:
                self.dismiss(member, models.CONNECTION_TIMEOUT)
            elif member.media_lost_at is not None and member.media_lost_at < now - LOST_MEDIA_S:
                self.dismiss(member, models.MEDIA_FAILURE, rtc.LeaveRequest.RECONNECT)

    def is_over(self, now: float) -> bool:
        """Tell whether nobody is inside, dependent participants aside, and the time to wait for somebody has passed.

        That is `empty_timeout_s` after the room was made while nobody ever came, else `departure_timeout_s` after the
        last one left, as LiveKit counts.
        """
        patience_s = self.departure_timeout_s if self._was_used else self.empty_timeout_s
        return not self._seats_taken() and now - self._empty_since >= patience_s

    def close(self, reason: Reason, action: Action = rtc.LeaveRequest.DISCONNECT) -> None:
        """Ends every session."""
        for member in list(self.members.values()):
            self.dismiss(member, reason, action)

    def _tell_room(self) -> None:
        self._is_info_stale = False
        self.broadcast(encode(room_update=rtc.RoomUpdate(room=self.info())))
