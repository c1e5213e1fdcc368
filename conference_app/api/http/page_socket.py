"""The pages' socket, open only while what every page needs and what may go away without us is there.

A page whose socket closes says that the server cannot be reached, keeps what was typed, and tries again by itself. One
that stays open would take what is pressed and give no answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conference_app import database_health
from conference_app.config import Settings
from conference_app.services.limits import redis
from conference_app.session.credentials import SOCKET_PATH

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
_TRY_AGAIN_LATER = {"type": "websocket.close", "code": 1013}
_GONE: Message = {"type": "websocket.disconnect", "code": 1013}
Check = Callable[[], Awaitable[bool]]


def needs(used: Settings) -> list[Check]:
    """Says of each thing that may go away while this process stays whether it answers. SQLite is no such thing."""
    checks: list[Check] = []
    if not used.database_url.startswith("sqlite"):
        checks.append(database_health.healthy)
    if used.redis_url:
        checks.append(redis.healthy)
    return checks


class PageSocket:
    """Let pages connect to one app worker while every check that `needs` gives passes; without checks always."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = checks
        self._is_open = True
        self._closing = asyncio.Event()
        """Set when the sockets that are open now are closed; those that come later wait for another one."""

    async def is_open(self) -> bool:
        """Whether pages can be answered, as far as the last look has shown."""
        return self._is_open

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while self._checks:
            await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> bool:
        self._turn(all(await asyncio.gather(*[answers() for answers in self._checks])))
        return self._is_open

    def _turn(self, is_open: bool) -> None:
        if is_open == self._is_open:
            return
        self._is_open = is_open
        logger.warning("pages are answered again" if is_open else "pages wait for what does not answer")
        if not is_open:
            self._closing.set()
            self._closing = asyncio.Event()

    def guarding(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware for `rx.App(api_transformer=…)`."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket" or not scope["path"].startswith(SOCKET_PATH) or not self._checks:
                await app(scope, receive, send)
            elif self._is_open and await self._look():  # else what was noticed a moment later would close it again
                closing = asyncio.ensure_future(self._closing.wait())
                try:
                    await app(scope, _until(closing, receive), send)
                finally:
                    closing.cancel()
            else:
                await receive()  # its wish to connect
                await send(_TRY_AGAIN_LATER)

        return guarded


def _until(closing: asyncio.Future[Any], receive: Receive) -> Receive:
    """`receive` that says that the browser is gone as soon as `closing` is done.

    The server closes its end when the app has done so: a close of ours would wait there for the browser's next word.
    """

    async def received() -> Message:
        said = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((said, closing), return_when=asyncio.FIRST_COMPLETED)
            return _GONE if closing.done() else said.result()
        finally:
            said.cancel()

    return received
