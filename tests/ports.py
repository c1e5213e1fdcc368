"""Free ports for programs that a test starts."""

from __future__ import annotations

import random
import socket

_PORTS = range(11_000, 26_000)
"""Below those that Linux gives to outgoing connections, one of which could take the port before the program does, and
above the last that Chromium refuses to call (10080)."""
_lots = random.SystemRandom()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that nobody uses at this moment, drawn by lot so that tests side by side rarely draw the same."""
    while True:
        port = _lots.choice(_PORTS)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
