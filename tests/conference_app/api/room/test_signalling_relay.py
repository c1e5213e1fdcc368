"""The relay over real sockets: a browser's side, granian with our routes, and an upstream in the place of media."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import http
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request, Response

from conference_app.api.room.signalling_relay import FRAME_LIMIT
from conference_app.config import settings
from conference_app.services.media_server.access_tokens import room_token
from tests.ports import free_port

pytestmark = pytest.mark.process

HERE = Path(__file__).parent
ROOT = HERE.parents[3]


@dataclasses.dataclass
class Relay:
    """A running relay and where its upstream belongs."""

    port: int
    media_port: int
    token: str
    log: Path

    def url(self, path: str = "/rtc", query: str = "") -> str:
        return f"ws://127.0.0.1:{self.port}{path}?access_token={self.token}{query}"

    async def open_connections(self) -> int:
        async with httpx.AsyncClient(trust_env=False) as client:
            return int((await client.get(f"http://127.0.0.1:{self.port}/open")).text)


async def answering(relay: Relay) -> None:
    """Until the worker answers; granian's supervisor accepts connections before there is one."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await relay.open_connections()
                return
            await asyncio.sleep(0.05)


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    port, media_port = free_port(), free_port()
    log = tmp_path / "relay.log"
    command = ["-m", "granian", "--interface", "asgi", "--port", str(port), "--access-log"]
    command += ["--workers-kill-timeout", "2", "relay_app:app"]  # now and then a worker does not end by itself
    environment = {**os.environ, "MEDIA_PORT": str(media_port), "PYTHONPATH": str(ROOT)}
    environment["STALL_S"] = "0.5"
    environment["PARLEY_DATA"] = str(settings().data_dir)
    with log.open("wb") as output:
        server = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=HERE, env=environment, stdout=output, stderr=output
        )
    relay = Relay(port, media_port, room_token("room-1", "guest-1", "Ann", "guest"), log)
    await answering(relay)
    yield relay
    server.terminate()
    await asyncio.wait_for(server.wait(), 60)


@contextlib.asynccontextmanager
async def upstream(
    relay: Relay, requests: list[Request], answer: http.HTTPStatus | None = None
) -> AsyncIterator[Server]:
    """A server at the media process's port that echoes frames, or refuses the handshake with `answer`."""

    def note(connection: ServerConnection, request: Request) -> Response | None:
        requests.append(request)
        if request.headers.get("Upgrade") is None:
            return connection.respond(http.HTTPStatus.OK, "success")
        return connection.respond(answer, "no such thing") if answer else None

    async def echo(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in connection:
                await connection.send(frame)

    async with serve(
        echo, "127.0.0.1", relay.media_port, process_request=note, max_size=None, close_timeout=0.1
    ) as server:
        yield server


async def refusal(url: str, headers: dict[str, str] | None = None) -> tuple[int, Headers]:
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, additional_headers=headers or {}, proxy=None)
    return caught.value.response.status_code, caught.value.response.headers


async def test_frames_go_both_ways_and_the_query_is_passed_on(relay: Relay) -> None:
    requests: list[Request] = []
    async with upstream(relay, requests), connect(relay.url(query="&sdk=js"), proxy=None) as client:
        for frame in (b"\x00\x01", b"x" * 300_000):
            await client.send(frame)
            assert await asyncio.wait_for(client.recv(), 60) == frame
        assert await relay.open_connections() == 1
    assert requests[0].path.endswith("&sdk=js")


