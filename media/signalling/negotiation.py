"""Offers and answers: the server offers what a client receives, the client offers what it publishes.

One offer of ours is in flight at a time; changes meanwhile are gathered into the next.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from typing import Protocol

from livekit.protocol import rtc

from media.errors import InvalidDescription
from media.room.participant import Participant
from media.transport.peer import Peer

logger = logging.getLogger(__name__)

GATHER_S = 0.02
"""Seconds in which changes are gathered into one offer; LiveKit takes 20 to 150 ms."""
ANSWER_TIMEOUT_S = 15.0
"""Seconds a client may take to answer; clients give each other the same."""


class Timer(Protocol):
    """What a scheduler hands out."""

    def cancel(self) -> None: ...


Scheduler = Callable[[float, Callable[[], None]], Timer]
"""Calls a function after some seconds, as `loop.call_later` does."""


class State(enum.Enum):
    """Of the offers we make."""

    IDLE = "idle"
    GATHERING = "gathering"
    OFFERED = "offered"
    CLOSED = "closed"


class SubscriberNegotiation:
    """Our offers to one client. `on_timeout` is called when an answer does not come."""

    def __init__(
        self, participant: Participant, peer: Peer, schedule: Scheduler, on_timeout: Callable[[], None]
    ) -> None:
        self.state = State.IDLE
        self._participant = participant
        self._peer = peer
        self._schedule = schedule
        self._on_timeout = on_timeout
        self._offer_id = 0
        self._has_changed = False
        self._timer: Timer | None = None

    def request(self, delay_s: float = GATHER_S) -> None:
        """The copies changed: offer them after `delay_s`, or after the answer that is awaited."""
        if self.state is State.IDLE:
            self._enter(State.GATHERING)
            self._timer = self._schedule(delay_s, self._offer)
        elif self.state is State.OFFERED:
            self._has_changed = True

    def answer(self, description: rtc.SessionDescription) -> None:
        """Takes the client's answer. One to an older offer is ignored; number 0 answers the latest.

        Raises InvalidDescription.
        """
        if self.state is not State.OFFERED or description.id not in (0, self._offer_id):
            return
        self._peer.accept_answer(description.sdp)
        self._enter(State.IDLE)
        if self._has_changed:
            self._has_changed = False
            self.request()

    def close(self) -> None:
        """No more offers."""
        self._enter(State.CLOSED)

    def _offer(self) -> None:
        if self.state is not State.GATHERING:
            return
        try:
            sdp = self._peer.offer()
        except InvalidDescription:
            self._enter(State.CLOSED)  # the connection has just ended, and the session soon will
            return
        self._enter(State.OFFERED)
        self._offer_id += 1
        offer = rtc.SessionDescription(type="offer", sdp=sdp, id=self._offer_id)
        for track_sid, down in self._participant.subscriptions.flowing():
            offer.mid_to_track_id[self._peer.mid_of(down)] = track_sid
        self._participant.send(offer=offer)
        self._timer = self._schedule(ANSWER_TIMEOUT_S, self._expire)

    def _expire(self) -> None:
        if self.state is State.OFFERED:
            self._on_timeout()

    def _enter(self, state: State) -> None:
        logger.debug("%s offers: %s -> %s", self._participant.sid, self.state.value, state.value)
        self.state = state
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def answer_publisher(participant: Participant, peer: Peer, description: rtc.SessionDescription) -> None:
    """Answers what a client offers to publish, under the offer's number. Raises InvalidDescription."""
    answer = peer.answer(description.sdp)
    participant.send(answer=rtc.SessionDescription(type="answer", sdp=answer, id=description.id))
