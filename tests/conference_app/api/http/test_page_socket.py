"""The pages' socket: open while what pages need answers, closed at once when it does not, and open again by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from conference_app.api.http import page_socket
from conference_app.api.http.page_socket import PageSocket, needs
from conference_app.config import load_settings
from conference_app.session.credentials import SOCKET_PATH


class Need:
    """Something pages need."""

    is_there = True

    async def answers(self) -> bool:
        return self.is_there


class Browser:
    """The other end of a socket, which says nothing until it is told to."""

    def __init__(self) -> None:
        self.words: asyncio.Queue[Message] = asyncio.Queue()
        self.words.put_nowait({"type": "websocket.connect"})
        self.heard: list[Message] = []

    async def say(self) -> Message:
        return await self.words.get()

    async def hear(self, message: Message) -> None:
        self.heard.append(message)


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """An app that accepts, and gives back each word until the browser is gone."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_socket, "LOOK_EVERY_S", 0.01)


@asynccontextmanager
async def watched(guard: PageSocket) -> AsyncIterator[None]:
    watch = asyncio.create_task(guard.watch())
    yield
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)


def opened(guard: PageSocket, browser: Browser, path: str = SOCKET_PATH) -> asyncio.Task[None]:
    scope: Scope = {"type": "websocket", "path": path}
    return asyncio.create_task(guard.guarding(echo)(scope, browser.say, browser.hear))  # type: ignore[arg-type]


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_true():
            await asyncio.sleep(0.01)


async def test_open_sockets_close_and_new_ones_wait_while_something_is_away() -> None:
    need = Need()
    guard = PageSocket([need.answers, Need().answers])
    async with watched(guard):
        browser, other_path = Browser(), Browser()
        page, signalling = opened(guard, browser), opened(guard, other_path, "/rtc")
        browser.words.put_nowait({"type": "websocket.receive", "text": "hello"})
        await until(lambda: len(browser.heard) == 2)
        assert browser.heard[1]["text"] == "hello"
        need.is_there = False
        await asyncio.wait_for(page, 60)  # though the browser has said nothing
        assert not await guard.is_open()
        late = Browser()
        await opened(guard, late)
        assert late.heard == [{"type": "websocket.close", "code": 1013}]
        assert not signalling.done()  # a call goes on
        need.is_there = True
        async with asyncio.timeout(60):
            while not await guard.is_open():
                await asyncio.sleep(0.01)
        again = Browser()
        page = opened(guard, again)
        await until(lambda: again.heard == [{"type": "websocket.accept"}])
        again.words.put_nowait({"type": "websocket.disconnect"})
        other_path.words.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(asyncio.gather(page, signalling), 60)


async def test_who_comes_between_two_looks_gets_no_socket_that_closes_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is pressed on a page just loaded would be lost with its socket."""
    monkeypatch.setattr(page_socket, "LOOK_EVERY_S", 60.0)
    need, early, late = Need(), Browser(), Browser()
    guard = PageSocket([need.answers])
    async with watched(guard):
        page = opened(guard, early)
        await until(lambda: early.heard == [{"type": "websocket.accept"}])
        need.is_there = False
        await opened(guard, late)
        assert late.heard == [{"type": "websocket.close", "code": 1013}]
        await asyncio.wait_for(page, 60)


async def test_with_nothing_that_can_go_away_it_is_open() -> None:
    guard = PageSocket([])
    await asyncio.wait_for(guard.watch(), 60)
    assert await guard.is_open()
    browser = Browser()
    page = opened(guard, browser)
    browser.words.put_nowait({"type": "websocket.disconnect"})
    await asyncio.wait_for(page, 60)
    assert browser.heard == [{"type": "websocket.accept"}]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, 0),
        ({"PARLEY_DATABASE_URL": "sqlite:///parley.db"}, 0),
        ({"PARLEY_DATABASE_URL": "postgresql://db.real-company.org/parley?sslmode=verify-full"}, 1),
        ({"PARLEY_REDIS_URL": "rediss://redis.real-company.org"}, 1),
    ],
)
def test_a_file_of_ours_does_not_go_away_but_a_server_does(tmp_path: Path, more: dict[str, str], expected: int) -> None:
    assert len(needs(load_settings({"PARLEY_DATA": str(tmp_path), **more}))) == expected
