"""A plain route that breaks: the person gets a page with a number, the log says where, and neither quotes anybody."""

from __future__ import annotations

import logging
import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from conference_app.api.incidents import Incidents
from conference_app.config import Settings


async def breaks(request: Request) -> Response:
    raise ValueError(f"cannot read {await request.body()!r}")


async def breaks_halfway(request: Request) -> Response:
    async def text() -> object:
        yield "half"
        raise ValueError(f"cannot read {request.query_params['word']}")

    return StreamingResponse(text())  # type: ignore[arg-type]


def browser() -> httpx.AsyncClient:
    routes = [
        Route("/pl/x", breaks, methods=["GET", "POST"]),
        Route("/x", breaks, methods=["POST"]),
        Route("/h", breaks_halfway),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Incidents)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parley.test")


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
