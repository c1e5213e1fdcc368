"""One client's session: what starts it, what ends it, and what goes on by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from livekit.protocol import models, rtc

from media.errors import ProtocolViolation, RoomFull
from media.room.participant import Newcomer
from media.room.permissions import Grants
from media.signalling.access_token import verify
from media.signalling.session import Session
from tests.media.fakes import Timers
from tests.media.world import CONFIG, SECRET, World, limits, subscriber


class Line:
    """A connection that plays a script: requests, or exceptions to raise."""

    def __init__(self, *script: rtc.SignalRequest | Exception) -> None:
        self._script = list(script)
        self.sent: list[rtc.SignalResponse] = []
        self.is_finished = False

    def send(self, message: bytes) -> None:
        if not self.is_finished:
            self.sent.append(rtc.SignalResponse.FromString(message))

    def finish(self) -> None:
        self.is_finished = True

    async def read(self) -> AsyncIterator[rtc.SignalRequest]:
        while self._script:
            step = self._script.pop(0)
            if isinstance(step, Exception):
                raise step
            yield step

    @property
    def names(self) -> list[str | None]:
        return [message.WhichOneof("message") for message in self.sent]


class Opened:
    """A session over fakes."""

    def __init__(self, *script: rtc.SignalRequest | Exception, **grants: Any) -> None:
        self.world = World()
        self.timers = Timers()
        self.line = Line(*script)
        line: Any = self.line
        newcomer = Newcomer(Grants(identity="ann", room="room", room_join=True, **grants))
        self.session = Session(self.world.room, newcomer, line, CONFIG, self.timers)
        self.participant = self.session.participant

    def answer(self) -> None:
        """The client answers the first offer, so that the session lasts."""
        self.timers.pass_time(0.0)
        self.session._dispatch.handle(rtc.SignalRequest(answer=rtc.SessionDescription(sdp="answer")))


def started(**grants: Any) -> Opened:
    """A session whose client was greeted and says nothing."""
    opened = Opened(**grants)
    opened.session.start()
    return opened


PING = rtc.SignalRequest(ping=1)


def test_join_is_first_and_the_offer_follows() -> None:
    opened = started()
    opened.timers.pass_time(0.0)
    assert opened.line.names == ["join", "offer"]


def test_tracks_that_are_there_go_into_the_first_offer() -> None:
    world = World()
    sid = world.publish(world.join("ben"))
    line: Any = Line()
    timers = Timers()
    Session(world.room, Newcomer(Grants(identity="ann", room="room")), line, CONFIG, timers).start()
    timers.pass_time(0.0)
    assert list(line.sent[-1].offer.mid_to_track_id.values()) == [sid]


async def test_end_of_the_connection_ends_the_session() -> None:
    opened = Opened(PING, rtc.SignalRequest(), PING)
    await opened.session.run()
    assert opened.line.names.count("pong") == 2
    assert opened.participant.disconnect_reason == models.SIGNAL_CLOSE
    assert opened.line.is_finished


async def test_nothing_is_obeyed_after_leave() -> None:
    opened = Opened(rtc.SignalRequest(leave=rtc.LeaveRequest()), PING)
    await opened.session.run()
    assert "pong" not in opened.line.names
    assert opened.participant.disconnect_reason == models.CLIENT_INITIATED


@pytest.mark.parametrize(
    ("trouble", "action", "code"),
    [
        (ProtocolViolation("signal_rate"), rtc.LeaveRequest.DISCONNECT, "signal_rate"),
        (RuntimeError("fault"), rtc.LeaveRequest.RECONNECT, "fault"),
    ],
)
async def test_trouble_ends_this_session_and_says_whether_to_come_back(
    trouble: Exception, action: int, code: str
) -> None:
    opened = Opened(trouble)
    ben = opened.world.join("ben")
    await opened.session.run()
    assert opened.line.sent[-1].leave.action == action
    assert opened.world.registry.counters.totals["clients_closed", code] == 1
    assert not ben.is_gone


async def test_a_fault_while_greeting_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Opened()

    def fail(_: object) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr(opened.world.room, "welcome", fail)
    await opened.session.run()
    assert opened.participant.is_gone
    assert opened.world.room.members == {}
    assert opened.line.is_finished


async def test_silence_without_media_ends_the_session() -> None:
    opened = Opened(TimeoutError(), PING)
    await opened.session.run()
    assert opened.participant.disconnect_reason == models.CONNECTION_TIMEOUT


async def test_short_silence_is_forgiven_while_media_flows() -> None:
    opened = Opened(TimeoutError(), TimeoutError(), PING, TimeoutError(), TimeoutError(), TimeoutError(), PING)
    subscriber(opened.participant).connect()
    await opened.session.run()
    assert opened.line.names.count("pong") == 1
    assert opened.participant.disconnect_reason == models.CONNECTION_TIMEOUT


def test_token_is_refreshed_every_five_minutes_with_the_same_rights() -> None:
    opened = started(can_publish=False, room_admin=True)
    opened.answer()
    opened.timers.pass_time(299)
    assert "refresh_token" not in opened.line.names
    opened.timers.pass_time(302)
    tokens = [message.refresh_token for message in opened.line.sent if message.refresh_token]
    assert len(tokens) == 2
    grants = verify(tokens[-1], CONFIG.api_key, SECRET)
    assert (grants.identity, grants.room, grants.can_publish, grants.room_admin) == ("ann", "room", False, True)


def test_changed_permission_refreshes_at_once_and_once() -> None:
    opened = started()
    opened.answer()
    opened.participant.permission.can_publish = False
    opened.participant.sink.refresh_token()
    opened.timers.pass_time(299)
    assert not opened.participant.is_gone
    tokens = [message.refresh_token for message in opened.line.sent if message.refresh_token]
    assert [verify(token, CONFIG.api_key, SECRET).can_publish for token in tokens] == [False]


def test_missing_answer_asks_the_client_to_come_afresh() -> None:
    opened = started()
    opened.timers.pass_time(16)
    assert opened.line.sent[-1].leave.action == rtc.LeaveRequest.RECONNECT
    assert opened.participant.is_gone


def test_nothing_is_left_running_after_the_end() -> None:
    opened = started()
    opened.world.room.leave(opened.participant, models.CLIENT_INITIATED)
    said = len(opened.line.sent)
    opened.timers.pass_time(10_000)
    assert len(opened.line.sent) == said


def test_full_room_makes_no_session() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_participants=1)))
    world.join("ben")
    line: Any = Line()
    with pytest.raises(RoomFull):
        Session(world.room, Newcomer(Grants(identity="ann", room="room")), line, CONFIG, Timers())
    assert line.sent == []
