"""What is logged of requests: never a token, a name or an address."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.media.running import PATIENCE_S
from tests.media.service.running_service import RunningService, next_message, token


async def test_no_log_holds_a_token_name_or_query(service: RunningService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = token("ann-the-person")
    socket = await service.connect(f"/rtc?access_token={secret}")
    await next_message(socket)
    await socket.close()
    async with service.client.get(service.url(f"/rtc/validate?access_token={secret}x")) as response:
        assert response.status == 401
    async with service.client.get(service.url(f"/{secret}")) as response:
        assert response.status == 404

    def ours() -> list[str]:
        return [record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")]

    while not any("/rtc" in line for line in ours()):  # a line is written once its request is over
        await asyncio.sleep(0.01)
    assert not [line for line in ours() if secret in line or "ann-the-person" in line or "access_token" in line]


@pytest.mark.parametrize(
    "junk",
    [
        b"junk\r\n\r\n",
        b"GET /rtc?access_token=SECRET HTTP/9.9\r\n\r\n",
        b"GET /rtc?access_token=SECRET\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /?access_token=SECRET" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /twirp/livekit.RoomService/ListRooms HTTP/1.1\r\nHost: x\r\nContent-Length: 9" + b"9" * 30 + b"\r\n\r\n",
        b"\x16\x03\x01" + b"x" * 500 + b"\r\n\r\n",
    ],
)
async def test_malformed_request_is_answered_by_400_and_not_logged(
    service: RunningService, caplog: pytest.LogCaptureFixture, junk: bytes
) -> None:
    caplog.set_level(logging.INFO)
    reader, writer = await asyncio.open_connection(service.server.host, service.server.port)
    writer.write(junk)
    assert b" 400 " in await asyncio.wait_for(reader.readline(), PATIENCE_S)
    writer.close()
    await writer.wait_closed()
    assert "SECRET" not in caplog.text
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_fault_in_a_handler_is_logged_without_what_the_client_wrote(
    service: RunningService, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("fault")

    monkeypatch.setattr(service.world.registry, "check", fail)
    async with service.client.get(service.url(f"/rtc/validate?access_token={token('ann-the-person')}")) as response:
        assert response.status == 500
    assert "A request failed" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "access_token" not in caplog.text
