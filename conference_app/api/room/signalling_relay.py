"""Relays LiveKit's signalling between a browser and the media process, so that both share the page's origin.

It checks the access token, counts, and copies frames; what they mean is the business of the two ends. The query
string carries the token: it is passed on, and never logged. The token that was checked goes along as a bearer, which
media servers look at first: who puts two into the query must not have one checked and the other one used.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from conference_app.config import Settings
from conference_app.errors import ConferenceError
from conference_app.services.media_server.access_tokens import verify_room_token

if TYPE_CHECKING:
    from starlette.datastructures import URL

logger = logging.getLogger(__name__)

FRAME_LIMIT = 1 << 20
"""Bytes of one signalling frame at most; the largest seen, an offer of 50 sections, is about 100 kB."""
OPEN_TIMEOUT_S = 5.0
STALL_S = 10.0
"""Seconds a browser may take nothing of what is sent to it: until then its frames fill our memory and the kernel's."""
CLOSE_S = 2.0
"""Seconds the media process may take to answer our close; it has more frames under way for a browser that stalled."""
FRAMES_WAITING = 4
"""Frames of the media process held here for a browser; the others wait there, where they are counted."""
RETRY_AFTER_S = 1
Admits = Callable[[str, str], Awaitable[bool]]
"""Whether an identity may be in a room now: a token outlives its owner's removal by minutes."""
_CORS = {"Access-Control-Allow-Origin": "*"}
_PASSED_STATUSES = frozenset({400, 401, 403, 404, 429, 503})


class SignalProxy:
    """The relay of one app worker, with its counters."""

    def __init__(self, settings: Settings, admits: Admits) -> None:
        self._base = settings.media_http_url
        self._admits = admits
        self.open_connections = 0
        self.refused = 0
        self.client = httpx.AsyncClient(timeout=OPEN_TIMEOUT_S, trust_env=False)

    @property
    def routes(self) -> list[BaseRoute]:
        """Routes for the composition root: both versions of the path, with and without upgrade."""
        return [
            WebSocketRoute("/rtc", self.relay),
            WebSocketRoute("/rtc/v1", self.relay),
            Route("/rtc", self.not_an_upgrade, methods=["GET"]),
            Route("/rtc/v1", self.not_an_upgrade, methods=["GET"]),
            Route("/rtc/validate", self.validate, methods=["GET"]),
            Route("/rtc/v1/validate", self.validate, methods=["GET"]),
        ]

    async def is_up(self) -> bool:
        """Whether the media process answers."""
        try:
            answer = await self.client.get(f"{self._base}/", timeout=1.0)
        except httpx.HTTPError:
            return False
        return answer.status_code < 500

    async def not_an_upgrade(self, _request: Request) -> Response:
        """A plain GET where a WebSocket belongs: 426, since a 404 here makes clients retry without end."""
        return PlainTextResponse("WebSocket upgrade required", 426, headers=_CORS)

    async def validate(self, request: Request) -> Response:
        """Why a WebSocket was refused, as the client asks after a failed try. 503, never 404, while media is down."""
        token = _token(request)
        if not await self._is_allowed(token):
            return _not_allowed()
        try:
            answer = await self.client.get(self._upstream(request.url), headers=_bearer(token))
        except httpx.HTTPError:
            return _unavailable()
        return PlainTextResponse(answer.text[:500], answer.status_code, headers=_CORS)

    async def relay(self, websocket: WebSocket) -> None:
        """Authorise, open the connection to the media process, and copy frames until either end closes."""
        token = _token(websocket)
        if not await self._is_allowed(token):
            self.refused += 1
            await websocket.send_denial_response(_not_allowed())
            return
        try:
            upstream = await self._open(websocket.url, token)
        except InvalidStatus as err:
            status = err.response.status_code
            body = bytes(err.response.body or b"").decode("utf-8", "replace")[:500]
            await websocket.send_denial_response(_passed_on(status, body))
            return
        except (OSError, TimeoutError, InvalidHandshake):
            await websocket.send_denial_response(_unavailable())
            return
        self.open_connections += 1
        try:
            await self._copy(websocket, upstream)
        finally:
            self.open_connections -= 1
            await upstream.close()

    async def _is_allowed(self, token: str) -> bool:
        try:
            claims = verify_room_token(token)
        except ConferenceError:
            return False
        return await self._admits(claims.room, claims.identity)

    async def _open(self, url: URL, token: str) -> ClientConnection:
        return await connect(
            self._upstream(url).replace("http", "ws", 1),
            additional_headers=_bearer(token),
            max_size=FRAME_LIMIT,
            max_queue=FRAMES_WAITING,
            close_timeout=CLOSE_S,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=None,  # the two ends ping each other with protocol messages
            compression=None,
            proxy=None,
        )

    def _upstream(self, url: URL) -> str:
        return f"{self._base}{url.path}?{url.query}"

    async def _copy(self, websocket: WebSocket, upstream: ClientConnection) -> None:
        await websocket.accept()
        directions = (_to_media(websocket, upstream), _to_browser(upstream, websocket))
        tasks = [asyncio.create_task(direction) for direction in directions]
        _done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _quietly(websocket.close)


async def _to_media(websocket: WebSocket, upstream: ClientConnection) -> None:
    try:
        while True:
            frame = await websocket.receive_bytes()
            if len(frame) > FRAME_LIMIT:
                return
            await upstream.send(frame)
    except (WebSocketDisconnect, ConnectionClosed, KeyError):
        return  # KeyError: a text frame, which no client of ours sends


async def _to_browser(upstream: ClientConnection, websocket: WebSocket) -> None:
    try:
        async for frame in upstream:
            if isinstance(frame, bytes):
                await asyncio.wait_for(websocket.send_bytes(frame), STALL_S)
    except (WebSocketDisconnect, ConnectionClosed, RuntimeError, TimeoutError):
        return  # RuntimeError: Starlette's word for sending to a socket that closed meanwhile


async def _quietly(close: Callable[[], Awaitable[None]]) -> None:
    try:
        await asyncio.wait_for(close(), STALL_S)
    except (RuntimeError, TimeoutError):
        logger.debug("the browser had closed its socket already, or takes nothing any more")


def _token(connection: HTTPConnection) -> str:
    bearer = connection.headers.get("authorization", "")
    return bearer.removeprefix("Bearer ") or connection.query_params.get("access_token", "")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _not_allowed() -> Response:
    return PlainTextResponse("not allowed", 401, headers=_CORS)


def _unavailable() -> Response:
    return PlainTextResponse("media is starting, try again", 503, headers={**_CORS, "Retry-After": str(RETRY_AFTER_S)})


def _passed_on(status: int, body: str) -> Response:
    if status not in _PASSED_STATUSES:
        return _unavailable()
    retry = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return PlainTextResponse(body, status, headers={**_CORS, **retry})
