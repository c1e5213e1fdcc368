"""Browsers of a room for tests of the delivery service: each speaks ASGI with the real routes, in the test's own loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Message

from conference_app.api.encryption.delivery_socket import PATH, Delivery
from conference_app.api.http.incidents import Incidents
from conference_app.services.encryption.encoding import b64
from conference_app.services.media_server.access_tokens import room_token
from conference_app.services.people.identity import AccountView
from conference_app.services.room import admissions

LONG_S = 60
"""How long an answer may take on a machine that has other things to do."""


class Browser:
    """One socket. What it hears is read by `hears`."""

    def __init__(self, delivery: Delivery, headers: dict[str, str] | None = None) -> None:
        self._words: asyncio.Queue[Message] = asyncio.Queue()
        self._words.put_nowait({"type": "websocket.connect"})
        self._heard: asyncio.Queue[Message] = asyncio.Queue()
        self.takes = asyncio.Event()
        """Cleared: it takes nothing of what is sent to it."""
        self.takes.set()
        scope = {
            "type": "websocket", "path": PATH, "raw_path": PATH.encode(), "root_path": "", "scheme": "ws",
            "query_string": b"", "subprotocols": [], "client": ("192.0.2.7", 1), "server": ("localhost", 3000),
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        }  # fmt: skip
        app = Starlette(routes=delivery.routes, middleware=[Middleware(Incidents)])
        self.running = asyncio.ensure_future(app(scope, self._words.get, self._hear))

    async def _hear(self, message: Message) -> None:
        await self.takes.wait()
        self._heard.put_nowait(message)

    def say(self, kind: str, **fields: object) -> None:
        """Send a frame."""
        self.say_text(json.dumps({"type": kind, **fields}))

    def say_text(self, text: str) -> None:
        """Send any text."""
        self._words.put_nowait({"type": "websocket.receive", "text": text})

    def say_message(self, message: Message) -> None:
        """Send whatever a server can make of a browser's bytes."""
        self._words.put_nowait(message)

    async def message(self) -> Message:
        """The next message of ASGI, after the one that accepts."""
        while True:
            message = await asyncio.wait_for(self._heard.get(), LONG_S)
            if message["type"] != "websocket.accept":
                return message

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next frame, which has to be of one of `kinds`."""
        message = await self.message()
        assert message["type"] == "websocket.send", (kinds, message)
        frame = json.loads(message["text"])
        assert frame["type"] in kinds, (kinds, frame)
        return frame

    def heard_nothing(self) -> bool:
        """Whether there is nothing that was not looked at yet."""
        return self._heard.empty()

    async def closed(self) -> int:
        """The code by which it was closed, when that is the next thing that happens."""
        message = await self.message()
        assert message["type"] == "websocket.close", message
        await asyncio.wait_for(self.running, LONG_S)
        return message.get("code", 1000)

    async def ended(self) -> str:
        """Why it was ended, as the last frame says."""
        reason = (await self.hears("end"))["reason"]
        await self.closed()
        return reason

    async def leave(self) -> None:
        """Close the tab."""
        self._words.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.running, LONG_S)


@dataclass
class Meeting:
    """An open meeting of Ann's, and three guests who were let in."""

    host: AccountView
    id: str
    code: str
    room: str
    ada: str
    bob: str
    eve: str


class House:
    """The delivery service of one process, with the browsers that a test has opened."""

    def __init__(self, delivery: Delivery | None = None) -> None:
        self.delivery = delivery or Delivery(admissions.admitted)
        self.browsers: list[Browser] = []

    def opens(self, headers: dict[str, str] | None = None) -> Browser:
        """A new socket that has said nothing."""
        self.browsers.append(Browser(self.delivery, headers))
        return self.browsers[-1]

    def hello(self, room: str, identity: str, since: int = -1) -> Browser:
        """A new socket that has said who it is."""
        browser = self.opens()
        browser.say("hello", v=1, token=room_token(room, identity, "Somebody", "guest"), since=since)
        return browser

    async def comes(self, room: str, identity: str, since: int = -1) -> Browser:
        """The same, once it has been told where the group stands."""
        browser = self.hello(room, identity, since)
        await browser.hears("state")
        return browser


@asynccontextmanager
async def house(delivery: Delivery | None = None) -> AsyncIterator[House]:
    """A delivery service that is stopped at the end."""
    made = House(delivery)
    try:
        yield made
    finally:
        for one in made.browsers:
            one.takes.set()
        await made.delivery.stop()
        await asyncio.gather(*[one.running for one in made.browsers], return_exceptions=True)


async def commits(browser: Browser, epoch: int, text: str = "commit") -> dict[str, Any]:
    """Ask for the turn and commit out of `epoch`; the turn that was given."""
    browser.say("turn")
    turn = await browser.hears("turn")
    assert turn["epoch"] == epoch
    message = b"" if epoch == -1 else f"{text} {epoch}".encode()
    browser.say("commit", epoch=epoch, message=b64(message), info=b64(b"info %d" % (epoch + 1)))
    assert (await browser.hears("accepted"))["epoch"] == epoch + 1
    return turn


async def answered(browser: Browser) -> None:
    """All that it has said is done: it is given the turn, and gives it back."""
    browser.say("turn")
    await browser.hears("turn")
    browser.say("pass")
