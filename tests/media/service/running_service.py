"""The HTTP application on a loopback port, over fakes, and how clients come to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from livekit import api
from livekit.protocol import rtc

from media.config import MediaConfig
from tests.media.running import PATIENCE_S
from tests.media.world import SECRET, World, limits

CONFIG = MediaConfig(api_key="key", api_secret=SECRET, limits=limits(max_participants=3, signal_burst=50))


ALL_RUN = 24 * 60
"""Minutes: what is made while tests are collected is used whenever their turn comes."""


def token(identity: str = "ann", room: str = "room", minutes: float = 5, **grants: Any) -> str:
    access = api.AccessToken("key", SECRET).with_identity(identity).with_ttl(timedelta(minutes=minutes))
    return access.with_grants(api.VideoGrants(**{"room_join": True, "room": room, **grants})).to_jwt()


class RunningService:
    """The HTTP application on a loopback port, over fakes, and a client."""

    def __init__(self, world: World, server: TestServer, client: aiohttp.ClientSession) -> None:
        self.world = world
        self.server = server
        self.client = client

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def connect(self, path: str = "/rtc", **kwargs: Any) -> aiohttp.ClientWebSocketResponse:
        return await self.client.ws_connect(self.url(path), **kwargs)

    async def enter(self, identity: str = "ann", query: str = "") -> aiohttp.ClientWebSocketResponse:
        return await self.connect(f"/rtc?access_token={token(identity)}{query}")


async def next_message(socket: aiohttp.ClientWebSocketResponse) -> rtc.SignalResponse:
    message = await socket.receive(timeout=PATIENCE_S)
    assert message.type is aiohttp.WSMsgType.BINARY, message
    return rtc.SignalResponse.FromString(message.data)


async def messages_until_closed(socket: aiohttp.ClientWebSocketResponse) -> list[rtc.SignalResponse]:
    found: list[rtc.SignalResponse] = []
    while (message := await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.BINARY:
        found.append(rtc.SignalResponse.FromString(message.data))
    return found
