"""The HTTP surface: signalling, its dry run, RoomService, health and counters."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable
from socket import SO_SNDBUF, SOL_SOCKET

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import HttpProcessingError
from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import JoinRefused
from media.room.permissions import Grants
from media.room.registry import Registry
from media.service.metrics import Metrics
from media.service.twirp import Twirp, error_response
from media.signalling import access_token, session
from media.signalling.join import SERVER_VERSION, check_grants, newcomer_of
from media.signalling.websocket import SEND_BUFFER_BYTES, SignalConnection

logger = logging.getLogger(__name__)

error_logger = logging.getLogger("media.http")
"""What aiohttp has to say about requests that failed."""
MAX_BODY_BYTES = 1_000_000
_CORS = {"Access-Control-Allow-Origin": "*"}


class HTTPApp:
    """Builds the aiohttp application around the registry."""

    def __init__(
        self, config: MediaConfig, registry: Registry, twirp: Twirp, metrics: Metrics, clock: Callable[[], float]
    ) -> None:
        self._config = config
        self._registry = registry
        self._twirp = twirp
        self._metrics = metrics
        self._clock = clock

    def build(self) -> web.Application:
        """The application with its routes. No route of `/rtc/v1`: 404 there sends clients to `/rtc`."""
        error_logger.addFilter(_QUIET)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes(
            [
                web.get("/", self.alive),
                web.get("/healthz", self.health),
                web.get("/metrics", self.metrics),
                web.get("/rtc", self.signal, allow_head=False),
                web.get("/rtc/validate", self.validate),
                web.get("/rtc/v1", self.no_v1),
                web.get("/rtc/v1/validate", self.no_v1),
                web.post("/twirp/livekit.RoomService/{method}", self.room_service),
            ]
        )
        return app

    async def alive(self, request: web.Request) -> web.Response:
        """What clients ask to warm up a connection."""
        return web.Response(text="OK", headers=_CORS)

    async def health(self, request: web.Request) -> web.Response:
        """Whether this process takes participants, and how many it has."""
        rooms = self._registry.rooms.values()
        state = "closing" if self._registry.is_closing else "ok"
        figures = {"rooms": len(rooms), "participants": sum(len(room.members) for room in rooms)}
        return web.json_response({"state": state, "livekit_version": SERVER_VERSION, **figures})

    async def metrics(self, request: web.Request) -> web.Response:
        """Counters, to this machine only."""
        if not _is_loopback(request.remote):
            return web.Response(status=404)
        return web.Response(body=self._metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4"})

    async def no_v1(self, request: web.Request) -> web.Response:
        """The later form of signalling does not exist here; clients fall back on this status."""
        return web.Response(status=404, text="not offered", headers=_CORS)

    async def validate(self, request: web.Request) -> web.Response:
        """The checks of `/rtc` without the upgrade: clients ask here why it failed."""
        try:
            self._admit(request)
        except JoinRefused as err:
            return self._refusal(err)
        return web.Response(text="success", headers=_CORS)

    async def signal(self, request: web.Request) -> web.StreamResponse:
        """One client's session."""
        socket = web.WebSocketResponse(
            max_msg_size=self._config.limits.max_signal_bytes, compress=False, autoping=False
        )
        try:
            grants = self._admit(request)
            newcomer = newcomer_of(request.query, grants, self._config.limits)
            if not socket.can_prepare(request):
                raise JoinRefused(404, "no_upgrade", "this address takes WebSockets")
        except JoinRefused as err:
            return self._refusal(err)
        await socket.prepare(request)
        socket.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES)
        connection = SignalConnection(socket, self._config.limits, self._clock)
        if request.query.get("reconnect") in ("1", "true"):
            self._refuse_resume(connection, grants, request.query.get("sid", ""))
            await connection.write()
            return socket
        try:
            room = self._registry.get_or_create(grants.room)
        except JoinRefused as err:  # what was checked before the upgrade has changed meanwhile
            session.refuse(
                connection, self._registry.counters, err.code, models.JOIN_FAILURE, rtc.LeaveRequest.RECONNECT
            )
            await connection.write()
            return socket
        await session.serve(room, newcomer, connection, self._config, asyncio.get_running_loop().call_later)
        return socket

    async def room_service(self, request: web.Request) -> web.Response:
        """One Twirp call."""
        try:
            grants = access_token.verify(_token(request), self._config.api_key, self._config.api_secret)
        except JoinRefused as err:
            return error_response("unauthenticated", str(err))
        body = await request.read()
        return self._twirp.answer(request.match_info["method"], request.content_type, body, grants)

    def _admit(self, request: web.Request) -> Grants:
        grants = access_token.verify(_token(request), self._config.api_key, self._config.api_secret)
        check_grants(grants, self._config.limits)
        self._registry.check(grants.room)
        return grants

    def _refusal(self, err: JoinRefused) -> web.Response:
        self._registry.counters.add("joins_refused", err.code)
        headers = {**_CORS, "Retry-After": "2"} if err.status == 503 else _CORS
        return web.Response(status=err.status, text=str(err), headers=headers)

    def _refuse_resume(self, connection: SignalConnection, grants: Grants, sid: str) -> None:
        """Sessions cannot be resumed here: the old one ends and the client comes afresh at once."""
        room = self._registry.find(grants.room)
        member = room.members.get(grants.identity) if room else None
        if room is not None and member is not None and sid in ("", member.sid):
            room.leave(member, models.STATE_MISMATCH)
        session.refuse(connection, self._registry.counters, "resume", models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)


class AccessLog(AbstractAccessLogger):
    """One line a request: method, route, status, time. Never the query, which carries the access token."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Called by aiohttp; `time` in seconds."""
        self.logger.info("%s %s %d %.3f s", request.method, _route(request), response.status, time)


class QuietErrors(logging.Filter):
    """Keeps what clients wrote out of aiohttp's error log: malformed requests may hold a token, and the address."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drops malformed requests, which are no fault of ours; faults keep their traceback only."""
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            return False
        record.msg, record.args = "A request failed", ()
        return True


_QUIET = QuietErrors()


def _route(request: web.BaseRequest) -> str:
    """The pattern of the request's path, never the path itself."""
    try:
        resource = request.match_info.route.resource if isinstance(request, web.Request) else None
    except AssertionError:  # aiohttp's way to say that a malformed request was never routed
        resource = None
    return resource.canonical if resource is not None else "(other)"


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.query.get("access_token", "")


def _is_loopback(address: str | None) -> bool:
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
