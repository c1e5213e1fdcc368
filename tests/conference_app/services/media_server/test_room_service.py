"""Orders to the media server: the right calls, and one plain answer to everything that goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

import httpx
import pytest
from livekit import api

from conference_app.config import settings
from conference_app.errors import NotFound, Unavailable
from conference_app.services.media_server.room_service import LiveKitRoomAdmin

Answer = Callable[[httpx.Request], httpx.Response]
NOT_FOUND = httpx.Response(404, json={"code": "not_found", "msg": "requested room does not exist"})


def admin(answer: Answer) -> LiveKitRoomAdmin:
    return LiveKitRoomAdmin(httpx.MockTransport(answer))


ORDERS: dict[str, tuple[Callable[[LiveKitRoomAdmin], Awaitable[object]], dict[str, object]]] = {
    "ListParticipants": (lambda it: it.participants("r"), {"room": "r"}),
    "RemoveParticipant": (lambda it: it.remove("r", "guest-1"), {"room": "r", "identity": "guest-1"}),
    "DeleteRoom": (lambda it: it.end("r"), {"room": "r"}),
    "UpdateParticipant": (
        lambda it: it.make_host("r", "guest-1"),
        {"room": "r", "identity": "guest-1", "attributes": {"role": "host"}},
    ),
}


@pytest.mark.parametrize("method", ORDERS)
async def test_each_order_is_livekits_call_with_a_token_for_that_room(method: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    order, wanted = ORDERS[method]
    await order(admin(answer))
    (request,) = seen
    assert str(request.url) == f"http://127.0.0.1:7880/twirp/livekit.RoomService/{method}"
    assert json.loads(request.content) == wanted
    secrets = settings().secrets
    token = request.headers["authorization"].removeprefix("Bearer ")
    said = api.TokenVerifier(secrets.livekit_api_key, secrets.livekit_api_secret).verify(token)
    assert said.video is not None
    assert said.video.room == "r"


async def test_who_is_there() -> None:
    people = {"participants": [{"identity": "guest-1", "name": "x"}, {"identity": "guest-2"}]}
    assert await admin(lambda _request: httpx.Response(200, json=people)).participants("r") == {
        "guest-1": "x",
        "guest-2": "",
    }
    assert await admin(lambda _request: NOT_FOUND).participants("r") == {}


async def test_what_is_gone_already_is_fine_but_for_a_host_to_be() -> None:
    gone = admin(lambda _request: NOT_FOUND)
    await gone.remove("r", "guest-1")
    await gone.end("r")
    with pytest.raises(NotFound):
        await gone.make_host("r", "guest-1")


def refuse(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("canary-address refused")


BROKEN: dict[str, Answer] = {
    "down": refuse,
    "no such service": lambda _request: httpx.Response(404, text="not found"),
    "another 404": lambda _request: httpx.Response(404, json={"code": "bad_route"}),
    "unauthenticated": lambda _request: httpx.Response(401, json={"code": "unauthenticated"}),
    "crashed": lambda _request: httpx.Response(500, text="<html>"),
    "no JSON": lambda _request: httpx.Response(200, text="hello"),
    "a list": lambda _request: httpx.Response(200, json=[]),
    "too large": lambda _request: httpx.Response(200, content=b" " * 4_000_001 + b"{}"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("method", ORDERS)
async def test_everything_that_goes_wrong_is_unavailable(
    kind: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    order, _wanted = ORDERS[method]
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable) as caught:
        await order(admin(BROKEN[kind]))
    assert caught.value.__cause__ is None
    assert "canary" not in caplog.text
    assert "guest-1" not in caplog.text
    assert "Bearer" not in caplog.text


async def test_a_real_closed_port_is_unavailable(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_MEDIA_PORT", str(unused_tcp_port))
    settings.cache_clear()
    with pytest.raises(Unavailable):
        await LiveKitRoomAdmin().participants("r")


async def test_which_rooms_are_used() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        rooms = [{"name": "a", "num_participants": 2}, {"name": "b", "num_participants": 0}, {"name": "other"}]
        return httpx.Response(200, json={"rooms": rooms})

    assert await admin(answer).occupied({"a", "b", "c"}) == {"a"}
    (request,) = seen
    assert json.loads(request.content) == {"names": ["a", "b", "c"]}
    secrets = settings().secrets
    token = request.headers["authorization"].removeprefix("Bearer ")
    said = api.TokenVerifier(secrets.livekit_api_key, secrets.livekit_api_secret).verify(token)
    assert said.video is not None
    assert (said.video.room_list, said.video.room_admin) == (True, None)
    assert await admin(answer).occupied([]) == set()
    assert len(seen) == 1
