"""Ends requests whose body comes too slowly: a stranger could hold thousands of them open with a byte now and then.

Whole requests that come slowly are the server's business (`run.server_command`), which knows no limit for bodies.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE_S = 10.0
"""Seconds that the server waits for the whole of a small body."""
BYTES_PER_S = 16_384
"""A larger one gets a second more for each so many bytes that have come: a photo of 2 MB has two minutes."""
_GONE: Message = {"type": "http.disconnect"}


class SlowBodies:
    """ASGI middleware that hides a slow client from the application as one that left, and answers it 408."""

    def __init__(self, app: ASGIApp, *, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._patience_s)

        async def said(message: Message) -> None:
            if body.is_late and message["type"] == "http.response.start":
                headers = [*message.get("headers", []), (b"connection", b"close")]
                message = {**message, "status": 408, "headers": headers}
            await send(message)

        await self._app(scope, body.receive, said)


class _Body:
    """A request's body, with the time that was spent on waiting for it."""

    def __init__(self, receive: Receive, patience_s: float) -> None:
        self._receive = receive
        self._left_s = patience_s
        self._is_whole = False
        self.is_late = False

    async def receive(self) -> Message:
        """The next part. After the last one the server tells only when the client leaves, which may take its time."""
        if self._is_whole:
            return await self._receive()
        if self.is_late:
            return _GONE
        now = asyncio.get_running_loop().time
        begun = now()
        try:
            async with asyncio.timeout(self._left_s):
                message = await self._receive()
        except TimeoutError:
            self.is_late = True
            return _GONE
        self._left_s += len(message.get("body", b"")) / BYTES_PER_S - (now() - begun)
        self._is_whole = not message.get("more_body", False)
        return message
