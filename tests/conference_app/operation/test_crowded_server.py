"""The product while one address holds more connections than a server usually takes, and what becomes of these."""

from __future__ import annotations

import contextlib
import os
import socket
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest

from tests.browser.product import app_environment
from tests.conference_app.operation.test_run import launched, read_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CROWD = 1100
POST = b"POST /newsletter HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
PATIENCE_S = 60.0
"""Nothing waits that long: what should be closed is, in a few seconds."""


@dataclass(frozen=True, slots=True)
class Served:
    """A product that runs, shared by these tests: each leaves it serving."""

    port: int
    launcher: int
    """Its process."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    environment = app_environment(tmp_path_factory.mktemp("crowded"))
    with launched(environment) as process:
        read_until(process, "is ready")
        yield Served(int(environment["PORT"]), process.pid)


@pytest.fixture
def port(served: Served) -> int:
    return served.port


@contextlib.contextmanager
def connected(port: int, count: int, said: bytes = b"") -> Iterator[list[socket.socket]]:
    """Connections from an address of their own that say this and no more."""
    with contextlib.ExitStack() as stack:
        made = []
        for _number in range(count):
            one = socket.create_connection(("127.0.0.1", port), PATIENCE_S, source_address=("127.0.0.2", 0))
            made.append(stack.enter_context(one))
            with contextlib.suppress(ConnectionError):  # the surplus may be gone by now
                one.sendall(said)
        yield made


def answer(one: socket.socket) -> bytes:
    """Everything that comes until the other side closes."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while part := one.recv(65_536):
            said += part
    return said


def is_served(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S) as page:
        return b"<html" in page.read()


def test_a_crowd_of_one_address_keeps_nobody_out(port: int) -> None:
    """Idle connections, half a request, and requests that are answered and then kept alive."""
    kept_alive = b"GET /mark.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for said in (b"", b"GET / HTTP/1.1\r\nHost: local", kept_alive):
        with connected(port, CROWD, said) as crowd:
            assert is_served(port)
            for one in crowd:
                answer(one)  # ends when the connection is closed


def test_bodies_that_do_not_come_whole_are_refused_and_their_connections_closed(port: int) -> None:
    slow = POST + b"Content-Length: 1000\r\n\r\nemail="
    slow_chunk = POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nemail\r\n"
    broken_chunk = slow_chunk + b"ZZ\r\n"
    with (
        connected(port, 1, slow) as one,
        connected(port, 1, slow_chunk) as two,
        connected(port, 1, broken_chunk) as three,
    ):
        assert [answer(*client).split(b" ")[1] for client in (three, two, one)] == [b"400", b"408", b"408"]
    assert is_served(port)


def test_the_server_may_open_as_many_files_as_the_system_lets_it(served: Served) -> None:
    family = psutil.Process(served.launcher).children(recursive=True)
    limits = {one.rlimit(psutil.RLIMIT_NOFILE)[0] for one in family if "granian" in " ".join(one.cmdline())}
    assert min(limits) >= min(65_536, psutil.Process(os.getpid()).rlimit(psutil.RLIMIT_NOFILE)[1])
