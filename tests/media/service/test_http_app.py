"""The HTTP surface over real loopback sockets: statuses, health, counters and RoomService."""

from __future__ import annotations

import io

import aiohttp
import pytest
from aiohttp import web
from livekit import api

from media.service.http_app import HTTPApp, _is_loopback
from media.service.metrics import Metrics
from media.service.room_service import RoomService
from media.service.twirp import Twirp
from tests.media.service.running_service import ALL_RUN, CONFIG, RunningService, next_message, token
from tests.media.world import SECRET, World


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 401),
        ("access_token=junk", 401),
        (f"access_token={token(minutes=-5)}", 401),
        (f"access_token={api.AccessToken('key', 'x' * 64).with_identity('a').to_jwt()}", 401),
        (f"access_token={token(minutes=ALL_RUN, room_join=False)}", 401),
        (f"access_token={token('x' * 400, minutes=ALL_RUN)}", 400),
        (f"access_token={token(minutes=ALL_RUN)}", 200),
    ],
)
async def test_validate_and_rtc_answer_alike(service: RunningService, query: str, status: int) -> None:
    async with service.client.get(service.url(f"/rtc/validate?{query}")) as response:
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        if status == 200:
            assert await response.text() == "success"
            return
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await service.connect(f"/rtc?{query}")
    assert caught.value.status == status


@pytest.mark.parametrize("path", ["/rtc/v1", "/rtc/v1/validate"])
async def test_later_signalling_is_not_found_but_may_be_asked_from_anywhere(service: RunningService, path: str) -> None:
    async with service.client.get(service.url(path)) as response:
        assert response.status == 404
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "requested room does not exist" not in await response.text()


async def test_plain_request_to_rtc_is_not_found(service: RunningService) -> None:
    async with service.client.get(service.url(f"/rtc?access_token={token()}")) as response:
        assert response.status == 404


async def test_closing_server_answers_503_with_retry_after(service: RunningService) -> None:
    service.world.registry.close()
    async with service.client.get(service.url(f"/rtc/validate?access_token={token()}")) as response:
        assert response.status == 503
        assert "Retry-After" in response.headers


async def test_health_and_counters(service: RunningService) -> None:
    socket = await service.enter()
    await next_message(socket)
    async with service.client.head(service.url("/")) as response:
        assert response.status == 200
    async with service.client.get(service.url("/healthz")) as response:
        health = await response.json()
    assert (health["state"], health["rooms"], health["participants"]) == ("ok", 1, 1)
    service.world.mux.counters["drop_unknown"] += 3
    async with service.client.get(service.url("/metrics")) as response:
        text = await response.text()
    assert "parley_media_participants 1.0" in text
    assert 'parley_media_drops_total{reason="unknown"} 3.0' in text
    assert "ann" not in text


async def test_twirp_over_http(service: RunningService) -> None:
    admin = api.AccessToken("key", SECRET).with_grants(api.VideoGrants(room_list=True)).to_jwt()
    url = service.url("/twirp/livekit.RoomService/ListRooms")
    headers = {"Content-Type": "application/json"}
    async with service.client.post(url, data="{}", headers=headers) as response:
        assert response.status == 401
    headers["Authorization"] = f"Bearer {admin}"
    async with service.client.post(url, data="{}", headers=headers) as response:
        assert (response.status, await response.json()) == (200, {"rooms": []})
    async with service.client.post(url, data=io.BytesIO(b"x" * 1_100_000), headers=headers) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [("127.0.0.1", True), ("::1", True), ("192.0.2.1", False), ("", False), (None, False), ("localhost", False)],
)
def test_counters_are_for_this_machine_only(address: str | None, is_loopback: bool) -> None:
    assert _is_loopback(address) is is_loopback


def test_application_offers_no_other_route() -> None:
    world = World(CONFIG)
    twirp = Twirp(RoomService(world.registry, CONFIG.limits, world.clock), world.registry.counters)
    app: web.Application = HTTPApp(
        CONFIG, world.registry, twirp, Metrics(world.registry, lambda: world.mux.counters), world.clock
    ).build()
    paths = {resource.canonical for resource in app.router.resources()}
    assert paths == {
        "/", "/healthz", "/metrics", "/rtc", "/rtc/validate", "/rtc/v1", "/rtc/v1/validate",
        "/twirp/livekit.RoomService/{method}",
    }  # fmt: skip