async def test_while_media_is_down_the_answer_is_503_and_never_404(relay: Relay) -> None:
    for path in ("/rtc", "/rtc/v1"):
        status, headers = await refusal(relay.url(path))
        assert (status, headers["retry-after"]) == (503, "1")
    async with httpx.AsyncClient(trust_env=False) as client:
        for path in ("/rtc/validate", "/rtc/v1/validate"):
            answer = await client.get(f"http://127.0.0.1:{relay.port}{path}?access_token={relay.token}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
async def test_without_a_valid_token_nothing_reaches_media(relay: Relay, token: str) -> None:
    requests: list[Request] = []
    async with upstream(relay, requests):
        status, _headers = await refusal(f"ws://127.0.0.1:{relay.port}/rtc?access_token={token}")
    assert status == 401
    assert requests == []


async def test_a_removed_person_is_kept_out_though_the_token_is_good(relay: Relay) -> None:
    requests: list[Request] = []
    relay.token = room_token("room-1", "removed", "Bob", "guest")
    async with upstream(relay, requests), httpx.AsyncClient(trust_env=False) as client:
        status, _headers = await refusal(relay.url())
        answer = await client.get(relay.url("/rtc/validate").replace("ws", "http", 1))
    assert (status, answer.status_code) == (401, 401)
    assert requests == []


async def test_media_is_shown_the_token_that_was_checked_and_no_other(relay: Relay) -> None:
    """Of two in the query some read the first and some the last: a good one must not carry another in."""
    removed, requests = room_token("room-1", "removed", "Bob", "guest"), list[Request]()
    for name in ("access_token", "access%5Ftoken"):
        query = f"{name}={removed}&access_token={relay.token}"
        async with upstream(relay, requests), httpx.AsyncClient(trust_env=False) as client:
            async with connect(f"ws://127.0.0.1:{relay.port}/rtc?{query}", proxy=None):
                pass
            await client.get(f"http://127.0.0.1:{relay.port}/rtc/validate?{query}")
    assert [request.headers.get("Authorization") for request in requests] == 4 * [f"Bearer {relay.token}"]


async def test_the_token_may_come_as_a_bearer(relay: Relay) -> None:
    requests: list[Request] = []
    headers = {"Authorization": f"Bearer {relay.token}"}
    async with (
        upstream(relay, requests),
        connect(f"ws://127.0.0.1:{relay.port}/rtc", additional_headers=headers, proxy=None) as client,
    ):
        await client.send(b"ping")
        assert await asyncio.wait_for(client.recv(), 60) == b"ping"
    assert requests[0].headers["Authorization"] == headers["Authorization"]


async def test_the_refusal_of_media_is_passed_on(relay: Relay) -> None:
    async with upstream(relay, [], http.HTTPStatus.NOT_FOUND):
        status, _headers = await refusal(relay.url("/rtc/v1"))
    assert status == 404


async def test_an_upstream_that_dies_closes_the_browser_and_is_counted_out(relay: Relay) -> None:
    async with upstream(relay, []) as server, connect(relay.url(), proxy=None) as client:
        await client.send(b"1")
        await client.recv()
        server.close(close_connections=True)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(client.recv(), 60)
    assert await relay.open_connections() == 0


def narrow(port: int) -> socket.socket:
    """A connection whose end takes little before it is full."""
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.connect(("127.0.0.1", port))
    return end


@pytest.mark.timeout(60)
async def test_a_browser_that_reads_nothing_is_let_go(relay: Relay) -> None:
    patience = {"ping_interval": None, "close_timeout": 0.1}
    async with (
        upstream(relay, []),
        connect(relay.url(), sock=narrow(relay.port), proxy=None, max_queue=1, **patience) as client,
    ):

        async def talk() -> None:
            while True:
                await client.send(b"x" * 500_000)  # each comes back, and nobody takes it

        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(talk(), 45)
        assert await relay.open_connections() == 0
        client.transport.abort()


async def test_text_and_oversized_frames_end_the_connection(relay: Relay) -> None:
    for frame in ("text", b"x" * (FRAME_LIMIT + 1)):
        async with upstream(relay, []), connect(relay.url(), proxy=None, max_size=None) as client:
            await client.send(frame)
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(client.recv(), 60)


async def test_the_token_never_reaches_the_log(relay: Relay) -> None:
    await refusal(relay.url())
    async with upstream(relay, []), connect(relay.url(), proxy=None) as client:
        await client.send(b"1")
        await client.recv()
    assert relay.token not in relay.log.read_text()
