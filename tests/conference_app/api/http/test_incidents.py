"""A plain route that breaks: the person gets a page with a number, the log says where, and neither quotes anybody."""

from __future__ import annotations

import logging
import re
import sqlite3

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from conference_app.api.http.incidents import Incidents
from conference_app.config import Settings


async def breaks(request: Request) -> Response:
    raise ValueError(f"cannot read {await request.body()!r}")


async def breaks_halfway(request: Request) -> Response:
    async def text() -> object:
        yield "half"
        raise ValueError(f"cannot read {request.query_params['word']}")

    return StreamingResponse(text())  # type: ignore[arg-type]


def disk_is_full() -> OperationalError:
    full = sqlite3.OperationalError("canary@example.com")
    full.sqlite_errorname = "SQLITE_FULL"
    return OperationalError("INSERT", {}, full)


async def cannot_save(_request: Request) -> Response:
    raise disk_is_full()


async def cannot_admit(_socket: WebSocket) -> None:
    raise disk_is_full()


async def cannot_go_on(socket: WebSocket) -> None:
    await socket.accept()
    raise ValueError(socket.query_params["word"])


def product() -> Starlette:
    routes = [
        Route("/pl/x", breaks, methods=["GET", "POST"]),
        Route("/x", breaks, methods=["POST"]),
        Route("/h", breaks_halfway),
        Route("/full", cannot_save),
        Route("/pl/full", cannot_save),
        WebSocketRoute("/socket", cannot_admit),
        WebSocketRoute("/broken", cannot_go_on),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Incidents)])


def browser() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(product()), base_url="http://parley.test")


async def test_a_page_with_a_number_and_no_words(sqlite_db: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        answer = await browser().post("/x", content=b"canary@example.com")
    assert answer.status_code == 500
    [number] = re.findall(r"\b[0-9A-F]{8}\b", answer.text)
    assert "This page stopped working." in answer.text
    assert f"incident {number}: ValueError" in caplog.text
    assert "in breaks" in caplog.text
    assert "canary" not in answer.text + caplog.text


async def test_it_speaks_the_language_of_the_address(sqlite_db: Settings) -> None:
    assert '<html lang="pl"' in (await browser().get("/pl/x")).text


async def test_what_has_begun_breaks_off_without_words(sqlite_db: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RuntimeError, match="the answer breaks off") as broken:
        await browser().get("/h?word=canary")
    assert broken.value.__suppress_context__  # what it came of is not told by who logs it
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    ("path", "words"), [("/full", "This is not working right now."), ("/pl/full", "To w tej chwili nie działa.")]
)
async def test_a_database_that_fails_is_no_incident(
    sqlite_db: Settings, caplog: pytest.LogCaptureFixture, path: str, words: str
) -> None:
    answer = await browser().get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert words in answer.text
    assert [(one.message, one.exc_info) for one in caplog.records] == [
        ("the database failed somebody: SQLITE_FULL", None)
    ]


async def test_a_socket_is_told_to_come_again(sqlite_db: Settings, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Message] = []

    async def say() -> Message:
        return {"type": "websocket.connect"}

    async def hear(message: Message) -> None:
        heard.append(message)

    await product()({"type": "websocket", "path": "/socket", "headers": []}, say, hear)
    assert heard == [{"type": "websocket.close", "code": 1013}]
    assert not any("incident" in message for message in caplog.messages)


async def test_an_open_socket_that_breaks_closes(caplog: pytest.LogCaptureFixture) -> None:
    """Raised further, it would leave the server's trace of each."""
    heard: list[Message] = []

    async def say() -> Message:
        return {"type": "websocket.connect"}

    async def hear(message: Message) -> None:
        heard.append(message)

    await product()({"type": "websocket", "path": "/broken", "query_string": b"word=canary", "headers": []}, say, hear)
    assert [(one["type"], one.get("code")) for one in heard] == [("websocket.accept", None), ("websocket.close", 1011)]
    assert "canary" not in caplog.text
    assert "ValueError" in caplog.text
