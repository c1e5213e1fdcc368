"""The composition root: builds the media socket, the rooms and the HTTP surface, and joins them."""

from __future__ import annotations

import asyncio
import logging
import time

from aiohttp import web

from media.config import MediaConfig
from media.errors import ConfigurationError
from media.room.registry import Registry
from media.service.http_app import AccessLog, HTTPApp, error_logger
from media.service.metrics import Metrics
from media.service.room_service import RoomService
from media.service.twirp import Twirp
from media.transport.udp_mux import UDPMux

logger = logging.getLogger(__name__)

TICK_S = 0.1
"""Seconds between two rounds of regular work."""
IDLE_S = 30.0
"""Seconds a connection may take to send a request, the first or the next."""
GOODBYE_S = 0.5
"""Seconds clients get to receive the end of their sessions when the server closes."""


class MediaServer:
    """The running media process. `start`, then `stop`."""

    def __init__(self, config: MediaConfig) -> None:
        self._config = config
        self._mux: UDPMux | None = None
        self._registry: Registry | None = None
        self._runner: web.AppRunner | None = None
        self._ticker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Opens both sockets. Raises ConfigurationError, one line, when an address cannot be had."""
        config = self._config
        mux = await self._open_mux()
        self._mux = mux
        self._registry = registry = Registry(config, mux, time.monotonic)
        twirp = Twirp(RoomService(registry, config.limits, time.monotonic), registry.counters)
        http = HTTPApp(config, registry, twirp, Metrics(registry, lambda: mux.counters), time.monotonic)
        self._runner = web.AppRunner(
            http.build(),
            access_log_class=AccessLog,
            logger=error_logger,
            keepalive_timeout=IDLE_S,
            shutdown_timeout=GOODBYE_S,
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, config.http_host, config.http_port).start()
        except OSError as err:
            await self.stop()
            raise _unavailable("TCP", config.http_host, config.http_port, "PARLEY_MEDIA_PORT", err) from err
        self._ticker = asyncio.create_task(self._tick(registry), name="room ticker")
        logger.info("signalling on TCP port %d, media on UDP port %d", config.http_port, mux.port)

    async def stop(self) -> None:
        """Asks clients to come back later and closes everything within 2 s."""
        if self._ticker is not None:
            self._ticker.cancel()
        if self._registry is not None:
            self._registry.close()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._mux is not None:
            self._mux.close()
            await self._mux.wait_closed()

    async def _open_mux(self) -> UDPMux:
        config = self._config
        try:
            return await UDPMux.open(
                config.udp_host,
                config.udp_port,
                announce_ip=config.public_ip or None,
                second_host=config.udp_second_host,
            )
        except OSError as err:
            raise _unavailable("UDP", config.udp_host, config.udp_port, "PARLEY_MEDIA_UDP_PORT", err) from err
        except ValueError as err:
            raise ConfigurationError("PARLEY_MEDIA_PUBLIC_IP must name the address clients send media to.") from err

    async def _tick(self, registry: Registry) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            registry.tick(time.monotonic())


def _unavailable(kind: str, host: str, port: int, variable: str, err: OSError) -> ConfigurationError:
    reason = err.strerror or "unknown error"
    return ConfigurationError(
        f"{kind} port {port} on {host} cannot be opened ({reason}). Set {variable} to a free one."
    )
