"""What one network address may do with the pages' sockets, and with those of encryption, before a message is read.

Every open tab holds a State, and every message costs the loop that answers everybody. Whoever asks for more than a
household or an office does is slowed down, by being read more slowly; beyond that the socket closes, and a page then
tries again by itself.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conference_app.api.http.plain_pages import network_address
from conference_app.services.limits.rate_limits import network_of
from conference_app.session.budgets import Budget
from conference_app.session.credentials import SOCKET_PATH

MOST_OPEN = 300
"""Sockets of one address: as many as tabs are open in an office behind one address."""
LONGEST_MESSAGE = 256 * 1024
"""Characters of one message; the longest form of ours, a newsletter, has less than half of that."""
MESSAGE_UNIT = 8 * 1024
"""A long message counts as several."""
MOST_WAIT_S = 5.0
"""Whoever would be read later than that is not read at all."""
_PACKET = re.compile(r"[1-6]")
"""How pages' messages begin: with the kind of an Engine.IO packet. Binary ones, which pages never send, break it."""
_TRY_AGAIN_LATER: Message = {"type": "websocket.close", "code": 1013}
_GONE: Message = {"type": "websocket.disconnect", "code": 1013}


class SocketLimits:
    """ASGI middleware of one app worker, for `rx.App(api_transformer=…)`: for sockets whose path begins with `path`.

    What does not begin with `packet`, or is longer than `longest`, ends the socket.
    """

    def __init__(
        self,
        path: str = SOCKET_PATH,
        packet: re.Pattern[str] = _PACKET,
        longest: int = LONGEST_MESSAGE,
        messages: Budget | None = None,
    ) -> None:
        self._path, self._packet, self._longest = path, packet, longest
        self._open: Counter[str] = Counter()
        self._opening = Budget(per_s=10, burst=100)
        self._messages = messages or Budget(per_s=150, burst=600)

    def guarding(self, app: ASGIApp) -> ASGIApp:
        """`app`, with the limits before its socket."""

        async def limited(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket" or not scope["path"].startswith(self._path):
                await app(scope, receive, send)
                return
            who = network_of(network_address(HTTPConnection(scope)))
            if self._open[who] < MOST_OPEN and await _waited(self._opening, who, 1.0):
                await self._serve(app, who, scope, receive, send)
            else:
                await receive()  # its wish to connect
                await send(_TRY_AGAIN_LATER)

        return limited

    async def _serve(self, app: ASGIApp, who: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._open[who] += 1
        try:
            await app(scope, self._paced(who, receive), send)
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    def _paced(self, who: str, receive: Receive) -> Receive:
        """`receive` that hands on what fits the budget, later if need be; to the app, too much looks like the end."""

        async def received() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            text = message.get("text") or ""
            if not self._packet.match(text) or len(text) > self._longest:
                return _GONE
            return message if await _waited(self._messages, who, 1.0 + len(text) / MESSAGE_UNIT) else _GONE

        return received


async def _waited(budget: Budget, who: str, units: float) -> bool:
    """Wait for `units` of the budget; False, at once and with nothing taken, if that takes too long."""
    wait_s = budget.reserve(who, units)
    if wait_s > MOST_WAIT_S:
        budget.give_back(who, units)
        return False
    if wait_s:
        await asyncio.sleep(wait_s)
    return True
