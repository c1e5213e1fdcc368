"""One browser's socket, as its room's feed sees it: words for it go into a bounded queue, and one writer sends them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from conference_app.api.encryption import frames
from conference_app.api.encryption.frames import EndReason
from conference_app.api.encryption.heard import FRAME_LIMIT, Said
from conference_app.models.columns import new_id

MOST_WAITING = 256
"""Frames that wait for a browser; more, and it takes nothing, so its socket is closed."""
MOST_CHARACTERS = 4 * FRAME_LIMIT
MOST_WITH_CARDS = 16 * FRAME_LIMIT
"""The same where a leader hands out secrets: the cards of a thousand people, as long as they may be."""
STALL_S = 10.0
"""Seconds a browser may take nothing of what is sent to it."""


class Connection:
    """A socket whose owner has shown a good token."""

    def __init__(self, websocket: WebSocket, room: str, identity: str, since: int) -> None:
        self.id = new_id()
        self.room, self.identity, self.since = room, identity, since
        self.is_closing = False
        self.is_welcome = False
        """Whether it has been told where the group stands."""
        self.epoch = since
        """Up to which it knows the group."""
        self.all_ready = -1
        """The last epoch of which it was told that all members have its keys."""
        self.ticket = ""
        self.is_led = False
        """Whether a leader hands out secrets in its room."""
        self.wants_cards = False
        self._websocket = websocket
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(MOST_WAITING)
        self._characters = 0

    def send(self, frame: str) -> None:
        """Put a word into the queue; a browser for which too much waits already is given up."""
        if self.is_closing:
            return
        most = MOST_WITH_CARDS if self.is_led else MOST_CHARACTERS
        if self._waiting.qsize() >= MOST_WAITING - 2 or self._characters + len(frame) > most:
            self.drop()
            return
        self._characters += len(frame)
        self._waiting.put_nowait(frame)

    def send_all(self, words: Iterable[str]) -> None:
        """`send` each of them."""
        for frame in words:
            self.send(frame)

    def end(self, reason: EndReason) -> None:
        """Say why, and close once that is sent."""
        self.send(frames.end(reason))
        self.drop()

    def drop(self) -> None:
        """Close once what waits is sent: the browser comes back."""
        if not self.is_closing:
            self.is_closing = True
            self._waiting.put_nowait(None)

    async def write(self) -> None:
        """Send what waits until the socket closes or is dropped, or its browser takes nothing any more."""
        try:
            while (frame := await self._waiting.get()) is not None:
                await asyncio.wait_for(self._websocket.send_text(frame), STALL_S)
                self._characters -= len(frame)
        except (WebSocketDisconnect, RuntimeError, TimeoutError):
            self.is_closing = True  # RuntimeError: Starlette's word for sending to a socket that closed meanwhile


@dataclass(frozen=True, slots=True)
class Request:
    """Something a browser says to the feed; None: it is gone."""

    connection: Connection
    said: Said | None
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def finish(self) -> None:
        """Let the reader go on."""
        if not self.done.done():
            self.done.set_result(None)
