"""One client's session from the join response to the end: the reader's loop and everything that can end it."""

from __future__ import annotations

import asyncio
import logging

from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import InvalidDescription, ProtocolViolation, RoomFull
from media.room.counters import Counters
from media.room.participant import Newcomer, Participant, encode
from media.room.room import Room
from media.signalling import access_token
from media.signalling.dispatch import Dispatch
from media.signalling.join import join_response
from media.signalling.negotiation import Scheduler, SubscriberNegotiation, Timer
from media.signalling.websocket import SignalConnection

logger = logging.getLogger(__name__)

REFRESH_S = 300.0
"""Seconds between two refreshed tokens; each is valid for ten minutes."""
PATIENT_SILENCES = 3
"""Silences of 30 s that are forgiven while media flows: browsers slow the timers of hidden pages."""
LAST_WORDS_S = 1.0
"""Seconds to read what a client said before it went away, such as its `leave`."""


class Session:
    """Joins a connection to a participant. It is the participant's `ClientSink`."""

    def __init__(
        self, room: Room, newcomer: Newcomer, connection: SignalConnection, config: MediaConfig, schedule: Scheduler
    ) -> None:
        self._room = room
        self._connection = connection
        self._config = config
        self._schedule = schedule
        self._refresh_timer: Timer | None = None
        self._negotiation: SubscriberNegotiation | None = None
        self.participant: Participant = room.join(newcomer, self)
        """Raises RoomFull from the constructor when there is no place."""
        peer = self.participant.subscriber_peer
        assert peer is not None  # noqa: S101  (join has just made it)
        self._negotiation = SubscriberNegotiation(self.participant, peer, schedule, self._on_answer_timeout)
        self._dispatch = Dispatch(room, self.participant, self._negotiation, config)

    def start(self) -> None:
        """Sends the join response, the first offer and what follows; `run` begins with it."""
        self.participant.send(join=join_response(self._room, self.participant))
        if self._negotiation is not None:
            self._negotiation.request(0.0)
        self._room.welcome(self.participant)
        self._refresh_timer = self._schedule(REFRESH_S, self.refresh_token)

    def send(self, message: bytes) -> None:
        """Queues an encoded SignalResponse."""
        self._room.counters.add("signal_messages", "out")
        self._connection.send(message)

    def renegotiate(self) -> None:
        """Offers the changed copies soon."""
        if self._negotiation is not None:
            self._negotiation.request()

    def finish(self) -> None:
        """Ends the conversation after what was queued."""
        if self._negotiation is not None:
            self._negotiation.close()
        if self._refresh_timer is not None:
            self._refresh_timer.cancel()
        self._connection.finish()

    async def run(self) -> None:
        """Greets, reads and obeys until either side ends; the participant has left when this returns."""
        reason: models.DisconnectReason = models.SIGNAL_CLOSE
        try:
            self.start()
            await self._obey()
        except (ProtocolViolation, InvalidDescription) as err:
            self._room.counters.add("clients_closed", err.code)
            logger.info("%s closed: %s", self.participant.sid, err.code)
            self._room.dismiss(self.participant, models.STATE_MISMATCH)
        except TimeoutError:
            self._room.counters.add("clients_closed", "silent")
            reason = models.CONNECTION_TIMEOUT
        except Exception:
            # One client's trouble must not reach the others: it may come afresh.
            logger.exception("%s closed by a fault of ours", self.participant.sid)
            self._room.counters.add("clients_closed", "fault")
            self._room.dismiss(self.participant, models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)
        finally:
            self._room.leave(self.participant, reason)

    async def _obey(self) -> None:
        silences = 0
        while not self.participant.is_gone:
            try:
                async for request in self._connection.read():
                    silences = 0
                    name = self._dispatch.handle(request)
                    self._room.counters.add("signal_messages", name)
                    if self.participant.is_gone:
                        return
                return
            except TimeoutError:
                silences += 1
                peer = self.participant.subscriber_peer
                if silences >= PATIENT_SILENCES or peer is None or not peer.is_connected:
                    raise

    def _on_answer_timeout(self) -> None:
        self._room.counters.add("clients_closed", "no_answer")
        self._room.dismiss(self.participant, models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)

    def refresh_token(self) -> None:
        """Sends a new token, since a client that reconnects presents the newest it has."""
        if self._refresh_timer is not None:
            self._refresh_timer.cancel()
        participant = self.participant
        token = access_token.mint_refresh(
            participant.grants, participant.info(), self._config.api_key, self._config.api_secret
        )
        participant.send(refresh_token=token)
        self._refresh_timer = self._schedule(REFRESH_S, self.refresh_token)


async def serve(
    room: Room, newcomer: Newcomer, connection: SignalConnection, config: MediaConfig, schedule: Scheduler
) -> None:
    """Runs one client's session over an open WebSocket."""
    writer = asyncio.create_task(connection.write(), name="signal writer")
    try:
        session = Session(room, newcomer, connection, config, schedule)
    except RoomFull as err:
        refuse(connection, room.counters, err.code, models.JOIN_FAILURE, rtc.LeaveRequest.DISCONNECT)
        await writer
        return
    reader = asyncio.create_task(session.run(), name=f"signal reader {session.participant.sid}")
    try:
        # The writer ends first when the client reads too slowly, went away, or the room dismissed it.
        await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        if connection.is_overflowing:
            room.counters.add("clients_closed", "slow_signal")
        else:
            await asyncio.wait({reader}, timeout=LAST_WORDS_S)
    finally:
        if not reader.done():
            reader.cancel()
        await asyncio.wait({reader})
        connection.finish()
        await asyncio.wait({writer})


def refuse(
    connection: SignalConnection,
    counters: Counters,
    code: str,
    reason: models.DisconnectReason,
    action: rtc.LeaveRequest.Action,
) -> None:
    """Answer a client that may not come in with `leave` as its first message."""
    counters.add("joins_refused", code)
    can_reconnect = action != rtc.LeaveRequest.DISCONNECT
    connection.send(encode(leave=rtc.LeaveRequest(reason=reason, action=action, can_reconnect=can_reconnect)))
    connection.finish()
