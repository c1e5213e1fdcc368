"""One address has its share of connections, and those in which something is asked are ended last."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import resource
import socket
from collections.abc import Callable, Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from conference_app.config import settings
from conference_app.operation.address_limit import UNREAD_MS, AddressLimit, address_limit

MOST = 3


class Listener:
    """A server's socket in this process, whose connections are accepted and kept."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.socket = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port: int = self.socket.getsockname()[1]
        self._stack = stack

    def connected(self, source: str) -> tuple[socket.socket, tuple[str, int]]:
        """The client's end of a new connection from `source`, and its address as the server sees it."""
        client = socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0))
        client.settimeout(10)
        self._stack.enter_context(client)
        accepted, peer = self.socket.accept()
        self._stack.enter_context(accepted)
        return client, peer


@pytest.fixture
def listener() -> Iterator[Listener]:
    with contextlib.ExitStack() as stack:
        yield Listener(stack)


def is_ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def test_only_the_surplus_of_one_address_is_ended(listener: Listener) -> None:
    many = [listener.connected("127.0.0.2")[0] for _number in range(MOST + 2)]
    few = [listener.connected("127.0.0.3")[0] for _number in range(MOST)]
    limit = AddressLimit(listener.port, MOST)
    assert limit.look() == 2
    assert [is_ended(one) for one in many] == [False] * MOST + [True] * 2
    assert not any(is_ended(one) for one in few)


@pytest.fixture
def no_descriptor_left(listener: Listener) -> Iterator[Callable[[], None]]:
    """Take every descriptor that this process may still open, until the test is over."""
    limits, taken = resource.getrlimit(resource.RLIMIT_NOFILE), list[int]()

    def take_all() -> None:
        highest = max(int(name) for name in os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(listener.socket.fileno()))

    yield take_all
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    for number in taken:
        os.close(number)


def test_the_surplus_is_ended_also_when_it_has_taken_every_descriptor(
    listener: Listener, no_descriptor_left: Callable[[], None]
) -> None:
    clients = [listener.connected("127.0.0.2")[0] for _number in range(MOST + 2)]
    no_descriptor_left()
    assert AddressLimit(listener.port, MOST).look() == 2
    assert [is_ended(one) for one in clients] == [False] * MOST + [True] * 2


def test_connections_to_other_ports_are_nobody_s_surplus(listener: Listener) -> None:
    clients = [listener.connected("127.0.0.2")[0] for _number in range(MOST + 2)]
    assert AddressLimit(1, MOST).look() == 0
    assert not any(is_ended(one) for one in clients)


async def test_a_connection_that_asks_for_something_is_kept(listener: Listener) -> None:
    clients = [listener.connected("127.0.0.2") for _number in range(MOST + 1)]
    limit = AddressLimit(listener.port, MOST)
    ended: list[int] = []

    async def slow_page(_scope: Scope, _receive: Receive, _send: Send) -> None:
        ended.append(limit.look())

    newest, peer = clients[-1]

    async def nothing() -> Message:
        raise AssertionError("unused")

    await limit.counting(slow_page)({"type": "http", "client": peer}, nothing, nothing)  # type: ignore[arg-type]
    assert ended == [1]
    assert not is_ended(newest)
    assert sum(is_ended(client) for client, _peer in clients) == 1
    assert not limit._asking


async def test_accepted_connections_are_ended_by_the_kernel_when_nobody_reads(listener: Listener) -> None:
    async with AddressLimit(listener.port, MOST).watching():
        client = socket.create_connection(("127.0.0.1", listener.port))
        accepted, _peer = listener.socket.accept()
        with client, accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNREAD_MS
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_behind_a_proxy_it_is_the_proxy_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    direct = dataclasses.replace(settings(), connections_per_address=16)
    assert address_limit(direct)._most == 16
    assert address_limit(dataclasses.replace(direct, trusted_proxy_hops=1))._most > len(os.listdir("/proc/self/fd"))
