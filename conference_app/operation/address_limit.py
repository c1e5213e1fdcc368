"""Ends what one address opens beyond its share of connections, so that it cannot keep others out.

The server (granian) has one limit for all addresses together and tells nobody who is connected. So a worker looks at
its own sockets once a second, as the kernel lists them, and shuts down the surplus; the server then notices as if the
other side had left. Connections in which nothing is being asked go first.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import resource
import socket
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from conference_app.config import Settings
from conference_app.services.limits.rate_limits import network_of

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
UNREAD_MS = 30_000
"""Milliseconds until the kernel ends a connection whose other side takes nothing of what we send (tcp(7))."""
_LISTENER_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS),
)
"""Accepted sockets inherit these."""
_ALL_TAKEN = (errno.EMFILE, errno.ENFILE)
"""No descriptor is left, in this process or on the machine: what happens when somebody opens as many as they can."""
Peer = tuple[str, int]


class AddressLimit:
    """The connections of one worker on TCP port `port`: at most `most` of one address (an IPv6 /64 counts as one)."""

    def __init__(self, port: int, most: int) -> None:
        self._port = port
        self._most = most
        self._asking: dict[Peer, int] = defaultdict(int)
        """Requests and sockets in progress by the connection they came on."""

    def counting(self, app: ASGIApp) -> ASGIApp:
        """ASGI middleware that knows which connections are in use."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            client = scope.get("client")
            if not client:
                await app(scope, receive, send)
                return
            peer = (str(client[0]), int(client[1]))
            self._asking[peer] += 1
            try:
                await app(scope, receive, send)
            finally:
                self._asking[peer] -= 1
                if not self._asking[peer]:
                    del self._asking[peer]

        return counted

    def look(self) -> int:
        """End the surplus of every address; how many connections that were."""
        descriptors = _descriptors()
        if len(descriptors) <= self._most:
            return 0
        ended = sum(_end(fd, peer) for fd, peer in self._surplus(descriptors))
        if ended:
            logger.warning("ended %d connections of addresses that had more than %d", ended, self._most)
        return ended

    def _surplus(self, descriptors: Sequence[int]) -> Iterator[tuple[int, Peer]]:
        by_network: dict[str, list[tuple[bool, int, Peer]]] = defaultdict(list)
        for fd in descriptors:
            if peer := _peer(fd, self._port):
                by_network[network_of(peer[0])].append((peer not in self._asking, fd, peer))
        for connections in by_network.values():
            for _is_idle, fd, peer in sorted(connections)[self._most :]:
                yield fd, peer

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While inside, look once a second in a thread, also while the event loop is busy."""
        _prepare_listener(self._port)
        over = threading.Event()

        def watch() -> None:
            while not over.wait(LOOK_EVERY_S):
                self.look()

        thread = threading.Thread(target=watch, name="address limit", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            await asyncio.to_thread(thread.join)


def address_limit(config: Settings) -> AddressLimit:
    """The limit of these settings. Behind a proxy every connection is the proxy's, which has to count for itself."""
    is_direct = config.trusted_proxy_hops == 0
    return AddressLimit(config.port, config.connections_per_address if is_direct else 2**31)


def _descriptors() -> Sequence[int]:
    """The numbers of open files; every number there is where none is left to look them up with."""
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError as error:
        if error.errno not in _ALL_TAKEN:
            raise
        return range(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


@contextlib.contextmanager
def _borrowed(fd: int) -> Iterator[socket.socket]:
    """The socket behind `fd`, which stays open and somebody else's. Raises OSError when there is none."""
    found = socket.socket(fileno=fd)
    try:
        yield found
    finally:
        found.detach()


def _peer(fd: int, port: int) -> Peer | None:
    """Who is on the other side of a connection to our `port`; None when `fd` is something else."""
    try:
        with _borrowed(fd) as found:
            if found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == port:
                host, remote_port, *_scope = found.getpeername()
                return str(host), int(remote_port)
    except OSError:
        return None  # no socket, or closed by now: descriptors of the whole process are looked through
    return None


def _end(fd: int, peer: Peer) -> bool:
    """Shut the connection with `peer` down, unless the number `fd` means another one by now."""
    try:
        with _held(fd) as found:
            if found.getpeername()[:2] != peer:
                return False
            found.shutdown(socket.SHUT_RDWR)
    except OSError:
        return False  # its own end came first
    return True


@contextlib.contextmanager
def _held(fd: int) -> Iterator[socket.socket]:
    """The socket behind `fd` under a number of our own, which means nothing else meanwhile. Raises OSError for none.

    When every number is taken, under `fd` itself: a connection that would have to end and another to come in between
    is the smaller harm, since no connection would be ended otherwise and none accepted.
    """
    try:
        number = os.dup(fd)
    except OSError as error:
        if error.errno not in _ALL_TAKEN:
            raise
        with _borrowed(fd) as found:
            yield found
    else:
        with socket.socket(fileno=number) as own:
            yield own


def _prepare_listener(port: int) -> None:
    """Give the socket that the server listens on the options that its connections inherit."""
    for fd in _descriptors():
        with contextlib.suppress(OSError), _borrowed(fd) as found:  # most descriptors are no sockets
            is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if is_listening and found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == port:
                for level, option, value in _LISTENER_OPTIONS:
                    found.setsockopt(level, option, value)
