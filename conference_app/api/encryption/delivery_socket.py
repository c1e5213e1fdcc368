"""The delivery service's socket: whoever has a room token commits to the room's group here, and hears of others' commits.

The token comes in the first frame, never in the URL. What is in a commit is the browsers' business: they believe this
server nothing but the order.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from conference_app.api.encryption import frames, heard
from conference_app.api.encryption.connection import STALL_S, Connection, Request
from conference_app.api.encryption.feed import Admitted, Feed
from conference_app.api.encryption.heard import AskCards, Commit, Hello, Nonsense, Said, ShowCard
from conference_app.api.http.socket_limits import SocketLimits
from conference_app.config import settings
from conference_app.errors import ConferenceError, TooManyAttempts
from conference_app.services.encryption import groups
from conference_app.services.encryption.commit_log import Refused
from conference_app.services.jobs import wake_ups
from conference_app.services.limits import rate_limits
from conference_app.services.media_server.access_tokens import RoomClaims, verify_room_token
from conference_app.session.budgets import Budget
from conference_app.session.incidents import note_database_failure, note_incident

PATH = "/encryption"
HELLO_S = 5.0
LOOK_EVERY_S = 0.2
"""How often other processes' changes are looked for, where there are others: keys must not come a second late."""


def address_limits() -> SocketLimits:
    """What one network address may do here before a word is read: in an office all say at once that they have a key."""
    return SocketLimits(PATH, re.compile(r"\{"), heard.FRAME_LIMIT, Budget(per_s=1000, burst=5000))


class Delivery:
    """The delivery service of one app worker, with its counters."""

    def __init__(self, admitted: Admitted) -> None:
        self._admitted = admitted
        self._feeds: dict[str, Feed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._frames = Budget(per_s=20, burst=150)
        self._cards = Budget(per_s=0.5, burst=10)
        """Each costs as many frames as the room has people."""
        self._is_stopping = False
        self.counts: Counter[str] = Counter()
        """How many sockets were open, refused, or closed for nonsense."""

    @property
    def routes(self) -> list[BaseRoute]:
        """Routes for the composition root."""
        return [WebSocketRoute(PATH, self.serve)]

    async def serve(self, websocket: WebSocket) -> None:
        """Hear who it is, and hand on what they say to the feed of their room until either end closes."""
        if self._is_stopping or not _is_same_site(websocket):
            self.counts["refused"] += 1
            await websocket.close()  # before it is accepted: 403
            return
        await websocket.accept()
        try:
            hello = await asyncio.wait_for(_said(websocket), HELLO_S)
        except (TimeoutError, Nonsense):
            await self._refuse(websocket, "protocol")
            return
        except WebSocketDisconnect:
            return
        claims = await self._claims(hello) if isinstance(hello, Hello) and not self._is_stopping else None
        if claims is None or not isinstance(hello, Hello):
            await self._refuse(websocket, "refused" if isinstance(hello, Hello) else "protocol")
            return
        await self._talk(websocket, Connection(websocket, claims.room, claims.identity, hello.since), hello)

    async def _claims(self, hello: Hello) -> RoomClaims | None:
        try:
            claims = verify_room_token(hello.token)
        except ConferenceError:
            return None
        return claims if await self._admitted(claims.room, [claims.identity]) else None

    async def _refuse(self, websocket: WebSocket, reason: frames.EndReason) -> None:
        self.counts[reason] += 1
        await _quietly(websocket, frames.end(reason))

    async def _talk(self, websocket: WebSocket, one: Connection, hello: Hello) -> None:
        self._keep(asyncio.current_task())
        feed = self._feed_of(one.room)
        feed.ask(Request(one, hello))
        self.counts["open"] += 1
        writer = asyncio.create_task(one.write(), name="encryption writer")
        reader = asyncio.create_task(self._read(websocket, one, feed), name="encryption reader")
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            one.drop()
            await asyncio.wait((writer,), timeout=STALL_S)
        finally:
            self.counts["open"] -= 1
            one.is_closing = True
            self._feed_of(one.room).ask(Request(one, None))
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)
        await _quietly(websocket)

    def _feed_of(self, room: str) -> Feed:
        """The room's feed, begun if there is none."""
        found = self._feeds.get(room)
        if found is None:
            found = Feed(room, self._admitted, settings().media_room_capacity, lambda: self._forget(room))
            self._feeds[room] = found
            self._keep(asyncio.create_task(found.run(), name="encryption feed"))
        return found

    def _keep(self, task: asyncio.Task[None] | None) -> None:
        """Have `stop` wait for it."""
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _forget(self, room: str) -> None:
        self._feeds.pop(room, None)

    async def _read(self, websocket: WebSocket, one: Connection, feed: Feed) -> None:
        """Hand on one word after the other; the next is read when the one before is done."""
        try:
            while not one.is_closing:
                said = await _said(websocket)
                if isinstance(said, Hello) or not self._frames.take(one.identity):
                    raise Nonsense
                if isinstance(said, ShowCard | AskCards) and not self._cards.take(one.identity):
                    one.drop()  # to begin anew takes it longer
                    continue
                if isinstance(said, Commit) and not await _may_commit(one):
                    one.send(frames.answer(Refused("rate", feed.epoch)))
                    continue
                request = Request(one, said)
                feed.ask(request)
                await request.done
        except Nonsense:
            self.counts["protocol"] += 1
            one.end("protocol")
        except WebSocketDisconnect:
            one.drop()

    async def watch(self) -> None:
        """Wake the feeds whose rooms other processes have changed, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self._feeds and settings().redis_url:
                try:
                    await self._look()
                except Exception as error:  # noqa: BLE001 - the top of a task: it goes on
                    if not note_database_failure(error):
                        note_incident(error)

    async def _look(self) -> None:
        changes = await groups.changes_of(list(self._feeds))
        for room, feed in self._feeds.items():
            if changes.get(room) != feed.changes:
                wake_ups.publish(groups.topic(room))

    async def stop(self) -> None:
        """Close every socket, so that browsers go to another process, and note that they are gone for a moment."""
        self._is_stopping = True
        for feed in list(self._feeds.values()):
            feed.drop_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STALL_S):
                while self._tasks:  # sockets that close may begin a feed once more, to note it
                    await asyncio.wait(self._tasks)


async def _said(websocket: WebSocket) -> Said:
    """The next word of a browser. Raises Nonsense, and WebSocketDisconnect."""
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if not isinstance(text, str):
        raise Nonsense
    return heard.parse(text)


def _is_same_site(websocket: WebSocket) -> bool:
    """Whether a page of ours opened it. Programs without an Origin header are no browser to trick."""
    origin = websocket.headers.get("origin")
    return origin is None or origin in settings().allowed_origins


async def _may_commit(one: Connection) -> bool:
    try:
        limit = rate_limits.ENCRYPTION_LEADER if one.is_led else rate_limits.ENCRYPTION_COMMITS
        await rate_limits.count(limit, f"{one.room} {one.identity}")
    except TooManyAttempts:
        return False
    return True


async def _quietly(websocket: WebSocket, last: str = "") -> None:
    """Say a last word and close, whether or not the browser still listens."""
    with contextlib.suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(STALL_S):
            if last:
                await websocket.send_text(last)
            await websocket.close()
