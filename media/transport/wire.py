"""The sockets as peers see them: sending that never blocks and never raises, and the totals of what happened."""

from __future__ import annotations

import socket
from collections import Counter

from pylibsrtp._binding import ffi

Address = tuple[socket.socket, tuple[str, int] | tuple[str, int, int, int]]
"""A client as we reach it: our socket, and the client's IP address and port. An answer must leave by the socket that was
asked, since a client takes it from nowhere else (RFC 8445 section 7.2.5.2.1)."""
BUFFER_SIZE = 2048


class CryptBuffer:
    """Memory that libsrtp works on in place, seen three ways; one is enough for a whole event loop.

    libsrtp's Python binding copies each packet twice and refuses more than 1,356 bytes; its C functions on our own
    buffer cost half of that (measured). The names are private to pylibsrtp: its version is pinned.
    """

    __slots__ = ("data", "length", "memory", "view")

    def __init__(self) -> None:
        self.data = ffi.new("unsigned char[]", BUFFER_SIZE)
        self.view = ffi.buffer(self.data)
        """Slices of it are bytes."""
        self.memory = memoryview(self.view)
        """Slices of it copy nothing."""
        self.length = ffi.new("int *")


class Wire:
    """Non-blocking UDP sockets with counters. Full buffers and unreachable addresses only cost the packet."""

    __slots__ = ("buffer", "bytes_in", "bytes_out", "drops", "packets_in", "packets_out")

    def __init__(self) -> None:
        self.buffer = CryptBuffer()
        """For sending."""
        self.packets_in = 0
        self.bytes_in = 0
        self.packets_out = 0
        self.bytes_out = 0
        self.drops: Counter[str] = Counter()
        """By reason."""

    def send(self, data: bytes | memoryview, address: Address) -> None:
        """Send one datagram or count why not."""
        try:
            self.bytes_out += address[0].sendto(data, address[1])
            self.packets_out += 1
        except BlockingIOError:
            self.drops["send_buffer_full"] += 1
        except OSError:
            self.drops["send_failed"] += 1
