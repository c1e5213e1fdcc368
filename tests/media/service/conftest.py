"""The running service for every test of the HTTP surface."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from media.service.http_app import AccessLog, HTTPApp, error_logger
from media.service.metrics import Metrics
from media.service.room_service import RoomService
from media.service.twirp import Twirp
from tests.media.service.running_service import CONFIG, RunningService
from tests.media.world import World


@pytest.fixture
async def service() -> AsyncIterator[RunningService]:
    world = World(CONFIG)
    twirp = Twirp(RoomService(world.registry, CONFIG.limits, world.clock), world.registry.counters)
    app = HTTPApp(
        CONFIG, world.registry, twirp, Metrics(world.registry, lambda: world.mux.counters), world.clock
    ).build()
    server = TestServer(app)
    await server.start_server(access_log_class=AccessLog, logger=error_logger)
    async with aiohttp.ClientSession() as client:
        yield RunningService(world, server, client)
    await server.close()
