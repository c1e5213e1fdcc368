"""One room in one process: carries out what its browsers ask, one after the other, and tells them what is new.

A single task does it all, so no browser is told anything twice, late or in another order. Other processes share the
room by way of the database: their changes wake this task through `wake_ups`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from conference_app.api.encryption import frames
from conference_app.api.encryption.connection import Connection, Request
from conference_app.api.encryption.frames import AskTurn, Commit, Hello, Pass
from conference_app.errors import ConferenceError, NotFound, Unavailable
from conference_app.services.encryption import commit_log, groups, news, presence, turns
from conference_app.services.encryption.news import Member, News
from conference_app.services.jobs import wake_ups
from conference_app.session.incidents import note_database_failure, note_incident

logger = logging.getLogger(__name__)

Admits = Callable[[str, str], Awaitable[bool]]
OVERTAKEN_AFTER = timedelta(seconds=1)
"""How long another process may leave a free turn lying, which its browser was first to ask for."""
_A_MOMENT_S = 0.01


def _now() -> datetime:
    return datetime.now(UTC)


class Feed:
    """The browsers of a room that are connected to this process. `run` ends when there are none."""

    def __init__(self, room: str, admits: Admits, most: int, on_end: Callable[[], None]) -> None:
        self.room = room
        self.changes = -1
        """The room's counter as it was last read."""
        self.epoch = commit_log.NO_GROUP
        self._admits, self._most, self._on_end = admits, most, on_end
        self._connections: dict[str, Connection] = {}
        self._requests: deque[Request] = deque()
        self._wake = asyncio.Event()
        self._knows_log = False
        self._gone: Sequence[str] = ()
        self._renew_at = _now() + timedelta(seconds=presence.RENEWED_EVERY_S)
        self._idle_since: tuple[int, datetime] | None = None
        """The turn that another process should have given, and since when."""

    def ask(self, request: Request) -> None:
        """Have something done; `request.done` says when."""
        self._requests.append(request)
        self._wake.set()

    def drop_all(self) -> None:
        """Close every socket, as when the app stops: browsers come back to another process or a new one."""
        for one in [*self._connections.values(), *(request.connection for request in self._requests)]:
            one.drop()

    async def run(self) -> None:
        """Until the last browser is gone."""
        try:
            with wake_ups.listening(groups.topic(self.room)) as self._wake:
                while self._connections or self._requests:
                    self._wake.clear()
                    await self._do_all()
                    if self._connections:
                        await self._sleep(await self._look(_now()))
        except Unavailable:
            logger.warning("too many listen to one room's keys")
        except Exception as error:  # noqa: BLE001 - the top of a task: browsers come back and begin anew
            if not note_database_failure(error):
                note_incident(error)
        finally:
            self._on_end()
            self.drop_all()
            for request in self._requests:
                request.finish()

    async def _sleep(self, until: datetime) -> None:
        if self._requests or not self._connections:
            return
        wait_s = min((until - _now()).total_seconds(), wake_ups.look_again_s())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(wait_s, _A_MOMENT_S))

    async def _do_all(self) -> None:
        left = list[str]()
        while self._requests:
            request = self._requests[0]
            if request.said is None:
                left.append(request.connection.id)
                self._connections.pop(request.connection.id, None)
            elif not request.connection.is_closing:
                await self._do(request)
            self._requests.popleft()
            request.finish()
        if left:
            await presence.leave(self.room, left, now=_now())

    async def _do(self, request: Request) -> None:
        one = request.connection
        try:
            match request.said:
                case Hello():
                    await presence.enter(self.room, one.identity, one.id, most=self._most, now=_now())
                    self._connections[one.id] = one
                case AskTurn():
                    await turns.ask(self.room, one.identity, one.id)
                case Pass():
                    await turns.give_back(self.room, one.identity)
                case Commit(epoch, message, info):
                    await self._commit(one, epoch, message, info)
                case None:
                    return
        except NotFound:
            one.end("ended")
        except presence.Full:
            one.end("full")
        except ConferenceError:
            one.end("removed")

    async def _commit(self, one: Connection, epoch: int, message: bytes, info: bytes) -> None:
        taken = await commit_log.append(self.room, one.identity, epoch, message, info, now=_now())
        if isinstance(taken, int):
            one.epoch = taken  # so that it is not told of its own commit
        one.send(frames.answer(taken))

    async def _look(self, now: datetime) -> datetime:
        """Tell every browser what is new for it, give a turn; when to look again."""
        if now >= self._renew_at:
            await self._renew(now)
        identities = [one.identity for one in self._connections.values()]
        after = self.epoch if self._knows_log else None
        found = await news.read(self.room, after, identities, most=self._most)
        if found is None:
            self._end_all("ended")
            return now
        self._end_replaced(found)
        gone = found.gone(now)
        self._tell(found, gone)
        self.epoch, self.changes, self._knows_log = found.epoch, found.changes, True
        self._gone = gone
        await self._welcome(found)
        return min(self._renew_at, _next_end(found, now), await self._give_turn(found, now))

    async def _renew(self, now: datetime) -> None:
        """Say that our sockets are there, and ask whether one of them may be: all in turn, and all once one may not."""
        self._renew_at = now + timedelta(seconds=presence.RENEWED_EVERY_S)
        for key, one in list(self._connections.items()):
            del self._connections[key]
            if await self._admits(self.room, one.identity):
                self._connections[key] = one  # now the last to be asked about
                break
            one.end("refused")
        if self._connections:
            await presence.renew(self.room, list(self._connections), now=now)

    def _end_all(self, reason: frames.EndReason) -> None:
        for one in self._connections.values():
            one.end(reason)
        self._connections.clear()

    def _end_replaced(self, found: News) -> None:
        """End the sockets of who was sent out, and those in whose place there is a newer one."""
        members = {member.identity: member for member in found.members}
        for key, one in list(self._connections.items()):
            member = members.get(one.identity)
            if member is None or member.is_removed or member.socket != key:
                one.end("removed" if member is not None and member.is_removed else "refused")
            if one.is_closing:
                self._connections.pop(key, None)

    def _tell(self, found: News, gone: Sequence[str]) -> None:
        """Tell the browsers that know where the group stood what has happened since."""
        there = {member.identity for member in found.members}
        left = [frames.gone(one) for one in gone if one not in self._gone]
        came = [frames.back(one) for one in self._gone if one not in gone and one in there]
        entries = [(entry.epoch, frames.entry(entry)) for entry in found.entries]
        for one in self._connections.values():
            if one.is_welcome:
                for frame in [*(text for epoch, text in entries if epoch > one.epoch), *left, *came]:
                    one.send(frame)
                one.epoch = max(one.epoch, found.epoch)
                self._tell_ticket(one, found)

    def _tell_ticket(self, one: Connection, found: News) -> None:
        ticket = found.tickets.get(one.identity, "")
        if ticket and ticket != one.ticket:
            one.send(frames.ticket(ticket))
        one.ticket = ticket

    async def _welcome(self, found: News) -> None:
        """Tell who has just connected where the group stands."""
        for one in self._connections.values():
            if not one.is_welcome:
                told = await news.welcome(self.room, found.meeting_id, one.since, found.epoch)
                one.send(frames.state(self.room, one.identity, found, told, self._gone))
                one.is_welcome, one.epoch, one.ticket = True, found.epoch, found.tickets.get(one.identity, "")

    async def _give_turn(self, found: News, now: datetime) -> datetime:
        """Give the turn if it is free and ours to give; when to look again because of it."""
        waiting = found.waiting(now)
        if not any(member.socket in self._connections for member in waiting):
            self._idle_since = None
            return now + timedelta(days=1)
        free = turns.free_from(found.turn_identity, found.turn_at)
        if free is not None and found.turn_at is not None and found.turn_at <= now < free:
            self._idle_since = None
            return free
        overtaking = self._may_overtake(waiting[0], now)
        if waiting[0].socket not in self._connections and not overtaking:
            return now + OVERTAKEN_AFTER
        given = await turns.give(self.room, self._connections, now=now, overtaking=overtaking)
        if given is not None and (one := self._connections.get(given.socket)):
            one.send(frames.turn(self.room, given, self._gone))
        return now + turns.LEASE

    def _may_overtake(self, first: Member, now: datetime) -> bool:
        """Whether the process of who is first has left the free turn lying for too long."""
        if first.socket in self._connections or first.turn is None:
            self._idle_since = None
            return False
        if self._idle_since is None or self._idle_since[0] != first.turn:
            self._idle_since = first.turn, now
        return now - self._idle_since[1] >= OVERTAKEN_AFTER


def _next_end(found: News, now: datetime) -> datetime:
    """When the next of who are connected counts as gone, unless they are renewed."""
    ends = [member.seen_until for member in found.members if member.is_member and member.seen_until > now]
    return min(ends, default=now + timedelta(days=1))
