"""The limits of one address's sockets: how many, how often, how long; others never notice."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from conference_app.api.http import socket_limits
from conference_app.api.http.socket_limits import LONGEST_MESSAGE, MESSAGE_UNIT, SocketLimits
from conference_app.session.budgets import Budget
from conference_app.session.credentials import SOCKET_PATH

CONNECT: Message = {"type": "websocket.connect"}
GONE: Message = {"type": "websocket.disconnect", "code": 1001}


def said(text: str) -> Message:
    return {"type": "websocket.receive", "text": text}


class Socket:
    """One browser's socket, and what the app behind the limits has seen of it."""

    def __init__(self, limits: SocketLimits, address: str = "192.0.2.7", path: str = SOCKET_PATH) -> None:
        self.words: asyncio.Queue[Message] = asyncio.Queue()
        self.words.put_nowait(CONNECT)
        self.heard: list[Message] = []
        self.seen: list[str] = []
        scope: Scope = {"type": "websocket", "path": path, "headers": [], "client": (address, 1)}
        self.running = asyncio.ensure_future(limits.guarding(self.app)(scope, self.words.get, self.hear))

    async def app(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.seen.append(message["text"])

    async def hear(self, message: Message) -> None:
        self.heard.append(message)

    @property
    def is_open(self) -> bool:
        return [message["type"] for message in self.heard] == ["websocket.accept"] and not self.running.done()

    async def say(self, *texts: str) -> None:
        for text in texts:
            self.words.put_nowait(said(text))
        await settled()

    async def leave(self) -> None:
        self.words.put_nowait(GONE)
        await self.running


async def settled() -> None:
    """Until everything that can go on without a clock has done so."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without waiting."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        if seconds:
            waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(socket_limits.asyncio, "sleep", noted)
    return waited


def limits(*, messages: Budget | None = None, opening: Budget | None = None) -> SocketLimits:
    made = SocketLimits()
    made._messages = messages or made._messages
    made._opening = opening or made._opening
    return made


async def test_one_address_opens_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "MOST_OPEN", 2)
    of_all = limits()
    first, second, third = (Socket(of_all) for _ in range(3))
    other = Socket(of_all, "198.51.100.1")
    same_house = Socket(of_all, "2001:db8::1"), Socket(of_all, "2001:db8::2"), Socket(of_all, "2001:db8::3")
    await settled()
    assert [one.is_open for one in (first, second, third, other)] == [True, True, False, True]
    assert [one.is_open for one in same_house] == [True, True, False]
    assert third.heard == [{"type": "websocket.close", "code": 1013}]
    await first.leave()
    again = Socket(of_all)
    await settled()
    assert again.is_open
    for one in (second, other, again, *same_house[:2]):
        await one.leave()
    assert not of_all._open  # nothing is left of who has gone


async def test_who_opens_many_at_once_waits(waits: list[float]) -> None:
    of_all = limits(opening=Budget(per_s=0.001, burst=1))
    open_now, too_late = Socket(of_all), Socket(of_all)
    await settled()
    assert (open_now.is_open, too_late.is_open) == (True, False)
    assert waits == []  # a thousand seconds are not waited for
    await open_now.leave()


async def test_what_comes_too_fast_is_read_later(waits: list[float]) -> None:
    of_all = limits(messages=Budget(per_s=1, burst=3.5))
    socket, other = Socket(of_all), Socket(of_all, "198.51.100.1")
    await socket.say("4one", "4two", "4three", "4four")
    assert socket.seen == ["4one", "4two", "4three", "4four"]  # none is lost
    assert len(waits) == 1
    await other.say("4one")
    assert other.seen == ["4one"]
    assert len(waits) == 1
    await socket.leave()
    await other.leave()


async def test_a_flood_ends_the_socket(waits: list[float]) -> None:
    socket = Socket(limits(messages=Budget(per_s=0.001, burst=2)))
    await socket.say("4one", "4two", "4three")
    assert socket.seen == ["4one", "4two"]
    assert socket.running.done()


async def test_long_messages_cost_more_and_too_long_ones_the_socket(waits: list[float]) -> None:
    socket = Socket(limits(messages=Budget(per_s=1, burst=10)))
    await socket.say("4" * (MESSAGE_UNIT * 11))
    assert len(socket.seen) == len(waits) == 1
    await socket.say("4" * (LONGEST_MESSAGE + 1))
    assert len(socket.seen) == 1
    assert socket.running.done()


async def test_other_sockets_and_requests_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_limits, "MOST_OPEN", 0)
    socket = Socket(limits(), path="/rtc")
    await socket.say("4one")
    assert socket.seen == ["4one"]
    await socket.leave()


@pytest.mark.parametrize("text", ["", "x", "b64", "\x00", "9", "0{}"])
async def test_what_no_page_sends_ends_the_socket(text: str) -> None:
    socket = Socket(limits())
    await socket.say("2", text)
    assert socket.seen == ["2"]
    assert socket.running.done()


async def test_a_binary_message_ends_the_socket() -> None:
    socket = Socket(limits())
    socket.words.put_nowait({"type": "websocket.receive", "bytes": b"\x04\x00"})
    await settled()
    assert socket.seen == []
    assert socket.running.done()
