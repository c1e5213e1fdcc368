"""The whole server: an address that is taken, and a client that reads nothing while others talk."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping

import aiohttp
import pytest
from livekit.protocol import rtc

from media import __main__
from media.config import Limits, MediaConfig
from media.errors import ConfigurationError
from media.server import MediaServer
from tests.media.running import PATIENCE_S, hear, open_server, say
from tests.media.world import SECRET
from tests.ports import free_port


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
async def test_a_port_in_use_is_one_clear_line(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        ports = {"http_port": port, "udp_port": free_port(socket.SOCK_DGRAM)}
        if kind is socket.SOCK_DGRAM:
            ports = {"http_port": free_port(), "udp_port": port}
        with pytest.raises(ConfigurationError, match=str(port)) as caught:
            await MediaServer(MediaConfig("key", SECRET, **ports)).start()
    assert "\n" not in str(caught.value)


def test_what_stops_the_start_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", {})
    assert __main__.main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "LIVEKIT_API_KEY" in said or "LIVEKIT_API_SECRET" in said


@pytest.mark.timeout(60)
async def test_a_client_that_does_not_read_is_let_go() -> None:
    generous = Limits(signal_burst=5_000, signal_work_per_s=1_000_000_000, broadcasts_per_s=5_000)
    async with open_server(limits=generous) as entrance:
        ann = await entrance.enter("ann")
        slow = await entrance.enter("slow")
        loud = await entrance.enter("loud", can_update_own_metadata=True)
        stop_reading(slow)
        sizes = asyncio.create_task(slow_sizes(entrance.server))
        while "slow" in members(entrance.server):
            update = rtc.UpdateParticipantMetadata(metadata=os.urandom(4).hex() + "x" * 16_000)
            await say(loud, update_metadata=update)
            await hear(loud, "request_response")
        assert max(await asyncio.wait_for(sizes, PATIENCE_S)) <= generous.signal_queue_bytes
        assert set(members(entrance.server)) == {"ann", "loud"}
        await say(ann, ping=1)
        await hear(ann, "pong")
        await asyncio.gather(ann.close(), loud.close())
        assert counted(entrance.server)["clients_closed", "slow_signal"] == 1


def stop_reading(client: aiohttp.ClientWebSocketResponse) -> None:
    """Leave what comes to the kernel, as a program does that hangs."""
    connection = client._response.connection
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()


def counted(server: MediaServer) -> Mapping[tuple[str, str], int]:
    """What the server counts, by name and reason."""
    assert server._registry is not None
    return server._registry.counters.totals


def members(server: MediaServer) -> list[str]:
    """Who is in the room."""
    assert server._registry is not None
    return list(server._registry.rooms["room"].members)


async def slow_sizes(server: MediaServer) -> list[int]:
    """What waits for the slow one, again and again until it is gone."""
    assert server._registry is not None
    connection = server._registry.rooms["room"].members["slow"].sink._connection  # type: ignore[attr-defined]
    sizes: list[int] = []
    while "slow" in members(server):
        sizes.append(connection._queued_bytes)
        await asyncio.sleep(0)
    return sizes
