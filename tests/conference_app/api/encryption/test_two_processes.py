"""Two app processes that share a database and a Redis are one delivery service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from conference_app.services.encryption.encoding import b64
from tests.key_service.running import KeyService, key_service
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.process, pytest.mark.slow]

LONG_S = 30


class Browser:
    """A socket at one of the processes, on which somebody has said who they are."""

    def __init__(self, socket: ClientConnection, person: dict[str, str], since: int) -> None:
        self.identity = person["identity"]
        self._socket = socket
        self.say("hello", v=1, token=person["token"], since=since)
        self.state = self.hears("state")

    def say(self, kind: str, **fields: object) -> None:
        self._socket.send(json.dumps({"type": kind, **fields}))

    def hears(self, kind: str) -> dict[str, Any]:
        """The next frame, which has to be of that kind."""
        frame = json.loads(self._socket.recv(timeout=LONG_S))
        assert frame["type"] == kind, frame
        return frame

    def commits(self, epoch: int) -> None:
        self.say("turn")
        assert self.hears("turn")["epoch"] == epoch
        message = b64(b"commit %d" % epoch) if epoch >= 0 else ""
        self.say("commit", epoch=epoch, message=message, info=b64(b"info"))
        assert self.hears("accepted")["epoch"] == epoch + 1


@pytest.fixture
def services(tmp_path: Path) -> Iterator[list[KeyService]]:
    redis = RedisServer(tmp_path)
    with key_service(tmp_path, people=3, redis_url=f"redis://127.0.0.1:{redis.port}/0") as one:
        other = one.beside()
        try:
            other.start()
            yield [one, other]
        finally:
            other.kill()
            redis.stop()


Comes = Callable[..., Browser]


@pytest.fixture
def comes(services: list[KeyService]) -> Iterator[Comes]:
    """Opens a socket of one of the people at one of the processes."""
    with ExitStack() as sockets:
        people = json.loads(services[0].people.read_text())["people"]

        def opened(service: KeyService, who: int, since: int = -1) -> Browser:
            return Browser(sockets.enter_context(connect(service.url)), people[who], since)

        yield opened


def test_commits_words_and_goings_reach_the_other_process(services: list[KeyService], comes: Comes) -> None:
    one, other = services
    ada, bob = comes(one, 0), comes(other, 1)
    ada.commits(-1)
    for epoch in range(0, 8, 2):
        bob.commits(epoch)
        assert ada.hears("entry")["epoch"] == epoch + 1
        ada.commits(epoch + 1)
        assert bob.hears("entry")["epoch"] == epoch + 2
    for browser in (ada, bob):
        browser.say("ready", epoch=8)
    assert [browser.hears("all_ready")["epoch"] for browser in (ada, bob)] == [8, 8]
    bob.say("bye")
    assert ada.hears("gone")["identity"] == bob.identity


def test_who_was_at_a_process_that_was_killed_goes_on_at_the_other(services: list[KeyService], comes: Comes) -> None:
    one, other = services
    ada, bob = comes(one, 0), comes(other, 1)
    ada.commits(-1)
    bob.commits(0)
    ada.hears("entry")
    one.kill()
    ada = comes(other, 0, since=0)
    assert (ada.state["gone"], [entry["epoch"] for entry in ada.state["entries"]]) == ([], [1])
    ada.commits(1)
    assert bob.hears("entry")["epoch"] == 2
