"""One room in one process: carries out what its browsers ask, one after the other, and tells them what is new.

A single task does it all, so no browser is told anything twice, late or in another order. Other processes share the
room by way of the database: their changes wake this task through `wake_ups`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta

from conference_app.api.encryption import frames
from conference_app.api.encryption.connection import Connection, Request
from conference_app.api.encryption.heard import AskCards, AskTurn, Bye, Commit, Hello, Pass, Ready, ShowCard
from conference_app.api.encryption.teller import Teller
from conference_app.api.encryption.turn_giver import NOT_SOON, TurnGiver
from conference_app.errors import ConferenceError, NotFound, Unavailable
from conference_app.services.encryption import cards, commit_log, groups, news, presence, turns
from conference_app.services.encryption.news import News
from conference_app.services.jobs import wake_ups
from conference_app.session.incidents import note_database_failure, note_incident

logger = logging.getLogger(__name__)

Admitted = Callable[[str, Collection[str]], Awaitable[Collection[str]]]
"""Those of some identities who may be in a room now."""
_A_MOMENT_S = 0.01
_PAUSE_FOR_EACH_S = 0.0001
"""After each look, for every browser here: where there are many, more of what they say is dealt with at once."""


def _now() -> datetime:
    return datetime.now(UTC)


class Feed:
    """The browsers of a room that are connected to this process. `run` ends when there are none."""

    def __init__(self, room: str, admitted: Admitted, most: int, on_end: Callable[[], None]) -> None:
        self.room = room
        self._admitted, self._most, self._on_end = admitted, most, on_end
        self._connections: dict[str, Connection] = {}
        self._requests: deque[Request] = deque()
        self._wake = asyncio.Event()
        self._ready: dict[str, int] = {}
        """By socket, the epoch whose keys its browser has, as long as that is not written down."""
        self._teller, self._turns = Teller(room, self._connections), TurnGiver(room)
        self._renew_at = _now() + timedelta(seconds=presence.RENEWED_EVERY_S)

    @property
    def epoch(self) -> int:
        """The group's epoch, as far as its browsers here know."""
        return self._teller.epoch

    @property
    def changes(self) -> int:
        """The room's counter as it was last read."""
        return self._teller.changes

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
                        until = await self._look(_now())
                        await asyncio.sleep(_PAUSE_FOR_EACH_S * len(self._connections))
                        await self._sleep(until)
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
        await self._note_ready()

    async def _note_ready(self) -> None:
        """Write down at once who has said to be ready: all do so for each epoch, at nearly the same time."""
        said, self._ready = self._ready, {}
        if said:
            newest = max(said.values())
            ready = [socket for socket, epoch in said.items() if epoch == newest]
            await presence.note_ready(self.room, newest, ready)

    async def _do(self, request: Request) -> None:
        one = request.connection
        try:
            match request.said:
                case Hello():
                    follows = one.since != commit_log.NO_GROUP
                    await presence.enter(self.room, one.identity, one.id, most=self._most, now=_now(), follows=follows)
                    self._connections[one.id] = one
                case AskTurn():
                    await turns.ask(self.room, one.identity, one.id)
                case Pass():
                    await turns.give_back(self.room, one.identity)
                case Commit():
                    await self._commit(one, request.said)
                case Ready(epoch) if epoch == one.epoch:
                    self._ready[one.id] = epoch
                case ShowCard(card):
                    await cards.show(self.room, one.identity, one.id, card)
                case AskCards():
                    one.wants_cards = one.is_led
                case Bye():
                    one.drop()
                    self._connections.pop(one.id, None)
                    await presence.bye(self.room, one.identity, one.id, now=_now())
                case Ready() | None:
                    pass
        except NotFound:
            one.end("ended")
        except presence.Full:
            one.end("full")
        except ConferenceError:
            one.end("removed")

    async def _commit(self, one: Connection, said: Commit) -> None:
        if one.is_led != (said.handed is not None):
            one.end("protocol")
            return
        of = said.epoch, said.message, said.info, said.handed
        taken = await commit_log.append(self.room, one.identity, *of, now=_now())
        if isinstance(taken, int):
            one.epoch = taken  # so that it is not told of its own commit
        one.send(frames.answer(taken))

    async def _look(self, now: datetime) -> datetime:
        """Tell every browser what is new for it, give a turn; when to look again."""
        if now >= self._renew_at:
            await self._renew(now)
        newcomers = [one.identity for one in self._connections.values() if not one.is_welcome]
        teller = self._teller
        found = await news.read(
            self.room, teller.known, newcomers, most=self._most, cards_after=teller.card_number, now=now
        )
        if found is None:
            teller.end_all("ended")
            return now
        cards_at = await teller.tell(found, now)
        words_for = () if found.driver == groups.LED else teller.gone
        turn_at = await self._turns.give(self._connections, found, words_for, now)
        return min(self._renew_at, _next_end(found, now), turn_at, cards_at)

    async def _renew(self, now: datetime) -> None:
        """Say that our sockets are there, and end those of who may not be there any more."""
        self._renew_at = now + timedelta(seconds=presence.RENEWED_EVERY_S)
        admitted = await self._admitted(self.room, {one.identity for one in self._connections.values()})
        for key, one in list(self._connections.items()):
            if one.identity not in admitted:
                del self._connections[key]
                one.end("refused")
        if self._connections:
            await presence.renew(self.room, list(self._connections), now=now)


def _next_end(found: News, now: datetime) -> datetime:
    """When the next of who are connected counts as gone, unless they are renewed."""
    ends = [member.seen_until for member in found.members if member.is_member and member.seen_until > now]
    return min(ends, default=now + NOT_SOON)
