"""A whole media server inside a test, and raw signalling with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from livekit import api
from livekit.protocol import rtc

from media.config import MediaConfig
from media.server import MediaServer
from tests.media.world import SECRET
from tests.ports import free_port

PATIENCE_S = 15.0
"""How long what a test waits for may take on a busy machine; nothing waits longer than it has to."""


@dataclass
class Entrance:
    """A running server and how to enter it."""

    port: int
    client: aiohttp.ClientSession
    server: MediaServer

    async def enter(self, identity: str, **grants: Any) -> aiohttp.ClientWebSocketResponse:
        access = api.AccessToken("key", SECRET).with_identity(identity)
        text = access.with_grants(api.VideoGrants(room_join=True, room="room", **grants)).to_jwt()
        return await self.client.ws_connect(f"http://127.0.0.1:{self.port}/rtc?access_token={text}")

    async def is_empty(self) -> None:
        """Wait until nobody is inside."""
        registry = self.server._registry
        assert registry is not None
        async with asyncio.timeout(PATIENCE_S):
            while any(room.members for room in registry.rooms.values()):
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def open_server(**settings: Any) -> AsyncIterator[Entrance]:
    config = MediaConfig("key", SECRET, http_port=free_port(), udp_port=free_port(), **settings)
    running = MediaServer(config)
    await running.start()
    try:
        async with aiohttp.ClientSession() as client:
            yield Entrance(config.http_port, client, running)
    finally:
        await running.stop()


async def say(socket: aiohttp.ClientWebSocketResponse, **message: Any) -> None:
    await socket.send_bytes(rtc.SignalRequest(**message).SerializeToString())


async def hear(socket: aiohttp.ClientWebSocketResponse, name: str) -> Any:
    """The next message of that name."""
    while True:
        message = await socket.receive(timeout=PATIENCE_S)
        assert message.type is aiohttp.WSMsgType.BINARY, message
        response = rtc.SignalResponse.FromString(message.data)
        if response.WhichOneof("message") == name:
            return getattr(response, name)
